"""Trouble on the way of a push, what it may not do meanwhile, and what it leaves behind."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeAlias

import attrs

from icontact.push import PushReport
from icontact.sandbox import Sandbox
from icontact.sandbox.exchange import Answer, Incoming
from icontact.sandbox.faults import Fault, FaultKind
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
        meet(sandbox, watch, untroubled)
        report = push_of(sandbox.client().folder(), **policy).run(what.rows)
        assert report.counts["failed"] == 0
        assert watch.offences == []
        return end_of(sandbox, said_in(report))


_OF_THE_RUN = frozenset({"contactId", "createDate"})


class Trouble:
    """Meets each request with some kind of trouble, or none; the same for the same request.

    Args:
        seed: Which trouble.
        share: How likely each kind is.
    """

    def __init__(self, seed: int, share: float) -> None:
        self._seed = seed
        self._share = share
        self._seen: Counter[str] = Counter()
        self._lock = threading.Lock()
        #: How many requests met which kind.
        self.met: Counter[str] = Counter()

    def __call__(self, incoming: Incoming) -> Fault | None:
        """Return what happens to a request."""
        request = f"{incoming.method} {incoming.path} {sorted(incoming.query.items())}"
        request += incoming.body.decode()
        with self._lock:
            # A repeated request meets something else, whatever the order in which threads send.
            self._seen[request] += 1
            dice = random.Random(f"{self._seed} {self._seen[request]} {request}")
        kinds: list[tuple[str, Callable[[Incoming], Fault]]] = [*_KINDS.items()]
        if _items(incoming) > 1:
            kinds += _BATCH_KINDS.items()
        drawn = int(dice.random() / self._share)
        if drawn >= len(kinds):
            return None
        name, make = kinds[drawn]
        with self._lock:
            self.met[name] += 1
        return make(incoming)


def _answered(status: int, body: bytes) -> Callable[[Incoming], Fault]:
    return lambda _: Fault(kind=FaultKind.STATUS, answer=Answer(status=status, body=body))


def _swallowed(incoming: Incoming) -> Fault:
    kind = incoming.path.rpartition("/")[2]
    return _answered(200, json.dumps({kind: []}).encode())(incoming)


_KINDS: Mapping[str, Callable[[Incoming], Fault]] = {
    "refused": lambda _: Fault(kind=FaultKind.REFUSE),
    "reset before": lambda _: Fault(kind=FaultKind.DROP_BEFORE),
    "reset after": lambda _: Fault(kind=FaultKind.DROP_AFTER),
    "timeout": lambda _: Fault(kind=FaultKind.SLOW, seconds=999.0),
    "500": _answered(500, b'{"errors":["Internal Server Error"]}'),
    "503": _answered(503, b'{"errors":["Service Unavailable"]}'),
    "HTML": lambda _: Fault(kind=FaultKind.GARBLE, garble="html"),
    "cut": lambda _: Fault(kind=FaultKind.GARBLE, garble="cut"),
}
#: What is said of a single row is said of that row, and is no trouble of the service.
_BATCH_KINDS: Mapping[str, Callable[[Incoming], Fault]] = {
    "nothing stored": _swallowed,
    "refused as a whole": _answered(400, b'{"errors":["The data was odd."]}'),
}
KINDS = frozenset({*_KINDS, *_BATCH_KINDS})


def _items(incoming: Incoming) -> int:
    if incoming.method != "POST" or not incoming.body:
        return 0
    body = json.loads(incoming.body)
    return len(body) if isinstance(body, list) else 0


class Watch:
    """Reads every request that reaches a sandbox, and notes what must not have been asked.

    Args:
        sandbox: The sandbox, which knows its people already.
        hands_off: The addresses of those to whom nothing may be done.
    """

    def __init__(self, sandbox: Sandbox, hands_off: frozenset[str]) -> None:
        self._address = {
            int(one["contactId"]): one["email"].lower() for one in sandbox.state.contacts()
        }
        self._hands_off = hands_off
        self._known = frozenset(self._address.values())
        self.writes = 0
        self.offences: list[str] = []

    def __call__(self, incoming: Incoming) -> None:
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


def meet(
    sandbox: Sandbox, watch: Callable[[Incoming], None], trouble: Callable[[Incoming], Fault | None]
) -> None:
    """Have every request of a sandbox looked at, and met by trouble."""

    def take(incoming: Incoming) -> Fault | None:
        watch(incoming)
        return trouble(incoming)

    vars(sandbox.faults)["take"] = take


def untroubled(_: Incoming) -> None:
    """Let a request be answered as it should be."""
