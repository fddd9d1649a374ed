"""The control URL: what Python does with a sandbox, for those who test in another language.

What can be done is listed in four tables below; the arguments of each entry are read off the
function behind it, so that one line adds it.
"""

from __future__ import annotations

import ipaddress
import logging
import re
import sqlite3
import time
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import attrs

from icontact.sandbox import arguments, phpjson, request_log
from icontact.sandbox.app import error_location
from icontact.sandbox.exchange import IncomingRequest, OutgoingResponse, Refusal
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.snapshot import Snapshot
from icontact.sandbox.webhook_sender import Delivery

if TYPE_CHECKING:
    from icontact.sandbox.sandbox import Sandbox

CONTROL = "/_control"

FAULTS = (
    "next", "swallow", "refuse", "drop_before", "drop_after", "slow", "garble", "latency",
    "throttle", "clear",
)  # fmt: skip
"""The methods of :class:`icontact.sandbox.Faults` that can be called."""

ACTIONS = (
    "seed", "seed_contacts", "add_account", "add_client_folder", "add_user", "disable_account",
    "advance", "reset",
)  # fmt: skip
"""The methods of :class:`icontact.sandbox.Sandbox` that can be called."""

STATE = (
    "contacts", "lists", "subscriptions", "custom_fields", "actions", "accounts", "client_folders",
    "users", "permissions", "campaigns", "messages", "segments", "criteria", "sends", "recipients",
    "reactions", "uploads", "signup_forms", "webhooks", "automations",
)  # fmt: skip
"""The methods of :class:`icontact.sandbox.State` that can be called."""

logger: logging.Logger = logging.getLogger("icontact.sandbox")

_JSON = {"Content-Type": "application/json"}
_NOT_HERE = (
    "The control URL answers to a name of this machine only, such as localhost or 127.0.0.1, in"
    " the header Host"
)
_NO_JSON = "Content-Type has to be application/json, also where there is nothing to say but {}"
# What a rule of Python says about arguments that no type hint can tell apart.
_AT_FAULT = (ValueError, TypeError, LookupError, OverflowError, TimeoutError, sqlite3.Error)

# Each is a copy of everything, in memory.
_MOST_SNAPSHOTS = 100

Handler = Callable[[IncomingRequest], Any]


