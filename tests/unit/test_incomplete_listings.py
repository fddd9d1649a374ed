"""Listings of servers that lose rows, repeat them, or never end: over HTTP, as they arrive."""

from __future__ import annotations

import json
import logging
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import parse_qs, urlsplit

import attrs
import pytest
import requests
import responses

import icontact
from icontact import errors, resources
from icontact.models import Contact
from icontact.resources._base import Resource
from tests.unit.support import BASE, FOLDER, Clock, transport_to

Rows = list[dict[str, Any]]
Answer = tuple[int, dict[str, str], str]


@attrs.define
class Hostile:
    """A collection of rows whose pages a test may spoil."""

    plural: str
    rows: Rows
    total: int | None = None
    #: Returns what stands in the page's array instead of its rows.
    spoil: Callable[[int, int, Rows], Any] = attrs.field(default=lambda number, offset, rows: rows)
    calls: list[tuple[int, int]] = attrs.field(factory=list)

    def __call__(self, request: requests.PreparedRequest) -> Answer:
        query = parse_qs(urlsplit(str(request.url)).query)
        limit, offset = int(query["limit"][0]), int(query["offset"][0])
        self.calls.append((offset, limit))
        assert len(self.calls) < 200, "a listing without an end"
        number = sum(asked == offset for asked, _ in self.calls)
        found = self.spoil(number, offset, self.rows[offset : offset + limit])
        total = len(self.rows) if self.total is None else self.total
        payload = {self.plural: found, "limit": limit, "offset": offset, "total": total}
        if isinstance(found, dict):
            payload |= found
        return 200, {}, json.dumps(payload)


@pytest.fixture
def network() -> Iterator[responses.RequestsMock]:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        yield mock


def contact(number: int) -> dict[str, Any]:
    return {"contactId": str(number), "email": f"p{number}@example.com"}


def subscription(number: int) -> dict[str, Any]:
    return {
        "subscriptionId": f"7_{number}",
        "listId": "7",
        "contactId": str(number),
        "status": "normal",
    }


class _Opens:
    def __init__(self, folder: icontact.Folder) -> None:
        self._messages = folder.messages

    def list(self, **options: Any) -> Any:
        return self._messages.opens(9, **options)


FAMILIES: dict[str, tuple[str, Callable[[int], dict[str, Any]], Callable[[Any], Any]]] = {
    "contacts": ("contacts", contact, lambda folder: folder.contacts),
    "subscriptions": ("subscriptions", subscription, lambda folder: folder.subscriptions),
    "lists": ("lists", lambda n: {"listId": str(n), "name": f"L{n}"}, lambda folder: folder.lists),
    "customfields": (
        "customfields",
        lambda n: {"customFieldId": f"f{n}", "privateName": f"f{n}", "fieldType": "text"},
        lambda folder: folder.custom_fields,
    ),
    "opens": (
        "messages/9/opens",
        lambda n: {"contactId": str(n), "openTime": "2008-04-15T12:05:00-04:00"},
        _Opens,
    ),
}


@pytest.fixture(params=[1, 3], ids=["one after another", "side by side"])
def workers(request: pytest.FixtureRequest) -> int:
    return int(request.param)


@pytest.fixture(params=FAMILIES)
def family(request: pytest.FixtureRequest) -> str:
    return str(request.param)


def listed(network: responses.RequestsMock, family: str, server: Hostile, workers: int) -> Any:
    """Return the listing of a family, ten rows a page, as the server sends it."""
    path, _, resource = FAMILIES[family]
    network.add_callback("GET", f"{BASE}/{FOLDER}/{path}", callback=server)
    folder = icontact.Folder(transport_to(Clock()), 1, 2)
    return resource(folder).list(page_size=10, workers=workers)


def hostile(family: str, count: int, **settings: Any) -> Hostile:
    path, make, _ = FAMILIES[family]
    return Hostile(path.rpartition("/")[2], [make(n + 1) for n in range(count)], **settings)


@pytest.mark.parametrize("nothing", [None, []], ids=repr)
def test_a_page_that_is_empty_once_is_asked_for_again(
    network: responses.RequestsMock, family: str, workers: int, nothing: Any
) -> None:
    server = hostile(
        family, 45, spoil=lambda number, at, rows: nothing if at == 20 and number == 1 else rows
    )

    assert len(listed(network, family, server, workers).all()) == 45


@pytest.mark.parametrize("nothing", [None, []], ids=repr)
def test_a_page_in_the_middle_that_stays_empty_is_an_error(
    network: responses.RequestsMock, family: str, workers: int, nothing: Any
) -> None:
    server = hostile(family, 45, spoil=lambda number, at, rows: nothing if at == 20 else rows)

    with pytest.raises(errors.PagingError):
        listed(network, family, server, workers).all()


def test_a_listing_that_stops_in_the_middle_says_how_many_rows_are_missing(
    network: responses.RequestsMock, family: str
) -> None:
    server = hostile(family, 45, spoil=lambda number, at, rows: rows if at < 20 else None)
    taken = []

    with pytest.raises(errors.IncompleteListing, match="announced 45 rows and sent 20") as caught:
        taken.extend(listed(network, family, server, 1))

    assert (caught.value.announced, caught.value.received) == (45, 20)


