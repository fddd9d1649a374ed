"""What is checked before a rule runs: version, credentials, verb, media types, account, folder.

An unknown route or version comes first, as recorded (API 2.2). The other order is not known.
"""

from __future__ import annotations

import re
from collections.abc import Mapping

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import IncomingRequest, Refusal
from icontact.sandbox.rules import users
from icontact.sandbox.rules.context import Handler, RequestContext, Route, Scope, number

_VERSIONS = frozenset({"2.0", "2.1", "2.2"})
_JSON = "application/json"
# The weight 0 means: anything but this.
_UNWANTED = re.compile(r";\s*q\s*=\s*0(\.0*)?\s*(;|$)", re.I)


def check_version(headers: Mapping[str, str]) -> None:
    """Refuse an unknown version; a missing one is refused after the credentials are checked."""
    version = headers.get("api-version")
    if version is not None and version.strip() not in _VERSIONS:
        raise Refusal(501, error_texts.NOT_IMPLEMENTED)


def admit(context: RequestContext, route: Route) -> Handler:
    """Check a request, note account and user in the context, and return the rule for the verb.

    Raises:
        Refusal: 401, 403, 404, 405, 406, 413, 415 or 501.
    """
    if route.scope is not Scope.OPEN:
        _authenticate(context)
        context.version = context.incoming.headers.get("api-version", "").strip()
        if not context.version:
            raise Refusal(501, error_texts.NOT_IMPLEMENTED)
    method = context.incoming.method
    rule, switch = route.verbs.get(method), route.switches.get(method)
    if rule is None or (switch and not getattr(context.quirks, switch)):
        raise Refusal(405, error_texts.METHOD_NOT_ALLOWED)
    if route.scope is Scope.OPEN:
        return rule
    _check_media(context.incoming, route)
    if route.scope is not Scope.LOGIN:
        _find_account(context, route)
    users.check_permission(context, route.area)
    return rule


def _authenticate(context: RequestContext) -> None:
    """Check user name, application and password, in this order; which comes first is unknown."""
    headers = context.incoming.headers
    username, app_id, password = (
        _as_utf8(headers.get(name, "")) for name in ("api-username", "api-appid", "api-password")
    )
    logins = context.store.rows("SELECT * FROM logins WHERE username = ?", (username,))
    if not logins:
        raise Refusal(401, error_texts.UNKNOWN_USER)
    login = next((each for each in logins if each["appId"] == app_id), None)
    if login is None:
        raise Refusal(401, error_texts.UNKNOWN_APPLICATION)
    if login["password"] != password:
        raise Refusal(401, error_texts.WRONG_PASSWORD)
    context.username, context.user_id = username, login["userId"]
    context.actor = str(login["userId"] or login["loginId"])


def _as_utf8(header: str) -> str:
    """Read a header that a client wrote in UTF-8, as PHP clients do; a server passes Latin-1."""
    try:
        return header.encode("latin-1").decode("utf-8")
    except UnicodeError:
        return header


def _check_media(incoming: IncomingRequest, route: Route) -> None:
    """Refuse anything but JSON, also XML, which is documented (API 2.1, 18b)."""
    accepted = incoming.headers.get("accept", "").split(",")
    if not any(_is_json(entry) and not _UNWANTED.search(entry) for entry in accepted):
        raise Refusal(406, error_texts.NOT_ACCEPTABLE)
    if incoming.method in {"POST", "PUT"}:
        if not route.any_media and not _is_json(incoming.headers.get("content-type", "")):
            raise Refusal(415, error_texts.UNSUPPORTED_MEDIA_TYPE)
        if incoming.too_long:
            raise Refusal(413, error_texts.BODY_TOO_LARGE)


def _is_json(media_type: str) -> bool:
    return media_type.partition(";")[0].strip().lower() == _JSON


def _find_account(context: RequestContext, route: Route) -> None:
    """Find the account, and the client folder where the route has one."""
    account = context.store.row(
        "SELECT accountId, enabled FROM accounts NATURAL JOIN grants"
        " WHERE accountId = ? AND username = ?",
        (number(context.path_ids.get("account_id")), context.username),
    )
    if account is None:
        raise Refusal(404, error_texts.not_recognised("accountId"))
    context.account_id = account["accountId"]
    # The account itself stays readable, so that a caller can see that it is disabled.
    if not account["enabled"] and not route.path.endswith("<account_id>"):
        raise Refusal(403, error_texts.FORBIDDEN)
    if route.scope is Scope.FOLDER:
        folder_id = context.find_client_folder(context.path_ids["client_folder_id"])
        if folder_id is None:
            raise Refusal(404, error_texts.not_recognised("clientFolderId"))
        context.folder_id = folder_id
