"""The shapes of bodies that clients send, and those that only an attacker does."""

from __future__ import annotations

import json
from typing import Any

import pytest

from icontact.sandbox import Sandbox
from tests.sandbox.wire import CAMPAIGN, Wire

DEEP = ("The data you provided was nested too deeply. Please provide valid JSON",)
ITEMS: dict[str, tuple[str, dict[str, Any]]] = {
    "contacts": ("contact", {"email": "jo@example.com"}),
    "lists": ("list", {"name": "New"}),
    "subscriptions": (
        "subscription",
        {"listId": 205303, "contactId": 66674163, "status": "normal"},
    ),
    "customfields": (
        "customfield",
        {"privateName": "color", "fieldType": "text", "displayToUser": 1},
    ),
    "segments": ("segment", {"name": "New", "listId": 205303}),
    "campaigns": ("campaign", CAMPAIGN),
    "messages": (
        "message",
        {"campaignId": 248, "messageType": "normal", "subject": "X", "textBody": "x"},
    ),
    "sends": ("send", {"messageId": 60117, "includeListIds": "205303"}),
    "uploads": ("upload", {"action": "add", "listIds": "205303"}),
    "webhooks": ("webhook", {"eventId": "contact_created", "url": "http://127.0.0.1/"}),
}
SHAPES = ["array", "bare", "singular", "plural object", "plural array", "doubly nested"]


def shaped(shape: str, plural: str, singular: str, item: dict[str, Any]) -> Any:
    return {
        "array": [item],
        "bare": item,
        "singular": {singular: item},
        "plural object": {plural: item},
        "plural array": {plural: [item]},
        "doubly nested": [[item]],
    }[shape]


@pytest.fixture
def furnished(wire: Wire) -> Wire:
    wire.sandbox.seed(
        contacts=[{"email": "ann@example.com"}], campaigns=[{}], messages=[{"campaignId": 248}]
    )
    return wire


@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("plural", ITEMS)
def test_every_collection_takes_every_known_shape(furnished: Wire, plural: str, shape: str) -> None:
    singular, item = ITEMS[plural]
    answer = furnished.post(f"/{plural}", shaped(shape, plural, singular, item))
    assert list(answer) == [plural]
    assert len(answer[plural]) == 1


@pytest.mark.parametrize("as_text", [False, True])
def test_ids_may_be_numbers_or_texts(furnished: Wire, as_text: bool) -> None:
    for plural in ("subscriptions", "segments", "messages", "sends"):
        item = {
            name: (str(value) if as_text else int(value)) if name.endswith("Id") else value
            for name, value in ITEMS[plural][1].items()
        }
        assert len(furnished.post(f"/{plural}", [item])[plural]) == 1
    contact_id: Any = "66674163" if as_text else 66674163
    (row,) = furnished.post("/contacts", [{"contactId": contact_id, "city": "Cary"}])["contacts"]
    assert row["city"] == "Cary"


@pytest.mark.parametrize("wrapped", [False, True])
@pytest.mark.parametrize("method", ["POST", "PUT"])
def test_a_member_takes_an_object_bare_or_under_its_name_and_ignores_an_array(
    furnished: Wire, method: str, wrapped: bool
) -> None:
    item = {"email": "ann@example.com", "city": "Cary"}
    path = furnished.folder + "/contacts/66674163"
    ignored = furnished.send(method, path, [{"city": "Durham", "email": "x@example.com"}])
    assert (ignored.status_code, ignored.json()["contact"]["city"]) == (200, "")
    taken = furnished.send(method, path, {"contact": item} if wrapped else item)
    assert taken.json()["contact"]["city"] == "Cary"


def test_a_page_of_a_thousand_is_a_page(wire: Wire) -> None:
    wire.sandbox.seed_contacts(1001)
    answer = wire.get("/contacts?limit=1000")
    assert (len(answer["contacts"]), answer["limit"], answer["total"]) == (1000, 1000, 1001)


@pytest.mark.parametrize("opening", ["[", '{"a":', '[{"a":'])
@pytest.mark.parametrize("depth", [600, 5_000, 200_000])
@pytest.mark.parametrize("closed", [False, True])
def test_a_body_that_is_nested_too_deeply_is_refused(
    wire: Wire, opening: str, depth: int, closed: bool
) -> None:
    closing = "".join({"[": "]", "{": "}"}.get(letter, "") for letter in reversed(opening))
    body = opening * depth + ("1" + closing * depth if closed else "")
    response = wire.send("POST", wire.folder + "/contacts", body)
    assert response.status_code == 400
    assert list(response.json()) == ["errors"]
    assert wire.get("/contacts")["total"] == 0


def test_so_deep_is_deep_enough(wire: Wire) -> None:
    def nested(depth: int) -> str:
        return "[" * depth + "]" * depth

    fits = wire.send("POST", wire.folder + "/contacts", f'[{{"email":{nested(510)}}}]')
    assert fits.status_code == 200
    too_deep = wire.send("POST", wire.folder + "/contacts", f'[{{"email":{nested(511)}}}]')
    assert (too_deep.status_code, tuple(too_deep.json()["errors"])) == (400, DEEP)


@pytest.mark.parametrize(
    ("body", "deep"),
    [
        ("[" * 513, True),
        ("[" * 2000 + "nonsense", True),
        ('{"a":[' * 300, True),
        ("[" * 512, False),
        ("[]," * 600, False),
        ('["' + "[" * 600 + '", nonsense]', False),
        ('["\\"' + "{" * 600 + '", nonsense]', False),
        ('"' + "[" * 600, False),
    ],
)
def test_what_breaks_off_says_whether_it_was_too_deep_by_then(
    wire: Wire, body: str, deep: bool
) -> None:
    response = wire.send("POST", wire.folder + "/contacts", body)
    assert response.status_code == 400
    assert (tuple(response.json()["errors"]) == DEEP) == deep


def test_many_brackets_side_by_side_are_not_deep(wire: Wire) -> None:
    body = [{"email": f"{number}@example.com", "other": [[]]} for number in range(600)]
    assert len(wire.post("/contacts", body)["contacts"]) == 600


def test_a_body_that_is_too_long_is_refused_and_the_next_is_taken(sandbox: Sandbox) -> None:
    with sandbox.serve() as server:
        wire = Wire(sandbox, server.url)
        long = json.dumps([{"email": "jo@example.com", "city": "x" * (16 * 1024 * 1024)}])
        response = wire.send("POST", wire.folder + "/contacts", long)
        assert response.status_code == 413
        assert wire.get("/contacts")["total"] == 0
        assert wire.contact()


@pytest.mark.parametrize(
    ("path", "item", "field"),
    [
        ("/messages", {"messageType": "normal", "subject": "News"}, "campaignId"),
        ("/segments", {"name": "Some"}, "listId"),
        ("/sends", {"includeListIds": "{list}"}, "messageId"),
        ("/uploads", {"action": "add"}, "listIds"),
    ],
)
@pytest.mark.parametrize("value", [{}, []])
def test_an_id_that_is_not_a_text_is_complained_of_once(
    wire: Wire, path: str, item: dict[str, str], field: str, value: object
) -> None:
    list_id = str(wire.sandbox.list_id)
    given = {name: text.replace("{list}", list_id) for name, text in item.items()}
    answer = wire.post(path, [{**given, field: value}])
    sentence = f"The {field} value you provided was not valid. Please provide a valid {field}"
    assert answer["warnings"] == [sentence]
