"""The control URL: what Python does with a sandbox, for tests in other languages."""

from __future__ import annotations

import logging
import re
import sqlite3
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any, get_type_hints
from urllib.parse import urlsplit

import attrs

from icontact.sandbox import phpjson, request_log
from icontact.sandbox.app import error_location
from icontact.sandbox.control_methods import ACTIONS, FAULTS, STATE, Method
from icontact.sandbox.embedded import EmbeddedIContact, Snapshot
from icontact.sandbox.exchange import IncomingRequest, OutgoingResponse, Refusal, is_loopback
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.webhook_sender import Delivery

CONTROL = "/_control"

logger: logging.Logger = logging.getLogger("icontact.sandbox")

_NAMED = Method({"name": str})
_QUIRKS = Method(get_type_hints(Quirks))
_NOT_HERE = (
    "The control URL answers to a name of this machine only, such as localhost or 127.0.0.1, in"
    " the header Host"
)
# What Python raises for arguments that have the right type.
_AT_FAULT = (ValueError, TypeError, LookupError, OverflowError, TimeoutError, sqlite3.Error)

# Each is a copy of everything, in memory.
_MOST_SNAPSHOTS = 100

Handler = Callable[[IncomingRequest], dict[str, Any]]


class Control:
    """Answers on the control URL of a sandbox."""

    def __init__(self, sandbox: EmbeddedIContact) -> None:
        self._sandbox = sandbox
        self._snapshots: dict[str, Snapshot] = {}
        faults = {
            name: _calling(getattr(sandbox.faults, name), each) for name, each in FAULTS.items()
        }
        actions = {name: _calling(getattr(sandbox, name), each) for name, each in ACTIONS.items()}
        self._routes: dict[str, dict[str, Handler]] = {
            "": {"GET": self._index},
            "/requests": {
                "GET": lambda _: {"requests": _plain(sandbox.requests[:])},
                "DELETE": _calling(sandbox.requests.clear, Method()),
            },
            "/quirks": {
                "GET": lambda _: {"quirks": _plain(sandbox.quirks)},
                "POST": self._set_quirks,
            },
            "/faults": {"DELETE": faults["clear"]},
            # What is still to be delivered is waited for.
            "/webhooks": {"GET": lambda _: {"webhooks": _plain(sandbox.webhooks.wait())}},
            "/snapshot": {"POST": _calling(self._snapshot, _NAMED)},
            "/restore": {"POST": _calling(self._restore, _NAMED)},
            **{f"/faults/{name}": {"POST": handler} for name, handler in faults.items()},
            **{f"/{name}": {"POST": handler} for name, handler in actions.items()},
            **{f"/state/{name}": {"GET": self._listing(name)} for name in STATE},
        }

    @property
    def routes(self) -> list[str]:
        """Every verb and path, such as ``POST /_control/reset``."""
        return [f"{verb} {CONTROL}{path}" for path, verbs in self._routes.items() for verb in verbs]

    def answer(self, incoming: IncomingRequest) -> OutgoingResponse:
        """Answer a request, whose path begins with :data:`CONTROL`."""
        started = time.perf_counter()
        path = incoming.path.removeprefix(CONTROL).rstrip("/")
        verbs = self._routes.get(path, {})
        try:
            status, payload = 200, _handled(verbs, incoming)
        except Refusal as refusal:
            status, payload = refusal.status, refusal.payload()
        except Exception as error:  # noqa: BLE001  (a broken handler must not stop the server)
            logger.error("The control URL failed: %s", error_location(error))
            status, payload = 500, {"errors": ["Internal Server Error"]}
        if request_log.logger.isEnabledFor(logging.INFO):
            received = request_log.ReceivedRequest(
                method=incoming.method,
                path="",
                query_names=tuple(incoming.query),
                status=status,
                at=self._sandbox.now,
                milliseconds=(time.perf_counter() - started) * 1000,
            )
            request_log.write(received, CONTROL + path if verbs else request_log.UNKNOWN_PATH)
        headers = {"Content-Type": "application/json"}
        return OutgoingResponse(status=status, headers=headers, body=phpjson.encode(payload))

    def _listing(self, name: str) -> Handler:
        def handler(incoming: IncomingRequest) -> dict[str, Any]:
            # Ids are numbers; any other text stays, and does not fit its type.
            given = {
                key: int(value) if re.fullmatch("[0-9]{1,18}", value) else value
                for key, value in incoming.query.items()
            }
            return {name: STATE[name].call(getattr(self._sandbox.state, name), given)}

        return handler

    def _index(self, incoming: IncomingRequest) -> dict[str, Any]:
        return {
            "now": _plain(self._sandbox.now),
            "account_id": self._sandbox.account_id,
            "client_folder_id": self._sandbox.client_folder_id,
            "list_id": self._sandbox.list_id,
            "routes": self.routes,
            "faults": {name: method.described() for name, method in FAULTS.items()},
            "actions": {name: method.described() for name, method in ACTIONS.items()},
        }

    def _set_quirks(self, incoming: IncomingRequest) -> dict[str, Any]:
        changes = _object(incoming)
        for name in changes.keys() - _QUIRKS.arguments.keys():
            raise ValueError(f"{name!r} is not a quirk; GET {CONTROL}/quirks lists them")
        changes = _QUIRKS.call(dict, changes)
        sets = {n: frozenset(value) for n, value in changes.items() if isinstance(value, list)}
        self._sandbox.quirks = attrs.evolve(self._sandbox.quirks, **{**changes, **sets})
        return {"quirks": _plain(self._sandbox.quirks)}

    def _snapshot(self, name: str = "") -> str:
        """Keep the state under a name, in place of an earlier one of that name."""
        if name not in self._snapshots and len(self._snapshots) >= _MOST_SNAPSHOTS:
            raise ValueError(f"{_MOST_SNAPSHOTS} snapshots are kept; use one of their names")
        self._snapshots[name] = self._sandbox.snapshot()
        return name

    def _restore(self, name: str = "") -> None:
        if name not in self._snapshots:
            raise ValueError(f"A snapshot of the name {name!r} does not exist")
        self._sandbox.restore(self._snapshots[name])


