"""Payloads as Mautic sends them, and a WSGI request by hand."""

from __future__ import annotations

import io
import json
import re
import textwrap
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import attrs

from icontact.integrations import triggers

DOCS = Path(__file__).parents[2] / "docs"
SECRET = "s3cret-of-the-hook"
SITE = "https://mautic.example.com"
START = datetime(2026, 1, 5, 10, 0, 0, tzinfo=UTC).timestamp()


def moment(seconds: float = 0.0) -> str:
    """A time as Mautic writes it, some seconds after the beginning."""
    return datetime.fromtimestamp(START + seconds, UTC).isoformat()


def field(alias: str, value: Any, group: str = "core", **more: Any) -> dict[str, Any]:
    return {"id": 6, "group": group, "label": alias, "alias": alias, "value": value, **more}


def person(number: int = 1, **values: Any) -> dict[str, Any]:
    """A web hook's contact. ``points``, ``doNotContact`` and the like may be given."""
    beside = {key: values.pop(key) for key in tuple(values) if key in BESIDE}
    core = {"email": f"person{number}@example.com", "firstname": "Jo", **values}
    return {
        "isPublished": True,
        "dateAdded": moment(),
        "dateModified": None,
        "id": number,
        "points": 0,
        "color": None,
        "fields": {
            "core": {alias: field(alias, value) for alias, value in core.items()},
            "social": {},
            "personal": [],
            "professional": [],
        },
        "lastActive": None,
        "owner": None,
        "ipAddresses": [],
        "tags": [],
        "stage": None,
        "dateIdentified": moment(),
        "doNotContact": [],
        **beside,
    }


BESIDE = ("points", "doNotContact", "owner", "tags", "stage", "dateModified", "fields", "id")


def hook(kind: str, *entries: dict[str, Any]) -> dict[str, Any]:
    return {f"mautic.{kind}": list(entries)}


def saved(number: int = 1, at: float = 0.0, **values: Any) -> dict[str, Any]:
    return {"contact": person(number, **values), "timestamp": moment(at)}


def pointed(number: int, old: int, new: int, at: float = 0.0, **values: Any) -> dict[str, Any]:
    entry = saved(number, at, points=new, **values)
    return {**entry, "points": {"old_points": old, "new_points": new}}


def submitted(number: int = 1, at: float = 0.0, **values: Any) -> dict[str, Any]:
    results = values.pop("results", {"email": f"person{number}@example.com"})
    form = values.pop("form", {"id": 4, "name": "Sign up", "alias": "signup", "category": None})
    lead = person(number, **values)
    del lead["doNotContact"]
    submission = {
        "id": 13,
        "ipAddress": {},
        "form": form,
        "lead": lead,
        "trackingId": "abc",
        "dateSubmitted": moment(at),
        "referer": "",
        "page": None,
        "results": results,
    }
    return {"submission": submission, "timestamp": moment(at)}


def listed(number: int, action: str, at: float = 0.0, alias: str = "vip") -> dict[str, Any]:
    segment = {"id": 3, "name": "VIP", "alias": alias}
    return {**saved(number, at), "segment": segment, "action": action}


def subscribed(number: int, status: str, at: float = 0.0, channel: str = "email") -> dict[str, Any]:
    entry = {**saved(number, at), "channel": channel, "old_status": "contactable"}
    return {**entry, "new_status": status}


def encoded(body: Any) -> bytes:
    """Bytes as PHP writes them: slashes escaped, letters beyond ASCII, too."""
    return json.dumps(body).replace("/", "\\/").encode()


def event(kind: str = "saved", number: int = 1, at: float = 0.0, **more: Any) -> Any:
    """An event as any other system may tell it."""
    contact = {"email": f"person{number}@example.com", "firstname": "Jo", **more.pop("row", {})}
    when = datetime.fromtimestamp(START + at, UTC)
    given: dict[str, Any] = {"contact": contact, "contact_id": number, "happened_at": when, **more}
    return triggers.ContactEvent(type=kind, **given)


@attrs.frozen
class Response:
    status: int
    headers: dict[str, str]
    body: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.body)


def request(
    application: Callable[..., Iterable[bytes]],
    path: str = "/mautic",
    body: bytes = b"",
    *,
    method: str = "POST",
    **environ: Any,
) -> Response:
    """Send a request to a WSGI application."""
    started: list[Any] = []
    given = {
        "REQUEST_METHOD": method,
        "PATH_INFO": path,
        "CONTENT_TYPE": "application/json",
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.input": io.BytesIO(body),
        **environ,
    }
    chunks = application(given, lambda *given: started.append(given))
    ((status, headers),) = started
    return Response(int(status.split()[0]), dict(headers), b"".join(chunks))


def shown_by(error: BaseException | None) -> str:
    """What an error says, and what the errors behind it say."""
    if error is None:
        return ""
    return f"{error!r} {error} {shown_by(error.__cause__)} {shown_by(error.__context__)}".lower()


def script(page: str, name: str) -> str:
    """A script of a page of the documentation, by the name of its file."""
    found = re.search(
        rf"\.\. code-block:: python\n   :caption: {re.escape(name)}\n\n(.*?)\n(?=\S)",
        (DOCS / page).read_text("utf-8"),
        re.DOTALL,
    )
    assert found, f"{page} has no {name}"
    return textwrap.dedent(found[1])
