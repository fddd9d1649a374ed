"""Pages that grow while the server sends them whole, and follow a cap of every kind."""

from __future__ import annotations

from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import icontact
from icontact.errors import BadRequest, IncompleteListing, RequestTimeout, ServerError
from icontact.models import ContactList
from icontact.paging import Page, Pager, expected_pages
from icontact.paging.page_size import PageSizer
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Answer, Call
from tests.unit.support import FOLDER, Clock, patient_client

LISTING = Call("GET", f"{FOLDER}/lists")

#: Each kind of cap, as the sandbox has it.
CAPS: dict[str, dict[str, Any]] = {
    "the limit is lowered": {"beyond_max_limit": "limit_lowered"},
    "the first rows are answered": {"beyond_max_limit": "first_answered"},
    "refused with 400": {"beyond_max_limit": "refused", "max_limit_status": 400},
    "refused with 413": {"beyond_max_limit": "refused", "max_limit_status": 413},
    "refused with 500": {"beyond_max_limit": "refused", "max_limit_status": 500},
    "answered too late": {"beyond_max_limit": "slow"},
}


@pytest.fixture(params=CAPS)
def cap(request: pytest.FixtureRequest) -> dict[str, Any]:
    return CAPS[request.param]


class Numbers:
    """A server with a listing of numbers, which needs no memory for them."""

    def __init__(self, count: int, *, row_bytes: int = 500) -> None:
        self.count, self.row_bytes = count, row_bytes
        self.asked: list[int] = []
        #: Called with the number of each request, its limit, and its offset.
        self.before: Any = lambda number, limit, offset: None

    def send(self, call: Call, /) -> Answer:
        paging = dict(call.params)
        limit, offset = int(paging["limit"]), int(paging["offset"])
        self.asked.append(limit)
        self.before(len(self.asked), limit, offset)
        rows = [{"listId": number} for number in range(offset, min(offset + limit, self.count))]
        payload = {"lists": rows, "limit": limit, "offset": offset, "total": self.count}
        return Answer(
            status=200,
            payload=payload,
            call=call.summary(),
            body_bytes=self.row_bytes * len(rows),
        )


def pager(server: Numbers, **options: Any) -> Pager[ContactList]:
    return Pager(server.send, LISTING, ContactList, "lists", identity="list_id", **options)


def ids(rows: Any) -> list[int]:
    return [row.list_id for row in rows]


@pytest.mark.parametrize("workers", [1, 4])
def test_pages_grow_to_ten_thousand_rows(workers: int) -> None:
    server = Numbers(37_000)
    assert ids(pager(server, workers=workers)) == [*range(37_000)]
    assert server.asked == [1_000, 4_000, 10_000, 10_000, 10_000, 10_000]
    assert len(server.asked) == expected_pages(37_000, "auto")


def test_a_number_fixes_the_size() -> None:
    server = Numbers(3_500)
    assert len(pager(server, page_size=700).all()) == 3_500
    assert server.asked == [700] * 6


def test_a_million_rows_take_a_hundred_and_two_requests() -> None:
    assert expected_pages(1_000_000, "auto") == 102
    sizer, read = PageSizer("auto"), 0
    for _ in range(102):
        rows = min(sizer.size, 1_000_000 - read)
        read += rows
        sizer.note_whole(rows, 500 * rows)
    assert read == 1_000_000


@pytest.mark.parametrize(
    ("total", "size", "pages"),
    [(0, "auto", 1), (1_000, "auto", 1), (1_001, "auto", 2), (5_001, "auto", 3), (5, 2, 3)],
)
def test_expected_pages(total: int, size: Any, pages: int) -> None:
    assert expected_pages(total, size) == pages


@pytest.mark.parametrize(
    ("total", "size", "first", "pages"),
    [
        (5_000, "auto", 1_000, 2),
        (5_000, "auto", 500, 10),
        (300, "auto", 300, 1),
        (5_000, 2_000, 500, 10),
        (5_000, 2_000, 2_000, 3),
        (5_000, 2_000, 0, 5_000),
    ],
)
def test_a_first_page_that_is_smaller_shows_a_cap(
    total: int, size: Any, first: int, pages: int
) -> None:
    assert expected_pages(total, size, first) == pages


