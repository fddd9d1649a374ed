"""Processes that are killed, interrupted, or out of space: the same command finishes the job."""

from __future__ import annotations

import json
import random
import signal
import sqlite3
import subprocess
import sys
import threading
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from functools import cache
from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact import ContactMapper
from icontact.errors import JournalError
from icontact.push import ListPush, PushReport
from icontact.push.journal.schema import Stage
from icontact.sandbox import Sandbox, Server
from icontact.sandbox.exchange import IncomingRequest
from icontact.sandbox.faults import Fault
from tests.endurance.pusher import Order
from tests.endurance.pushes import End, Watch, end_of, untroubled_end
from tests.endurance.scenes import MAPPING, Scene, push_of, scene

ROOT = Path(__file__).parents[2]
#: Seconds after which a process is taken for stuck.
PATIENCE = 300
POLICY: dict[str, Any] = {"batch_size": 40, "page_size": 100}
#: Batches grow from 20 rows on, so that few rows make several.
AUTO: dict[str, Any] = {"batch_size": "auto", "page_size": "auto"}


@cache
def undisturbed_end(number: int, seed: int) -> End:
    """Return how a push ends that is not killed."""
    return untroubled_end(scene(number, seed), POLICY)


@attrs.define
class Life:
    """A sandbox that is served, a journal, and the processes that push."""

    sandbox: Sandbox
    server: Server
    journal: Path
    what: Scene
    number: int
    seed: int
    watch: Watch
    policy: dict[str, Any] = attrs.field(factory=lambda: POLICY)
    #: What is done about the requests that arrive, with how many there were.
    at_request: Callable[[int], None] = lambda _: None
    arrived: int = 0

    def listen(self) -> None:
        """Look at every request from now on."""
        self.watch.over(self.sandbox)
        others = self.sandbox.faults.take

        def take(incoming: IncomingRequest) -> Fault | None:
            self.arrived += 1
            self.at_request(self.arrived)
            return others(incoming)

        vars(self.sandbox.faults)["take"] = take

    def start(self, **order: Any) -> subprocess.Popen[str]:
        """Start a process that pushes."""
        credentials = self.server.credentials
        full = Order(
            url=self.server.url,
            credentials={
                "app_id": credentials.app_id,
                "username": credentials.username,
                "password": credentials.password,
            },
            journal=str(self.journal),
            number=self.number,
            seed=self.seed,
            policy=self.policy,
            first_size=20,
        )
        process = subprocess.Popen(
            [sys.executable, "-m", "tests.endurance.pusher"],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
            cwd=ROOT,
        )
        assert process.stdin is not None
        process.stdin.write(json.dumps(attrs.asdict(full) | order))
        process.stdin.close()
        process.stdin = None
        return process

    def push(self, **order: Any) -> dict[str, Any]:
        """Push in a process, and return what it said; ``killed`` if it could not."""
        return said_by(self.start(**order))

    def killed(self, moment: dict[str, Any], **order: Any) -> dict[str, Any]:
        """Push in a process that is killed at some moment, unless it is done before."""
        if "request" not in moment:
            return self.push(**moment, **order)
        late = moment.get("late", 0.0)
        return self.struck_at(moment["request"], signal.SIGKILL, late=late, **order)

    def struck_at(
        self, request: int, number: signal.Signals, *, late: float = 0.0, **order: Any
    ) -> dict[str, Any]:
        """Push in a process that gets a signal when its so manieth request arrives, or later."""
        started = threading.Event()
        process: subprocess.Popen[str] | None = None

        def strike(arrived: int) -> None:
            started.wait(PATIENCE)
            if arrived == request and process is not None:
                if late:
                    threading.Timer(late, process.send_signal, [number]).start()
                else:
                    process.send_signal(number)

        self.arrived, self.at_request = 0, strike
        process = self.start(**order)
        started.set()
        said = said_by(process)
        self.at_request = lambda _: None
        return said

    def column(self, sql: str) -> list[Any]:
        """Read a column of the journal as anybody could."""
        with closing(sqlite3.connect(self.journal)) as journal:
            return [value for (value,) in journal.execute(sql)]

    def go_on(self) -> PushReport:
        """Push in this process."""
        push = push_of(self.server.client().folder(), **self.policy)
        return push.run(self.what.rows, journal=self.journal)

    def end(self) -> End:
        """Return how it ended; the outcomes as the journal's view shows them."""
        with closing(sqlite3.connect(self.journal)) as journal:
            seen = journal.execute("SELECT row, email, status, subscription FROM outcomes")
            return end_of(self.sandbox, seen)

    def check(self) -> None:
        """See that it ended as an untroubled push does."""
        expected, end = undisturbed_end(self.number, self.seed), self.end()
        assert self.watch.offences == []
        assert end.outcomes == expected.outcomes
        assert end.contacts == expected.contacts
        assert end.subscriptions == expected.subscriptions


def said_by(process: subprocess.Popen[str]) -> dict[str, Any]:
    """Wait for a process, and return what it said."""
    try:
        text, _ = process.communicate(timeout=PATIENCE)
    finally:
        process.kill()
    if process.returncode == -signal.SIGKILL:
        return {"end": "killed"}
    assert process.returncode == 0
    said: dict[str, Any] = json.loads(text)
    return said


@contextmanager
def life(directory: Path, number: int, seed: int) -> Iterator[Life]:
    """Serve a sandbox with people in it."""
    what, sandbox = scene(number, seed), Sandbox()
    what.furnish(sandbox)
    watch = Watch(sandbox, what.hands_off)
    directory.mkdir(exist_ok=True)
    with closing(sandbox), sandbox.serve() as server:
        one = Life(sandbox, server, directory / "journal", what, number, seed, watch)
        one.listen()
        yield one