def _handled(verbs: dict[str, Handler], incoming: IncomingRequest) -> dict[str, Any]:
    """Return what a handler answers, or refuse with what is wrong with the request."""
    try:
        host = urlsplit(f"//{incoming.headers.get('host', '')}").hostname or ""
    except ValueError:
        host = ""
    # A web page may use another name for this machine.
    if not is_loopback(host):
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


def _calling(function: Callable[..., Any], method: Method) -> Handler:
    def handler(incoming: IncomingRequest) -> dict[str, Any]:
        given = _object(incoming) if incoming.method == "POST" else {}
        return {"result": _plain(method.call(function, given))}

    return handler


def _object(incoming: IncomingRequest) -> dict[str, Any]:
    """Read a body; only with a media type that a web page of another site cannot send."""
    sent = incoming.headers.get("content-type", "").partition(";")[0].strip().lower()
    if sent != "application/json":
        raise Refusal(415, "Content-Type has to be application/json, also for an empty object {}")
    if incoming.too_long:
        raise Refusal(413, "The body is too long")
    body = phpjson.decode(incoming.body)
    if not isinstance(body, dict):
        raise Refusal(400, "The body has to be an object, such as {}")
    return body


def _plain(value: Any) -> Any:
    """Return a result as JSON has it."""
    if isinstance(value, datetime):
        return value.isoformat(timespec="seconds")
    if isinstance(value, frozenset):
        return sorted(value)
    if isinstance(value, list | tuple):
        return [_plain(each) for each in value]
    if isinstance(value, Delivery):
        return {**attrs.asdict(value), "body": phpjson.decode(value.body)}
    if attrs.has(type(value)):
        names = [field.name for field in attrs.fields(type(value))]
        return {name: _plain(getattr(value, name)) for name in names}
    return value