def test_a_page_is_a_tenth_smaller_than_the_largest_that_fits() -> None:
    sizer = PageSizer("auto")
    sizer.note_whole(1_000, 8 * 2**20)
    assert sizer.size == 1_800


@pytest.mark.parametrize(("stated", "size"), [(False, 8_000), (True, 2_000)])
def test_a_cap_that_the_server_does_not_state_is_tried_again(stated: bool, size: int) -> None:
    sizer = PageSizer("auto")
    sizer.note_whole(1_000, 1_000)
    sizer.note_cap(2_000, stated=stated)
    for _ in range(20):
        assert sizer.size == 2_000
        sizer.note_whole(2_000, 1_000)
    assert sizer.size == size


def test_pages_stay_below_sixteen_mebibytes() -> None:
    server = Numbers(60_000, row_bytes=5_000)
    assert len(pager(server).all()) == 60_000
    assert max(server.asked) * 5_000 <= 16 * 2**20
    assert len(set(server.asked[2:-1])) == 1


def test_rows_that_get_longer_make_smaller_pages() -> None:
    server = Numbers(60_000)

    def grow(number: int, limit: int, offset: int) -> None:
        server.row_bytes = 20_000 if offset >= 15_000 else 500

    server.before = grow
    assert ids(pager(server)) == [*range(60_000)]
    assert server.asked[:4] == [1_000, 4_000, 10_000, 10_000]
    assert max(server.asked[4:]) < 16 * 2**20 / 20_000


def folder_with(sandbox: Sandbox, clock: Clock, contacts: int) -> icontact.Folder:
    sandbox.seed_contacts(contacts)
    folder = patient_client(sandbox, clock).folder()
    sandbox.requests.clear()
    return folder


@pytest.mark.no_cover
@pytest.mark.parametrize("workers", [1, 4])
def test_a_cap_costs_few_requests_more_than_its_size_given_at_once(
    cap: dict[str, Any], clock: Clock, workers: int
) -> None:
    quirks = Quirks(max_limit=50, **cap)
    with Sandbox(quirks=quirks) as sandbox:
        folder = folder_with(sandbox, clock, 2_030)
        found = folder.contacts.list(order_by="contact_id", workers=workers)
        assert len({one.contact_id for one in found}) == 2_030
        requests = len(sandbox.requests)
    sandbox.close()
    assert requests <= 1.15 * 41


@pytest.mark.no_cover
def test_a_cap_between_two_sizes_is_found(cap: dict[str, Any], clock: Clock) -> None:
    with Sandbox(quirks=Quirks(max_limit=1_500, **cap)) as sandbox:
        folder = folder_with(sandbox, clock, 5_200)
        assert len(folder.contacts.list().all()) == 5_200
        assert len(sandbox.requests) <= 8
    sandbox.close()


def failing_above(server: Numbers, most: int, error: Exception, times: int = 10**6) -> None:
    left = iter(range(times))

    def refuse(number: int, limit: int, offset: int) -> None:
        if limit > most and next(left, None) is not None:
            raise error

    server.before = refuse


def test_a_size_that_was_refused_is_never_asked_for_again() -> None:
    server = Numbers(60_000)
    failing_above(server, 1_000, BadRequest(400, ["limit is too large"]))
    assert ids(pager(server)) == [*range(60_000)]
    assert server.asked == [1_000, 4_000, *[1_000] * 60]


@pytest.mark.no_cover
def test_a_size_that_failed_once_is_tried_again_after_some_pages() -> None:
    server = Numbers(100_000)
    failing_above(server, 1_000, ServerError(500), times=1)
    assert ids(pager(server)) == [*range(100_000)]
    assert server.asked[:23] == [1_000, 4_000, *[1_000] * 20, 4_000]
    assert server.asked[23] == 10_000


@pytest.mark.no_cover
@pytest.mark.parametrize("error", [ServerError(500), RequestTimeout("no answer in time")])
def test_side_by_side_a_size_is_tried_again_too(error: Exception) -> None:
    server = Numbers(100_000)
    failing_above(server, 1_000, error, times=1)
    assert ids(pager(server, workers=3)) == [*range(100_000)]
    assert len(server.asked) < 35


