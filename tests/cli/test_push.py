"""``icontact push``: files into a list, and what is said about it."""

from __future__ import annotations

import signal
import sys
from pathlib import Path
from typing import Any

import pytest

from icontact.cli import connection, output, progress
from icontact.cli.exit_codes import CommandError
from icontact.cli.push_run import PushOptions, run
from icontact.sandbox import Quirks, Sandbox
from icontact.transport import RetryPolicy
from tests.cli.support import HEADER, icontact, written


def stored(sandbox: Sandbox) -> dict[str, dict[str, Any]]:
    return {one["email"]: one for one in sandbox.state.contacts()}


@pytest.fixture
def settings(tmp_path: Path) -> Path:
    return written(
        tmp_path,
        'list = "Newsletter"',
        'existing = "merge"',
        "[mapping]",
        'email = "email"',
        'first_name = "first_name"',
        "[mapping.custom_fields]",
        'color = "city"',
        name="icontact.toml",
    )


def test_a_guessed_column_of_whole_names_is_one_pair(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "Email,Customer Name", "ada@example.com,Ada King", name="people.csv")

    ran = icontact("push", path, "--list", "Newsletter")

    assert "note: the mapping was guessed: email=Email, name=Customer Name\n" in ran.err


def test_a_file_is_pushed_with_a_guessed_mapping(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "Newsletter")
    assert ran.code == 0
    assert "Newsletter: 3 rows: 3 created" in ran.out
    assert "note: the mapping was guessed: email=email, first_name=first_name, city=city" in ran.err
    assert stored(embedded)["zoe@example.com"]["firstName"] == "Zoé"
    assert {one["status"] for one in embedded.state.subscriptions()} == {"normal"}


def test_columns_of_a_preset_that_no_row_has_are_named_once(
    embedded: Sandbox, tmp_path: Path
) -> None:
    path = written(tmp_path, "email,firstname", "jo@example.com,Jo", name="people.csv")
    words = ("push", path, "--list", "Newsletter", "--preset", "mautic")

    for more in ("--dry-run",), ():
        ran = icontact(*words, *more)
        assert (ran.out + ran.err).count("'zipcode'") == 1
        assert "no row has 'title', 'lastname'" in ran.out
    assert icontact(*words, "--json").document["notes"][0].startswith("no row has 'title'")


def test_the_second_time_nothing_is_written(embedded: Sandbox, people: Path) -> None:
    icontact("push", people, "--list", "Newsletter")
    embedded.requests.clear()
    ran = icontact("push", people, "--list", embedded.list_id)
    assert "3 unchanged" in ran.out
    assert {one.method for one in embedded.requests} == {"GET"}


def test_a_dry_run_shows_changes_and_writes_nothing(embedded: Sandbox, people: Path) -> None:
    embedded.seed(contacts=[{"email": "jo@example.com", "firstName": "Joe"}])
    ran = icontact("push", people, "--list", "Newsletter", "--dry-run", "-v")
    assert ran.code == 0
    assert "j•••@example.com  updated" in ran.out
    assert "changed: first_name, city" in ran.out
    assert "Nothing was written" in ran.out
    assert "POST" not in {one.method for one in embedded.requests}


def test_unused_columns_are_named(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "email,Shoe size", "jo@example.com,42")
    assert "columns not used: 'Shoe size'; `icontact init --columns FILE` also finds custom" in (
        icontact("push", path, "--list", "Newsletter").err
    )


