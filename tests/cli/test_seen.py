"""What a person sees of a push: reasons, a plain sentence, changes, and the rows to correct."""

from __future__ import annotations

import json
import stat
from pathlib import Path

import pytest

from icontact.cli import output
from icontact.sandbox import Sandbox
from tests.cli.support import Ran, icontact


def file(tmp_path: Path, text: str, encoding: str = "utf-8", name: str = "people.csv") -> Path:
    path = tmp_path / name
    path.write_text(text, encoding)
    return path


def push(path: Path, *words: object) -> Ran:
    return icontact("push", path, "--list", "Newsletter", *words)


def test_a_dry_run_ends_in_a_plain_sentence_and_the_command(
    embedded: Sandbox, tmp_path: Path
) -> None:
    embedded.seed(
        contacts=[{"email": "a@example.com", "firstName": "Al"}, {"email": "b@example.com"}],
        subscriptions=[{"email": "a@example.com"}, {"email": "b@example.com"}],
    )
    path = file(tmp_path, "email,name,Opt out\na@example.com,Ann,\nb@example.com,,\n"
                "c@example.com,Cy,\nd@example.com,,yes\nnowhere,,\n")  # fmt: skip

    ran = push(path, "--map", "first_name=name", "--dry-run")

    assert ran.code == 1
    assert (
        "Newsletter: Would create 1, change 1, leave 1 unchanged, skip 1, reject 1. Nothing was "
        "written." in ran.out
    )
    assert "To do it: icontact" in ran.out
    assert "request" not in ran.out
    assert "about 3 more to write" in push(path, "--dry-run", "-v").out


def test_a_dry_run_with_nothing_to_write_proposes_no_command(
    embedded: Sandbox, tmp_path: Path
) -> None:
    path = file(tmp_path, "email\na@example.com\n")
    assert "To do it" in push(path, "--dry-run").out
    push(path)
    again = push(path, "--dry-run")
    assert "leave 1 unchanged" in again.out
    assert "To do it" not in again.out


def test_a_dry_run_of_no_rows_says_so(embedded: Sandbox, tmp_path: Path) -> None:
    ran = push(file(tmp_path, "email\n"), "--dry-run")

    assert (ran.code, "do nothing: the input has no rows" in ran.out) == (0, True)


def test_the_difference_shows_old_and_new_values_and_the_first_rows(
    embedded: Sandbox, tmp_path: Path
) -> None:
    embedded.seed(
        custom_fields=[{"privateName": "size", "fieldType": "text"}],
        contacts=[{"email": "a@example.com", "firstName": "Al", "size": "42"}],
        subscriptions=[{"email": "a@example.com"}],
    )
    path = file(tmp_path, "email,First name,size\na@example.com,Ann,43\nb@example.com,Bo,1\n")

    ran = push(path, "--map", "size=size", "--dry-run", "--diff")

    assert "line 2: first_name: 'Al' → 'Ann'" in ran.out
    assert "line 2: size: '42' → '43'" in ran.out
    assert "as stored: email='b@example.com', first_name='Bo', size='1'" in ran.out
    assert "Nothing was written" in ran.out


def test_pairs_change_the_guess(embedded: Sandbox, tmp_path: Path) -> None:
    path = file(tmp_path, "Mail here,First name,Nick\na@example.com,Ann,Annie\n")

    assert push(path).code == 2
    assert push(path, "--map", "email=Mail here", "--map", "first_name=Nick").code == 0
    (one,) = embedded.state.contacts()
    assert (one["email"], one["firstName"]) == ("a@example.com", "Annie")


def test_only_what_is_mapped_is_pushed_on_request(embedded: Sandbox, tmp_path: Path) -> None:
    path = file(tmp_path, "email,First name,City\na@example.com,Ann,Cary\n")

    ran = push(path, "--map", "email=email", "--only-mapped")

    assert (ran.code, "columns not used: 'First name', 'City'" in ran.err) == (0, True)
    (one,) = embedded.state.contacts()
    assert (one["firstName"], one["city"]) == ("", "")
    assert push(path, "--only-mapped").code == 2


def test_all_unused_columns_are_named_on_request(embedded: Sandbox, tmp_path: Path) -> None:
    columns = [f"odd {number}" for number in range(15)]
    path = file(tmp_path, f"email,{','.join(columns)}\na@example.com{',' * 15}\n")

    assert "and 5 more" in push(path).err
    said = push(path, "-v").err
    assert "'odd 14'" in said
    assert "more;" not in said


