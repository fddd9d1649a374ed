"""A push in a process of its own, to be killed: ``python -m tests.endurance.pusher``.

What it is to do comes as JSON on the standard input, how it ended goes as JSON to the output.
"""

from __future__ import annotations

import json
import os
import resource
import signal
import sys
import threading
from collections.abc import Iterator, Sequence
from typing import Any, Literal

import attrs

import icontact
from icontact import Credentials
from icontact.errors import JournalError
from icontact.push import batch_size
from icontact.transport import RetryPolicy
from tests.endurance.scenes import push_of, scene


@attrs.frozen(kw_only=True)
class Order:
    """What a process is to push.

    Attributes:
        url: Where the sandbox is served.
        credentials: What it lets in.
        journal: The journal's file.
        number: How many rows.
        seed: Which rows.
        workers: How many requests are under way at a time.
        policy: What the push may do.
        die_at_row: The row at whose reading the process dies.
        die_after: Seconds after which it dies, from the beginning of the push on.
        most_bytes: The most that a file may grow to.
        first_size: The first batch size of "auto".
    """

    url: str
    credentials: dict[str, str]
    journal: str
    number: int
    seed: int
    workers: int | Literal["auto"] = 1
    policy: dict[str, Any] = attrs.field(factory=dict)
    die_at_row: int | None = None
    die_after: float | None = None
    most_bytes: int | None = None
    first_size: int = 500

    def push(self) -> dict[str, Any]:
        """Push, and say how it ended."""
        client = icontact.Client(
            Credentials(**self.credentials),
            base_url=self.url,
            limiter=icontact.Unlimited(),
            retry=RetryPolicy(base=0, cap=0, throttled_pause=0),
        )
        vars(batch_size)["_FIRST"] = self.first_size
        push = push_of(client.folder(), **self.policy)
        if self.most_bytes is not None:
            resource.setrlimit(resource.RLIMIT_FSIZE, (self.most_bytes, self.most_bytes))
        if self.die_after is not None:
            timer = threading.Timer(self.die_after, die)
            timer.daemon = True
            timer.start()
        rows = self._read(scene(self.number, self.seed).rows)
        try:
            report = push.run(rows, journal=self.journal, workers=self.workers)
        except JournalError as error:
            return {"end": "JournalError", "text": str(error)}
        except KeyboardInterrupt:
            return {"end": "interrupted"}
        return {"end": "done", "counts": dict(report.counts), "error": str(report.error or "")}

    def _read(self, rows: Sequence[Any]) -> Iterator[Any]:
        for place, row in enumerate(rows):
            if place == self.die_at_row:
                die()
            yield row


def die() -> None:
    """End this process as ``kill -9`` does."""
    os.kill(os.getpid(), signal.SIGKILL)


if __name__ == "__main__":
    # A shell that runs the tests in its background has them, and so this process, ignore Ctrl-C.
    signal.signal(signal.SIGINT, signal.default_int_handler)
    sys.stdout.write(json.dumps(Order(**json.load(sys.stdin)).push()))
