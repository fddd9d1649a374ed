"""Bad input, and what it gets: one clear message, an exit code, and no other row lost."""

from __future__ import annotations

from pathlib import Path

import pytest

from icontact.cli import listings
from icontact.cli.app import commands
from icontact.sandbox import Sandbox
from tests.cli.support import Ran, icontact, written

SECRET = "pässword:with a colon"


def pushed(path: Path, *words: object) -> Ran:
    return icontact("push", path, "--list", "Newsletter", *words)


def addresses(sandbox: Sandbox) -> set[str]:
    return {one["email"] for one in sandbox.state.contacts()}


def message(ran: Ran) -> str:
    """What was said, in one line or two."""
    assert ran.err.startswith("Error: ")
    assert len(ran.err.splitlines()) <= 2
    return ran.err


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "is empty"),
        (b"\n\n", "is empty"),
        (b"name,city\nJo,Durham\n", "no column looks like the e-mail address; there are 'name'"),
        (b"jo@example.com,Jo\nx@y.zz,Ann\n", "named by a contact's data"),
        (b"email,name,name\n", "several columns are named 'name' (columns 2, 3)"),
        (b"PK\x03\x04rest", "Excel workbook"),
        (b'"email\njo@example.com\n', "header cannot be read"),
    ],
)
def test_a_file_that_cannot_be_used(
    embedded: Sandbox, tmp_path: Path, content: bytes, said: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(content)
    ran = pushed(path)
    assert ran.code == 2
    assert said in message(ran)
    assert "jo@example.com" not in ran.err


def test_ten_thousand_columns_without_an_address(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, ",".join(f"column {number}" for number in range(10_000)))
    said = message(pushed(path))
    assert "'column 9' and 9990 more" in said
    assert "--map email=COLUMN" in said


def test_ten_thousand_columns_with_an_address(embedded: Sandbox, tmp_path: Path) -> None:
    names = ["email", *(f"column {number}" for number in range(9_999))]
    path = written(tmp_path, ",".join(names), "jo@example.com" + "," * 9_999)
    ran = pushed(path)
    assert ran.code == 0
    assert "and 9989 more" in ran.err


@pytest.mark.parametrize(
    "bad",
    [
        b"a@b.cc,\xe9,",
        b"a@b.cc,J\0o,",
        b"a@b.cc,Jo,Durham,too many",
        b'a@b.cc,"Jo,',
        b'a@b.cc,"Jo" x,',
        b"a@b.cc," + b"x" * 140_000 + b",",
        b",Jo,Durham",
        b"nobody,Jo,Durham",
    ],
)
def test_a_bad_row_is_rejected_and_the_others_are_pushed(
    embedded: Sandbox, tmp_path: Path, bad: bytes
) -> None:
    path = tmp_path / "people.csv"
    good = "jo@example.com,Zoé,Durham\n".encode()
    path.write_bytes(b"email,first_name,city\n" + bad + b"\n" + good)
    ran = pushed(path, "--json")
    assert ran.code == 1
    assert [one["status"] for one in ran.document["outcomes"]] == ["rejected", "created"]
    assert [one["line"] for one in ran.document["outcomes"]] == [2, 3]
    assert addresses(embedded) == {"jo@example.com"}


def test_a_row_with_too_few_cells_is_pushed_and_noted(embedded: Sandbox, tmp_path: Path) -> None:
    ran = pushed(written(tmp_path, "email,first_name", "jo@example.com"))
    assert ran.code == 0
    assert "1 row with fewer cells" in ran.err


def test_a_line_that_is_no_object_is_rejected(embedded: Sandbox, tmp_path: Path) -> None:
    lines = ("[1]", "no JSON", '{"email": NaN}', '{"email": "jo@example.com"}')
    path = written(tmp_path, *lines, name="people.jsonl")
    ran = pushed(path, "--map", "email=email", "--json")
    statuses = [one["status"] for one in ran.document["outcomes"]]
    assert statuses == ["rejected", "rejected", "rejected", "created"]
    assert [one["line"] for one in ran.document["outcomes"]] == [1, 2, 3, 4]


def test_an_encoding_that_does_not_fit_names_the_line(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "email,city", "jo@example.com,Lyon", "a@b.cc,Orléans")
    ran = pushed(path, "--encoding", "ascii")
    assert ran.code == 2
    assert "line 3: it holds bytes that are no ASCII" in message(ran)
    assert addresses(embedded) == set()


def test_a_list_that_does_not_exist_names_the_nearest(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "Newsleter")
    assert ran.code == 2
    assert "did you mean 'Newsletter'?" in message(ran)


def test_a_list_that_exists_twice_names_the_ids(embedded: Sandbox, people: Path) -> None:
    ids = embedded.seed(lists=[{"name": "Twice"}, {"name": "Twice"}]).list_ids
    ran = icontact("push", people, "--list", "Twice")
    assert ran.code == 2
    assert all(str(list_id) in message(ran) for list_id in ids)


def test_a_deleted_list_is_no_list(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "999")
    assert ran.code == 2
    assert "no list 999" in message(ran)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (("email=email", "colour=city"), "did you mean 'color'?"),
        (("city=city",), "no e-mail"),
        (("email=email", "city"), "field=column"),
        (("email=email", "city=town"), "has no column 'town'"),
        (("email=email", "city=citi"), "'citi' (did you mean 'city'?)"),
    ],
)
def test_a_mapping_that_is_wrong(
    embedded: Sandbox, people: Path, pairs: tuple[str, ...], said: str
) -> None:
    ran = pushed(people, *(word for pair in pairs for word in ("--map", pair)))
    assert ran.code == 2
    assert said in message(ran)
    assert addresses(embedded) == set()


