"""Carrying 100,000 suppressions over to a CRM: requests, seconds, memory."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

from icontact.integrations import sync
from icontact.sandbox import Sandbox
from tests.bench.figures import Figure

#: Addresses in one search, as with Mautic.
AT_ONCE = 50


class Crm:
    """A CRM in memory that counts the requests that Mautic would need."""

    def __init__(self) -> None:
        self.marked: set[str] = set()
        self.requests = 0

    def find(self, emails: Sequence[str]) -> Iterator[sync.TargetContact]:
        """Find everyone."""
        self.requests += -(-len(emails) // AT_ONCE)
        for email in emails:
            there = email in self.marked
            yield sync.TargetContact(contact_id=email, email=email, do_not_contact=there)

    def mark(self, contact: sync.TargetContact, *, reason: str, comment: str) -> None:
        """Count a mark."""
        self.requests += 1
        self.marked.add(contact.email)


def run(*, quick: bool) -> list[Figure]:
    """Measure the first run, and one that finds everything done."""
    number = 1_000 if quick else 100_000
    crm = Crm()
    with Sandbox() as sandbox, tempfile.TemporaryDirectory() as folder:
        (other,) = sandbox.seed(lists=[{"name": "Other"}]).list_ids
        emails = [f"reader{one}@example.com" for one in range(number)]
        bounced = number // 5
        ids = sandbox.seed(
            contacts=[
                {"email": email, "status": "bounced" if at < bounced else "normal"}
                for at, email in enumerate(emails)
            ]
        ).contact_ids
        sandbox.seed(
            subscriptions=[
                {"contactId": one, "listId": other, "status": "unsubscribed"}
                for one in ids[bounced:]
            ]
        )
        icontact = sandbox.client().folder()
        state = Path(folder) / "suppressed.sqlite"
        before = len(sandbox.requests)
        resident = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        started = time.perf_counter()
        plan = sync.suppressed(icontact, to=crm, state=state)
        planned = time.perf_counter() - started
        report = plan.apply()
        elapsed = time.perf_counter() - started
        peak = (resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - resident) / 1024
        plan.close()
        asked = len(sandbox.requests) - before
        started = time.perf_counter()
        again = sync.suppressed(icontact, to=crm, state=state)
        repeated = time.perf_counter() - started
        again.close()
    if report.marked != number or again is None:
        raise RuntimeError(f"{report.marked} of {number} people were marked")
    detail = (
        f"{number:,} people: {asked:,} requests to iContact, {crm.requests:,} to the CRM; "
        f"plan {planned:.1f} s"
    )
    return [
        Figure("suppressions carried over", elapsed, "s", detail=detail),
        Figure("suppressions, everything done already", repeated, "s"),
        Figure("suppressions, memory that a run adds", peak, "MiB", target=64.0),
    ]
