"""A damaged journal gives the right report, or an error; and no row is written twice or lost."""

from __future__ import annotations

import tempfile
from functools import cache
from pathlib import Path

from hypothesis import strategies as st

from icontact.sandbox import Sandbox
from tests.endurance.test_damaged_journal import Scene
from tests.fuzz.damage import TO_A_DATABASE, Damage
from tests.fuzz.targets import fuzzed, tally

FOLDER = tempfile.TemporaryDirectory()


@cache
def scene(*, finished: bool) -> tuple[Sandbox, Scene]:
    """Return a journal, and the sandbox that its push wrote to."""
    sandbox = Sandbox()
    with sandbox:
        path = Path(FOLDER.name) / f"{finished}.sqlite"
        return sandbox, Scene(sandbox, path, finished=finished)


@fuzzed(
    finished=st.booleans(),
    damage=st.lists(TO_A_DATABASE, min_size=1, max_size=3),
)
def test_a_damaged_journal_gives_the_right_report_or_an_error(
    finished: bool, damage: list[Damage]
) -> None:
    sandbox, damaged = scene(finished=finished)
    content = damaged.content
    for one in damage:
        content = one.apply(content)
    if not content:
        return  # an empty file is a new journal
    with sandbox:
        assert damaged.is_endured(content)
        on_the_list = [one["contactId"] for one in sandbox.state.subscriptions()]
    tally["unchanged" if content == damaged.content else "damaged"] += 1
    assert len(on_the_list) == len(set(on_the_list))