def test_a_first_page_without_rows_is_an_error_if_rows_were_announced(
    network: responses.RequestsMock, family: str, workers: int
) -> None:
    listing = listed(network, family, hostile(family, 0, total=1000), workers)

    with pytest.raises(errors.IncompleteListing):
        listing.all()
    with pytest.raises(errors.IncompleteListing):
        listing.first()


def test_a_page_with_fewer_rows_than_belong_there_loses_none(
    network: responses.RequestsMock, family: str, workers: int
) -> None:
    server = hostile(
        family, 45, spoil=lambda number, at, rows: rows[3:] if (number, at) == (1, 10) else rows
    )

    assert len(listed(network, family, server, workers).all()) == 45


def test_rows_that_a_page_always_leaves_out_are_missed(
    network: responses.RequestsMock, workers: int
) -> None:
    server = hostile("contacts", 45, spoil=lambda _, at, rows: rows[3:] if at == 10 else rows)

    with pytest.raises(errors.PagingError):
        listed(network, "contacts", server, workers).all()


def test_a_total_that_is_lowered_in_the_middle_does_not_end_the_listing(
    network: responses.RequestsMock, family: str
) -> None:
    server = hostile(family, 45)
    nothing = {server.plural: None, "total": 0}
    server.spoil = lambda number, at, rows: rows if at < 20 else nothing

    with pytest.raises(errors.IncompleteListing):
        listed(network, family, server, 1).all()


def test_a_server_that_ignores_the_offset_is_an_error(
    network: responses.RequestsMock, family: str, workers: int
) -> None:
    server = hostile(family, 45)
    first = server.rows[:10]
    server.spoil = lambda number, at, rows: first

    with pytest.raises(errors.PagingError):
        listed(network, family, server, workers).all()


def test_a_server_that_sends_the_same_rows_in_another_order_comes_to_an_end(
    network: responses.RequestsMock, family: str, workers: int
) -> None:
    server = hostile(family, 45)
    first = server.rows[:10]
    server.spoil = lambda number, at, rows: first[at % 7 :] + first[: at % 7]

    with pytest.raises(errors.PagingError):
        listed(network, family, server, workers).all()


def test_a_server_without_an_end_is_stopped_by_its_own_total(
    network: responses.RequestsMock, family: str
) -> None:
    server = hostile(family, 190, total=20)

    with pytest.raises(errors.RepeatedRows, match="announced 20 rows and sends more"):
        listed(network, family, server, 1).all()
    assert len(server.calls) <= 4


def test_a_total_that_counts_deleted_rows_is_logged_and_loses_nothing(
    network: responses.RequestsMock, family: str, caplog: pytest.LogCaptureFixture
) -> None:
    server = hostile(family, 17, total=19)

    assert len(listed(network, family, server, 1).all()) == 17
    assert [one.levelno for one in caplog.records] == [logging.WARNING]
    assert "announced 19 rows and sent 17" in caplog.text


def test_a_search_for_a_deleted_contact_finds_nothing(network: responses.RequestsMock) -> None:
    # Recorded: the total still counts it (API 6.4).
    network.add_callback(
        "GET", f"{BASE}/{FOLDER}/contacts", callback=hostile("contacts", 0, total=1)
    )
    folder = icontact.Folder(transport_to(Clock()), 1, 2)

    assert folder.contacts.find(email="gone@example.com") is None
    assert folder.contacts.list(contact_id=5).all() == []


def test_deleting_while_reading_is_noticed(network: responses.RequestsMock) -> None:
    server = hostile("contacts", 60)

    def shrink(number: int, offset: int, rows: Rows) -> Rows:
        del server.rows[:10]
        return rows

    server.spoil = shrink
    with pytest.raises(errors.IncompleteListing):
        listed(network, "contacts", server, 1).all()


def test_resources_beside_a_folder_end_with_as_many_rows_too(
    network: responses.RequestsMock,
) -> None:
    rows = [{"clientFolderId": "5"}]
    payload = {"clientfolders": rows, "total": 30}
    network.get(f"{BASE}/a/1/c", json=payload)
    folders: Resource[Any] = resources.ClientFolders(transport_to(Clock()), 1)

    with pytest.raises(errors.PagingError):
        folders._list({}).all()


def test_what_came_before_an_error_was_handed_out(network: responses.RequestsMock) -> None:
    server = hostile("contacts", 45, spoil=lambda _, at, rows: rows if at < 20 else [])
    taken: list[Contact] = []

    with pytest.raises(errors.IncompleteListing):
        taken.extend(listed(network, "contacts", server, 1))

    assert [one.contact_id for one in taken] == [*range(1, 21)]


def test_an_id_that_a_server_spoiled_is_shown_by_no_log_and_no_error(
    network: responses.RequestsMock, workers: int, caplog: pytest.LogCaptureFixture
) -> None:
    server = hostile("customfields", 45)
    for row in server.rows[20:22]:
        row["customFieldId"] = "Jo Berg, jo@example.com"
    caplog.set_level(logging.DEBUG)
    shown = ""

    try:
        listed(network, "customfields", server, workers).all()
    except errors.PagingError as error:
        shown = str(error)

    shown += caplog.text
    assert "a custom_field_id is there a second time" in shown
    assert "Berg" not in shown
    assert "example.com" not in shown.replace(BASE, "")