@pytest.mark.parametrize(
    ("encoding", "delimiter"), [("utf-8", ","), ("utf-8-sig", ";"), ("cp1252", ";")]
)
def test_rejected_rows_come_out_as_they_came_and_can_be_pushed_again(
    embedded: Sandbox, tmp_path: Path, encoding: str, delimiter: str
) -> None:
    lines = ["email,Name,Shoe size", "zoe(at)example.com,Zoë,42", "a@example.com,Ann,40"]
    text = "\n".join([*lines, ""]).replace(",", delimiter)
    path, rejects = file(tmp_path, text, encoding), tmp_path / "fix-me.csv"

    ran = push(path, "--rejects", rejects)

    assert ran.code == 1
    assert f"{rejects} has 1 row to correct and push again" in ran.err
    written = rejects.read_text(encoding).split("\n")
    assert written[0].rstrip() == delimiter.join(["email", "Name", "Shoe size", "icontact_reason"])
    assert written[1].startswith(f"zoe(at)example.com{delimiter}Zoë{delimiter}42{delimiter}")
    assert stat.S_IMODE(rejects.stat().st_mode) == 0o600
    assert rejects.read_bytes().startswith(b"\xef\xbb\xbf") is (encoding == "utf-8-sig")

    rejects.write_text(rejects.read_text(encoding).replace("(at)", "@"), encoding)
    again = push(rejects)

    assert again.code == 0
    assert "icontact_reason" not in again.err
    found = {one["email"]: one["firstName"] for one in embedded.state.contacts()}
    assert found == {"zoe@example.com": "Zoë", "a@example.com": "Ann"}


def test_three_hundred_rows_with_bad_cells_fit_one_screen(
    embedded: Sandbox, tmp_path: Path
) -> None:
    embedded.seed(custom_fields=[{"privateName": "score", "fieldType": "number"}])
    rows = []
    for number in range(300):
        score = "many" if number % 3 == 0 else "5"
        email = "nowhere" if number % 9 == 1 else f"p{number}@example.com"
        rows.append(f"{email},{score},{'perhaps' if number % 150 == 7 else 'no'}")
    path = file(tmp_path, "\n".join(["email,score,Opt out", *rows, ""]))

    ran = push(path, "--map", "score=score")

    assert len((ran.out + ran.err).splitlines()) <= 24
    assert "note        100" in ran.out
    assert "rejected     34" in ran.out
    assert "'perhaps'" in ran.out
    assert sum(1 for _ in embedded.state.contacts()) == 264


def test_on_a_terminal_reasons_are_as_wide_as_it_is(
    embedded: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", "60")
    rows = [f"a{number}@example.com,odd word {number}" for number in range(22)]
    path = file(tmp_path, "\n".join(["email,Opt out", *rows, ""]))

    ran = push(path, "--do-not-contact", "Opt out")

    assert max(map(len, ran.out.splitlines())) <= 60
    assert "rejected      1  do_not_contact: the word 'odd word" in ran.out
    assert "(line 2)" in " ".join(ran.out.split())
    assert "14 more reasons" in ran.err


def test_a_program_gets_reasons_consent_and_unused_columns(
    embedded: Sandbox, tmp_path: Path
) -> None:
    path = file(tmp_path, "email,Opt out,Shoe size\na@example.com,yes,1\nnowhere,,\n")

    found = json.loads(push(path, "--json").out)

    assert found["unused_columns"] == ["Shoe size"]
    assert found["consent"][0].startswith("consent: column 'Opt out'")
    assert {one["status"]: one["rows"] for one in found["by_reason"]} == {
        "skipped": 1,
        "rejected": 1,
    }
    assert sorted(one["codes"] for one in found["by_reason"]) == [["invalid_row"], ["opted_out"]]
    assert found["rejects"] is None
    assert found["by_reason"][0]["first"] == [0]


def test_the_rejects_do_not_go_where_something_else_is(embedded: Sandbox, tmp_path: Path) -> None:
    path = file(tmp_path, "email\nnowhere\n")

    assert push(path, "--rejects", path).code == 2
    assert path.read_text() == "email\nnowhere\n"


def test_nothing_is_pushed_if_the_file_of_rejects_cannot_be_written(
    embedded: Sandbox, tmp_path: Path
) -> None:
    path = file(tmp_path, "email\na@example.com\nnowhere\n")

    for rejects in (tmp_path / "no" / "where.csv", path / "below.csv", tmp_path):
        ran = push(path, "--rejects", rejects)
        assert ran.code == 2
        assert ran.err.startswith(f"Error: cannot write {rejects}, which --rejects names: ")
    assert embedded.state.contacts() == []
    assert list(tmp_path.iterdir()) == [path]


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
@pytest.mark.parametrize("words", [(), ("--json",)])
def test_a_full_disk_under_the_rejects_takes_away_neither_the_outcomes_nor_the_report(
    embedded: Sandbox, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = file(tmp_path, "email\na@example.com\nnowhere\n")
    report = tmp_path / "outcomes.csv"

    ran = push(path, "--rejects", "/dev/full", "--report", report, *words)

    assert ran.code == 1
    assert "1 created, 1 rejected" in ran.out or ran.document["counts"]["created"] == 1
    assert "a@example.com" in report.read_text("utf-8")
    assert ran.err.endswith(
        "Error: every row has its outcome, but the rejected rows could not be written to "
        "/dev/full: No space left on device\n"
    )