def moments(dice: random.Random, rows: int) -> Iterator[dict[str, Any]]:
    """Yield moments at which a process dies, spread over all that a push does."""
    while True:
        yield {"die_at_row": dice.randrange(rows)}
        yield {"request": dice.randint(1, 12)}
        yield {"request": dice.randint(13, 30)}
        yield {"die_after": dice.uniform(0, 0.5)}
        yield {"request": dice.randint(1, 30), "late": dice.uniform(0, 0.05)}


@pytest.mark.parametrize("policy", [POLICY, AUTO], ids=["fixed sizes", "sizes found out"])
def test_a_push_that_is_killed_again_and_again_ends_where_an_undisturbed_one_does(
    full: bool, tmp_path: Path, policy: dict[str, Any]
) -> None:
    dice = random.Random(5)
    number, left = (3_000, 50) if full else (400, 4)
    when, lives = moments(dice, number), 0
    while left:
        lives += 1
        with life(tmp_path / str(lives), number, seed=lives) as one:
            one.policy = policy
            said = {"end": "killed"}
            while left and said["end"] == "killed":
                said = one.killed(next(when), workers=dice.choice([1, 4, "auto"]))
                left -= said["end"] == "killed"
            report = one.go_on()
            assert report.counts["failed"] == 0
            one.check()


@pytest.mark.parametrize("workers", [1, 4])
def test_ctrl_c_lets_the_batch_be_finished_and_the_push_goes_on_later(
    tmp_path: Path, workers: int
) -> None:
    with life(tmp_path, 400, seed=2) as one:
        said = one.struck_at(16, signal.SIGINT, workers=workers)

        assert said == {"end": "interrupted"}
        stages = Counter(one.column("SELECT stage FROM rows"))
        assert stages[Stage.SENT] == 0
        assert stages[Stage.DONE]
        assert stages[Stage.PLANNED]
        assert one.go_on().counts["failed"] == 0
        one.check()


def test_a_second_process_on_the_same_journal_is_refused(tmp_path: Path) -> None:
    with life(tmp_path, 400, seed=2) as one:
        here, may_go_on = threading.Event(), threading.Event()

        def hold(arrived: int) -> None:
            if arrived == 12:
                here.set()
                may_go_on.wait(PATIENCE)

        one.at_request = hold
        process = one.start()
        assert here.wait(PATIENCE)
        try:
            with pytest.raises(JournalError, match="another push is using it"):
                one.go_on()
        finally:
            may_go_on.set()
        assert said_by(process)["end"] == "done"
        one.check()


def test_a_file_that_may_not_grow_ends_the_push_clearly(tmp_path: Path) -> None:
    with life(tmp_path, 400, seed=2) as one:
        most = 150_000

        said = one.push(most_bytes=most)

        assert said["end"] == "JournalError"
        assert f"the journal {one.journal} cannot be" in said["text"]
        assert one.go_on().counts["failed"] == 0
        one.check()


@contextmanager
def small_disk(place: Path, size: int) -> Iterator[Path]:
    """Mount a disk that is soon full; skip where that is not allowed."""
    place.mkdir()
    mounted = ["mount", "-t", "tmpfs", "-o", f"size={size}", "icontact-test", str(place)]
    try:
        subprocess.run(mounted, check=True, capture_output=True)
    except (OSError, subprocess.CalledProcessError):
        pytest.skip("no disk can be mounted here: that takes the rights of root")
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", str(place)], check=True)


@pytest.mark.parametrize("size", [100_000, 300_000])
def test_a_full_disk_ends_the_push_clearly_and_it_goes_on_once_there_is_room(
    tmp_path: Path, size: int
) -> None:
    with small_disk(tmp_path / "disk", size) as disk, life(disk, 400, seed=2) as one:
        said = one.push()

        assert said["end"] == "JournalError"
        assert "the disk is full; make room and push again" in said["text"]
        subprocess.run(["mount", "-o", "remount,size=50m", str(disk)], check=True)
        assert one.go_on().counts["failed"] == 0
        one.check()


def test_a_journal_of_another_push_is_refused_with_what_differs(tmp_path: Path) -> None:
    journal = tmp_path / "journal"
    rows = scene(50, 6).rows
    with Sandbox() as sandbox:
        scene(50, 6).furnish(sandbox)
        sandbox.seed(lists=[{"name": "Others"}])
        folder = sandbox.client().folder()
        push_of(folder).run(rows, journal=journal)
        elsewhere = sandbox.client().folder(client_folder_id=sandbox.add_client_folder())
        elsewhere.lists.create(name="Newsletter")
        elsewhere.custom_fields.create(
            private_name="score", field_type="number", display_to_user=False
        )
        sandbox.requests.clear()

        def refusal(push: ListPush, given: list[Any]) -> str:
            with pytest.raises(JournalError) as caught:
                push.run(given, journal=journal)
            return str(caught.value)

        mapper = ContactMapper({"email": "email"})
        assert "it has another list" in refusal(
            ListPush(folder, "Others", mapper=ContactMapper(MAPPING)), rows
        )
        assert "it has another mapping" in refusal(
            ListPush(folder, "Newsletter", mapper=mapper), rows
        )
        assert "it has another client folder, list" in refusal(push_of(elsewhere), rows)
        assert "it has another rules" in refusal(push_of(folder, existing="keep"), rows)
        assert "row 7 is not the one" in refusal(
            push_of(folder), [*rows[:7], {"email": "jo@example.com"}, *rows[8:]]
        )
        assert "it holds 50 rows, and there are 49" in refusal(push_of(folder), rows[:-1])
        assert "it holds 50 rows, and there are more" in refusal(push_of(folder), [*rows, {}])
        assert all(request.method == "GET" for request in sandbox.requests)
