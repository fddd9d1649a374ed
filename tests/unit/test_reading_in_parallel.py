"""Pages read side by side: the same rows in the same order, or an error that says why not."""

from __future__ import annotations

import inspect
import logging
import threading
from collections.abc import Callable, Iterator
from typing import Any, get_type_hints

import attrs
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

import icontact
from icontact import Pager, TokenBucket, Unlimited, errors, resources
from icontact.cancellation import Cancelled, cancellable, cancellable_sleep, check_cancelled
from icontact.models import ContactAction, ContactList
from icontact.paging import MOST_WORKERS
from icontact.paging.consistency import IdSet
from icontact.paging.prefetch import prefetch
from icontact.resources._base import Resource
from icontact.sandbox import Sandbox
from icontact.transport import Answer, Call, Event, connections
from tests.unit.support import FOLDER, Clock, transport_to

LISTING = Call("GET", f"{FOLDER}/lists")


def readers() -> list[threading.Thread]:
    return [one for one in threading.enumerate() if one.name.startswith("icontact-reader")]


@pytest.fixture(autouse=True)
def no_thread_is_left() -> Iterator[None]:
    yield
    assert readers() == []


class Server:
    """A listing of numbers, for several threads."""

    def __init__(
        self,
        count: int,
        *,
        cap: int | None = None,
        lag: int = 0,
        states_total: bool = True,
        states_limit: bool = True,
    ) -> None:
        self.rows = [*range(count)]
        self.cap, self.lag = cap, lag
        self.states_total, self.states_limit = states_total, states_limit
        self.changed = threading.Condition()
        self.asked: list[tuple[int, int]] = []
        #: Called with each offset, before and after the rows are taken.
        self.before: Callable[[int], None] = lambda offset: None
        self.after: Callable[[int, list[int]], list[int]] = lambda offset, found: found

    def send(self, call: Call, /) -> Answer:
        paging = dict(call.params)
        limit, offset = int(paging["limit"]), int(paging["offset"])
        with self.changed:
            self.asked.append((offset, limit))
            self.changed.notify_all()
        self.before(offset)
        limit = limit if self.cap is None else min(limit, self.cap)
        found = self.after(offset, self.rows[offset : offset + limit])
        payload: dict[str, Any] = {"lists": [{"listId": str(number)} for number in found]}
        if self.states_limit:
            payload |= {"limit": limit, "offset": offset}
        if self.states_total:
            payload["total"] = max(0, len(self.rows) + self.lag)
        return Answer(status=200, payload=payload, call=call.summary())

    def wait_for_requests(self, number: int) -> None:
        with self.changed:
            assert self.changed.wait_for(lambda: len(self.asked) >= number, 10)


def pager(server: Server, **options: Any) -> Pager[ContactList]:
    settings: dict[str, Any] = {"workers": 3, "page_size": 2, "identity": "list_id", **options}
    return Pager(server.send, LISTING, ContactList, "lists", **settings)


def ids(found: Any) -> list[int]:
    return [item.list_id for item in found]


# The same rows


@given(
    settings=st.fixed_dictionaries(
        {
            "count": st.integers(0, 25),
            "cap": st.none() | st.integers(1, 12),
            "lag": st.integers(-5, 5),
            "states_total": st.booleans(),
            "states_limit": st.booleans(),
        }
    ),
    page_size=st.integers(1, 12),
    max_items=st.none() | st.integers(0, 30),
    workers=st.integers(2, 5),
)
def test_rows_and_their_order_are_those_of_one_page_after_another(
    settings: dict[str, Any], page_size: int, max_items: int | None, workers: int
) -> None:
    if not settings["states_limit"]:
        # A lag cannot be distinguished from the end, nor a cap without a total.
        settings["lag"] = 0
        settings["cap"] = settings["cap"] if settings["states_total"] else None
    # A listing that ends just where a page does, and lacks a whole one, was cut.
    size = min(page_size, settings["cap"] or page_size)
    assume(settings["count"] % size or settings["lag"] < size or not settings["count"])
    server = Server(**settings)
    options = {"page_size": page_size, "max_items": max_items}
    assert ids(pager(server, workers=workers, **options)) == server.rows[:max_items]
    paged = [ids(page) for page in pager(server, workers=workers, **options).pages()]
    assert paged == [ids(page) for page in pager(server, workers=1, **options).pages()]


def test_pages_know_their_places_and_totals() -> None:
    pages = list(pager(Server(7)).pages())
    assert [(page.offset, len(page), page.total) for page in pages] == [
        (0, 2, 7),
        (2, 2, 7),
        (4, 2, 7),
        (6, 1, 7),
    ]


