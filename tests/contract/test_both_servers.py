"""Raw requests are answered alike through both servers, to the byte."""

from __future__ import annotations

import json
from typing import Any

import requests

from icontact.sandbox import Sandbox
from tests.sandbox.wire import HEADERS, Clock

FOLDER = "/a/413323/c/124667"
SESSION: tuple[tuple[str, str, Any], ...] = (
    ("GET", "/time", None),
    ("GET", "/a", None),
    ("GET", "/a//c", None),
    ("GET", "/a//c//contacts", None),
    ("GET", "/a/413323/c/", None),
    ("POST", f"{FOLDER}/contacts", [{"email": "jo@example.com", "firstName": "María / Jo"}, {}]),
    ("POST", f"{FOLDER}/contacts/", {"contact": {"email": "ann@example.com"}}),
    ("POST", f"{FOLDER}/contacts", [{}]),
    ("GET", f"{FOLDER}/contacts?email=j*&tea=1", None),
    ("GET", f"{FOLDER}/contacts?limit=1&offset=1&orderby=email:desc", None),
    ("GET", f"{FOLDER}/contacts?email=", None),
    ("GET", f"{FOLDER}/contacts?lastName=%FF&firstName=mar%C3%ADa%20/%20jo", None),
    ("POST", f"{FOLDER}/contacts/66674163", {"status": "deleted"}),
    ("PUT", f"{FOLDER}/contacts/66674163", {"email": "jo@example.com"}),
    ("POST", f"{FOLDER}/subscriptions", [{"contactId": 66674163, "listId": 205303}]),
    ("GET", f"{FOLDER}/subscriptions/205303_66674163", None),
    ("GET", f"{FOLDER}/contacts/66674163/actions", None),
    ("DELETE", f"{FOLDER}/contacts/66674163", {"a": 1}),
    ("GET", f"{FOLDER}/contacts/66674163", {"a": 1}),
    ("DELETE", f"{FOLDER}/contacts//66674163", None),
    ("GET", f"/{FOLDER}///contacts//", None),
    ("DELETE", f"{FOLDER}/lists/205303", None),
    ("GET", f"{FOLDER}/lists/205303", None),
    ("PATCH", f"{FOLDER}/lists", None),
    ("HEAD", "/time", None),
    ("POST", f"{FOLDER}/contacts", "nonsense"),
    ("GET", f"{FOLDER}/customfields/%2Fx", None),
    ("GET", "/", None),
)


def answers_of(sandbox: Sandbox, base: str) -> list[tuple[Any, ...]]:
    """Return what is answered to everything."""
    sandbox.faults.garble("cut", path="^/a$")
    sandbox.faults.next(204, path="^/time$", method="HEAD")
    found = []
    with requests.Session() as session:
        session.headers.update(HEADERS)
        for method, path, body in SESSION:
            data = body if body is None or isinstance(body, str) else json.dumps(body)
            answer = session.request(method, base + path, data=data, timeout=5)
            kind = answer.headers.get("Content-Type")
            found.append((method, path, answer.status_code, answer.reason, kind, answer.content))
    return found


def test_both_servers_answer_alike_and_note_the_same() -> None:
    with Sandbox(clock=Clock()) as inside:
        through_one = answers_of(inside, inside.base_url)
    with Sandbox(clock=Clock()).serve() as server:
        through_other = answers_of(server.sandbox, server.url)
    assert through_one == through_other
    noted = [
        [(each.method, each.path, each.query_names, each.status, each.fault) for each in log]
        for log in (inside.requests, server.sandbox.requests)
    ]
    assert noted[0] == noted[1]
    assert inside.state.contacts() == server.sandbox.state.contacts()
    assert inside.state.actions() == server.sandbox.state.actions()