@pytest.mark.parametrize(
    "words", [("--preset", "mautic"), ("--only-mapped", "--map", "email=email")]
)
def test_no_guess_is_advised_where_a_mapping_was_given(
    embedded: Sandbox, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = written(tmp_path, "email,Shoe size", "jo@example.com,42")
    said = icontact("push", path, "--list", "Newsletter", *words).err
    assert "columns not used: 'Shoe size'" in said
    assert "icontact init" not in said


def test_unused_columns_are_named_without_a_hint_at_init_where_settings_have_the_mapping(
    embedded: Sandbox, tmp_path: Path
) -> None:
    path = written(tmp_path, "email,Shoe size", "jo@example.com,42")
    settings = written(
        tmp_path, 'list = "Newsletter"', "[mapping]", 'email = "email"', name="icontact.toml"
    )
    ran = icontact("push", path, "--settings", settings)
    assert ran.err.splitlines()[0] == "note: columns not used: 'Shoe size'"


def test_pairs_are_the_whole_mapping(embedded: Sandbox, people: Path) -> None:
    words = ("--map", "email=email", "--map", "color=city", "--only-mapped")
    assert icontact("push", people, "--list", "Newsletter", *words).code == 0
    jo = stored(embedded)["jo@example.com"]
    assert (jo["color"], jo["firstName"], jo["city"]) == ("Durham", "", "")


def test_pairs_change_single_fields_of_the_settings(
    embedded: Sandbox, people: Path, settings: Path
) -> None:
    words = ("--map", "firstName=city", "--map", "color=first_name")
    assert icontact("push", people, "--settings", settings, *words).code == 0
    jo = stored(embedded)["jo@example.com"]
    assert (jo["firstName"], jo["color"]) == ("Durham", "Jo")


def test_options_win_over_settings(embedded: Sandbox, people: Path, settings: Path) -> None:
    embedded.seed(contacts=[{"email": "jo@example.com"}], lists=[{"name": "Second"}])
    ran = icontact(
        "push", people, "--settings", settings, "--list", "Second", "--existing", "keep", "--json"
    )
    assert ran.document["list"]["name"] == "Second"
    assert stored(embedded)["jo@example.com"]["firstName"] == ""


def test_settings_choose_the_client_folder(embedded: Sandbox, people: Path, tmp_path: Path) -> None:
    other = embedded.add_client_folder(name="Second")
    embedded.seed(lists=[{"name": "There"}], folder_id=other)
    settings = written(
        tmp_path, 'list = "There"', f"client_folder_id = {other}", 'preset = "mautic"',
        name="icontact.toml",
    )  # fmt: skip
    assert icontact("push", people, "--settings", settings).code == 0
    assert len(embedded.state.contacts(other)) == 3
    words = ("--list", "Newsletter", "--account-id", embedded.account_id)
    folder = ("--client-folder-id", embedded.client_folder_id)
    assert icontact("push", people, *words, *folder).code == 0
    assert len(embedded.state.contacts(embedded.client_folder_id)) == 3


@pytest.mark.parametrize("stated", ["option", "settings"])
def test_an_export_need_not_have_every_column_of_a_preset(
    embedded: Sandbox, people: Path, tmp_path: Path, stated: str
) -> None:
    words: tuple[object, ...] = ("--list", "Newsletter", "--preset", "mautic")
    if stated == "settings":
        lines = ('list = "Newsletter"', 'preset = "mautic"')
        words = ("--settings", written(tmp_path, *lines, name="icontact.toml"))
    ran = icontact("push", people, *words)
    assert ran.code == 0
    assert "no row has 'title', 'firstname'" in ran.out
    assert icontact("push", people, *words, "--map", "city=first_name").code == 0
    assert icontact("push", people, *words, "--map", "city=town").code == 2


def test_a_preset_can_be_changed(embedded: Sandbox, people: Path) -> None:
    words = ("--list", "Newsletter", "--preset", "mautic", "--map", "first_name=first_name")
    assert icontact("push", people, *words).code == 0
    assert stored(embedded)["jo@example.com"]["firstName"] == "Jo"


def test_a_preset_still_needs_the_address(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "mail,firstname", "jo@example.com,Jo")
    ran = icontact("push", path, "--list", "Newsletter", "--preset", "mautic")
    assert ran.code == 2
    assert "has no column 'email' (did you mean 'mail'?)" in ran.err


def test_json_lines_may_lack_keys(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, '{"email": "jo@example.com"}', name="people.jsonl")
    ran = icontact("push", path, "--list", "Newsletter", "--map", "email=email", "--map", "city=c")
    assert ran.code == 0
    assert "no row has 'c'\n" in ran.out


@pytest.mark.parametrize(
    ("name", "content"),
    [
        ("people.json", b'[{"email": "jo@example.com"}]'),
        ("people.jsonl", b'{"email": "jo@example.com"}'),
        ("people.csv", "email\njo@example.com".encode("utf-16")),
    ],
)
def test_every_format_is_pushed(
    embedded: Sandbox, tmp_path: Path, name: str, content: bytes
) -> None:
    path = tmp_path / name
    path.write_bytes(content)
    assert icontact("push", path, "--list", "Newsletter").code == 0
    assert set(stored(embedded)) == {"jo@example.com"}


def test_standard_input_is_pushed(embedded: Sandbox) -> None:
    ran = icontact("push", "-", "--list", "Newsletter", "--json", stdin=b"email\njo@example.com\n")
    assert ran.document["file"] == "standard input"
    assert ran.document["counts"]["created"] == 1


def test_encoding_and_delimiter_may_be_given(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "email^city", "jo@example.com^Łódź", encoding="cp1250")
    words = ("--encoding", "cp1250", "--delimiter", "^")
    assert icontact("push", path, "--list", "Newsletter", *words).code == 0
    assert stored(embedded)["jo@example.com"]["city"] == "Łódź"


def test_the_document_has_everything_but_addresses(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "Newsletter", "--json")
    found = ran.document
    assert ran.err == ""
    assert found["counts"]["created"] == 3
    assert found["requests"] > 0
    assert found["elapsed"] >= 0
    assert found["error"] is None
    assert found["outcomes"][0] == {
        "row": 0,
        "line": 2,
        "status": "created",
        "subscription": "normal",
        "contact_id": found["outcomes"][0]["contact_id"],
        "reason": "new contact; is on the list now",
        "codes": ["new_contact", "subscribed"],
    }
    assert "@" not in ran.out


def test_what_did_not_work_is_shown_with_its_line(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(
        tmp_path, HEADER, '"jo@example.com","J\no",', "", "no-address,Ann,", "a@b.cc,A,B,C"
    )
    ran = icontact("push", path, "--list", "Newsletter", "-v")
    assert ran.code == 1
    lines = [line.split()[:2] for line in ran.out.splitlines()]
    assert lines[1] == ["line", "address"]
    assert ["5", "rejected"] in lines
    assert ["6", "rejected"] in lines
    assert "the row has 4 cells and the header 3" in ran.out


@pytest.mark.parametrize("options", [(), ("-v",)])
def test_a_text_that_icontact_cut_off_is_shown(
    embedded: Sandbox, tmp_path: Path, options: tuple[str, ...]
) -> None:
    embedded.quirks = Quirks(longest_text=6)
    path = tmp_path / "people.csv"
    path.write_text("Email,City\nada@example.com,Llanfairpwll\nbo@example.com,Bonn\n")
    ran = icontact("push", path, "--list", "Newsletter", *options)
    assert ran.code == 0
    assert "iContact cut off: city" in " ".join(ran.out.split())
    assert "Nothing is left to do" in ran.out


def test_where_there_are_no_lines_rows_are_counted(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(
        tmp_path, '[{"email": "jo@example.com"}, {"email": "no-address"}]', name="x.json"
    )
    ran = icontact("push", path, "--list", "Newsletter", "-v")
    lines = [line.split()[:2] for line in ran.out.splitlines()]
    assert lines[1:3] == [["row", "status"], ["1", "rejected"]]


def test_addresses_are_masked_on_the_screen(embedded: Sandbox, people: Path) -> None:
    embedded.seed(contacts=[{"email": "jo@example.com", "status": "donotcontact"}])
    ran = icontact("push", people, "--list", "Newsletter", "-v")
    assert ran.code == 0
    assert "j•••@example.com  skipped" in ran.out
    assert "jo@example.com" not in ran.out + ran.err


def test_rows_that_end_alike_are_one_line_with_their_number(
    embedded: Sandbox, tmp_path: Path
) -> None:
    path = written(tmp_path, "email", *["no-address"] * 25, "jo@example.com")
    ran = icontact("push", path, "--list", "Newsletter")
    (line,) = [line for line in ran.out.splitlines() if line.startswith("  rejected")]
    assert line.split()[:2] == ["rejected", "25"]
    assert line.endswith("(lines 2, 3, 4, 5, 6, …)")
    assert "--rejects FILE" in ran.err
    assert len(ran.out.splitlines()) == 2


@pytest.mark.parametrize("given", ["many", "0", "33"])
def test_workers_are_a_number_or_auto(embedded: Sandbox, people: Path, given: str) -> None:
    ran = icontact("push", people, "--list", "Newsletter", "--workers", given)
    assert ran.code == 2
    assert f"{given!r} is neither auto nor a number from 1 to 32" in ran.err


def test_a_push_is_no_preview(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "Newsletter", "--diff")
    assert (ran.code, embedded.state.contacts()) == (2, [])
    assert "--diff needs --dry-run" in ran.err


def test_a_dry_run_says_which_files_it_does_not_write(embedded: Sandbox, people: Path) -> None:
    words = ("push", people, "--list", "Newsletter", "--dry-run")
    ran = icontact(*words, "--journal", "j.sqlite", "--rejects", "r.csv")
    assert "note: a dry run does not write j.sqlite, r.csv\n" in ran.err
    assert "a dry run does not" not in icontact(*words).err


def test_rows_that_failed_need_no_correction(embedded: Sandbox, people: Path) -> None:
    embedded.faults.next(403, method="POST", times=None)
    ran = icontact("push", people, "--list", "Newsletter")
    assert "Push the same file again" in ran.out
    assert "to correct" not in ran.err


def test_no_list_is_a_matter_of_usage(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people)
    assert ran.code == 2
    assert "say which list" in ran.err


def test_the_switch_stops_every_push_and_says_so(
    embedded: Sandbox, people: Path, tmp_path: Path
) -> None:
    lines = ('list = "Newsletter"', "push_contacts = false")
    settings = written(tmp_path, *lines, name="icontact.toml")
    ran = icontact("push", people, "--settings", settings)
    assert "the push is switched off" in ran.out
    assert stored(embedded) == {}


def test_a_missing_answer_is_reported_and_ends_with_3(embedded: Sandbox, people: Path) -> None:
    embedded.faults.refuse(path=r"/contacts", times=100)
    ran = icontact("push", people, "--list", "Newsletter")
    assert ran.code == 3
    assert "3 failed" in ran.out
    assert "the push ended early" in ran.err
    failed = icontact("push", people, "--list", "Newsletter", "--json").document
    assert "no connection" in failed["error"]


def test_what_icontact_refuses_ends_with_1(embedded: Sandbox, people: Path) -> None:
    embedded.faults.next(402, path=r"/contacts", method="POST")
    ran = icontact("push", people, "--list", "Newsletter")
    assert ran.code == 1
    assert "bill" in ran.out


def test_on_a_terminal_there_is_a_bar_and_a_table(
    embedded: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda _: True)
    monkeypatch.setattr(progress, "is_terminal", lambda _: True)
    path = written(tmp_path, "email,first_name", "jo@example.com,Jo", "[red]no-address,Ann")
    ran = icontact("push", path, "--list", "Newsletter", "-v")
    assert ran.err.index("reading") < ran.err.index("writing 2 of 2 rows")
    assert "rejected" in ran.out


def test_a_pipe_and_json_show_no_bar(embedded: Sandbox, people: Path) -> None:
    assert "writing" not in icontact("push", people, "--list", "Newsletter").err


def test_repeated_requests_are_reported_once_in_a_pipe(
    embedded: Sandbox, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(connection, "RETRY", RetryPolicy(base=0.0))
    embedded.faults.drop_after(times=2)
    quiet = icontact("lists")
    assert (quiet.code, quiet.err.count("note:")) == (0, 1)
    assert "retrying more slowly" in quiet.err
    monkeypatch.setattr(progress, "is_terminal", lambda _: True)
    embedded.faults.drop_after(times=2)
    assert "waiting 1 s: iContact is not answering" in icontact("lists").err


def test_the_job_can_be_run_without_the_command(embedded: Sandbox, people: Path) -> None:
    result = run(PushOptions(file=str(people), list="Newsletter", as_json=True))
    assert (result.exit_code, result.counts["created"]) == (0, 3)
    assert "jo@example.com" not in repr(result)


def test_standard_input_is_named_in_errors(embedded: Sandbox) -> None:
    ran = icontact("push", "-", "--list", "Newsletter", stdin=b"")
    assert ran.code == 2
    assert ran.err == ("Error: standard input is empty: its first line must name the columns\n")


def test_standard_input_may_be_closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdin", None)
    with pytest.raises(CommandError, match="standard input is closed"):
        run(PushOptions(file="-", list="Newsletter"))


def test_duplicates_are_named_by_line_and_either_may_count(
    embedded: Sandbox, tmp_path: Path
) -> None:
    people = written(tmp_path, HEADER, "jo@example.com,Jo,Cary", "JO@example.com,Jo,Durham")
    words = ("push", people, "--list", "Newsletter", "-v")

    assert "duplicate of line 3; only line 3 is pushed" in icontact(*words).out
    assert (
        "duplicate of line 2; only line 2 is pushed"
        in icontact(*words, "--duplicates", "first").out
    )
    assert [one["city"] for one in embedded.state.contacts()] == ["Cary"]


def test_a_dry_run_counts_what_a_push_counts(embedded: Sandbox, people: Path) -> None:
    ran = icontact("push", people, "--list", "Newsletter", "--dry-run", "--json")
    assert ran.document["counts"]["failed"] == 0


def test_with_a_journal_the_same_command_goes_on(
    embedded: Sandbox, people: Path, tmp_path: Path
) -> None:
    journal = tmp_path / "push.sqlite"
    words = ("push", people, "--list", "Newsletter", "--journal", journal)
    embedded.faults.next(status=401, method="POST", path="/subscriptions$", times=9)
    first = icontact(*words)
    embedded.faults.clear()

    second, third = icontact(*words), icontact(*words, "--workers", 2)

    assert (first.code, second.code, third.code) == (1, 0, 0)
    assert "3 rows: 3 created" in second.out
    assert "went on with a journal in which 0 rows had an outcome" in second.out
    assert "nothing was sent now" in third.out
    # Reading the lists is all that it takes to see that nothing is left to do.
    assert [one.method for one in embedded.requests][-3:] == ["GET", "GET", "GET"]


def test_a_journal_that_cannot_be_used_is_a_matter_of_usage(
    embedded: Sandbox, people: Path
) -> None:
    other = people.with_name("notes.txt")
    other.write_text("not ours", "utf-8")

    ran = icontact("push", people, "--list", "Newsletter", "--journal", other)

    assert ran.code == 2
    assert "is not the journal of a push: name another file" in ran.err


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_stopped_push_says_how_to_continue(
    embedded: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    number: signal.Signals,
) -> None:
    people = written(tmp_path, HEADER, *(f"p{place}@example.com,Jo,Leeds" for place in range(4)))
    settings = written(
        tmp_path,
        'list = "Newsletter"',
        "batch_size = 1",
        "[mapping]",
        'email = "email"',
        name="icontact.toml",
    )
    journal = tmp_path / "my push.sqlite"
    words = ("push", people, "--settings", settings, "--journal", journal)
    post = embedded._app.receive

    def pressing(incoming: Any) -> Any:
        if incoming.method == "POST":
            monkeypatch.setattr(embedded._app, "receive", post)
            signal.raise_signal(number)
        return post(incoming)

    monkeypatch.setattr(embedded._app, "receive", pressing)

    ran = icontact(*words)

    assert ran.code == 130
    assert (
        "stopped: 1 of 4 rows have their outcome. What was written stays; run the same command "
        f"again, with --journal '{journal}': it continues"
    ) in ran.err
    assert len(embedded.state.subscriptions()) == 1
    assert "4 rows: 4 created" in icontact(*words).out


def test_rows_are_reported_with_their_lines(embedded: Sandbox, people: Path) -> None:
    summary = run(PushOptions(file=str(people), list="Newsletter"))

    assert [(one.row, one.line) for one in summary.rows()] == [(0, 2), (1, 3), (2, 4)]


def test_a_settings_file_that_lies_there_is_mentioned(
    embedded: Sandbox, people: Path, settings: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(settings.parent)

    ran = icontact("push", people)

    assert ran.code == 2
    assert "or --settings FILE; there is one here, icontact.toml" in ran.err


def test_a_list_may_be_named_by_digits(embedded: Sandbox, people: Path) -> None:
    embedded.seed(lists=[{"name": "1234"}])

    assert icontact("push", people, "--list", "1234").out.startswith("1234: 3 rows: 3 created")


def test_a_push_stopped_before_its_journal_is_read_claims_no_number(
    embedded: Sandbox, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("icontact.push.ListPush.run", interrupted)
    words = ("push", people, "--list", "Newsletter")

    assert "stopped before any row had its outcome" in icontact(*words).err
    assert (
        "stopped. What was written stays"
        in icontact(*words, "--journal", tmp_path / "push.sqlite").err
    )


@pytest.mark.parametrize(
    ("email", "shown"),
    [
        ("jo@example.com", "j•••@example.com"),
        ("kim.example.com", "•••"),
        ("Kim Meier kim at example.com", "•••"),
        ("Kim Meier <kim@example.com>", "•••"),
        ("a@b@example.com", "•••"),
        (None, ""),
    ],
)
def test_a_text_that_is_not_an_address_is_masked_as_a_whole(email: str | None, shown: str) -> None:
    assert output.masked(email) == shown


@pytest.mark.parametrize("dry", [(), ("--dry-run",)])
@pytest.mark.parametrize("where", ["environment", "option"])
def test_a_stop_from_anywhere_stops_a_push(
    embedded: Sandbox,
    people: Path,
    monkeypatch: pytest.MonkeyPatch,
    where: str,
    dry: tuple[str, ...],
) -> None:
    words: list[object] = ["push", people, "--list", "Newsletter", *dry]
    if where == "environment":
        monkeypatch.setenv("ICONTACT_PUSH_CONTACTS", "false")
    else:
        words.append("--no-push")

    ran = icontact(*words)

    said = "ICONTACT_PUSH_CONTACTS=false in the environment" if where[0] == "e" else "--no-push"
    assert " ".join(ran.out.split()).count(said)
    assert stored(embedded) == {}


def test_a_start_does_not_take_back_a_stop(
    embedded: Sandbox, people: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICONTACT_PUSH_CONTACTS", "true")
    settings = written(
        tmp_path, 'list = "Newsletter"', "push_contacts = false", name="icontact.toml"
    )
    icontact("push", people, "--settings", settings)
    assert stored(embedded) == {}


def test_a_switch_that_cannot_be_read_is_a_matter_of_usage(
    embedded: Sandbox, people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICONTACT_PUSH_CONTACTS", "maybe")
    ran = icontact("push", people, "--list", "Newsletter")
    assert (ran.code, "ICONTACT_PUSH_CONTACTS must be true or false" in ran.err) == (2, True)


@pytest.mark.parametrize("option", ["--batch-size", "--workers"])
def test_sizes_are_a_number_or_auto(embedded: Sandbox, people: Path, option: str) -> None:
    for size in ("auto", "2"):
        ran = icontact("push", people, "--list", "Newsletter", option, size)
        assert ran.code == 0
    for wrong in ("many", "0", "1.5"):
        ran = icontact("push", people, "--list", "Newsletter", option, wrong)
        assert ran.code == 2
        assert option in ran.err
        assert wrong in ran.err


def test_a_batch_size_of_one_sends_each_row_by_itself(embedded: Sandbox, people: Path) -> None:
    icontact("push", people, "--list", "Newsletter", "--batch-size", "1")

    posts = [one for one in embedded.requests if one.method == "POST"]
    assert len([one for one in posts if one.path.endswith("/contacts")]) == 3


def test_with_verbose_the_requests_of_many_rows_are_shown(
    embedded: Sandbox, tmp_path: Path
) -> None:
    people = written(tmp_path, "email", *(f"person{place}@example.com" for place in range(1600)))
    words = ("push", people, "--list", "Newsletter", "-v")

    assert "about 6 more to write, 8 at most" in icontact(*words, "--dry-run").out
    assert "up to 1,000 rows in a request" in icontact(*words).out
