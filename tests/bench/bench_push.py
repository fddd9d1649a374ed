"""Pushes: how many requests they take, how long, and how much memory.

The largest figure, the memory of a million rows, takes minutes; ``ICONTACT_BENCH_ROWS=100000``
makes do with fewer.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from statistics import median
from typing import Any

import requests

import icontact
from icontact.client import Folder
from icontact.push import ListPush, PushReport
from icontact.transport import Answer, Call, Sender
from tests.bench.figures import Figure
from tests.bench.server import ROOT, Served, serving

MAPPING = {
    "email": "email",
    "first_name": "firstname",
    "last_name": "lastname",
    "city": "city",
    "postal_code": "zip",
    "phone": "phone",
}
BATCH = 500


def rows(number: int) -> Iterator[dict[str, Any]]:
    """Yield people as a source would give them."""
    for place in range(number):
        yield {
            "email": f"Person{place}@example.com",
            "firstname": f"First{place}",
            "lastname": "Last",
            "city": "Durham",
            "zip": "27713",
            "phone": "8668039462",
            "points": place,
        }


def push_into(folder: Folder, **policy: Any) -> ListPush:
    """Return a push, whose own requests are not counted."""
    return ListPush(folder, "Newsletter", mapper=icontact.ContactMapper(MAPPING), **policy)


class Recorder:
    """A sender that keeps what is written."""

    def __init__(self, sender: Sender) -> None:
        self._sender = sender
        self.written: list[tuple[str, bytes]] = []

    def send(self, call: Call, /) -> Answer:
        """Send a call."""
        if call.method != "GET":
            body = call.body
            sent = body if isinstance(body, bytes) else json.dumps(body, separators=(",", ":"))
            self.written.append((call.path, sent if isinstance(sent, bytes) else sent.encode()))
        return self._sender.send(call)


def recorded(push: ListPush, number: int) -> tuple[PushReport, list[tuple[str, bytes]]]:
    """Push a number of rows, and return the report and what was written."""
    folder = push.folder
    recorder = Recorder(folder.transport)
    push.folder = Folder(recorder, folder.account_id, folder.client_folder_id)
    try:
        report = push.run(rows(number))
    finally:
        push.folder = folder
    if report.counts["failed"] or report.counts["rejected"]:
        raise RuntimeError(f"the push went wrong, so its figures mean nothing: {report}")
    return report, recorder.written


def counted(number: int, push: ListPush) -> tuple[list[Figure], list[tuple[str, bytes]]]:
    """Count the requests of new rows, and of the same rows again."""
    first, written = recorded(push, number)
    again, writes = recorded(push, number)
    return [
        Figure(
            f"{number:,} new rows",
            first.requests,
            unit="requests",
            target=2 * number / BATCH + 6 if push.policy.batch_size == BATCH else 14,
        ),
        Figure("the same rows again, writes", len(writes), unit="requests", target=0),
        Figure(
            "the same rows again, reads",
            again.requests - len(writes),
            unit="requests",
            target=25,
        ),
    ], written


def few_into_many(quick: bool) -> list[Figure]:
    """Count the requests of 100 rows into a large folder."""
    there = 1_000 if quick else 100_000
    figures = []
    with serving(contacts=there, subscribed=True) as server:
        push = push_into(server.folder())
        step = there // 100
        for kind, given in (
            ("known rows", [{"email": f"contact{n * step + 1}@example.com"} for n in range(100)]),
            ("new rows", list(rows(100))),
        ):
            report = push.run(given)
            figures.append(
                Figure(
                    f"100 {kind} into a folder of {there:,}",
                    report.requests,
                    unit="requests",
                    target=110,
                )
            )
    return figures


def bare_loop(
    server: Served, session: requests.Session, written: list[tuple[str, bytes]]
) -> Callable[[], None]:
    """Return a function that posts the same bodies as one would by hand."""
    headers = {"Content-Type": "application/json"}

    def post() -> None:
        for path, body in written:
            session.post(
                f"{server.url}/{path}",
                data=body,
                headers=headers,
                timeout=(5, 30),
                allow_redirects=False,
            ).raise_for_status()

    return post


def timed(server: Served, rounds: int, *candidates: Callable[[], object]) -> list[list[float]]:
    """Time some candidates in turns, each on a folder as it was; return the seconds of each."""
    seconds: list[list[float]] = [[] for _ in candidates]
    for _ in range(rounds):
        for place, candidate in enumerate(candidates):
            server.reset()
            started = time.perf_counter()
            candidate()
            seconds[place].append(time.perf_counter() - started)
    return seconds


def compared(
    name: str,
    these: list[float],
    those: list[float],
    *,
    target: float | None = None,
    least: float | None = None,
) -> Figure:
    """Compare what was timed in the same rounds: a machine is not equally fast in all of them."""
    return Figure(
        name,
        median(this / that for this, that in zip(these, those, strict=True)),
        detail=f"{median(these):.2f} s against {median(those):.2f} s",
        target=target,
        least=least,
    )


def times(number: int, quick: bool) -> list[Figure]:
    """Compare new rows with a loop that posts bodies of 500 rows; medians of several rounds."""
    latency = 0.01 if quick else 0.1
    with serving() as server:
        push, session = push_into(server.folder()), server.session()
        fixed = push_into(server.folder(), batch_size=BATCH)
        figures, written = counted(number, fixed)
        server.reset()
        figures += counted(number, push)[0]
        bare = bare_loop(server, session, written)

        def ours(push: ListPush, workers: int | None = None) -> Callable[[], object]:
            return lambda: push.run(rows(number), workers=workers)

        mine, found, theirs = timed(server, 1 if quick else 9, ours(fixed, 1), ours(push), bare)
        name = f"{number:,} new rows"
        loop = f"/ bare requests of {BATCH} rows"
        figures += [
            compared(f"{name}, one worker, {BATCH} a batch {loop}", mine, theirs, target=2.3),
            compared(f"{name}, no setting {loop}", found, theirs, target=1.6),
        ]
        server.latency(latency)
        mine, found, theirs, side = timed(
            server, 1 if quick else 3, ours(fixed, 1), ours(push), bare, ours(fixed, 4)
        )
        slow = f"with {latency * 1e3:.0f} ms latency"
        figures += [
            compared(f"the first {slow}", mine, theirs, target=1.1),
            compared(f"the second {slow}", found, theirs, target=0.4),
            compared("there bare requests / workers=4", theirs, side, least=3.0),
        ]
    return figures


def memory(quick: bool) -> list[Figure]:
    """Compare the most memory that a few and many rows take, each in a process of its own."""
    few, many = (200, 600) if quick else (50_000, 1_000_000)
    if not quick:
        many = int(os.environ.get("ICONTACT_BENCH_ROWS", many))
    used = []
    with serving() as server:
        for number in (few, many):
            server.reset()
            order = {"url": server.url, "headers": server.headers, "number": number}
            done = subprocess.run(
                [sys.executable, "-m", "tests.bench.bench_push"],
                input=json.dumps(order),
                stdout=subprocess.PIPE,
                text=True,
                check=True,
                cwd=ROOT,
            )
            used.append(int(done.stdout))
    return [
        Figure(
            f"peak memory, {many:,} rows / {few:,} rows",
            used[1] / used[0],
            target=1.3,
            detail=f"{used[1] / 1024:.1f} MB against {used[0] / 1024:.1f} MB",
        )
    ]


def run(*, quick: bool) -> list[Figure]:
    """Measure all of it."""
    number = 500 if quick else 10_000
    return [*times(number, quick), *few_into_many(quick), *memory(quick)]


def main() -> None:
    """Push rows that come one by one, and print the most memory that took, in kilobytes."""
    order = json.load(sys.stdin)
    headers = order["headers"]
    credentials = icontact.Credentials(
        app_id=headers["API-AppId"],
        username=headers["API-Username"],
        password=headers["API-Password"],
    )
    client = icontact.Client(credentials, base_url=order["url"], limiter=icontact.Unlimited())
    report = push_into(client.folder()).run(rows(order["number"]))
    if report.counts["created"] != order["number"]:
        raise RuntimeError(f"the push went wrong, so its memory means nothing: {report}")
    print(most_memory())


def most_memory() -> int:
    """Return the most kilobytes that this process has had in memory.

    What `resource` tells begins with the memory of the process that started this one.
    """
    status = Path("/proc/self/status")
    if not status.exists():
        import resource

        return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    (line,) = (line for line in status.read_text().splitlines() if line.startswith("VmHWM:"))
    return int(line.split()[1])


if __name__ == "__main__":
    main()
