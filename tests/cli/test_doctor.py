"""``icontact doctor``: the first problem, and how to solve it."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from icontact.cli import output
from icontact.sandbox import Sandbox
from tests.cli.support import icontact, written


def statuses(*words: object) -> dict[str, str]:
    found = icontact("doctor", "--json", *words).document
    return {one["link"]: one["status"] for one in found["checks"]}


def fault(*words: object) -> Any:
    return icontact("doctor", "--json", *words).document["fault"]


def test_all_checks_pass(embedded: Sandbox) -> None:
    ran = icontact("doctor", "--list", "Newsletter", "--map", "email=Mail", "--map", "color=Farbe")
    assert ran.code == 0
    assert ran.out.count("ok ") == 7
    assert "score (number)" in ran.out
    assert "email=Mail, color=Farbe" in ran.out
    assert ran.out.endswith("All checks passed.\n")


def test_a_check_that_was_not_asked_for_is_not_a_problem(embedded: Sandbox) -> None:
    found = statuses()
    assert found["settings"] == found["list"] == found["mapping"] == "-"
    assert icontact("doctor").code == 0


def test_a_folder_without_custom_fields(sandbox: Sandbox) -> None:
    assert "custom fields  none" in icontact("doctor").out


def test_missing_credentials_do_not_keep_the_server_from_being_checked(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ICONTACT_USERNAME")
    ran = icontact("doctor")
    assert ran.code == 1
    assert "First problem: credentials." in ran.out
    assert statuses()["server"] == "ok"
    assert statuses()["mapping"] == "skipped"


def test_wrong_credentials_show_at_the_account(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICONTACT_PASSWORD", "wrong-password")
    ran = icontact("doctor")
    assert ran.code == 1
    assert "failed   account        iContact does not accept these credentials (GET a" in ran.out
    assert "First problem: account. Compare the credentials" in ran.out
    assert "wrong-password" not in ran.out


def test_a_server_that_does_not_answer_ends_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICONTACT_BASE_URL", "http://127.0.0.1:1/icp")
    ran = icontact("doctor")
    assert ran.code == 3
    assert "First problem: server. Check the network" in ran.out


def test_a_base_url_that_cannot_be_used_is_the_servers_fault(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ICONTACT_BASE_URL", "http://example.com/icp")
    assert icontact("doctor").code == 1
    assert fault() == "server"


def test_several_accounts_need_a_choice(embedded: Sandbox, monkeypatch: pytest.MonkeyPatch) -> None:
    second = embedded.add_account(companyName="Second")
    assert fault() == "account"
    assert statuses("--account-id", second)["folder"] == "ok"
    monkeypatch.setenv("ICONTACT_ACCOUNT_ID", str(second))
    assert fault() is None
    assert f"there is no enabled account 5; there are: {embedded.account_id}" in (
        icontact("doctor", "--account-id", 5).out
    )


def test_a_disabled_account_does_not_count(embedded: Sandbox) -> None:
    embedded.disable_account()
    assert "there are: none" in icontact("doctor").out


def test_several_folders_need_a_choice(embedded: Sandbox, tmp_path: Path) -> None:
    second = embedded.add_client_folder(name="Second")
    assert fault() == "folder"
    assert fault("--client-folder-id", second) is None
    lines = ('list = "Newsletter"', f"client_folder_id = {embedded.client_folder_id}")
    assert fault("--settings", written(tmp_path, *lines, name="icontact.toml")) is None


def test_a_list_that_does_not_exist(embedded: Sandbox) -> None:
    ran = icontact("doctor", "--list", "Newsleter")
    assert "did you mean 'Newsletter'?" in ran.out
    assert "First problem: list. `icontact lists`" in ran.out


def test_a_mapping_onto_an_unknown_custom_field(embedded: Sandbox) -> None:
    ran = icontact("doctor", "--map", "email=Mail", "--map", "colour=Farbe")
    assert ran.code == 1
    assert "did you mean 'color'?" in ran.out
    assert fault("--preset", "mautik") == "mapping"


def test_settings_that_cannot_be_used(embedded: Sandbox, tmp_path: Path) -> None:
    found = statuses("--settings", tmp_path / "absent.toml")
    assert (found["settings"], found["list"], found["folder"]) == ("failed", "skipped", "ok")


def test_the_switch_that_stops_every_push_is_a_fault(embedded: Sandbox, tmp_path: Path) -> None:
    lines = ('list = "Newsletter"', "push_contacts = false")
    ran = icontact("doctor", "--settings", written(tmp_path, *lines, name="icontact.toml"))
    assert ran.code == 1
    assert "push_contacts = false stops every push" in ran.out


def test_sound_settings(embedded: Sandbox, tmp_path: Path) -> None:
    lines = ('list = "Newsletter"', "[mapping]", 'email = "Mail"')
    path = written(tmp_path, *lines, name="icontact.toml")
    assert set(statuses("--settings", path).values()) == {"ok"}


def test_the_doctor_writes_nothing(embedded: Sandbox) -> None:
    icontact("doctor", "--list", "Newsletter", "--preset", "mautic")
    assert {one.method for one in embedded.requests} == {"GET"}


# A test push

EMAIL = "someone@example.com"
SETTINGS = (
    'list = "Newsletter"',
    "[mapping]",
    'email = "Mail"',
    'first_name = "Name"',
    "[mapping.custom_fields]",
    'score = "Points"',
)
TRIAL = ["sample", "address", "test push", "read back", "subscription", "clean up"]


def test_a_contact_is_pushed_compared_and_removed(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, *SETTINGS, name="icontact.toml")

    ran = icontact("doctor", "--settings", path, "--test-push", EMAIL)

    assert ran.code == 0
    assert "ok       read back      3 fields of 3 came back as sent" in ran.out
    assert "custom_fields.score  'Points'  kept" in ran.out
    assert ran.out.endswith("All checks passed.\n")
    assert EMAIL not in ran.out + ran.err
    assert embedded.client().folder().contacts.find(email=EMAIL) is None


def test_each_row_of_the_mapping_is_reported_to_programs(embedded: Sandbox) -> None:
    words = ("--list", "Newsletter", "--map", "email=Mail", "--test-push", EMAIL)

    found = icontact("doctor", "--json", *words).document

    assert [one["link"] for one in found["checks"]][-6:] == TRIAL
    assert found["fault"] is None
    assert found["fields"] == [
        {"target": "email", "source": "'Mail'", "verdict": "kept", "detail": ""}
    ]


def test_the_row_of_the_mapping_at_fault_is_named(embedded: Sandbox, tmp_path: Path) -> None:
    # The first contact of a sandbox has this id.
    stored = {"contactId": "66674163", "email": EMAIL, "firstName": "Zo", "score": "42"}
    embedded.faults.next(
        status=200, body=json.dumps({"contact": stored}), method="GET", path=r"contacts/\d+$"
    )
    path = written(tmp_path, *SETTINGS, name="icontact.toml")

    ran = icontact("doctor", "--settings", path, "--test-push", EMAIL)

    assert ran.code == 1
    assert "failed   read back      first_name <- 'Name': truncated" in ran.out
    assert "First problem: read back. first_name: the first 2 of 3 characters" in ran.out


def test_the_first_row_of_a_file_is_pushed(embedded: Sandbox, tmp_path: Path) -> None:
    sample = written(tmp_path, "Mail,First Name,Points", "ada@example.com,Ada,7")
    words = ("--list", "Newsletter", "--sample", sample, "--test-push", EMAIL)

    ran = icontact("doctor", *words)

    assert ran.code == 0
    assert "email=Mail, first_name=First Name" in ran.out
    assert "the row that was given fills 2 fields of 2" in ran.out
    assert embedded.client().folder().contacts.find(email="ada@example.com") is None


@pytest.mark.parametrize(
    ("lines", "link"),
    [
        (("Mail,Points",), "sample file"),
        (("Mail,Points", "ada@example.com,7,8"), "sample file"),
        (("Points", "7"), "mapping"),
    ],
)
def test_a_sample_that_cannot_be_pushed_is_reported(
    embedded: Sandbox, tmp_path: Path, lines: tuple[str, ...], link: str
) -> None:
    sample = written(tmp_path, *lines)
    mapping = ("--map", "email=Mail", "--map", "score=Points")
    words = ("--list", "Newsletter", *mapping, "--sample", sample, "--test-push", EMAIL)

    assert fault(*words) == link
    assert {one.method for one in embedded.requests} == {"GET"}


def test_a_contact_that_is_there_is_not_changed(embedded: Sandbox) -> None:
    embedded.seed(contacts=[{"email": EMAIL}])
    words = ("--list", "Newsletter", "--map", "email=Mail", "--test-push", EMAIL)

    assert fault(*words) == "address"
    ran = icontact("doctor", *words, "--existing-ok")
    assert ran.code == 0
    assert "would end as updated: was not on the list; nothing was written" in ran.out
    assert {one.method for one in embedded.requests} == {"GET"}


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (("--map", "email=Mail"), "a test push needs a list, and none is given"),
        (("--list", "Newsletter"), "a test push needs a mapping, and none is given"),
    ],
)
def test_a_test_push_needs_a_list_and_a_mapping(
    embedded: Sandbox, words: tuple[str, ...], said: str
) -> None:
    ran = icontact("doctor", *words, "--test-push", EMAIL)

    assert ran.code == 1
    assert said in ran.out
    assert "First problem: test push. Give a list and a mapping" in ran.out


def test_nothing_is_pushed_if_a_check_fails(embedded: Sandbox) -> None:
    words = ("--list", "Newsleter", "--map", "email=Mail", "--test-push", EMAIL)

    found = statuses(*words)

    assert (found["list"], found["test push"]) == ("failed", "skipped")


def test_an_icontact_that_falls_silent_ends_with_3(embedded: Sandbox) -> None:
    embedded.faults.next(status=503, method="GET", path="contacts$")
    words = ("--list", "Newsletter", "--map", "email=Mail", "--test-push", EMAIL)

    assert icontact("doctor", *words).code == 3


@pytest.mark.parametrize("words", [("--sample", "x.csv"), ("--existing-ok",)])
def test_options_of_a_test_push_need_one(words: tuple[str, ...]) -> None:
    ran = icontact("doctor", *words)

    assert ran.code == 2
    assert "belong to --test-push EMAIL" in ran.err


TRIGGERS = (
    "[[triggers]]",
    'on = "saved"',
    "[[triggers]]",
    'on = "form_submitted"',
    'list = "Newsletter"',
    "[triggers.mapping]",
    'email = "Mail"',
)


def test_triggers_are_checked_too(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, *SETTINGS, *TRIGGERS, name="icontact.toml")

    assert (
        "ok       triggers       saved, form_submitted"
        in icontact("doctor", "--settings", path).out
    )


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ('list = "Newsleter"', "trigger 2 (form_submitted): there is no list 'Newsleter'"),
        ('[[triggers]]\non = "saved"', "triggers 1 and 3 are the same: saved; name them"),
        ('[triggers.mapping]\nemail = "Mail"\ncf_colour = "x"', "did you mean 'color'"),
    ],
)
def test_a_trigger_without_a_list_or_field_is_reported(
    embedded: Sandbox, tmp_path: Path, line: str, said: str
) -> None:
    path = written(tmp_path, *SETTINGS, *TRIGGERS[:4], line, name="icontact.toml")
    ran = icontact("doctor", "--settings", path)

    assert said in ran.out
    assert "First problem: triggers. Correct this [[triggers]] table" in ran.out


@pytest.mark.parametrize("given", ["foo", "", "canary.person@"])
def test_a_test_push_needs_a_valid_address(embedded: Sandbox, given: str) -> None:
    ran = icontact("doctor", "--list", "Newsletter", "--preset", "mautic", "--test-push", given)
    assert ran.code == 2
    assert "Error: --test-push EMAIL: not a valid e-mail address" in ran.err
    assert "canary" not in ran.err
    assert list(embedded.requests) == []


@pytest.mark.parametrize(("kind", "code"), [("confirmation", 0), ("normal", 1), ("", 1)])
def test_the_confirmation_message_is_a_link_of_its_own(
    embedded: Sandbox, tmp_path: Path, kind: str, code: int
) -> None:
    message = 4711
    if kind:
        [message] = embedded.seed(messages=[{"messageType": kind, "subject": "Hi"}]).message_ids
    settings = written(
        tmp_path,
        'list = "Newsletter"',
        'subscription_status = "pending"',
        f"confirmation_message_id = {message}",
        'mapping = {email = "mail"}',
        name="own.toml",
    )

    ran = icontact("doctor", "--json", "--settings", settings)

    assert ran.code == code
    links = {one["link"]: one for one in ran.document["checks"]}
    assert links["confirmation"]["status"] == ("failed" if code else "ok")
    assert f"message {message}" in links["confirmation"]["detail"]
    assert links["mapping"]["status"] == "ok"


def test_settings_that_stop_every_push_leave_their_message_unchecked(
    embedded: Sandbox, tmp_path: Path
) -> None:
    settings = written(
        tmp_path,
        'list = "Newsletter"',
        "push_contacts = false",
        'subscription_status = "pending"',
        "confirmation_message_id = 4711",
        'mapping = {email = "mail"}',
        name="own.toml",
    )

    ran = icontact("doctor", "--json", "--settings", settings)

    links = {one["link"]: one for one in ran.document["checks"]}
    assert links["settings"]["status"] == "failed"
    for name in ("list", "confirmation", "mapping"):
        assert (links[name]["status"], links[name]["detail"]) == ("skipped", "needs: settings")


def test_a_dry_run_checks_the_confirmation_message(embedded: Sandbox, tmp_path: Path) -> None:
    settings = written(
        tmp_path,
        'list = "Newsletter"',
        'subscription_status = "pending"',
        "confirmation_message_id = 4711",
        'mapping = {email = "mail"}',
        name="own.toml",
    )
    people = written(tmp_path, "mail", "jo@example.com")

    ran = icontact("push", people, "--settings", settings, "--dry-run")

    assert ran.code == 2
    assert "there is no message 4711" in ran.err


def test_the_switch_in_the_environment_is_a_fault_too(
    embedded: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICONTACT_PUSH_CONTACTS", "false")
    settings = written(tmp_path, 'list = "Newsletter"', name="icontact.toml")
    for words in ((), ("--settings", settings)):
        ran = icontact("doctor", *words)
        assert ran.code == 1
        assert "ICONTACT_PUSH_CONTACTS=false in the environment" in " ".join(ran.out.split())


def test_a_stopped_test_push_names_what_is_left_and_the_command(
    embedded: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = written(
        tmp_path,
        'list = "Newsletter"',
        'mapping = {email = "mail", city = "town"}',
        name="own.toml",
    )
    words = ("doctor", "--settings", settings, "--test-push", "jo@example.com")

    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patched:
        patched.setattr("icontact.resources.Subscriptions.find", interrupted)
        patched.setattr("icontact.resources.Contacts.delete", interrupted)
        stopped = icontact(*words, "--map", "first_name=name")
    assert stopped.code == 130
    assert "a contact with the address may be left behind" in stopped.err
    assert f"icontact doctor --settings {settings} --map first_name=name --test-push" in stopped.err
    assert len(embedded.state.contacts()) == 1

    assert icontact(*words, "--map", "first_name=name").code == 0
    assert {one["status"] for one in embedded.state.contacts()} == {"deleted"} or not (
        embedded.state.contacts()
    )


def test_stopping_before_anything_was_pushed_says_so(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    def interrupted(*_: object, **__: object) -> None:
        raise KeyboardInterrupt

    monkeypatch.setattr("icontact.push.doctor.find_list", interrupted)
    stopped = icontact("doctor", "--list", "Newsletter")
    assert (stopped.code, "stopped. Nothing was written" in stopped.err) == (130, True)


def test_a_quiet_doctor_prints_the_first_problem_only(embedded: Sandbox) -> None:
    assert icontact("doctor", "-q").out == "All checks passed.\n"
    lines = icontact("doctor", "-q", "--list", "Newsletters").out.splitlines()
    assert lines[0].startswith("failed   list")
    assert lines[1].startswith("First problem: list.")
    assert len(lines) == 2


@pytest.mark.parametrize("columns", [60, 160])
def test_the_lines_of_the_doctor_fit_the_terminal(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch, columns: int
) -> None:
    monkeypatch.setattr(output, "is_terminal", lambda stream: True)
    monkeypatch.setenv("COLUMNS", str(columns))
    monkeypatch.setenv("NO_COLOR", "1")
    lines = icontact("doctor", "--list", "Newsletter").out.splitlines()
    assert max(map(len, lines)) <= columns
    assert "ok       list           'Newsletter'" in "\n".join(lines)
