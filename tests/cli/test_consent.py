"""Consent on the command line: said what is read, and stopped where nothing reads it."""

from __future__ import annotations

from pathlib import Path

import pytest

from icontact.sandbox import Sandbox
from tests.cli.support import icontact


def file(tmp_path: Path, *lines: str) -> str:
    path = tmp_path / "people.csv"
    path.write_text("\n".join([*lines, ""]))
    return str(path)


def push(*words: str) -> tuple[int, str]:
    ran = icontact("push", *words, "--list", "Newsletter")
    return ran.code, ran.out + ran.err


def emails(embedded: Sandbox) -> list[str]:
    return sorted(one["email"] for one in embedded.state.contacts())


def test_the_guess_reads_consent_and_says_how(embedded: Sandbox, tmp_path: Path) -> None:
    name = file(
        tmp_path, "email,Accepts Email Marketing,Opt out", "a@example.com,yes,", "b@example.com,no,"
    )

    code, said = push(name)

    assert code == 0
    assert "column 'Accepts Email Marketing' must say yes: yes → mailed, no → not mailed" in said
    assert "column 'Opt out' says who must not be mailed" in said
    assert emails(embedded) == ["a@example.com"]


@pytest.mark.parametrize("words", [(), ("--map", "email=email"), ("--preset", "mautic")])
def test_a_column_that_cannot_be_read_stops_with_the_options(
    embedded: Sandbox, tmp_path: Path, words: tuple[str, ...]
) -> None:
    name = file(tmp_path, "email,Do Not Mail", "a@example.com,Yes")

    code, said = push(name, *words)

    assert code == 2
    for word in ("'Do Not Mail'", "Nothing was written", "--consent", "--ignore-column"):
        assert word in said
    assert "\n  --do-not-contact 'Do Not Mail'" in said
    assert emails(embedded) == []
    assert push(name, *words, "--do-not-contact", "Do Not Mail")[0] == 0
    assert emails(embedded) == []
    assert push(name, *words, "--ignore-column", "Do Not Mail")[0] == 0
    assert emails(embedded) == ["a@example.com"]


def test_the_second_column_of_a_name_is_named_with_its_position(
    embedded: Sandbox, tmp_path: Path
) -> None:
    name = file(tmp_path, "email,Opt out,Opt out", "a@example.com,no,yes")
    words = ("--map", "email=email", "--only-mapped", "--ignore-column", "Opt out")

    code, said = push(name, *words)

    assert code == 2
    assert "\n  --ignore-column 'Opt out (column 3)'" in said
    assert push(name, *words, "--ignore-column", "Opt out (column 3)")[0] == 0
    assert emails(embedded) == ["a@example.com"]


def test_several_columns_may_be_named(embedded: Sandbox, tmp_path: Path) -> None:
    name = file(
        tmp_path, "email,A,B,C", "a@example.com,no,no,yes", "b@example.com,no,yes,yes",
        "c@example.com,,,", "d@example.com,,,no",
    )  # fmt: skip
    words = ("--do-not-contact", "A", "--do-not-contact", "B", "--consent", "C")

    code, said = push(name, *words)

    assert (code, emails(embedded)) == (0, ["a@example.com"])
    assert "no consent: column 'C' is blank" in said
    assert push(name, *words, "--consent-blank", "push")[0] == 0
    assert emails(embedded) == ["a@example.com", "c@example.com"]


def test_a_column_that_the_file_does_not_have_is_named(tmp_path: Path, embedded: Sandbox) -> None:
    name = file(tmp_path, "email,Opt out", "a@example.com,")

    code, said = push(name, "--do-not-contact", "Opt-out")

    assert code == 2
    assert "did you mean 'Opt out'?" in said


def test_a_name_that_says_the_opposite_is_refused(tmp_path: Path, embedded: Sandbox) -> None:
    name = file(tmp_path, "email,Accepts Marketing", "a@example.com,no")

    code, said = push(name, "--do-not-contact", "Accepts Marketing")

    assert code == 2
    assert "give it as consent" in said


def test_people_who_opted_out_may_be_unsubscribed(tmp_path: Path, embedded: Sandbox) -> None:
    embedded.seed(contacts=[{"email": "a@example.com"}], subscriptions=[{"email": "a@example.com"}])
    name = file(tmp_path, "email,Opt out", "a@example.com,yes")

    assert "1 person opted out in the file and is still on the list" in push(name)[1]
    assert push(name, "--opt-out", "unsubscribe")[0] == 0
    assert [one["status"] for one in embedded.state.subscriptions()] == ["unsubscribed"]


def test_mautics_own_column_is_read_beside_its_preset(embedded: Sandbox, tmp_path: Path) -> None:
    name = file(tmp_path, "email,doNotEmail", "a@example.com,1", "b@example.com,0")

    assert push(name, "--preset", "mautic")[0] == 0
    assert emails(embedded) == ["b@example.com"]


def test_settings_made_of_mautics_mapping_push_a_file_that_lacks_its_pseudo_field(
    embedded: Sandbox, tmp_path: Path
) -> None:
    settings = tmp_path / "icontact.toml"
    settings.write_text(
        'list = "Newsletter"\n[mapping]\nemail = "email"\n[mapping.options]\n'
        'do_not_contact = "mauticContactIsContactableByEmail"\n'
    )
    name = file(tmp_path, "email", "a@example.com")

    assert push(name, "--settings", str(settings))[0] == 0
