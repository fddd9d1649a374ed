"""``icontact suppressed``."""

from __future__ import annotations

import csv
import os
import sqlite3
from collections.abc import Iterator
from pathlib import Path

import pytest
import responses

from icontact.integrations.suppression_state import SuppressionState
from icontact.sandbox import Sandbox
from tests.cli.support import icontact
from tests.integrations.fake_mautic import PASSWORD, USERNAME, FakeMautic


@pytest.fixture
def seeded(embedded: Sandbox) -> Sandbox:
    (other,) = embedded.seed(lists=[{"name": "Other"}]).list_ids
    embedded.seed(
        contacts=[
            {"email": "fine@example.com"},
            {"email": "left@example.com"},
            {"email": "lost@example.com", "status": "bounced"},
        ],
        subscriptions=[
            {"email": "left@example.com", "listId": other, "status": "unsubscribed"},
        ],
    )
    return embedded


@pytest.fixture
def fake(seeded: Sandbox, answers: responses.RequestsMock) -> FakeMautic:
    fake = FakeMautic()
    for name in ("fine", "left", "lost"):
        fake.add(f"{name}@example.com")
    return fake


@pytest.fixture
def url(
    fake: FakeMautic, monkeypatch: pytest.MonkeyPatch, answers: responses.RequestsMock
) -> Iterator[str]:
    monkeypatch.setenv("MAUTIC_USERNAME", USERNAME)
    monkeypatch.setenv("MAUTIC_PASSWORD", PASSWORD)
    with fake.serve() as url:
        answers.add_passthru(url)
        yield url


def test_suppressed_people_are_shown_with_their_reason(seeded: Sandbox) -> None:
    ran = icontact("suppressed")
    assert ran.code == 0
    assert "l•••@example.com" in ran.out
    assert "left@" not in ran.out
    found = icontact("suppressed", "--json").document["people"]
    assert [(one["email"], one["reason"]) for one in found] == [
        ("lost@example.com", "bounced"),
        ("left@example.com", "unsubscribed"),
    ]


def test_only_the_named_lists_are_shown(seeded: Sandbox) -> None:
    for name, reasons in (("Other", ["bounced", "unsubscribed"]), ("Newsletter", ["bounced"])):
        ran = icontact("suppressed", "--list", name, "--json")
        assert [one["reason"] for one in ran.document["people"]] == reasons
    assert icontact("suppressed", "--list", "Nowhere").code == 2


def test_a_list_that_does_not_exist_is_a_usage_error(seeded: Sandbox, tmp_path: Path) -> None:
    state = ("--to-csv", tmp_path / "out.csv", "--state", tmp_path / "state.sqlite")
    for words in ((), state):
        ran = icontact("suppressed", "--list", "987654", *words)
        assert ran.code == 2
        assert "there is no list 987654" in ran.err


@pytest.mark.parametrize("option", ["--to-mautic", "--to-csv"])
def test_a_target_without_a_name_is_a_usage_error(seeded: Sandbox, option: str) -> None:
    ran = icontact("suppressed", option, "")
    assert (ran.code, ran.out) == (2, "")
    assert f"{option} is empty" in ran.err


def test_without_suppressed_people_a_note_says_so(embedded: Sandbox) -> None:
    ran = icontact("suppressed")
    assert (ran.code, ran.out, ran.err) == (0, "", "note: no suppressed contacts\n")


def test_a_date_that_cannot_be_read_is_a_usage_error(seeded: Sandbox, tmp_path: Path) -> None:
    target = ("--to-csv", tmp_path / "out.csv", "--state", tmp_path / "state")
    for words in ((), target):
        ran = icontact("suppressed", "--since", "yesterday", *words)
        assert ran.code == 2
        assert "--since: not a date" in ran.err
    assert icontact("suppressed", "--since", "2199-01-31", "--json").document["people"] == []


def test_a_dry_run_shows_the_plan_and_marks_no_one(
    fake: FakeMautic, url: str, tmp_path: Path
) -> None:
    state = ("--state", tmp_path / "state.sqlite")
    ran = icontact("suppressed", "--to-mautic", url, "--dry-run", *state)
    assert ran.code == 0
    assert "bounced" in ran.out
    assert ran.out.splitlines()[-1] == "2 planned, 0 done, 0 unknown"
    document = icontact("suppressed", "--to-mautic", url, "--dry-run", "--json", *state).document
    assert document["planned"] == 2
    assert [one["targets"] for one in document["people"]] == [[2], [3]]
    assert fake.blocked == set()


