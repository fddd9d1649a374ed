"""From Mautic's web hooks to the list, over HTTP, while everything on the way fails.

Signed web hooks (new, changed, points, forms, several in one body, repeated, out of order) go to a
receiver in a process of its own, which is killed twice without warning, while the embedded iContact
throttles, fails, and breaks connections. In the end iContact holds exactly what the rules say.
"""

from __future__ import annotations

import http.client
import json
import os
import random
import subprocess
import sys
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs

from icontact.client import Folder
from icontact.integrations import mautic
from icontact.integrations.inbox import EventState, Inbox
from icontact.sandbox import Sandbox
from tests.endurance.mautic_receiver import MINIMUM, SECRET, VIP
from tests.integrations.support import encoded, pointed, saved, submitted, subscribed

ROOT = Path(__file__).parents[2]
SEED = 20260105
PATIENCE = 600.0

#: After each of these numbers of requests iContact fails in one of these ways.
EVERY = 9


@attrs.define
class Person:
    """The people of the events, and what is to become of them."""

    number: int
    kind: str
    city: str | None = None
    points: int = 0
    best: int = 0
    events: int = 0

    @property
    def email(self) -> str | None:
        return None if self.kind == "visitor" else f"person{self.number}@example.com"


def make_events(people: Sequence[Person], hooks: int, draw: random.Random) -> list[tuple[str, Any]]:
    """Make the events, in the order in which they happen."""
    found: list[tuple[str, Any]] = []
    # Each person once, so that no one is missed; then by chance.
    whose = [*people, *draw.choices(people, k=hooks - len(people))]
    last = {one.number: at for at, one in enumerate(whose)}
    for at, one in enumerate(whose):
        one.city = f"City {at}"
        values: dict[str, Any] = {"email": one.email, "city": one.city, "points": one.points}
        if one.kind == "blocked":
            values["doNotContact"] = [{"reason": 1, "channel": "email"}]
        one.events += 1
        chosen = "lead_post_save_new"
        if one.events > 1:
            chosen = draw.choice(["lead_post_save_update", "lead_points_change", "form_on_submit"])
        silent = chosen == "form_on_submit" and one.kind == "blocked"
        if one.events > 1 and (at == last[one.number] or silent):
            # Points alone push no contact, and forms do not say who must not be mailed: the end
            # would be left to chance.
            chosen = "lead_post_save_update"
        if chosen == "lead_points_change":
            old, new = one.points, one.points + draw.choice([-10, 40, 70])
            one.points, one.best = new, max(one.best, new)
            values.pop("points")
            found.append((chosen, pointed(one.number, old, new, at, **values)))
        elif chosen == "form_on_submit":
            found.append((chosen, submitted(one.number, at, **values)))
        else:
            found.append((chosen, saved(one.number, at, **values)))
    return found


