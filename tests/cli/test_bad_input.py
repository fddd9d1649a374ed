"""Bad input, and what it gets: one clear message, an exit code, and no other row lost."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from icontact import errors
from icontact.cli import listings
from icontact.cli.app import commands
from icontact.cli.exit_codes import describe_error
from icontact.errors import RequestTimeout, TransportError
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


@pytest.mark.no_cover
def test_ten_thousand_columns_without_an_address(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, ",".join(f"column {number}" for number in range(10_000)))
    said = message(pushed(path))
    assert "'column 9' and 9990 more" in said
    assert "--map email=COLUMN" in said


@pytest.mark.no_cover
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
        b"no-address,Jo,Durham",
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
    assert "in 1 row the last cells are missing" in ran.err


def test_a_line_that_is_not_an_object_is_rejected(embedded: Sandbox, tmp_path: Path) -> None:
    lines = ("[1]", "no JSON", '{"email": NaN}', '{"email": "jo@example.com"}')
    path = written(tmp_path, *lines, name="people.jsonl")
    ran = pushed(path, "--map", "email=email", "--json")
    statuses = [one["status"] for one in ran.document["outcomes"]]
    assert statuses == ["rejected", "rejected", "rejected", "created"]
    assert [one["line"] for one in ran.document["outcomes"]] == [1, 2, 3, 4]


@pytest.mark.parametrize(
    "bad",
    [
        '{"email": "x@y.zz", "email": "a@b.cc"}',
        '{"email": "x@y.zz", "score": 1e400}',
        '{"email": "x@y.zz", "score": -Infinity}',
        '{"email": "x@y.zz", "city": ' + "[" * 700 + "]" * 700 + "}",
    ],
)
@pytest.mark.parametrize("form", ["lines", "list"])
def test_json_that_would_lose_something_is_rejected_alone(
    embedded: Sandbox, tmp_path: Path, bad: str, form: str
) -> None:
    good = '{"email": "jo@example.com"}'
    if form == "list":
        path = written(tmp_path, f"[{bad},\n{good}]", name="people.json")
    else:
        path = written(tmp_path, bad, good, name="people.jsonl")
    ran = pushed(path, "--map", "email=email", "--json")
    assert ran.code == 1
    assert [one["status"] for one in ran.document["outcomes"]] == ["rejected", "created"]
    assert addresses(embedded) == {"jo@example.com"}


def test_an_object_over_several_lines_is_one_row(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "{", '  "email": "jo@example.com"', "}", name="people.json")
    ran = pushed(path)
    assert ran.code == 0
    assert "note: the file is one object of JSON, and was read as one row" in ran.err
    assert addresses(embedded) == {"jo@example.com"}


@pytest.mark.parametrize(
    ("name", "lines"),
    [
        ("people.jsonl", ("{", '"email": "jo@example.com"', "}")),
        ("people.json", ("{", '"email": "jo@example.com"', "}") * 2),
        ("people.json", ("[1, 2]",)),
        ("people.json", ("{}",)),
    ],
)
def test_rows_that_name_no_column_leave_nothing_to_guess(
    embedded: Sandbox, tmp_path: Path, name: str, lines: tuple[str, ...]
) -> None:
    ran = pushed(written(tmp_path, *lines, name=name))
    assert ran.code == 2
    assert "no row can be read as a JSON object with keys" in message(ran)


def test_an_encoding_that_does_not_fit_names_the_line(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "email,city", "jo@example.com,Lyon", "a@b.cc,Orléans")
    ran = pushed(path, "--encoding", "ascii")
    assert ran.code == 2
    assert "line 3: the row has bytes that are not ASCII" in message(ran)
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


def test_a_deleted_list_cannot_be_pushed_to(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "999")
    assert ran.code == 2
    assert "no list 999" in message(ran)


@pytest.mark.parametrize(
    ("pairs", "said"),
    [
        (("email=email", "colour=city"), "did you mean 'color'?"),
        (("email=nowhere",), "has no column 'nowhere'"),
        (("email=email", "city"), "FIELD=COLUMN"),
        (("email=email", "city=town"), "has no column 'town'"),
        (("email=email", "city=citi"), "'citi' (did you mean 'city'?)"),
        (("city=email", "first_name=last_name"), "has no column 'last_name', and it has one "),
    ],
)
def test_a_mapping_that_is_wrong(
    embedded: Sandbox, people: Path, pairs: tuple[str, ...], said: str
) -> None:
    ran = pushed(people, *(word for pair in pairs for word in ("--map", pair)))
    assert ran.code == 2
    assert said in message(ran)
    assert addresses(embedded) == set()


@pytest.mark.parametrize("base", [(), ("--preset", "mautic"), ("--only-mapped",)])
def test_a_field_that_is_mapped_twice_in_two_spellings_is_refused(
    embedded: Sandbox, people: Path, base: tuple[str, ...]
) -> None:
    pairs = ("email=email", "first_name=first_name", "firstName=city")
    ran = pushed(people, *base, *(word for pair in pairs for word in ("--map", pair)))
    assert ran.code == 2
    assert "first_name is mapped twice" in message(ran)
    assert addresses(embedded) == set()


@pytest.mark.parametrize(
    ("pair", "said"),
    [
        ("Notes=score", "has no column 'score', and it has one 'Notes'"),
        ("Notes=score", "did you mean 'score=Notes'?"),
        ("E-mail=email", "did you mean 'email=E-mail'?"),
        ("Notes=Note", "'Note' (did you mean 'Notes'?)"),
        ("Notes=", "a mapping is written FIELD=COLUMN"),
    ],
)
def test_a_pair_of_the_wrong_order(embedded: Sandbox, tmp_path: Path, pair: str, said: str) -> None:
    path = written(tmp_path, "E-mail,Notes", "jo@example.com,12")
    ran = pushed(path, "--map", "email=E-mail", "--map", pair)
    assert ran.code == 2
    assert said in message(ran)


def test_settings_are_a_file_of_a_bearable_size(
    embedded: Sandbox, people: Path, tmp_path: Path
) -> None:
    large = written(tmp_path, "#" * 2**20, name="icontact.toml")
    for path, said in (
        ("/dev/zero", "/dev/zero is not a regular file"),
        (tmp_path, f"{tmp_path} is not a regular file"),
        (large, "is larger than 1 MiB"),
    ):
        ran = icontact("push", people, "--settings", path)
        assert (ran.code, said in message(ran)) == (2, True)
        assert said in icontact("doctor", "--settings", path).out


@pytest.mark.parametrize("command", ["push", "doctor"])
def test_a_list_id_of_too_many_digits(embedded: Sandbox, people: Path, command: str) -> None:
    words = ("push", people) if command == "push" else ("doctor",)
    ran = icontact(*words, "--list", "9" * 5000)
    assert ran.code == (2 if command == "push" else 1)
    said = "the list's id has 5000 digits" if command == "push" else "there is no list '9999"
    assert said in ran.out + ran.err
    assert len(ran.out + ran.err) < 2000


def test_an_account_id_of_too_many_digits(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICONTACT_ACCOUNT_ID", "9" * 5000)
    for command in ("lists", "doctor"):
        ran = icontact(command)
        assert "not a positive whole number: ICONTACT_ACCOUNT_ID" in ran.out + ran.err
    ran = icontact("lists", "--account-id", "9" * 5000)
    assert ran.code == 2


def test_an_argument_that_the_encoding_lost(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "Zo\udce9")
    assert ran.code == 2
    assert "the argument 'Zo?' is not in the encoding of the locale" in message(ran)
    assert len(embedded.requests) == 0


def test_a_file_may_have_a_name_that_no_encoding_fits(
    embedded: Sandbox, people: Path, tmp_path: Path
) -> None:
    odd = tmp_path / os.fsdecode(b"d\xe9tail.csv")
    try:
        people.rename(odd)
    except OSError:
        pytest.skip("this file system takes no such name")
    assert icontact("push", odd, "--list", "Newsletter").code == 0


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
        assert message(ran).startswith("Error: iContact does not accept these credentials (GET a")
        assert "application password" in ran.err
        assert SECRET not in ran.out + ran.err


def test_a_closed_port_ends_with_3(people: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICONTACT_BASE_URL", "http://127.0.0.1:1/icp")
    ran = pushed(people)
    assert ran.code == 3
    assert message(ran).startswith("Error: iContact cannot be reached: check the network")
    assert "no connection" in ran.err


@pytest.mark.parametrize(
    ("status", "said"),
    [
        (403, "these credentials may not do that: check the account and client folder"),
        (404, "iContact has nothing there: check the ids of account and client folder"),
    ],
)
def test_an_error_of_icontact_begins_with_plain_words(
    embedded: Sandbox, status: int, said: str
) -> None:
    embedded.faults.next(status)
    ran = icontact("lists")
    assert ran.code == 2
    assert message(ran).startswith(f"Error: {said}")


@pytest.mark.parametrize(
    ("kind", "said"),
    [
        (RequestTimeout, "iContact did not answer: try again later"),
        (TransportError, "iContact gave no usable answer: try again later"),
    ],
)
def test_a_missing_answer_begins_with_plain_words(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch, kind: type[TransportError], said: str
) -> None:
    def fail(*_: object) -> None:
        raise kind("no answer in 30 s")

    monkeypatch.setattr(listings, "folders_of", fail)
    ran = icontact("folders")
    assert ran.code == 3
    assert message(ran) == f"Error: {said} (no answer in 30 s)\n"


@pytest.mark.parametrize(
    ("error", "said"),
    [
        (errors.Throttled(503), "iContact is limiting requests or is under maintenance"),
        (errors.ServerError(500), "iContact has an error of its own: try again later"),
        (
            errors.ServerError(501),
            "there is no iContact at this URL: ICONTACT_BASE_URL must",
        ),
        (
            errors.ConnectError("no connection: [SSL: CERTIFICATE_VERIFY_FAILED]"),
            "the server's certificate is not trusted: set REQUESTS_CA_BUNDLE to a file",
        ),
    ],
)
def test_an_error_of_the_server_begins_with_plain_words(
    error: errors.IContactError, said: str
) -> None:
    assert describe_error(error).startswith(said)
    assert describe_error(error).endswith(f"({error})")


def test_a_page_instead_of_json_ends_with_3(embedded: Sandbox, people: Path) -> None:
    embedded.faults.garble("html", times=5)
    ran = pushed(people)
    assert ran.code == 3
    assert "an HTML page" in message(ran)
    assert message(ran).startswith("Error: the answer cannot be read: check ICONTACT_BASE_URL")


def test_an_unpaid_bill_ends_with_1(embedded: Sandbox) -> None:
    embedded.faults.next(402)
    assert icontact("lists").code == 1


def test_an_unknown_option_is_a_matter_of_usage() -> None:
    assert icontact("push", "--nonsense").code == 2
    assert icontact("nonsense").code == 2


def unforeseen(*_: object) -> None:
    raise ZeroDivisionError("jo@example.com")


def test_a_bug_shows_no_traceback(embedded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
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
def test_an_error_of_the_system_is_reported(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch, error: Exception, said: str
) -> None:
    def fail(*_: object) -> None:
        raise error

    monkeypatch.setattr(listings, "folders_of", fail)
    ran = icontact("folders")
    assert ran.code == 2
    assert said in message(ran)


def test_a_pipe_that_closes_early_is_not_an_error(
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


@pytest.mark.parametrize("name", ["nowhere/people.csv", "x" * 5000])
def test_a_file_that_cannot_be_looked_for_is_reported(embedded: Sandbox, name: str) -> None:
    ran = icontact("push", name, "--list", "Newsletter")
    assert (ran.code, "cannot read" in ran.err) == (2, True)


def test_an_empty_name_of_a_file_is_reported(embedded: Sandbox) -> None:
    ran = icontact("push", "", "--list", "Newsletter")
    assert (ran.code, "the name of the file is empty" in ran.err) == (2, True)


def test_a_folder_of_settings_that_does_not_exist_is_reported(
    embedded: Sandbox, people: Path
) -> None:
    ran = icontact("push", people, "--settings", "nowhere/icontact.toml")
    assert (ran.code, "cannot read nowhere/icontact.toml" in ran.err) == (2, True)
