"""Failures on the way of a push, what it must not do, and how it ends."""

from __future__ import annotations

import json
import random
from collections import Counter
from collections.abc import Iterable, Iterator
from typing import Any, TypeAlias

import attrs

from icontact.push import PushReport
from icontact.sandbox import Sandbox
from icontact.sandbox.exchange import IncomingRequest, OutgoingResponse
from icontact.sandbox.faults import Fault, FaultFilter, FaultKind
from tests.endurance.scenes import Scene, push_of

#: Row, address, status, and the state on the list.
Outcome: TypeAlias = tuple[int, str | None, str, str | None]


@attrs.frozen
class End:
    """What is in iContact after a push, each thing as often as it is there; and what was said.

    Ids and dates are left out: they are others in every run.
    """

    contacts: Counter[tuple[str, ...]] = attrs.field(repr=False)
    subscriptions: Counter[tuple[str, ...]] = attrs.field(repr=False)
    outcomes: list[Outcome] = attrs.field(repr=False)


def end_of(sandbox: Sandbox, outcomes: Iterable[Outcome]) -> End:
    """Note how a push ended."""
    people = sandbox.state.contacts()
    address = {one["contactId"]: one["email"].lower() for one in people}
    return End(
        contacts=Counter(
            tuple(f"{name}: {one[name]}" for name in sorted(one) if name not in _OF_THE_RUN)
            for one in people
        ),
        subscriptions=Counter(
            (address[one["contactId"]], str(one["listId"]), one["status"])
            for one in sandbox.state.subscriptions()
        ),
        outcomes=list(outcomes),
    )


def said_in(report: PushReport) -> Iterator[Outcome]:
    """Yield what a report says of every row, but for what differs between runs."""
    for one in report.outcomes:
        yield one.row, one.email, one.status.value, one.subscription


def untroubled_end(what: Scene, policy: dict[str, Any]) -> End:
    """Push once, without trouble, and return how that ends."""
    with Sandbox() as sandbox:
        what.furnish(sandbox)
        watch = Watch(sandbox, what.hands_off)
        watch.over(sandbox)
        report = push_of(sandbox.client().folder(), **policy).run(what.rows)
        assert report.counts["failed"] == 0
        assert watch.offences == []
        return end_of(sandbox, said_in(report))


_OF_THE_RUN = frozenset({"contactId", "createDate"})


def order_trouble(sandbox: Sandbox, seed: int, share: float) -> None:
    """Let each kind of trouble meet a share of all requests that come from now on."""
    faults, only = sandbox.faults, FaultFilter(probability=share, seed=seed)
    faults.refuse(None, **only)
    faults.drop_before(None, **only)
    faults.drop_after(None, **only)
    faults.slow(999.0, None, **only)
    faults.next(500, times=None, **only)
    faults.next(503, times=None, **only)
    faults.garble("html", None, **only)
    faults.garble("cut", None, **only)
    faults.swallow(times=None, **only)
    dice = random.Random(f"refusals {seed}")
    others = faults.take

    def take(incoming: IncomingRequest) -> Fault | None:
        # A refusal of a single row is about that row, and is not a failure of the service.
        if _items(incoming) > 1 and dice.random() < share:
            return Fault(kind=FaultKind.STATUS, answer=_REFUSAL)
        return others(incoming)

    vars(faults)["take"] = take


_REFUSAL = OutgoingResponse(status=400, body=b'{"errors":["The data was odd."]}')

#: What happens to the requests of a push that is long enough, and what they are answered. A refused
#: connection leaves no trace.
KINDS = frozenset(
    {
        ("drop_before", None),
        ("drop_after", 200),
        ("slow", 200),
        ("next", 400),
        ("next", 500),
        ("next", 503),
        ("garble", 200),
        ("swallow", 200),
    }
)


def _items(incoming: IncomingRequest) -> int:
    if incoming.method != "POST" or not incoming.body:
        return 0
    body = json.loads(incoming.body)
    return len(body) if isinstance(body, list) else 0


class Watch:
    """Reads every request that reaches a sandbox, and notes what must not have been asked.

    Args:
        sandbox: The sandbox, which knows its people already.
        hands_off: The addresses of the people that a push must not touch.
    """

    def __init__(self, sandbox: Sandbox, hands_off: frozenset[str]) -> None:
        self._address = {
            int(one["contactId"]): one["email"].lower() for one in sandbox.state.contacts()
        }
        self._hands_off = hands_off
        self._known = frozenset(self._address.values())
        self.writes = 0
        self.offences: list[str] = []

    def __call__(self, incoming: IncomingRequest) -> None:
        """Look at a request."""
        if incoming.method == "GET":
            return
        self.writes += 1
        member = incoming.path.rpartition("/contacts/")[2]
        body = json.loads(incoming.body)
        for item in body if isinstance(body, list) else [body]:
            if incoming.path.endswith("/subscriptions"):
                if self._address.get(int(item["contactId"])) in self._hands_off:
                    self._note(f"subscribed: {item}")
                continue
            number = int(item.get("contactId", member if member.isdecimal() else 0))
            email = self._address.get(number, str(item.get("email", "")).lower())
            if email in self._hands_off:
                self._note(f"written to: {item}")
            if "status" in item and email in self._known:
                self._note(f"given a status: {item}")

    def _note(self, offence: str) -> None:
        self.offences.append(offence)

    def over(self, sandbox: Sandbox) -> None:
        """Look at every request that reaches a sandbox from now on."""
        others = sandbox.faults.take

        def take(incoming: IncomingRequest) -> Fault | None:
            self(incoming)
            return others(incoming)

        vars(sandbox.faults)["take"] = take
