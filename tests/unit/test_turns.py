"""Threads that take turns: so many requests under way, and no more."""

from __future__ import annotations

import threading
from collections.abc import Callable
from typing import Any

import pytest

import icontact
from icontact.sandbox import Sandbox
from icontact.transport.turns import Turns, sent, take_turns, turn

SECONDS = 60


class Watched(Turns):
    """Turns that tell who waits."""

    def __init__(self, most: int) -> None:
        super().__init__(most, courtesy=SECONDS)
        self.waits = threading.Event()

    def begin(self) -> None:
        if not self._free:
            self.waits.set()
        super().begin()


def in_thread(turns: Turns, work: Callable[[], Any]) -> threading.Thread:
    def whole() -> None:
        take_turns(turns)
        work()

    thread = threading.Thread(target=whole, daemon=True)
    thread.start()
    return thread


def test_a_thread_that_takes_no_turns_waits_for_nobody() -> None:
    with turn():
        sent()
        with turn():
            sent()


def test_a_second_request_waits_for_the_answer_to_the_first_and_goes_out_before_that_is_read() -> (
    None
):
    turns, done = Watched(1), list[str]()
    first_sent, other_sent, answered = (threading.Event() for _ in range(3))

    def first() -> None:
        with turn():
            sent()
            done.append("first sent")
            first_sent.set()
            assert turns.waits.wait(SECONDS)
            done.append("first answered")
        # The other one has sent by now, though it had to wait.
        assert other_sent.is_set()
        done.append("first read")
        answered.set()

    def second() -> None:
        with turn():
            done.append("second sent")
            other_sent.set()
            sent()
            assert answered.wait(SECONDS)

    one = in_thread(turns, first)
    assert first_sent.wait(SECONDS)
    other = in_thread(turns, second)
    for thread in (one, other):
        thread.join(SECONDS)
        assert not thread.is_alive()

    assert done == ["first sent", "first answered", "second sent", "first read"]


def test_a_request_that_breaks_before_it_is_sent_gives_its_turn_back() -> None:
    turns, ended = Turns(1), threading.Event()

    def work() -> None:
        with pytest.raises(ValueError, match="broken"), turn():
            raise ValueError("broken")
        with turn():
            sent()
        ended.set()

    in_thread(turns, work).join(SECONDS)
    assert ended.is_set()


def test_the_transport_holds_a_turn_while_its_request_is_under_way() -> None:
    held = list[bool]()
    ended = threading.Event()

    class Noted(Turns):
        def begin(self) -> None:
            held.append(True)
            super().begin()

        def note_sent(self) -> None:
            held.append(True)
            super().note_sent()

        def end(self) -> None:
            held.append(False)
            super().end()

    with Sandbox().serve() as server:
        client = server.client()

        def work() -> None:
            client.time()
            ended.set()

        in_thread(Noted(1), work).join(SECONDS)

    assert ended.is_set()
    # Begun, sent, ended.
    assert held == [True, True, False]


def test_many_threads_and_a_few_turns(folder: icontact.Folder, sandbox: Sandbox) -> None:
    turns, done = Turns(2), list[int]()

    def work(number: int) -> Callable[[], None]:
        return lambda: done.append(
            folder.contacts.create(email=f"p{number}@example.com").contact_id
        )

    threads = [in_thread(turns, work(number)) for number in range(8)]
    for thread in threads:
        thread.join(SECONDS)

    assert len(set(done)) == 8
    assert len(sandbox.state.contacts()) == 8