def bodies(events: Sequence[tuple[str, Any]], draw: random.Random) -> list[bytes]:
    """Pack events as Mautic's queue does: a few in a body, some again, and not in their order."""
    packed, waiting = [], list(events)
    while waiting:
        body: dict[str, list[Any]] = {}
        for kind, entry in waiting[: draw.choice([1, 1, 2, 3])]:
            body.setdefault(f"mautic.{kind}", []).append(entry)
        waiting = waiting[sum(map(len, body.values())) :]
        packed.append(encoded(body))
    packed += draw.sample(packed, len(packed) // 10)
    places = {id(body): at + draw.uniform(0, 30) for at, body in enumerate(packed)}
    return sorted(packed, key=lambda body: places[id(body)])


class Receiver:
    """The receiver's process, which may be killed and started again."""

    def __init__(self, store: Path, environment: dict[str, str]) -> None:
        self._store, self._environment = store, environment
        self.port = 0
        self.answers: list[float] = []
        self.start()

    def start(self) -> None:
        self._process = subprocess.Popen(
            [sys.executable, "-m", "tests.endurance.mautic_receiver", self._store, str(self.port)],
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=self._environment,
        )
        assert self._process.stdout is not None
        self.port = int(self._process.stdout.readline())

    def kill(self) -> None:
        """As with ``kill -9``."""
        self._process.kill()
        self._process.wait()
        assert self._process.stdout is not None
        self._process.stdout.close()

    def post(self, body: bytes, *, signature: str | None = None) -> int | None:
        """Post a body; return the status, or nothing if no answer came."""
        headers = {
            "Content-Type": "application/json",
            "Webhook-Signature": mautic.sign(body, SECRET) if signature is None else signature,
        }
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        started = time.monotonic()
        try:
            connection.request("POST", "/mautic", body, headers)
            status = connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()
        self.answers.append(time.monotonic() - started)
        return status

    def health(self) -> Any:
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        connection.request("GET", "/healthz")
        answer = json.loads(connection.getresponse().read())
        connection.close()
        return answer

    def drained(self) -> None:
        """Wait until nothing waits."""
        pause, end = threading.Event(), time.monotonic() + PATIENCE
        while self.health()["events"]["waiting"]:
            assert time.monotonic() < end, self.health()
            pause.wait(0.05)


@contextmanager
def trouble(sandbox: Sandbox, draw: random.Random) -> Iterator[Counter[str]]:
    """Let iContact fail now and then, in every way it can."""
    faults = sandbox.faults
    ways: dict[str, Callable[[], object]] = {
        "503": lambda: faults.next(status=503),
        "500": lambda: faults.next(status=500),
        "away": lambda: faults.next(status=503, times=12),
        "broken before": faults.drop_before,
        "broken after": faults.drop_after,
        "garbled": lambda: faults.garble("html"),
        # Until the next trouble, almost everything is beyond the rate.
        "throttled": lambda: faults.throttle(per_minute=1),
    }
    done, ordered = threading.Event(), Counter[str]()

    def make() -> None:
        seen = 0
        while not done.wait(0.005):
            if len(sandbox.requests) >= seen + EVERY:
                seen = len(sandbox.requests)
                faults.throttle()
                way = draw.choice(sorted(ways))
                ordered[way] += 1
                ways[way]()

    thread = threading.Thread(target=make)
    thread.start()
    try:
        yield ordered
    finally:
        done.set()
        thread.join()
        faults.clear()


def on_list(folder: Folder, list_id: int) -> dict[str, str]:
    """Return who is on a list: the address, and the subscription."""
    people = {one.contact_id: one.email for one in folder.contacts.list()}
    found = folder.subscriptions.list(list_id=list_id)
    return {people[one.contact_id]: str(one.status) for one in found}


def test_the_whole_chain(tmp_path: Path, full: bool) -> None:
    # Some 2,000 web hooks at full size: a few events are in one, and some are posted again.
    hooks, heads = (3300, 600) if full else (160, 40)
    draw = random.Random(SEED)
    people = [Person(number, kind_of(number)) for number in range(1, heads + 1)]
    events = make_events(people, hooks, draw)
    packed = bodies(events, draw)
    assert len(packed) >= (2000 if full else 90)
    started = time.monotonic()
    with Sandbox().serve(port=0) as server:
        folder = server.client().folder()
        vip = folder.lists.create(name=VIP).list_id
        newsletter = folder.lists.find(name="Newsletter")
        assert newsletter is not None
        receiver = Receiver(tmp_path / "triggers.sqlite", environment(server))
        try:
            with trouble(server.sandbox, random.Random(SEED)) as ordered:
                post_all(receiver, packed)
                assert receiver.post(packed[0], signature="forged") == 403
                assert receiver.post(packed[0][:-5]) == 400
                receiver.drained()
            assert_as_the_rules_say(folder, people, newsletter.list_id, vip)
            assert_nothing_lost_nothing_twice(tmp_path / "triggers.sqlite", hooks, vip, people)
            assert_a_replay_changes_nothing(server.sandbox, receiver, packed)
            assert_an_unsubscribe_is_followed(folder, receiver, people, newsletter.list_id)
        finally:
            receiver.kill()
    report(hooks, packed, receiver, ordered, time.monotonic() - started)


def kind_of(number: int) -> str:
    return {3: "visitor", 7: "blocked"}.get(number % 10, "ordinary")


def environment(server: Any) -> dict[str, str]:
    return {
        **os.environ,
        "ICONTACT_BASE_URL": server.url,
        "ICONTACT_APP_ID": server.credentials.app_id,
        "ICONTACT_USERNAME": server.credentials.username,
        "ICONTACT_PASSWORD": server.credentials.password,
    }


def post_all(receiver: Receiver, packed: Sequence[bytes]) -> None:
    """Post everything; what no answer came to again, as Mautic's queue does; kill it twice."""
    deaths = {len(packed) // 3, 2 * len(packed) // 3}
    for at, body in enumerate(packed):
        if at in deaths:
            # While a request is under way.
            poster = threading.Thread(target=receiver.post, args=(body,))
            poster.start()
            receiver.kill()
            poster.join()
            assert receiver.post(body) is None
            receiver.start()
        assert receiver.post(body) == 200


def assert_as_the_rules_say(
    folder: Folder, people: Sequence[Person], newsletter: int, vip: int
) -> None:
    pushed = [one for one in people if one.kind == "ordinary"]
    contacts = folder.contacts.list().all()
    assert {one.email: one.city for one in contacts} == {one.email: one.city for one in pushed}
    assert len(contacts) == len(pushed)
    assert on_list(folder, newsletter) == {one.email: "normal" for one in pushed}
    passed = [one for one in pushed if one.best >= MINIMUM]
    assert passed
    assert on_list(folder, vip) == {one.email: "normal" for one in passed}


def assert_nothing_lost_nothing_twice(
    store: Path, hooks: int, vip: int, people: Sequence[Person]
) -> None:
    inbox = Inbox(store)
    entries = inbox.entries(limit=hooks + 1)
    inbox.close()
    assert Counter(entry.state for entry in entries) == {EventState.DONE: hooks}
    created, triggered = Counter[str](), Counter[str]()
    for (contact, _), reason in {
        (entry.contact, entry.reason): entry.reason for entry in entries
    }.items():
        created[contact] += ": created" in reason
        triggered[contact] += f"list {vip}: " in reason
    assert max(created.values()) == 1
    # Once for each who passed the minimum, however often the points rose and fell.
    ordinary = [one for one in people if one.kind == "ordinary"]
    assert {one.number: triggered[str(one.number)] for one in ordinary} == {
        one.number: int(one.best >= MINIMUM) for one in ordinary
    }


def assert_a_replay_changes_nothing(
    sandbox: Sandbox, receiver: Receiver, packed: Sequence[bytes]
) -> None:
    before = len(sandbox.requests)
    for body in packed[:20]:
        assert receiver.post(body) == 200
    receiver.drained()
    assert len(sandbox.requests) == before


def assert_an_unsubscribe_is_followed(
    folder: Folder, receiver: Receiver, people: Sequence[Person], newsletter: int
) -> None:
    gone = [one for one in people if one.kind == "ordinary"][:10]
    for one in gone:
        entry = subscribed(one.number, "unsubscribed", at=100_000)
        body = encoded({"mautic.lead_channel_subscription_changed": [entry]})
        assert receiver.post(body) == 200
    receiver.drained()
    now = on_list(folder, newsletter)
    assert {now[one.email] for one in gone if one.email} == {"unsubscribed"}


def report(
    hooks: int, packed: Sequence[bytes], receiver: Receiver, ordered: Counter[str], seconds: float
) -> None:
    """Say what it was; ``pytest -s`` shows it."""
    answers = sorted(receiver.answers)
    at = [round(answers[int(len(answers) * part)] * 1000, 1) for part in (0.5, 0.95, 0.99)]
    sys.stdout.write(
        f"\n{hooks} events in {len(packed)} web hooks, 2 kills, faults {dict(ordered)}: "
        f"{seconds:.1f} s; answers in ms (median, 95 %, 99 %): {at}\n"
    )
