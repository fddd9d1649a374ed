"""Contacts out of Mautic's REST API."""

from __future__ import annotations

import base64
import gzip
import json
import logging
import socket
import tracemalloc
from collections.abc import Callable, Iterable, Iterator
from functools import partial
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
import responses

from icontact.errors import (
    ConfigError,
    ConnectError,
    IContactError,
    PagingError,
    RedirectRefused,
    RequestTimeout,
    TransportError,
)
from icontact.integrations import mautic
from icontact.integrations.mautic import Mautic
from icontact.transport import connections
from tests.integrations.support import SITE, person, shown_by
from tests.unit.support import http, listening, read_request

CONTACTS = f"{SITE}/api/contacts"
USER: dict[str, Any] = {"username": "api", "password": "canary-s3cret"}


def reader(**options: Any) -> Mautic:
    return Mautic(SITE, **{**USER, **options})


def listing(total: int, *numbers: int) -> dict[str, Any]:
    found: Any = {str(number): person(number) for number in numbers}
    return {"total": str(total), "contacts": found or []}


def queries(answers: responses.RequestsMock) -> Iterator[dict[str, list[str]]]:
    for call in answers.calls:
        yield parse_qs(urlsplit(str(call.request.url)).query)


class Fake:
    """A Mautic whose contacts come and go between two requests."""

    def __init__(self, answers: responses.RequestsMock, *there: int) -> None:
        self.there = list(there)
        self.total: int | None = None
        #: Before which request who leaves or comes.
        self.changes: dict[int, Callable[[], object]] = {}
        self.starts: list[int] = []
        answers.add_callback(responses.GET, CONTACTS, self._answer)

    def _answer(self, request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        query = parse_qs(urlsplit(str(request.url)).query)
        start, limit = int(query["start"][0]), int(query["limit"][0])
        self.changes.get(len(self.starts), lambda: None)()
        self.starts.append(start)
        found = listing(len(self.there), *self.there[start : start + limit])
        if self.total is not None:
            found["total"] = self.total
        return 200, {}, json.dumps(found)

    def read(self, page_size: int = 3) -> list[int]:
        return [row["id"] for row in reader(page_size=page_size).contacts()]


def test_all_pages_are_read(answers: responses.RequestsMock) -> None:
    fake = Fake(answers, 1, 2, 7)
    with reader(page_size=2) as mautic_:
        rows = list(mautic_.contacts())
    assert [row["mauticContactId"] for row in rows] == [1, 2, 7]
    assert rows[2]["mauticContactTimelineLink"] == f"{SITE}/s/contacts/view/7"
    assert fake.starts == [0, 1, 2]
    assert next(queries(answers)) == {
        "search": ["!is:anonymous"],
        "orderBy": ["id"],
        "orderByDir": ["asc"],
        "limit": ["2"],
        "start": ["0"],
    }


@pytest.mark.parametrize("size", [1, 2, 3, 4, 100])
@pytest.mark.parametrize("total", [None, 0, 5])
def test_a_total_that_is_too_small_ends_nothing(
    answers: responses.RequestsMock, size: int, total: int | None
) -> None:
    fake = Fake(answers, *range(1, 11))
    fake.total = total
    assert fake.read(size) == list(range(1, 11))


@pytest.mark.parametrize("size", [1, 2, 3, 4])
@pytest.mark.parametrize("request_", [1, 2, 3])
def test_contacts_that_leave_or_come_meanwhile_hide_no_other(
    answers: responses.RequestsMock, size: int, request_: int
) -> None:
    def change(fake: Fake, leaving: Iterable[int], coming: Iterable[int]) -> None:
        fake.there[:] = sorted({*fake.there, *coming} - {*leaving})

    changes: tuple[tuple[tuple[int, ...], tuple[int, ...]], ...] = (
        ((1,), ()),
        ((1, 2), ()),
        ((1,), (99,)),
        ((5, 6, 7), ()),
        ((3, 4), ()),
        ((), (0, 15, 25)),
        ((10, 20, 30), (5, 7)),
        ((1, 2, 3, 4, 5, 6, 7, 8), ()),
    )
    for leaving, coming in changes:
        before = [1, 2, 3, 4, 5, 6, 7, 8, 10, 20, 30, 40]
        answers.reset()
        fake = Fake(answers, *before)
        fake.changes[request_] = partial(change, fake, leaving, coming)
        read = fake.read(size)
        assert {*before} - {*leaving} <= {*read}
        assert len(read) == len({*read})


def test_when_all_have_left_it_ends(answers: responses.RequestsMock) -> None:
    fake = Fake(answers, 1, 2, 3, 4)
    fake.changes[1] = fake.there.clear
    assert fake.read() == [1, 2, 3]


def test_contacts_that_leave_faster_than_they_are_read_are_an_error(
    answers: responses.RequestsMock,
) -> None:
    fake = Fake(answers, *range(1, 150))
    fake.changes[120] = lambda: setattr(fake, "there", list(range(1000, 2000)))
    with pytest.raises(PagingError, match="leave Mautic's list faster"):
        fake.read(page_size=1)
    assert fake.starts[120:] == list(range(120, 19, -1))


def test_a_count_that_is_never_reached_is_an_error(answers: responses.RequestsMock) -> None:
    fake = Fake(answers, 1, 2)
    fake.total = 3
    with pytest.raises(PagingError, match="counts 3 contacts, and gave 2"):
        fake.read()
    fake.starts.clear()
    fake.changes[2] = lambda: setattr(fake, "total", 2)
    assert fake.read() == [1, 2]


def segments(answers: responses.RequestsMock, members: list[int], others: list[int]) -> list[str]:
    """Answer a search with the members of ``vip``, or with none; return the searches."""
    searches: list[str] = []

    def answer(request: requests.PreparedRequest) -> tuple[int, dict[str, str], str]:
        (search,) = parse_qs(urlsplit(str(request.url)).query)["search"]
        searches.append(search)
        found = members if "segment:vip" in search.split() else []
        return 200, {}, json.dumps(listing(len(found + others), *sorted(found + others)))

    answers.add_callback(responses.GET, CONTACTS, answer)
    return searches


def test_a_segment_and_a_search_hold_together(answers: responses.RequestsMock) -> None:
    searches = segments(answers, [1, 2], [])
    rows = list(reader().contacts(segment="vip", search="city:Durham"))
    assert [row["id"] for row in rows] == [1, 2]
    assert searches[-1] == "city:Durham segment:vip !is:anonymous"


def test_a_segment_without_members_has_no_rows(answers: responses.RequestsMock) -> None:
    segments(answers, [], [])
    assert list(reader().contacts(segment="vip")) == []


@pytest.mark.parametrize(
    "filters",
    [{"segment": "vip"}, {"segment": "vip", "search": "canary"}, {"search": "city:canary"}],
)
def test_a_search_that_mautic_ignores_is_an_error_before_any_row(
    answers: responses.RequestsMock, filters: dict[str, str]
) -> None:
    segments(answers, [1], [2, 3])
    with pytest.raises(mautic.MauticError, match="ignored the search") as caught:
        next(reader().contacts(**filters))
    assert caught.value.status == 200
    assert "canary" not in shown_by(caught.value)


def test_a_count_of_contacts_where_none_can_be_is_an_error(
    answers: responses.RequestsMock,
) -> None:
    answers.get(CONTACTS, json=listing(350))
    with pytest.raises(mautic.MauticError, match="ignored the search"):
        next(reader().contacts(segment="vip"))


def test_the_segment_that_cannot_be_is_another_one_each_time(
    answers: responses.RequestsMock,
) -> None:
    searches = segments(answers, [], [])
    for _ in range(2):
        assert list(reader().contacts(segment="vip", search="city:Durham")) == []
    first, _, second, _ = searches
    assert first != second
    for search in first, second:
        start, _, rest = search.partition(" segment:")
        alias, _, end = rest.partition(" ")
        assert (start, end) == ("city:Durham", "!is:anonymous")
        assert len(alias) > 20
        assert not alias.startswith("vip")


@pytest.mark.parametrize("blank", ["", " "])
def test_a_blank_segment_is_not_all_contacts(answers: responses.RequestsMock, blank: str) -> None:
    with pytest.raises(ConfigError, match="segment"):
        next(reader().contacts(segment=blank))
    assert len(answers.calls) == 0


def test_all_contacts_need_no_check(answers: responses.RequestsMock) -> None:
    answers.get(CONTACTS, json=listing(0))
    assert list(reader().contacts()) == []
    assert len(answers.calls) == 1


def test_a_missing_total_does_not_end_the_reading(answers: responses.RequestsMock) -> None:
    answers.get(CONTACTS, json={"contacts": [person(1)]})
    assert len(list(reader().contacts())) == 1
    assert len(answers.calls) == 2


def test_visitors_are_left_out(answers: responses.RequestsMock) -> None:
    answers.get(CONTACTS, json={"total": 2, "contacts": [person(1, email=None), person(2)]})
    assert [row["id"] for row in reader().contacts()] == [2]


@pytest.mark.parametrize("second", [(1, 2), (3, 2), (-4, 2)])
def test_pages_that_cannot_be_trusted_are_refused(
    answers: responses.RequestsMock, second: tuple[int, ...]
) -> None:
    answers.get(CONTACTS, json=listing(4, 1, 2))
    answers.get(CONTACTS, json=listing(4, *second))
    with pytest.raises(PagingError, match="repeat"):
        list(reader(page_size=2).contacts())


def test_a_contact_without_an_id_is_an_error(answers: responses.RequestsMock) -> None:
    answers.get(CONTACTS, json={"contacts": [person(1, id=None)]})
    with pytest.raises(PagingError, match="repeat"):
        list(reader().contacts())


def test_one_contact_is_read(answers: responses.RequestsMock) -> None:
    answers.get(f"{CONTACTS}/47", json={"contact": person(47)})
    assert reader().contact(47)["email"] == "person47@example.com"


def test_credentials_travel_as_mautic_wants_them(answers: responses.RequestsMock) -> None:
    answers.get(CONTACTS, json=listing(0))
    list(reader(user_agent="my-app/1").contacts())
    list(Mautic(SITE, token="canary-token").contacts())
    basic, bearer = (call.request.headers for call in answers.calls)
    assert basic["Authorization"].split()[1] == base64.b64encode(b"api:canary-s3cret").decode()
    assert basic["User-Agent"].startswith("my-app/1 icontact-python/")
    assert bearer["Authorization"] == "Bearer canary-token"
    assert bearer["User-Agent"].startswith("icontact-python/")


@pytest.mark.parametrize(
    "wrong",
    [
        {},
        {"username": "canary"},
        {"username": "canary", "password": None},
        {"username": "", "password": "canary"},
        {"token": ""},
        {"token": "canary\n"},
        {**USER, "token": "canary"},
    ],
)
def test_credentials_that_cannot_be_used_are_refused_unshown(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match="username and password, or else a token") as caught:
        Mautic(SITE, **wrong)
    assert "canary" not in shown_by(caught.value)


@pytest.mark.parametrize(
    "url",
    [
        "http://mautic.example.com",
        "mautic.example.com",
        "ftp://mautic.example.com",
        "https://user:secret@mautic.example.com",
        "https://mautic.example.com?x=1",
        "https://mautic.example.com:0",
        "https://mautic.example.com:x",
        "https://",
        "https://mautic.example.com/\n",
        "https://*.example.com",
        "https://mautic..example.com",
        None,
    ],
)
def test_only_https_will_do(url: Any) -> None:
    with pytest.raises(ConfigError, match=r"Mautic's address (must|cannot be sent)") as caught:
        Mautic(url, **USER)
    assert "secret" not in shown_by(caught.value)


def test_a_page_has_contacts() -> None:
    with pytest.raises(ConfigError, match="page_size"):
        reader(page_size=0)


@pytest.mark.parametrize("timeout", [30, (5,), (0, 30), ("5", "30"), None])
def test_a_time_out_has_two_numbers(timeout: Any) -> None:
    with pytest.raises(ConfigError, match="timeout must be two positive numbers"):
        reader(timeout=timeout)


def test_its_repr_shows_the_address_alone() -> None:
    assert repr(reader()) == f"Mautic('{SITE}')"
    assert repr(Mautic.__new__(Mautic)) == "Mautic(None)"


@pytest.mark.parametrize(
    ("answer", "said"),
    [
        ({"status": 401, "json": {"errors": [{"message": "for canary@x.example"}]}}, "credentials"),
        ({"status": 403, "json": {"errors": "canary"}}, "may not see or edit contacts"),
        ({"status": 404, "body": "<html>canary"}, "check Mautic's address"),
        ({"status": 500, "json": {"errors": ["x", {"message": 5}]}}, "could not answer"),
        ({"status": 500, "json": {"errors": 5}}, "could not answer"),
        ({"status": 200, "body": "<html>canary"}, "not that of Mautic's API"),
        ({"status": 200, "json": ["canary"]}, "not that of Mautic's API"),
        ({"status": 200, "json": {"contacts": "canary"}}, "holds no contacts"),
        ({"status": 200, "json": {"contacts": [{"email": "canary"}]}}, "holds no contacts"),
        ({"status": 200, "body": "[" * 100_000}, "not that of Mautic's API"),
    ],
)
def test_an_error_says_what_to_do_and_shows_nothing(
    answers: responses.RequestsMock, answer: dict[str, Any], said: str
) -> None:
    answers.get(CONTACTS, **answer)
    with pytest.raises(mautic.MauticError, match=said) as caught:
        list(reader().contacts(search="canary"))
    assert caught.value.status == answer["status"]
    assert "canary" not in shown_by(caught.value)


def test_the_error_has_mautics_own_words(answers: responses.RequestsMock) -> None:
    answers.get(CONTACTS, status=403, json={"errors": [{"code": 403, "message": "API disabled."}]})
    with pytest.raises(mautic.MauticError, match="API disabled"):
        list(reader().contacts())


def test_a_redirect_is_refused(answers: responses.RequestsMock) -> None:
    answers.get(CONTACTS, status=301, headers={"Location": "https://evil.example/"})
    with pytest.raises(RedirectRefused, match="hand the credentials on"):
        list(reader().contacts())
    assert len(answers.calls) == 1


@pytest.mark.parametrize(
    ("problem", "kind"),
    [
        (requests.exceptions.ConnectTimeout("canary"), ConnectError),
        (requests.exceptions.ReadTimeout("canary"), RequestTimeout),
        (requests.exceptions.ChunkedEncodingError("canary"), TransportError),
    ],
)
def test_no_exception_of_requests_gets_out(
    answers: responses.RequestsMock, problem: Exception, kind: type[IContactError]
) -> None:
    answers.get(CONTACTS, body=problem)
    with pytest.raises(kind) as caught:
        list(reader().contacts(search="canary"))
    assert "canary" not in shown_by(caught.value)


def test_over_a_socket_no_query_is_logged(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    body = b'{"total": "0", "contacts": []}'

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(body))

    with listening(talk) as port:
        mautic_ = Mautic(f"http://127.0.0.1:{port}/", **USER)
        assert list(mautic_.contacts(search="canary@x.example")) == []
        mautic_.close()
    assert "canary" not in caplog.text


@pytest.mark.parametrize("status", ["200 OK", "302 ContactHistory", "500 No"])
def test_no_body_is_read_beyond_the_limit(monkeypatch: pytest.MonkeyPatch, status: str) -> None:
    monkeypatch.setattr(connections, "LONGEST_ANSWER", 2_000_000)
    packed = gzip.compress(b"x" * 60_000_000, 9)

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        headers = "Content-Encoding: gzip", "Location: https://elsewhere.example/"
        connection.sendall(http(packed, *headers, status=status))

    with listening(talk) as port:
        client = Mautic(f"http://127.0.0.1:{port}", **USER)
        tracemalloc.start()
        try:
            with pytest.raises(IContactError):
                client.contact(1)
            _, most = tracemalloc.get_traced_memory()
        finally:
            tracemalloc.stop()
        client.close()
    assert most < 10_000_000


@pytest.mark.parametrize("echo", [USER["password"], "YXBpOmNhbmFyeS1zM2NyZXQ=", "canary%2Ds3cret"])
def test_an_echo_of_the_credentials_is_hidden(answers: responses.RequestsMock, echo: str) -> None:
    said = {"errors": [{"message": f"\x1b[2JBasic {echo} is wrong"}]}
    answers.get(f"{CONTACTS}/1", json=said, status=401)

    with pytest.raises(IContactError) as caught:
        reader().contact(1)

    assert str(caught.value).endswith("<hidden> is wrong")
    assert str(caught.value).isprintable()


def test_a_mautic_that_cannot_be_reached_is_not_looked_for_in_icontacts_url() -> None:
    with Mautic("http://127.0.0.1:1", **USER) as reader, pytest.raises(ConnectError) as caught:
        next(reader.contacts())
    assert "check Mautic's address, the network, and HTTPS_PROXY" in str(caught.value)


@pytest.mark.parametrize(
    "wrong", [{"page_size": "5"}, {"page_size": True}, {"user_agent": "x\r\ny"}, {"user_agent": 5}]
)
def test_options_that_cannot_be_used_are_refused_at_once(wrong: dict[str, Any]) -> None:
    with pytest.raises(ConfigError, match=next(iter(wrong))):
        reader(**wrong)


def test_a_segment_is_given_by_its_alias() -> None:
    segment: Any = 5
    with pytest.raises(ConfigError, match="segment must be the alias"):
        next(reader().contacts(segment=segment))
