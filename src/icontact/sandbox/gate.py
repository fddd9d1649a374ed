"""What has to be right before a rule runs, in the order in which the server complains.

An unknown route or version comes first, as recorded (API 2.2); then who asks, the verb, the media
types, and the account and the folder. The order of the latter is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from icontact.sandbox import messages
from icontact.sandbox.exchange import Incoming, Refusal
from icontact.sandbox.rules import permissions
from icontact.sandbox.rules.call import Call, Handler, Route, Scope, number
from icontact.sandbox.store import Row

VERSIONS = frozenset({"2.0", "2.1", "2.2"})
_JSON = "application/json"
_ZERO_WEIGHT = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*(;|$)", re.I)


def check_version(headers: Mapping[str, str]) -> None:
    """Refuse a version that is not spoken; a missing one is looked at after the credentials."""
    version = headers.get("api-version")
    if version is not None and version.strip() not in VERSIONS:
        raise Refusal(501, messages.NOT_IMPLEMENTED)


def admit(call: Call, route: Route) -> Handler:
    """Check everything that a resource asks for, and note in the call who asks for what.

    Returns:
        The rule for the verb.

    Raises:
        Refusal: 401, 403, 404, 405, 406, 413, 415 or 501.
    """
    if route.scope is Scope.OPEN:
        return _rule(call, route)
    _authenticate(call)
    call.version = call.incoming.headers.get("api-version", "").strip()
    if not call.version:
        raise Refusal(501, messages.NOT_IMPLEMENTED)
    rule = _rule(call, route)
    _check_media(call.incoming, route)
    if route.scope is not Scope.LOGIN:
        _find_account(call, route)
    if route.scope is Scope.FOLDER:
        _find_folder(call)
    permissions.check(call, route.area)
    return rule


def _rule(call: Call, route: Route) -> Handler:
    method = call.incoming.method
    rule, switch = route.verbs.get(method), route.switches.get(method)
    if rule is None or (switch and not getattr(call.quirks, switch)):
        raise Refusal(405, messages.METHOD_NOT_ALLOWED)
    return rule


def _authenticate(call: Call) -> None:
    """Check user name, application and password, in this order; which comes first is unknown."""
    headers = call.incoming.headers
    username, app_id, password = (
        _as_utf8(headers.get(name, "")) for name in ("api-username", "api-appid", "api-password")
    )
    logins = call.store.rows("SELECT * FROM logins WHERE username = ?", (username,))
    if not logins:
        raise Refusal(401, messages.UNKNOWN_USER)
    login = _application(logins, app_id)
    if login["password"] != password:
        raise Refusal(401, messages.WRONG_PASSWORD)
    call.username, call.user_id = username, login["userId"]
    call.actor = str(login["userId"] or login["loginId"])


def _as_utf8(header: str) -> str:
    """Read a header that a client wrote in UTF-8, as PHP clients do; a door hands on Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _application(logins: list[Row], app_id: str) -> Row:
    for login in logins:
        if login["appId"] == app_id:
            return login
    raise Refusal(401, messages.UNKNOWN_APPLICATION)


def _check_media(incoming: Incoming, route: Route) -> None:
    """Speak JSON only: XML is documented too, and refused here (API 2.1, 18b)."""
    accepted = incoming.headers.get("accept", "").split(",")
    if not any(_media_type(entry) == _JSON and not _unwanted(entry) for entry in accepted):
        raise Refusal(406, messages.NOT_ACCEPTABLE)
    if incoming.method not in {"POST", "PUT"}:
        return
    sent = _media_type(incoming.headers.get("content-type", ""))
    if sent != _JSON and not route.any_media:
        raise Refusal(415, messages.UNSUPPORTED_MEDIA_TYPE)
    if incoming.too_long:
        raise Refusal(413, messages.BODY_TOO_LARGE)


def _media_type(header: str) -> str:
    return header.partition(";")[0].strip().lower()


def _unwanted(entry: str) -> bool:
    """Say whether an entry of a list has the weight 0, which means: anything but this."""
    return _ZERO_WEIGHT.search(entry) is not None


def _find_account(call: Call, route: Route) -> None:
    account = call.store.row(
        "SELECT accountId, enabled FROM accounts NATURAL JOIN grants"
        " WHERE accountId = ? AND username = ?",
        (number(call.path_ids.get("account_id")), call.username),
    )
    if account is None:
        raise Refusal(404, messages.not_recognised("accountId"))
    call.account_id = account["accountId"]
    # The account itself stays readable, so that a caller can see that it is disabled.
    if not account["enabled"] and not route.path.endswith("<account_id>"):
        raise Refusal(403, messages.FORBIDDEN)


def _find_folder(call: Call) -> None:
    folder_id = call.store.value(
        "SELECT clientFolderId FROM clientfolders WHERE clientFolderId = ? AND accountId = ?",
        (number(call.path_ids["client_folder_id"]), call.account_id),
    )
    if folder_id is None:
        raise Refusal(404, messages.not_recognised("clientFolderId"))
    call.folder_id = folder_id
