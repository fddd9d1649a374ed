"""``icontact export``: contacts into files, and what is said about it."""

from __future__ import annotations

import csv
import gzip
import io
import json
from pathlib import Path
from typing import Any

import pytest

from icontact.cli import export as module
from icontact.cli import progress
from icontact.export import ContactExport
from icontact.sandbox import Sandbox
from tests.cli.support import icontact


@pytest.fixture
def filled(embedded: Sandbox) -> Sandbox:
    people = [{"email": "jo@example.com", "color": "red"}, {"email": "sam@example.com"}]
    embedded.seed(
        contacts=[*people, {"email": "ann@example.com", "status": "donotcontact"}],
        subscriptions=[{"email": "jo@example.com"}],
    )
    return embedded


@pytest.mark.usefixtures("filled")
def test_contacts_go_to_standard_output() -> None:
    for words in ([], ["--output", "-"]):
        ran = icontact("export", *words)
        assert ran.code == 0
        rows = list(csv.DictReader(io.StringIO(ran.out)))
        assert [row["email"] for row in rows] == [
            "jo@example.com",
            "sam@example.com",
            "ann@example.com",
        ]
        assert "note: 3 contacts" in ran.err


@pytest.mark.usefixtures("filled")
def test_standard_output_may_have_json_lines() -> None:
    ran = icontact("export", "--format", "jsonl", "--fields", "email, subscriptions")
    first, *_ = [json.loads(line) for line in ran.out.splitlines()]
    assert first["email"] == "jo@example.com"
    assert first["subscriptions"][0]["name"] == "Newsletter"


@pytest.mark.usefixtures("filled")
@pytest.mark.skipif(not Path("/dev/full").exists(), reason="only Linux has a device that is full")
def test_a_full_disk_is_reported_with_the_name_of_the_file() -> None:
    ran = icontact("export", "--format", "csv", "--output", "/dev/full")
    assert (ran.code, ran.err) == (2, "Error: /dev/full: No space left on device\n")


def test_contacts_go_to_a_file_and_back(filled: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "people.csv.gz"
    ran = icontact("export", "--list", "Newsletter", "--output", path)
    assert ran.out.startswith(f"{path}: 1 contact")
    assert "@" not in ran.out + ran.err
    assert "note: listings do not show business" in ran.err
    filled.requests.clear()
    pushed = icontact("push", path, "--list", "Newsletter")
    assert "1 unchanged" in pushed.out
    assert "the header is that of an export" in pushed.err
    assert {one.method for one in filled.requests} == {"GET"}


@pytest.mark.usefixtures("filled")
def test_a_list_may_be_an_id_and_a_status_narrows_it(filled: Sandbox, tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl"
    words = ("export", "--list", filled.list_id, "--status", "normal", "--details")
    ran = icontact(*words, "--output", path)
    assert ran.code == 0
    (row,) = [json.loads(line) for line in path.read_text().splitlines()]
    assert (row["email"], row["subscription"], row["business"]) == ("jo@example.com", "normal", "")


@pytest.mark.usefixtures("filled")
def test_the_summary_may_be_json(tmp_path: Path) -> None:
    ran = icontact("export", "--output", tmp_path / "people.csv", "--json")
    assert ran.document["contacts"] == 3
    assert ran.document["complete"] is True
    assert "@" not in ran.out


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--json"], "--output"),
        (["--status", "deleted"], "'deleted' is not one of"),
        (["--fields", "emial"], "did you mean 'email'"),
        (["--list", "Newsleter"], "there is no list 'Newsleter'"),
        (["--status", "unlisted", "--list", "Newsletter"], "cannot be combined"),
        (["--output", "people.xlsx"], "csv or jsonl"),
    ],
)
def test_what_cannot_be_done_is_said_with_code_2(words: list[str], said: str) -> None:
    ran = icontact("export", *words)
    assert ran.code == 2
    assert said in ran.err
    assert ran.out == ""


@pytest.mark.usefixtures("filled")
def test_a_file_that_is_there_is_replaced_only_by_force(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("mine")
    ran = icontact("export", "--output", path)
    assert (ran.code, path.read_text()) == (2, "mine")
    assert ran.err == f"Error: {path} exists already; --force replaces it\n"
    assert icontact("export", "--output", path, "--force").code == 0
    assert path.read_text().startswith("contact_id,")


def test_no_answer_is_code_3_and_leaves_no_file(filled: Sandbox, tmp_path: Path) -> None:
    filled.faults.next(status=503, times=9)
    ran = icontact("export", "--output", tmp_path / "people.csv")
    assert ran.code == 3
    assert not [*tmp_path.iterdir()]


@pytest.mark.usefixtures("filled")
def test_an_incomplete_export_ends_with_1(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    write: Any = ContactExport.write

    def incomplete(self: ContactExport, *args: Any, **options: Any) -> Any:
        report = write(self, *args, **options)
        object.__setattr__(report, "complete", False)
        return report

    monkeypatch.setattr(ContactExport, "write", incomplete)
    assert icontact("export", "--output", tmp_path / "people.csv").code == 1


@pytest.mark.parametrize(
    ("words", "said"),
    [([], "standard output has only a part"), (["--output", "x.csv"], "no file was")],
)
def test_ctrl_c_ends_it(monkeypatch: pytest.MonkeyPatch, words: list[str], said: str) -> None:
    def interrupted(*_: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr(module, "run", interrupted)
    ran = icontact("export", *words)
    assert ran.code == 130
    assert said in ran.err


@pytest.mark.usefixtures("filled")
def test_a_terminal_is_shown_a_bar(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(progress, "is_terminal", lambda stream: True)
    shown = icontact("export", "--output", tmp_path / "people.csv").err
    assert shown.index("reading subscriptions") < shown.index("exporting 3 of 3 contacts")


@pytest.mark.usefixtures("filled")
def test_rows_on_a_terminal_have_no_bar_among_them(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "is_terminal", lambda stream: True)
    monkeypatch.setattr(progress, "is_terminal", lambda stream: True)
    assert "exporting" not in icontact("export").err


@pytest.mark.usefixtures("filled")
def test_the_number_of_requests_is_shown_on_request(tmp_path: Path) -> None:
    words = ("export", "--force", "--output", tmp_path / "people.csv")
    assert "requests in" not in icontact(*words).out
    assert "4 requests in" in icontact(*words, "-v").out
    assert icontact(*words, "-q").err == ""


@pytest.mark.usefixtures("filled")
def test_an_export_for_excel_begins_with_its_mark(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    assert icontact("export", "--excel", "--output", path).code == 0
    assert path.read_bytes().startswith(b"\xef\xbb\xbfcontact_id,")
    ran = icontact("push", path, "--list", "Newsletter", "--dry-run")
    assert (ran.code, "Nothing was written" in ran.out) == (0, True)
    wrong = icontact("export", "--excel", "--output", tmp_path / "people.jsonl")
    assert (wrong.code, "for Excel is CSV" in wrong.err) == (2, True)


@pytest.mark.usefixtures("filled")
def test_a_gzipped_file_is_whole(tmp_path: Path) -> None:
    path = tmp_path / "people.jsonl.gz"
    icontact("export", "--output", path)
    assert gzip.decompress(path.read_bytes()).count(b"\n") == 3