def test_pages_are_asked_for_at_the_same_time() -> None:
    server = Server(9)
    together = threading.Barrier(4)

    def wait(offset: int) -> None:
        if offset:
            together.wait(10)

    server.before = wait
    assert ids(pager(server, workers=4)) == [*range(9)]
    assert sorted(server.asked) == [(offset, 2) for offset in range(0, 10, 2)]


def test_the_plan_goes_by_the_page_size_of_the_server() -> None:
    server = Server(45, cap=20)
    assert ids(pager(server, page_size=500)) == [*range(45)]
    assert sorted(server.asked) == [(0, 500), (20, 20), (40, 20)]


def test_a_cap_that_falls_meanwhile_makes_a_new_plan() -> None:
    server = Server(40, cap=8)

    def fall(offset: int) -> None:
        server.cap = 8 if offset < 16 else 3

    server.before = fall
    assert ids(pager(server, page_size=10)) == [*range(40)]


def test_max_items_bounds_what_is_asked_for() -> None:
    server = Server(100)
    assert ids(pager(server, page_size=10, max_items=34)) == [*range(34)]
    assert sorted(server.asked) == [(0, 10), (10, 10), (20, 10), (30, 4)]


def test_what_states_no_total_is_read_one_page_after_another() -> None:
    server = Server(7, states_total=False)
    assert ids(pager(server)) == [*range(7)]
    assert server.asked == [(0, 2), (2, 2), (4, 2), (6, 2)]


def test_equal_rows_without_an_id_are_no_mistake() -> None:
    row = {"actionType": "Open", "actionTime": "2009-08-01T16:02:44-0400"}
    click = {**row, "actionType": "Click"}

    def send(call: Call, /) -> Answer:
        offset = int(dict(call.params)["offset"])
        rows = [row, click if offset % 4 else row][: 7 - offset]
        payload = {"actions": rows, "limit": 2, "offset": offset, "total": 7}
        return Answer(status=200, payload=payload, call=call.summary())

    found = Pager(send, LISTING, ContactAction, "actions", page_size=2, workers=3).all()
    assert len(found) == 7


@pytest.mark.parametrize("workers", [0, -1, MOST_WORKERS + 1, True])
def test_an_impossible_number_of_workers_is_refused(workers: Any) -> None:
    with pytest.raises(ValueError, match="workers must be from 1 to 32"):
        pager(Server(1), workers=workers)


# Never far ahead, and an end to everything


def test_no_more_than_twice_as_many_pages_as_workers_are_ahead() -> None:
    server = Server(200)
    pages = pager(server, workers=3).pages()
    for _ in range(4):
        next(pages)
    # The first page, three that were taken, and six ahead.
    server.wait_for_requests(1 + 3 + 6)
    pages.close()  # type: ignore[attr-defined]  # a generator
    assert len(server.asked) == 10


def test_leaving_the_loop_ends_the_threads() -> None:
    for number, _ in enumerate(pager(Server(200))):
        if number == 5:
            assert readers()
            break
    assert readers() == []


def test_ctrl_c_ends_the_threads() -> None:
    server = Server(200)
    pages = pager(server).pages()
    next(pages)
    next(pages)
    with pytest.raises(KeyboardInterrupt):
        pages.throw(KeyboardInterrupt)  # type: ignore[attr-defined]  # a generator
    assert readers() == []


def test_after_an_error_the_rows_before_it_come_and_no_request_goes_out() -> None:
    server = Server(200)
    third_is_out = threading.Event()

    def fail(offset: int) -> None:
        if offset == 4:
            third_is_out.set()
            # By then the others have read as far ahead as they may.
            server.wait_for_requests(7)
            raise errors.ConnectError("no connection")
        if offset > 4:
            assert third_is_out.wait(10)

    server.before = fail
    taken: list[list[int]] = []
    with pytest.raises(errors.ConnectError):
        for page in pager(server).pages():
            taken.append(ids(page))
    assert taken == [[0, 1], [2, 3]]
    assert len(server.asked) <= 1 + 1 + 6


def test_the_first_error_is_the_one_that_is_raised() -> None:
    failed = threading.Event()

    def job(number: int) -> int:
        if number == 1:
            failed.set()
            raise OSError("first")
        assert failed.wait(10)
        # Waits for a limit, say, and is called off.
        cancellable_sleep(lambda _: None, 100.0)
        raise ValueError("never")

    ahead = prefetch(job, count=2, workers=2)
    with pytest.raises(OSError, match="first"):
        list(ahead)


def test_what_has_not_begun_never_begins_after_an_error() -> None:
    begun: list[int] = []

    def job(number: int) -> int:
        begun.append(number)
        raise OSError(str(number))

    with pytest.raises(OSError, match="0"):
        list(prefetch(job, count=50, workers=1))
    assert begun == [0]


