"""Virtual time for threads, and servers that throttle, each in the way that some server does."""

from __future__ import annotations

import heapq
import threading
from collections import deque
from collections.abc import Callable, Sequence
from typing import Protocol

import attrs

from icontact.limits import AdaptiveLimiter
from icontact.transport.retry import FailureKind, RetryPolicy, Safety


class VirtualTime:
    """Runs threads one at a time, each until it sleeps; time is that of the earliest sleeper."""

    def __init__(self) -> None:
        self.now = 0.0
        self._sleepers: list[tuple[float, int, threading.Lock]] = []
        self._number = 0
        self._mine = threading.local()
        self._problems: list[BaseException] = []

    def clock(self) -> float:
        return self.now

    def sleep(self, seconds: float) -> None:
        lock: threading.Lock = self._mine.lock
        self._queue(seconds, lock)
        self._wake_next()
        lock.acquire()

    def run(self, jobs: Sequence[Callable[[], None]]) -> None:
        threads = []
        for job in jobs:
            lock = threading.Lock()
            lock.acquire()
            self._queue(0.0, lock)
            threads.append(threading.Thread(target=self._work, args=(job, lock)))
        for thread in threads:
            thread.start()
        self._wake_next()
        for thread in threads:
            thread.join()
        if self._problems:
            raise self._problems[0]

    def _work(self, job: Callable[[], None], lock: threading.Lock) -> None:
        self._mine.lock = lock
        lock.acquire()
        try:
            job()
        except BaseException as problem:  # noqa: BLE001 - raised again in the thread of the test
            self._problems.append(problem)
        self._wake_next()

    def _queue(self, seconds: float, lock: threading.Lock) -> None:
        self._number += 1
        heapq.heappush(self._sleepers, (self.now + seconds, self._number, lock))

    def _wake_next(self) -> None:
        if self._sleepers:
            until, _, lock = heapq.heappop(self._sleepers)
            self.now = max(self.now, until)
            lock.release()


class Server(Protocol):
    def admits(self, now: float) -> bool: ...


@attrs.define
class FixedWindow:
    """Counts from zero at every full minute."""

    per_minute: int
    phase: float = 0.0
    minute: float = -1.0
    count: int = 0

    def admits(self, now: float) -> bool:
        minute = (now + self.phase) // 60
        if minute != self.minute:
            self.minute, self.count = minute, 0
        self.count += 1
        return self.count <= self.per_minute


@attrs.define
class SlidingWindow:
    """Looks back over 60 seconds."""

    per_minute: int
    log: deque[float] = attrs.field(factory=deque)

    def admits(self, now: float) -> bool:
        while self.log and self.log[0] <= now - 60:
            self.log.popleft()
        if len(self.log) >= self.per_minute:
            return False
        self.log.append(now)
        return True


@attrs.define
class LeakyServer:
    """Has a token bucket, full at first."""

    per_minute: int
    tokens: float = attrs.field(
        default=attrs.Factory(lambda self: float(self.per_minute), takes_self=True)
    )
    last: float = 0.0

    def admits(self, now: float) -> bool:
        gained = (now - self.last) * self.per_minute / 60
        self.tokens, self.last = min(self.per_minute, self.tokens + gained), now
        if self.tokens < 1:
            return False
        self.tokens -= 1
        return True


@attrs.define
class Maintained:
    """Admits everything, except between two moments."""

    begin: float
    end: float

    def admits(self, now: float) -> bool:
        return not self.begin <= now < self.end


@attrs.define
class Run:
    """What came of a run."""

    limiter: AdaptiveLimiter
    seconds: float = 0.0
    refused: int = 0
    given_up: int = 0
    admitted_at: list[float] = attrs.field(factory=list)


def run(
    server: Server,
    requests: int,
    *,
    workers: int = 1,
    latency: float = 0.05,
    draw: float = 0.5,
    policy: RetryPolicy | None = None,
) -> Run:
    """Send requests from several threads as the transport does: limit, send, report, repeat."""
    time = VirtualTime()
    policy = policy or RetryPolicy()
    result = Run(AdaptiveLimiter(clock=time.clock, sleep=time.sleep))
    left = iter(range(requests))

    def send() -> bool:
        result.limiter.acquire()
        # Half of the latency on the way there, half on the way back: feedback comes late.
        time.sleep(latency / 2)
        admitted = server.admits(time.now)
        if admitted:
            result.admitted_at.append(time.now)
        time.sleep(latency / 2)
        result.limiter.report(throttled=not admitted)
        return admitted

    def work() -> None:
        for _ in left:
            began, attempt = time.now, 1
            while not send():
                result.refused += 1
                pause = policy.pause(
                    safety=Safety.READ,
                    failure=FailureKind.UNAVAILABLE_503,
                    attempt=attempt,
                    elapsed=time.now - began,
                    retry_after=None,
                    draw=draw,
                )
                if pause is None:
                    result.given_up += 1
                    break
                time.sleep(pause)
                attempt += 1

    time.run([work] * workers)
    result.seconds = time.now
    return result
