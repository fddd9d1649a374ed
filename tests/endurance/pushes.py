"""Rows for a push, people who are there beforehand, trouble on the way, and what is left of it."""

from __future__ import annotations

import json
import random
import threading
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs

from icontact import ContactMapper
from icontact.client import Folder
from icontact.push import ListPush, PushReport
from icontact.sandbox import Sandbox
from icontact.sandbox.exchange import Answer, Incoming
from icontact.sandbox.faults import Fault, FaultKind

MAPPING: dict[str, Any] = {
    "email": "email",
    "first_name": "firstname",
    "city": "city",
    "status": "status",
    "custom_fields": {"score": "points"},
}

#: What iContact says of those who must be left alone, and of how many of a hundred rows.
_LEFT_ALONE = ("unsubscribed", "donotcontact", "bounced", "pending", "invitable")


@attrs.frozen
class Scene:
    """What is there beforehand, and what is pushed."""

    contacts: list[dict[str, Any]]
    subscriptions: list[dict[str, Any]]
    rows: list[Any]
    #: The addresses of those to whom nothing may be done.
    hands_off: frozenset[str]

    def furnish(self, sandbox: Sandbox) -> None:
        """Let a sandbox know these people."""
        sandbox.seed(custom_fields=[{"privateName": "score", "fieldType": "number"}])
        sandbox.seed(contacts=self.contacts)
        sandbox.seed(subscriptions=self.subscriptions)


def scene(number: int, seed: int) -> Scene:
    """Make up so many rows of every kind that a push has to tell apart."""
    dice = random.Random(f"scene {seed}")
    contacts: list[dict[str, Any]] = []
    subscriptions: list[dict[str, Any]] = []
    rows: list[Any] = []
    hands_off: set[str] = set()

    def there(email: str, status: str = "normal", on_list: str | None = "normal") -> None:
        contacts.append(
            {"email": email, "firstName": "Jo", "city": "Durham", "score": "5", "status": status}
        )
        if on_list is not None:
            subscriptions.append({"email": email, "status": on_list})

    for place in range(number):
        email = f"person{place}@example.com"
        row: Any = {"email": email, "firstname": "Jo", "city": "Durham", "points": 5}
        kind = dice.randrange(100)
        if kind < 12:
            there(email)
        elif kind < 22:
            there(email)
            row["city"] = "Cary"
        elif kind < 28:
            there(email, on_list=None)
            row["points"] = dice.choice([5, 7])
        elif kind < 31:
            there(email, on_list="pending")
        elif kind < 41:
            mark = _LEFT_ALONE[kind % len(_LEFT_ALONE)]
            hands_off.add(email)
            row["city"] = "Cary"
            if mark == "unsubscribed":
                there(email, on_list=mark)
            else:
                there(email, mark, dice.choice([None, "normal"]))
        elif kind < 44:
            row["status"] = dice.choice(["donotcontact", "bounced"])
        elif kind < 48 and rows:
            row = _again(dice.choice(rows), dice)
        elif kind < 51:
            row = dice.choice(
                [{}, {"email": "nobody"}, None, ["list"], {"email": email, "points": "many"}]
            )
        rows.append(row)
    return Scene(contacts, subscriptions, rows, frozenset(hands_off))


def _again(row: Any, dice: random.Random) -> Any:
    """Return a row with the same address, spelled in another way."""
    if not isinstance(row, dict) or "email" not in row:
        return row
    spelled = dice.choice([row["email"], row["email"].upper(), f"  {row['email']} "])
    return {**row, "email": spelled, "city": dice.choice(["Durham", "Apex"])}


def push_of(folder: Folder, **policy: Any) -> ListPush:
    """Return a push of such rows."""
    return ListPush(folder, "Newsletter", mapper=ContactMapper(MAPPING), **policy)


@attrs.frozen
class End:
    """What is in iContact after a push, each thing as often as it is there; and what was said.

    Ids and dates are left out: they are others in every run.
    """

    contacts: Counter[tuple[str, ...]] = attrs.field(repr=False)
    subscriptions: Counter[tuple[str, ...]] = attrs.field(repr=False)
    outcomes: Sequence[tuple[int, str | None, str, str | None]] = attrs.field(repr=False)


def end_of(sandbox: Sandbox, report: PushReport) -> End:
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
        outcomes=[
            (one.row, one.email, one.status.value, one.subscription) for one in report.outcomes
        ],
    )


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