def test_a_reader_that_collects_the_garbage_does_not_wait_for_itself() -> None:
    taken, closed = threading.Event(), threading.Event()

    def job(number: int) -> int:
        if number == 1:
            assert taken.wait(10)
            results.close()
            closed.set()
        return number

    results = prefetch(job, count=9, workers=1)
    assert next(results) == 0
    taken.set()
    assert closed.wait(10)
    for one in readers():
        one.join(10)


# Rows that shift meanwhile


def strict(server: Server, match: str, **options: Any) -> errors.ListingShifted:
    with pytest.raises(errors.ListingShifted, match=match) as caught:
        pager(server, **options).all()
    assert isinstance(caught.value, errors.PagingError)
    assert "workers=1" in str(caught.value)
    assert f"GET {FOLDER}/lists" in str(caught.value)
    return caught.value


def test_a_total_that_changes_is_an_error() -> None:
    server = Server(20)

    def remove(offset: int) -> None:
        if offset == 4:
            server.lag = -1

    server.before = remove
    strict(server, r"the total went from 20 to 19 \(at offset \d+\)")


def test_an_id_on_two_pages_is_an_error_however_far_apart() -> None:
    server = Server(40)
    server.after = lambda offset, found: [1, 35] if offset == 34 else found
    strict(server, "list_id 1 is there a second time")


def test_an_id_twice_on_one_page_is_an_error() -> None:
    server = Server(10)
    server.after = lambda offset, found: [4, 4] if offset == 4 else found
    strict(server, "list_id 4 is there a second time")


def test_a_short_page_is_an_error_if_the_next_one_has_rows() -> None:
    server = Server(20)
    server.after = lambda offset, found: found[:1] if offset == 4 else found
    strict(server, "the page at offset 4 has 1 rows instead of 2")
    server.after = lambda offset, found: [] if offset == 4 else found
    strict(server, "the page at offset 4 has 0 rows instead of 2")


def test_a_short_page_is_an_error_if_the_rest_is_there_after_all() -> None:
    server = Server(6, lag=2)
    server.after = lambda offset, found: [4] if offset == 4 else found
    strict(server, "the page at offset 4 has 1 rows instead of 2")


def test_a_short_first_page_is_an_error_if_rows_follow() -> None:
    server = Server(20)
    server.after = lambda offset, found: found[:1] if offset == 0 else found
    strict(server, "the page at offset 0 has 1 rows instead of 2")


def test_a_page_longer_than_asked_for_is_an_error() -> None:
    server = Server(20)
    server.after = lambda offset, found: [*found, 99] if offset == 4 else found
    strict(server, "the page at offset 4 has 3 rows instead of 2")


def test_a_server_that_ignores_the_offset_is_found_out() -> None:
    server = Server(20)
    server.after = lambda offset, found: [0, 1]
    with pytest.raises(errors.PagingError, match="same page twice"):
        pager(server).all()


def test_pages_before_the_shift_are_handed_out_and_the_one_that_shows_it_is_not() -> None:
    server = Server(20)
    server.after = lambda offset, found: found[:1] if offset == 6 else found
    taken: list[ContactList] = []
    with pytest.raises(errors.ListingShifted):
        taken.extend(pager(server))
    assert ids(taken) == [*range(6)]


def test_one_page_after_another_a_shift_is_logged_once_and_the_rows_come(
    caplog: pytest.LogCaptureFixture,
) -> None:
    server = Server(12)

    def shift(offset: int) -> None:
        server.lag = -offset

    server.before = shift
    server.after = lambda offset, found: [found[0], 0] if offset in {4, 8} else found
    found = pager(server, workers=1)
    assert [page.total for page in found.pages()] == [12, 10, 8, 6, 4, 2, 0]
    said = [(one.levelno, one.getMessage()) for one in caplog.records]
    assert [level for level, _ in said] == [logging.WARNING] * 2
    assert said[0][1].startswith(f"GET {FOLDER}/lists: the total went from 12 to 10 (at offset 2):")
    assert "list_id 0 is there a second time: rows came or went" in said[1][1]


@given(st.lists(st.integers(-600, 600) | st.sampled_from(["7_1", "7_01", "8_1", "x", "_", "7_"])))
def test_every_id_is_new_once(found: list[int | str]) -> None:
    seen = IdSet()
    known: set[int | str] = set()
    for one in found:
        assert seen.add(one) is (one not in known)
        known.add(one)


def test_ids_in_a_row_take_little_memory() -> None:
    seen = IdSet()
    assert all(seen.add(66_000_000 + number) for number in range(10_000))
    assert sum(map(len, seen._bits.values())) <= 41


