"""A damaged journal: a right report or a JournalError, never a wrong report, never no end."""

from __future__ import annotations

import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper
from icontact._sqlite import checksum
from icontact.errors import JournalError
from icontact.push import ListPush, PushReport
from icontact.push.journal import Journal
from icontact.sandbox import Sandbox, Snapshot

PAGE = 4096
PEOPLE = 150


def rows() -> list[dict[str, Any]]:
    dice = random.Random("rows")
    made: list[dict[str, Any]] = []
    for number in range(PEOPLE):
        long = "N" * (5000 if number % 30 == 1 else dice.randrange(60))
        row = {"email": f"person{number}@example.com", "city": "C" * number, "first_name": long}
        made.append({"email": "nonsense"} if number % 17 == 3 else row)
    return [*made, {**made[0], "city": "Cary"}]


class Scene:
    """A finished or half-finished journal, and what iContact knew when it was left."""

    def __init__(self, sandbox: Sandbox, path: Path, *, finished: bool) -> None:
        self._sandbox, self.path = sandbox, path
        mapping = {"email": "email", "city": "city", "first_name": "first_name"}
        sandbox.seed(contacts=[{"email": f"person{n}@example.com"} for n in range(0, PEOPLE, 3)])
        folder = sandbox.client().folder()
        self._push = ListPush(folder, "Newsletter", mapper=ContactMapper(mapping), batch_size=30)
        if not finished:
            sandbox.faults.next(status=401, method="POST", path=r"/subscriptions$")
        self._push.run(rows(), journal=path)
        sandbox.faults.clear()
        self._left: Snapshot = sandbox.snapshot()
        self.content = path.read_bytes()
        self.right = said_in(self.resumed(self.content))

    def resumed(self, content: bytes) -> PushReport:
        self._sandbox.restore(self._left)
        self.path.write_bytes(content)
        return self._push.run(rows(), journal=self.path)

    def is_endured(self, content: bytes) -> bool:
        """Tell whether a journal with this content gives the right report, or a JournalError."""
        try:
            report = self.resumed(content)
        except JournalError:
            return True
        return said_in(report) == self.right


def said_in(report: PushReport) -> list[Any]:
    return [(one, one.email, one.contact_id) for one in report.outcomes]


@pytest.fixture(params=[True, False], ids=["finished", "half"])
def scene(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Scene]:
    with Sandbox() as sandbox:
        yield Scene(sandbox, tmp_path / "push.sqlite", finished=request.param)


def swapped(content: bytes, first: int, second: int) -> bytes:
    pages = [content[start : start + PAGE] for start in range(0, len(content), PAGE)]
    pages[first], pages[second] = pages[second], pages[first]
    return b"".join(pages)


def test_swapped_pages(scene: Scene) -> None:
    pages = len(scene.content) // PAGE
    pairs = [(first, second) for first in range(pages) for second in range(first)]
    for pair in random.Random(20).sample(pairs, 60):
        assert scene.is_endured(swapped(scene.content, *pair)), pair


def test_flipped_bits(scene: Scene) -> None:
    dice = random.Random(21)
    for _ in range(60):
        content, place = bytearray(scene.content), dice.randrange(len(scene.content))
        content[place] ^= 1 << dice.randrange(8)
        assert scene.is_endured(bytes(content)), place


def test_cut_and_blank_files(scene: Scene) -> None:
    dice = random.Random(22)
    for _ in range(20):
        length = dice.randrange(1, len(scene.content))
        assert scene.is_endured(scene.content[:length]), length
        page = dice.randrange(len(scene.content) // PAGE) * PAGE
        blank = scene.content[:page] + bytes(PAGE) + scene.content[page + PAGE :]
        assert scene.is_endured(blank), page


@pytest.mark.parametrize(
    ("statement", "said"),
    [
        ("UPDATE rows SET status = 'creatde' WHERE row = 4", "1 of its rows are not as"),
        ("UPDATE rows SET contact_id = contact_id + 1 WHERE row = 4", "1 of its rows are not as"),
        ("UPDATE about SET value = '7' WHERE key = 'requests'", "1 of its about are not as"),
        ("DELETE FROM rows WHERE row = 4", "rows are missing"),
        ("DELETE FROM rows WHERE row = 150", "it has 150 rows, and should have 151"),
        ("UPDATE rows SET email = CAST(email AS BLOB) WHERE row = 4", "1 of its rows are not as"),
        ("DELETE FROM about", "the notes on its push are missing"),
        ("CREATE TABLE more (x); DROP TABLE winners", "its tables are not as they were made"),
    ],
)
def test_an_error_says_what_is_wrong_and_what_to_do(
    scene: Scene, statement: str, said: str
) -> None:
    with closing(sqlite3.connect(scene.path)) as connection:
        connection.executescript(statement)
    content = scene.path.read_bytes()

    with pytest.raises(JournalError, match=rf"is damaged: {said}.*another journal"):
        scene.resumed(content)
    with pytest.raises(JournalError, match="is damaged"):
        Journal.opened(scene.path)


def test_rows_of_another_time_are_noticed(scene: Scene) -> None:
    with closing(sqlite3.connect(scene.path)) as now:
        sealed = ("1", checksum(b"seal", b"1", "tt"))
        now.execute("UPDATE about SET value = ?, checksum = ? WHERE key = 'seal'", sealed)
        now.commit()

    with pytest.raises(JournalError, match="its rows are not those of its last run"):
        Journal.opened(scene.path)


def test_a_report_whose_file_is_changed_meanwhile_says_so(scene: Scene) -> None:
    report = scene.resumed(scene.content)
    with closing(sqlite3.connect(scene.path)) as connection:
        connection.execute("UPDATE rows SET status = 'nonsense' WHERE row = 4")
        connection.execute("DELETE FROM rows WHERE row = 5")
        connection.commit()

    for place in (4, 5):
        with pytest.raises(JournalError, match="is damaged: a row is"):
            report.outcomes[place]


def test_a_walk_over_rows_that_do_not_advance_ends(scene: Scene) -> None:
    journal = Journal.opened(scene.path)

    steps = journal.database.steps("SELECT 5, ?, ?", (), 10)

    assert next(steps)
    with pytest.raises(JournalError, match="its rows are out of order"):
        next(steps)


def test_a_plan_whose_journal_cannot_be_noted_in_lets_go_of_it(
    scene: Scene, monkeypatch: pytest.MonkeyPatch
) -> None:
    journal = Journal.opened(scene.path)

    def full(*_: object) -> None:
        raise JournalError("the disk is full")

    with monkeypatch.context() as patched:
        patched.setattr(Journal, "note", full)
        with pytest.raises(JournalError, match="the disk is full"):
            journal.acquire()

    assert said_in(scene.resumed(scene.content)) == scene.right