def test_an_error_that_has_another_cause_is_raised_after_few_requests() -> None:
    server = Numbers(10)
    failing_above(server, 0, BadRequest(400, ["no such term"]))
    with pytest.raises(BadRequest):
        pager(server).all()
    assert server.asked == [1_000, 100, 20]


def test_a_few_rows_are_asked_for_again_as_in_any_other_request(clock: Clock) -> None:
    with Sandbox() as sandbox:
        folder = folder_with(sandbox, clock, 80)
        sandbox.faults.next(status=500, times=2)
        assert len(folder.contacts.list(max_items=60).all()) == 60
        assert len(sandbox.requests) == 3
        assert len(clock.sleeps) == 2
    sandbox.close()


def test_a_page_that_is_cut_once_loses_no_row_and_does_not_slow_the_rest() -> None:
    server = Numbers(30_000)
    send = server.send

    def cut(call: Call, /) -> Answer:
        answer = send(call)
        if len(server.asked) == 2:
            answer.payload["lists"] = answer.payload["lists"][:3]
        return answer

    server.send = cut  # type: ignore[method-assign]  # spoils the answers of one server
    assert ids(pager(server)) == [*range(30_000)]
    assert server.asked == [1_000, 4_000, 4_000, 10_000, 10_000, 10_000]


def test_a_listing_that_is_cut_short_is_still_an_error() -> None:
    server = Numbers(9_000)
    send = server.send

    def cut(call: Call, /) -> Answer:
        answer = send(call)
        if int(dict(call.params)["offset"]) >= 5_000:
            answer.payload["lists"] = []
        return answer

    server.send = cut  # type: ignore[method-assign]  # spoils the answers of one server
    with pytest.raises(IncompleteListing):
        pager(server).all()


@example(count=23, cap=1, kind="cut", workers=2, max_items=None)
@given(
    count=st.integers(0, 400),
    cap=st.integers(1, 120),
    kind=st.sampled_from(["refused", "failed", "cut", "lowered", "late"]),
    workers=st.integers(1, 3),
    max_items=st.none() | st.integers(0, 450),
)
def test_no_row_is_lost_or_doubled_whatever_the_cap(
    count: int, cap: int, kind: str, workers: int, max_items: int | None
) -> None:
    cap = max(cap, 20) if kind in ("refused", "failed", "late") else cap
    server = Numbers(count)
    send = server.send

    def capped(call: Call, /) -> Answer:
        limit = int(dict(call.params)["limit"])
        if limit > cap and kind == "refused":
            raise BadRequest(400)
        if limit > cap and kind == "failed":
            raise ServerError(500)
        if limit > cap and kind == "late":
            raise RequestTimeout("no answer in time")
        answer = send(call)
        answer.payload["lists"] = answer.payload["lists"][:cap]
        if kind == "lowered":
            answer.payload["limit"] = min(limit, cap)
        return answer

    server.send = capped  # type: ignore[method-assign]  # spoils the answers of one server
    assert ids(pager(server, workers=workers, max_items=max_items)) == [*range(count)][:max_items]


def test_an_impossible_size_is_refused() -> None:
    with pytest.raises(ValueError, match='page_size must be 1 or more, or "auto"'):
        pager(Numbers(1), page_size="large")


@pytest.mark.parametrize("number", [10.5, float("nan"), True, "5", -1])
@pytest.mark.parametrize("name", ["page_size", "max_items", "workers"])
def test_what_is_not_a_whole_number_is_refused(name: str, number: Any) -> None:
    given: dict[str, Any] = {name: number}
    with pytest.raises(ValueError, match=f"{name} must be"):
        pager(Numbers(1), **given)


def test_every_page_knows_its_place() -> None:
    found: list[Page[ContactList]] = [*pager(Numbers(5_500)).pages()]
    assert [(page.offset, len(page)) for page in found] == [
        (0, 1_000),
        (1_000, 4_000),
        (5_000, 500),
    ]