def test_mautic_is_marked_once(fake: FakeMautic, url: str, tmp_path: Path) -> None:
    words = ("suppressed", "--to-mautic", url, "--state", tmp_path / "state.sqlite")
    assert icontact(*words).out == "2 marked, 0 failed, 0 left\n"
    assert icontact(*words, "--json").document["marked"] == 0
    assert fake.blocked == {"left@example.com", "lost@example.com"}
    assert set(fake.marked.values()) == {1}


def test_people_whom_mautic_does_not_take_give_exit_code_1(
    fake: FakeMautic, url: str, tmp_path: Path
) -> None:
    number = fake.add("left@example.com")

    def before(method: str, path: str) -> None:
        if method == "POST":
            fake.contacts.pop(number, None)

    fake.before = before
    ran = icontact("suppressed", "--to-mautic", url, "--state", tmp_path / "state.sqlite")
    assert ran.code == 1
    assert ran.out.startswith("1 marked, 1 failed, 1 left (404")
    assert (
        icontact("suppressed", "--to-mautic", url, "--state", tmp_path / "state.sqlite").code == 0
    )


def test_a_mautic_that_does_not_answer_gives_exit_code_3(
    fake: FakeMautic, url: str, tmp_path: Path
) -> None:
    words = ("suppressed", "--state", tmp_path / "state.sqlite", "--to-mautic")
    ran = icontact(*words, "http://127.0.0.1:9")
    assert ran.code == 3
    assert "Mautic does not answer" in ran.err


def test_wrong_credentials_for_mautic_give_exit_code_2(
    fake: FakeMautic, url: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("suppressed", "--to-mautic", url, "--state", tmp_path / "state.sqlite")
    monkeypatch.setenv("MAUTIC_PASSWORD", "canary")
    ran = icontact(*words)
    assert ran.code == 2
    assert "Mautic: 401" in ran.err
    assert "canary" not in ran.err
    monkeypatch.delenv("MAUTIC_PASSWORD")
    assert "set MAUTIC_USERNAME and MAUTIC_PASSWORD" in icontact(*words).err


def test_a_csv_of_suppressions_is_written(seeded: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "suppressions.csv"
    ran = icontact("suppressed", "--to-csv", path, "--state", tmp_path / "state.sqlite")
    assert ran.out == "2 marked, 0 failed, 0 left\n"
    with path.open(encoding="utf-8", newline="") as file:
        assert [row["reason"] for row in csv.DictReader(file)] == ["unsubscribed", "bounced"]


def test_options_that_do_not_go_together_are_refused() -> None:
    assert icontact("suppressed", "--dry-run").code == 2
    both = icontact("suppressed", "--to-mautic", "https://m.example.com", "--to-csv", "x.csv")
    assert "choose one of" in both.err


def test_a_file_that_cannot_be_written_is_named_with_its_option(
    seeded: Sandbox, tmp_path: Path
) -> None:
    state, path = tmp_path / "state.sqlite", tmp_path / "no" / "where.csv"
    ran = icontact("suppressed", "--to-csv", path, "--state", state)
    assert ran.code == 2
    assert ran.err.startswith(f"Error: cannot write {path}, which --to-csv names: ")
    # The corrected command may use the same state.
    right = ("--to-csv", tmp_path / "out.csv", "--state", state)
    assert icontact("suppressed", *right).out == "2 marked, 0 failed, 0 left\n"


def test_a_state_that_cannot_be_opened_is_not_named_as_an_option(
    seeded: Sandbox, tmp_path: Path
) -> None:
    state = tmp_path / "no" / "state.sqlite"
    ran = icontact("suppressed", "--to-csv", tmp_path / "out.csv", "--state", state)
    assert ran.code == 2
    assert ran.err.startswith(f"Error: {state} cannot be opened")


@pytest.mark.parametrize("place", [".", os.devnull])
def test_a_folder_or_a_device_is_not_read_as_a_csv(
    seeded: Sandbox, tmp_path: Path, place: str
) -> None:
    ran = icontact("suppressed", "--to-csv", place, "--state", tmp_path / "state.sqlite")
    assert ran.code == 2
    assert f"{place} is a folder or a device, not a file: name a file" in ran.err


def test_a_state_that_cannot_be_written_is_a_message(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.chdir(tmp_path)

    def full(*_: object) -> None:
        raise sqlite3.OperationalError("database or disk is full")

    monkeypatch.setattr(SuppressionState, "begin", full)

    ran = icontact("suppressed", "--to-csv", "out.csv", "--state", "state.sqlite")

    said = "Error: the file of --state or --store cannot be used: database or disk is full\n"
    assert (ran.code, ran.err) == (2, said)