# Calling off


def test_whoever_is_called_off_sends_nothing_after_the_wait_for_a_limit(
    sandbox: Sandbox, clock: Clock
) -> None:
    stop = threading.Event()
    calls = Call("GET", "a")

    class Slow(Unlimited):
        def acquire(self, cost: int = 1) -> float:
            stop.set()
            return 1.0

    transport = transport_to(clock, sandbox.base_url, sandbox.credentials, limiter=Slow())
    with cancellable(stop), pytest.raises(Cancelled):
        transport.send(calls)
    assert len(sandbox.requests) == 0
    assert transport.send(calls).status == 200


def test_whoever_is_called_off_does_not_wait_for_another_attempt(
    sandbox: Sandbox, clock: Clock
) -> None:
    stop = threading.Event()
    said: list[str] = []

    def hear(event: Event) -> None:
        said.append(event.kind)
        if event.kind == "retry":
            stop.set()

    transport = transport_to(clock, sandbox.base_url, sandbox.credentials, on_event=hear)
    sandbox.faults.next(status=503, times=2)
    with cancellable(stop), pytest.raises(Cancelled):
        transport.send(Call("GET", "a"))
    assert said == ["request", "retry"]
    assert clock.sleeps == []


def test_whoever_is_called_off_leaves_the_line_before_a_limit() -> None:
    stop = threading.Event()
    slept: list[float] = []

    def sleep(seconds: float) -> None:
        slept.append(seconds)
        stop.set()

    bucket = TokenBucket(per_minute=1, clock=lambda: 0.0, sleep=sleep)
    bucket.acquire()
    with cancellable(stop), pytest.raises(Cancelled):
        bucket.acquire()
    assert slept == [pytest.approx(0.2)]
    assert bucket._waiting == {}


def test_who_can_be_called_off_rests_in_naps_and_nobody_else_does() -> None:
    slept: list[float] = []
    cancellable_sleep(slept.append, 0.5)
    with cancellable(threading.Event()):
        check_cancelled()
        cancellable_sleep(slept.append, 0.5)
    check_cancelled()
    assert slept == [0.5, 0.2, 0.2, pytest.approx(0.1)]


# The whole way


def test_many_connections_are_kept_and_none_is_thrown_away(
    sandbox: Sandbox, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    assert connections._CONNECTIONS == MOST_WORKERS
    sandbox.seed_contacts(80)
    with sandbox.serve() as server:
        transport = transport_to(clock, server.url, sandbox.credentials)
        place = f"a/{sandbox.account_id}/c/{sandbox.client_folder_id}"
        contacts = resources.Contacts(transport, place)
        found = contacts.list(page_size=2, workers=MOST_WORKERS).all()
        transport.close()
    assert [one.contact_id for one in found] == sorted({one.contact_id for one in found})
    assert len(found) == 80
    assert caplog.records == []


def test_a_folder_reads_contacts_and_subscriptions_side_by_side(
    folder: icontact.Folder, sandbox: Sandbox
) -> None:
    sandbox.seed_contacts(9)
    contacts = folder.contacts.list(order_by="contact_id", page_size=2)
    found = folder.contacts.list(order_by="contact_id", page_size=2, workers=3).all()
    assert found == contacts.all()
    folder.subscriptions.create_many(
        [{"contact_id": one.contact_id, "list_id": 205303, "status": "normal"} for one in found]
    )
    subscriptions = folder.subscriptions.list(list_id=205303, page_size=2, workers=3).all()
    assert {one.contact_id for one in subscriptions} == {one.contact_id for one in found}
    assert len(subscriptions) == 9


FAMILIES = [
    kind
    for kind in (getattr(resources, name) for name in resources.__all__)
    if inspect.isclass(kind) and issubclass(kind, Resource)
]


@pytest.mark.parametrize("kind", FAMILIES, ids=lambda kind: kind.__name__)
def test_every_listing_takes_workers(kind: type[Resource[Any]]) -> None:
    listings = [
        method
        for name, method in inspect.getmembers(kind, inspect.isfunction)
        if not name.startswith("_") and "Pager" in str(method.__annotations__.get("return"))
    ]
    for listing in listings:
        assert inspect.signature(listing).parameters["workers"].default == 1, listing
    if kind._identity:
        (base,) = (one for one in kind.__orig_bases__ if hasattr(one, "__args__"))  # type: ignore[attr-defined]  # classes with a type argument have it
        assert kind._identity in attrs.fields_dict(base.__args__[0])
        assert get_type_hints(base.__args__[0])[kind._identity] in {int, str}