class Control:
    """Answers on the control URL of a sandbox.

    Args:
        sandbox: What is controlled.
    """

    def __init__(self, sandbox: Sandbox) -> None:
        self._sandbox = sandbox
        self._snapshots: dict[str, Snapshot] = {}
        self._routes: dict[str, dict[str, Handler]] = {
            "": {"GET": self._index},
            "/requests": {"GET": self._requests, "DELETE": self._forget_requests},
            "/quirks": {"GET": self._quirks, "POST": self._set_quirks},
            "/faults": {"DELETE": self._calling("clear", sandbox.faults)},
            "/webhooks": {"GET": self._webhooks},
            "/snapshot": {"POST": self._snapshot},
            "/restore": {"POST": self._restore},
            **{f"/faults/{n}": {"POST": self._calling(n, sandbox.faults)} for n in FAULTS},
            **{f"/{n}": {"POST": self._calling(n, sandbox)} for n in ACTIONS},
            **{f"/state/{n}": {"GET": self._listing(n)} for n in STATE},
        }

    @property
    def routes(self) -> list[str]:
        """Every verb and path, as in ``POST /_control/reset``."""
        return [f"{verb} {CONTROL}{path}" for path, verbs in self._routes.items() for verb in verbs]

    def answer(self, incoming: IncomingRequest) -> OutgoingResponse:
        """Answer a request, whose path begins with :data:`CONTROL`."""
        started = time.perf_counter()
        path = incoming.path.removeprefix(CONTROL).rstrip("/")
        verbs = self._routes.get(path, {})
        try:
            status, payload = 200, self._handled(verbs, incoming)
        except Refusal as refusal:
            status, payload = refusal.status, refusal.payload()
        except Exception as error:  # noqa: BLE001  (a broken handler must not stop the server)
            logger.error("The control URL failed: %s", error_location(error))
            status, payload = 500, {"errors": ["Internal Server Error"]}
        self._log(incoming, CONTROL + path if verbs else request_log.UNKNOWN_PATH, status, started)
        return OutgoingResponse(status=status, headers=_JSON, body=phpjson.encode(payload))

    def _handled(self, verbs: Mapping[str, Handler], incoming: IncomingRequest) -> Any:
        if not _is_local(incoming.headers.get("host", "")):
            raise Refusal(403, _NOT_HERE)
        if not verbs:
            raise Refusal(404, f"There is nothing here; GET {CONTROL} lists what there is")
        handler = verbs.get(incoming.method)
        if handler is None:
            raise Refusal(405, f"This takes {' and '.join(verbs)}")
        try:
            return handler(incoming)
        except re.error as error:
            problem = f"'path' has to be a regular expression: {error}"
        except KeyError as error:
            problem = f"{error} has to be given"
        except _AT_FAULT as error:
            problem = str(error)
        raise Refusal(400, problem)

    def _calling(self, name: str, owner: object) -> Handler:
        function = getattr(owner, name)

        def handler(incoming: IncomingRequest) -> dict[str, Any]:
            given = _object(incoming) if incoming.method == "POST" else {}
            return {"result": _plain(arguments.call(function, given))}

        return handler

    def _listing(self, name: str) -> Handler:
        function = getattr(self._sandbox.state, name)

        def handler(incoming: IncomingRequest) -> dict[str, Any]:
            given = {key: _number(key, value) for key, value in incoming.query.items()}
            return {name: arguments.call(function, given)}

        return handler

    def _index(self, incoming: IncomingRequest) -> dict[str, Any]:
        return {
            "now": _plain(self._sandbox.now),
            "account_id": self._sandbox.account_id,
            "client_folder_id": self._sandbox.client_folder_id,
            "list_id": self._sandbox.list_id,
            "routes": self.routes,
            "faults": {n: arguments.names(getattr(self._sandbox.faults, n)) for n in FAULTS},
            "actions": {n: arguments.names(getattr(self._sandbox, n)) for n in ACTIONS},
        }

    def _requests(self, incoming: IncomingRequest) -> dict[str, Any]:
        return {"requests": [_plain(each) for each in self._sandbox.requests[:]]}

    def _forget_requests(self, incoming: IncomingRequest) -> dict[str, Any]:
        self._sandbox.requests.clear()
        return {"result": None}

    def _quirks(self, incoming: IncomingRequest) -> dict[str, Any]:
        return {"quirks": _plain(self._sandbox.quirks)}

    def _set_quirks(self, incoming: IncomingRequest) -> dict[str, Any]:
        self._sandbox.quirks = arguments.call(self._evolved, _object(incoming))
        return self._quirks(incoming)

    def _evolved(self, **changes: Any) -> Quirks:
        hints = arguments.hints(Quirks)
        for name, value in changes.items():
            if name not in hints:
                raise ValueError(f"There is no quirk {name!r}; GET {CONTROL}/quirks lists them")
            arguments.check(name, value, hints[name])
        sets = {n: frozenset(value) for n, value in changes.items() if isinstance(value, list)}
        return attrs.evolve(self._sandbox.quirks, **{**changes, **sets})

    def _webhooks(self, incoming: IncomingRequest) -> dict[str, Any]:
        """Wait until everything is delivered."""
        return {"webhooks": [_plain(each) for each in self._sandbox.webhooks.wait()]}

    def _snapshot(self, incoming: IncomingRequest) -> dict[str, Any]:
        """Keep the state under a name; the same name keeps the later one."""

        def snapshot(*, name: str = "") -> str:
            if name not in self._snapshots and len(self._snapshots) >= _MOST_SNAPSHOTS:
                raise ValueError(f"{_MOST_SNAPSHOTS} snapshots are kept; use one of their names")
            self._snapshots[name] = self._sandbox.snapshot()
            return name

        return {"result": arguments.call(snapshot, _object(incoming))}

    def _restore(self, incoming: IncomingRequest) -> dict[str, Any]:
        def restore(*, name: str = "") -> None:
            if name not in self._snapshots:
                raise ValueError(f"There is no snapshot of the name {name!r}")
            self._sandbox.restore(self._snapshots[name])

        return {"result": arguments.call(restore, _object(incoming))}

    def _log(self, incoming: IncomingRequest, path: str, status: int, started: float) -> None:
        if request_log.logger.isEnabledFor(logging.INFO):
            received = request_log.ReceivedRequest(
                method=incoming.method,
                path="",
                query_names=tuple(incoming.query),
                status=status,
                at=self._sandbox.now,
                milliseconds=(time.perf_counter() - started) * 1000,
            )
            request_log.logger.info("%s", request_log.line(received, path))


def _is_local(host: str) -> bool:
    """Say whether a header names loopback: another name may be a trick of a web page's."""
    try:
        name = urlsplit(f"//{host}").hostname or ""
        return name == "localhost" or ipaddress.ip_address(name).is_loopback
    except ValueError:
        return False


def _object(incoming: IncomingRequest) -> dict[str, Any]:
    """Read a body; only with a media type that no foreign web page can send without asking."""
    sent = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent != "application/json":
        raise Refusal(415, _NO_JSON)
    if incoming.too_long:
        raise Refusal(413, "The body is too long")
    body = phpjson.decode(incoming.body)
    if not isinstance(body, dict):
        raise Refusal(400, "The body has to be an object, such as {}")
    return body


def _number(name: str, text: str) -> int:
    if not (text.isascii() and text.isdecimal() and len(text) <= 18):
        raise ValueError(f"{name!r} has to be an integer")
    return int(text)


def _plain(value: Any) -> Any:
    """Return a result as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, Delivery):
        return {**attrs.asdict(value), "body": phpjson.decode(value.body)}
    if attrs.has(type(value)):
        return {
            field.name: _plain(getattr(value, field.name)) for field in attrs.fields(type(value))
        }
    return value
