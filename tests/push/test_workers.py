"""The number of workers: fixed, or "auto", which follows what the server does."""

from __future__ import annotations

import threading
from collections import Counter
from collections.abc import Iterator
from typing import Any

import attrs
import pytest

from icontact import ContactMapper, errors
from icontact.cancellation import Cancelled, check_cancelled
from icontact.client import Folder
from icontact.push import ListPush, PushReport
from icontact.push.request_counter import RequestCounter
from icontact.push.workers import WorkerPool, worker_pool
from icontact.sandbox import Sandbox
from icontact.transport import Answer, Call, Unlimited

ROWS = 60


class Server:
    """A sender whose answers take as long as it says, and that counts what is under way."""

    def __init__(self, folder: Folder, seconds: float, waits: float = 0.0) -> None:
        self._sender = folder.transport
        self._seconds, self._waits = seconds, waits
        self._lock = threading.Lock()
        self._changed = threading.Condition(self._lock)
        self._now = 0
        #: How many requests were under way at a time -> how often.
        self.together: Counter[int] = Counter()
        self.waited = 0.0

    def send(self, call: Call, /) -> Answer:
        with self._lock:
            self._now += 1
            self.waited += self._waits
        try:
            answer = self._sender.send(call)
            with self._changed:
                # Requests that may be under way together are together for a moment.
                self._changed.notify_all()
                self._changed.wait(0.01)
                self.together[self._now] += 1
        finally:
            with self._lock:
                self._now -= 1
        return attrs.evolve(answer, elapsed=self._seconds + self._waits)


def pushed(
    sandbox: Sandbox, seconds: float, waits: float = 0.0, rows: int = ROWS, **how: Any
) -> Server:
    folder = sandbox.client().folder()
    push = ListPush(
        folder, "Newsletter", mapper=ContactMapper({"email": "email"}), **{"batch_size": 1, **how}
    )
    server = Server(folder, seconds, waits)
    push.folder = Folder(server, folder.account_id, folder.client_folder_id)
    report: PushReport = push.run({"email": f"person{place}@example.com"} for place in range(rows))
    assert report.counts["created"] == rows
    assert [one.row for one in report.outcomes] == list(range(rows))
    return server


def test_the_next_batch_goes_out_while_contacts_are_subscribed(sandbox: Sandbox) -> None:
    server = pushed(sandbox, seconds=200.0, rows=3600, batch_size="auto")

    # The sizes are 500, 1,000, 2,000 and 100: no two of the first are under way together.
    assert max(server.together) == 2


def test_while_answers_come_quickly_one_request_is_under_way(sandbox: Sandbox) -> None:
    assert set(pushed(sandbox, seconds=50.0).together) == {1}


def test_while_answers_come_slowly_up_to_eight_are_under_way(sandbox: Sandbox) -> None:
    together = pushed(sandbox, seconds=200.0).together

    assert 1 in together
    assert 4 < max(together) <= 8


def test_where_requests_have_to_wait_there_is_one_at_a_time(sandbox: Sandbox) -> None:
    assert set(pushed(sandbox, seconds=200.0, waits=1.0).together) == {1}


def test_a_number_of_workers_stays_as_it_is(sandbox: Sandbox) -> None:
    assert max(pushed(sandbox, seconds=200.0, workers=3).together) <= 3
    sandbox.reset()
    assert set(pushed(sandbox, seconds=200.0, workers=1).together) == {1}


def test_throttling_makes_fewer_workers_and_slow_answers_more() -> None:
    class Sender(Unlimited):
        waited = 0.0

        def send(self, call: Call, /) -> Answer:
            return Answer(payload={}, call=call.summary(), status=200, elapsed=200.0)

    sender, sizes = Sender(), list[int]()
    counter = RequestCounter(sender)
    with worker_pool("auto") as pool:
        pool.watch(counter)
        for waited in (0, 0, 0, 0, 0, 5, 0, 5, 5, 5, 5, 0):
            counter.send(Call("GET", "a"))
            sender.waited += waited
            pool.adapt()
            sizes.append(pool.size)

    assert sizes == [2, 4, 8, 8, 8, 4, 8, 4, 2, 1, 1, 2]


def test_auto_has_ten_thousand_rows_under_way_at_most() -> None:
    with worker_pool("auto") as pool:
        pool.size = 8
        assert [pool.most_batches(rows) for rows in (500, 2000, 5000, 20_000)] == [8, 5, 2, 1]
    with worker_pool(8) as pool:
        assert pool.most_batches(5000) == 8


def test_a_pool_that_nothing_was_sent_with_stays_as_it_is() -> None:
    pool = WorkerPool("auto", None)

    pool.adapt()

    assert pool.size == 1


def test_an_interrupted_pool_does_not_wait_for_answers_and_sends_nothing_further() -> None:
    begun, answered, ended = threading.Event(), threading.Event(), threading.Event()
    ends: list[type[BaseException]] = []

    def work() -> None:
        begun.set()
        assert answered.wait(60)
        try:
            check_cancelled()
        except Cancelled:
            ends.append(Cancelled)
        ended.set()

    with pytest.raises(KeyboardInterrupt), worker_pool(2) as pool:
        pool.submit(work)
        assert begun.wait(60)
        raise KeyboardInterrupt
    assert not ended.is_set()
    answered.set()

    assert ended.wait(60)
    assert ends == [Cancelled]


def test_an_interrupted_search_does_not_wait_for_answers() -> None:
    begun, answered, ended = threading.Barrier(3), threading.Event(), threading.Event()

    def work(place: int) -> int:
        begun.wait(60)
        assert answered.wait(60)
        ended.set()
        return place

    def places() -> Iterator[int]:
        yield from (1, 2)
        begun.wait(60)
        raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt), worker_pool(3) as pool:
        list(pool.map(work, places()))
    assert not ended.is_set()
    answered.set()

    assert ended.wait(60)


def test_a_pool_waits_for_its_calls_where_something_else_goes_wrong() -> None:
    begun, ended = threading.Event(), threading.Event()

    def work() -> None:
        begun.set()
        ended.set()

    with pytest.raises(ValueError, match="odd"), worker_pool(2) as pool:
        pool.submit(work)
        assert begun.wait(60)
        raise ValueError("odd")
    assert ended.is_set()


@pytest.mark.parametrize("wrong", [0, 33, True, "many", 1.5])
def test_workers_are_a_number_or_auto(sandbox: Sandbox, wrong: Any) -> None:
    with pytest.raises(errors.ConfigError, match='whole number from 1 to 32, or "auto"'):
        pushed(sandbox, seconds=0.0, workers=wrong)


def test_ctrl_c_in_a_pool_of_one_worker_ends_it() -> None:
    def interrupted(_: int) -> None:
        raise KeyboardInterrupt

    with worker_pool(1) as pool, pytest.raises(KeyboardInterrupt):
        list(pool.map(interrupted, [1]))
