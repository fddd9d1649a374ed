"""Requests of a push: how many many rows take, and what a cap of the server costs.

A million rows go to a server that only answers. How long their requests take at 60 a minute is
then found in virtual time, so that it does not depend on the machine.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any

import icontact
from icontact.client import Folder
from icontact.push import ListPush, PushReport
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import Answer, Call
from tests.bench.figures import Figure
from tests.transport.simulator import FixedWindow, LeakyServer, Server, SlidingWindow
from tests.transport.simulator import run as simulate

#: Contacts that were created long ago would be looked up before they are subscribed.
_NOW = "2199-01-01 00:00:00"

PER_MINUTE = 60
CAP = 500

CAPS: dict[str, dict[str, Any]] = {
    "refused with 400": {"max_batch_status": 400},
    "refused with 413": {"max_batch_status": 413},
    "refused with 500": {"max_batch_status": 500},
    "answered too late": {"beyond_max_batch": "slow"},
    "stored in part": {"beyond_max_batch": "first_stored"},
    "answered in part": {"beyond_max_batch": "first_answered"},
}

SERVERS: dict[str, Callable[[int], Server]] = {
    "fixed window": FixedWindow,
    "sliding window": SlidingWindow,
    "token bucket": LeakyServer,
}


class Answering:
    """A server that has no contacts, stores nothing, and answers as if it had stored everything."""

    def __init__(self, folder: Folder) -> None:
        self._folder = folder
        self._last_id = 0

    def send(self, call: Call, /) -> Answer:
        """Answer a look-up or a batch; anything else goes to the folder."""
        kind = call.path.rpartition("/")[2]
        if call.method == "GET" and kind in ("contacts", "subscriptions"):
            payload: dict[str, Any] = {kind: [], "total": 0, "limit": 1000, "offset": 0}
        elif kind == "contacts":
            first, self._last_id = self._last_id + 1, self._last_id + len(call.body)
            payload = {
                kind: [
                    {"contactId": str(number), "email": item["email"], "createDate": _NOW}
                    for number, item in enumerate(call.body, first)
                ]
            }
        elif kind == "subscriptions":
            payload = {
                kind: [
                    {**item, "subscriptionId": f"{item['listId']}_{item['contactId']}"}
                    for item in call.body
                ]
            }
        else:
            return self._folder.transport.send(call)
        return Answer(status=200, payload=payload, call=call.summary())


def people(number: int) -> Iterator[dict[str, str]]:
    """Yield new people."""
    for place in range(number):
        yield {"email": f"person{place}@example.com"}


def checked(report: PushReport) -> PushReport:
    """Return a report, if every row of it was created."""
    if report.counts["created"] != len(report.outcomes):
        raise RuntimeError(f"the push went wrong, so its figures mean nothing: {report}")
    return report


def push_into(folder: Folder, **policy: Any) -> ListPush:
    """Return a push of addresses alone."""
    mapper = icontact.ContactMapper({"email": "email"})
    return ListPush(folder, "Newsletter", mapper=mapper, **policy)


def many_rows(quick: bool) -> list[Figure]:
    """Count the requests of a million new rows, and the minutes that these take at 60 a minute."""
    number = 20_000 if quick else 1_000_000
    with Sandbox() as sandbox:
        folder = sandbox.client().folder()
        push = push_into(folder)
        push.folder = Folder(Answering(folder), folder.account_id, folder.client_folder_id)
        report = checked(push.run(people(number)))
    minutes = {
        name: simulate(server(PER_MINUTE), report.requests).seconds / 60
        for name, server in SERVERS.items()
    }
    slowest = max(minutes, key=lambda name: minutes[name])
    return [
        Figure(
            f"{number:,} new rows",
            report.requests,
            unit="requests",
            target=430,
            detail=f"up to {report.batch_size:,} rows in a request",
        ),
        Figure(
            f"the same at {PER_MINUTE} requests a minute",
            minutes[slowest],
            unit="minutes",
            target=8,
            detail=slowest,
        ),
    ]


def capped(quick: bool) -> list[Figure]:
    """Compare with a fixed size, for each kind of cap."""
    number = 2_000 if quick else 10_000
    figures = []
    with Sandbox() as sandbox:
        fixed = checked(push_into(sandbox.client().folder(), batch_size=CAP).run(people(number)))
    for name, quirks in CAPS.items():
        with Sandbox(quirks=Quirks(max_batch=CAP, **quirks)) as sandbox:
            found = checked(push_into(sandbox.client().folder()).run(people(number)))
        figures.append(
            Figure(
                f"batches beyond {CAP} {name}: requests / batches of {CAP}",
                found.requests / fixed.requests,
                target=None if quick else 1.15,
                detail=f"{found.requests} against {fixed.requests} for {number:,} rows",
            )
        )
    return figures


def run(*, quick: bool) -> list[Figure]:
    """Measure all of it."""
    return [*many_rows(quick), *capped(quick)]