def test_a_preset_that_does_not_exist(embedded: Sandbox, people: Path) -> None:
    ran = pushed(people, "--preset", "mautik")
    assert (ran.code, "did you mean 'mautic'?" in message(ran)) == (2, True)


def test_settings_that_cannot_be_read(embedded: Sandbox, people: Path, tmp_path: Path) -> None:
    ran = icontact("push", people, "--settings", tmp_path / "absent.toml")
    assert (ran.code, "absent.toml" in message(ran)) == (2, True)


def test_missing_credentials_are_all_named(monkeypatch: pytest.MonkeyPatch, people: Path) -> None:
    monkeypatch.delenv("ICONTACT_APP_ID")
    monkeypatch.setenv("ICONTACT_PASSWORD", "")
    ran = pushed(people)
    assert ran.code == 2
    assert "ICONTACT_APP_ID, ICONTACT_PASSWORD" in message(ran)


def test_wrong_credentials_end_with_2_and_show_no_secret(
    embedded: Sandbox, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICONTACT_PASSWORD", SECRET)
    for words in (("lists",), ("push", people, "--list", "Newsletter")):
        ran = icontact(*words)
        assert ran.code == 2
        assert "application password" in message(ran)
        assert SECRET not in ran.out + ran.err


def test_a_closed_port_ends_with_3(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICONTACT_BASE_URL", "http://127.0.0.1:1/icp")
    ran = pushed(people)
    assert ran.code == 3
    assert "no connection" in message(ran)


def test_a_page_instead_of_json_ends_with_3(embedded: Sandbox, people: Path) -> None:
    embedded.faults.garble("html", times=5)
    ran = pushed(people)
    assert ran.code == 3
    assert "an HTML page" in message(ran)


def test_an_unpaid_bill_ends_with_1(embedded: Sandbox) -> None:
    embedded.faults.next(402)
    assert icontact("lists").code == 1


def test_an_unknown_option_is_a_matter_of_usage() -> None:
    assert icontact("push", "--nonsense").code == 2
    assert icontact("nonsense").code == 2


def unforeseen(*_: object) -> None:
    raise ZeroDivisionError("jo@example.com")


def test_a_mistake_of_ours_is_no_traceback(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(listings, "folders_of", unforeseen)
    ran = icontact("folders")
    assert ran.code == 1
    assert "ZeroDivisionError" in message(ran)
    assert "jo@example.com" not in ran.err


def test_debugging_shows_the_traceback(embedded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(listings, "folders_of", unforeseen)
    monkeypatch.setenv("ICONTACT_DEBUG", "1")
    with pytest.raises(ZeroDivisionError):
        commands.main(["folders"], standalone_mode=False)


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (PermissionError(13, "Permission denied", "secrets.csv"), "secrets.csv: Permission denied"),
        (OSError("strange"), "strange"),
        (ImportError("x: pip install icontact[sandbox]"), "icontact[sandbox]"),
        (ModuleNotFoundError("No module named 'rich'", name="rich"), "rich is not installed"),
    ],
)
def test_what_the_system_refuses_is_told(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(listings, "folders_of", fail)
    ran = icontact("folders")
    assert ran.code == 2
    assert said in message(ran)


def test_a_reader_that_goes_away_is_no_error(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def fail(*_: object) -> None:
        raise BrokenPipeError(32, "Broken pipe")

    monkeypatch.setattr(listings, "folders_of", fail)
    ran = icontact("folders")
    assert (ran.code, ran.out, ran.err) == (1, "", "")


def test_no_text_can_steer_the_terminal(embedded: Sandbox) -> None:
    embedded.seed(lists=[{"name": "a\x1b[2Jb"}])
    assert "\x1b" not in icontact("lists").out
