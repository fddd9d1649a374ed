"""The check of words finds what its list names, and says what to write instead."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.meta import plain_words

LIST = r"""
# a comment
[prose]  everywhere
\bwhoever\b          anyone who
\bis no [a-z]+       is not a ...

[names]  in code
\bCrew\b             WorkerPool
"""


def found(text: str, section: str, folder: Path, monkeypatch: pytest.MonkeyPatch) -> list[str]:
    monkeypatch.setattr(plain_words, "ROOT", folder)
    page = folder / "page.rst"
    page.write_text(text, "utf-8")
    return list(plain_words.findings(page, plain_words.rules(LIST)[section]))


def test_each_refused_word_is_named_with_its_line_and_the_word_to_write(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found("A list.\nWhoever reads: this is no list.\n", "prose", tmp_path, monkeypatch) == [
        "page.rst:2: 'Whoever': write anyone who",
        "page.rst:2: 'is no list': write is not a ...",
    ]


def test_names_are_found_as_they_are_written(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found("crew = Crew()", "names", tmp_path, monkeypatch) == [
        "page.rst:1: 'Crew': write WorkerPool"
    ]


def test_a_line_that_quotes_a_word_may_hold_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    assert found('"nobody"  # plain words: a name', "prose", tmp_path, monkeypatch) == []


def test_the_list_of_the_project_can_be_read() -> None:
    sections = plain_words.rules(plain_words.LIST.read_text("utf-8"))
    assert set(sections) == {"prose", "names"}
    assert all(len(section) > 10 for section in sections.values())
