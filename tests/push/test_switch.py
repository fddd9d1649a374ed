"""A switch that says "stop" stops everything, wherever it is said, and the outcome says where."""

from __future__ import annotations

from itertools import product
from pathlib import Path

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.errors import ConfigError
from icontact.push import ListPush, PushPolicy, PushSettings
from icontact.sandbox import Sandbox
from tests.push.support import MAPPING, MakePush, person

VARIABLE = "ICONTACT_PUSH_CONTACTS"


def settings_file(tmp_path: Path, switch: str) -> Path:
    path = tmp_path / "icontact.toml"
    path.write_text(f'list = "Newsletter"\n{switch}\n[mapping]\nemail = "email"\n', "utf-8")
    return path


def reason(push: ListPush, sandbox: Sandbox) -> str:
    outcome = push.one(person(1))
    assert (outcome.status == "skipped") is (sandbox.state.contacts() == [])
    return outcome.reason


@pytest.mark.parametrize(
    ("environment", "toml"), [*product(["true", "false", ""], ["true", "false", ""])]
)
def test_a_push_made_of_a_file_needs_no_stop_in_either_place(
    sandbox: Sandbox,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    environment: str,
    toml: str,
) -> None:
    monkeypatch.setenv(VARIABLE, environment)
    path = settings_file(tmp_path, f"push_contacts = {toml}" if toml else "")

    push = ListPush.from_settings(PushSettings.from_toml(path), client=sandbox.client())

    said = reason(push, sandbox)
    assert (f"{VARIABLE}=false in the environment" in said) is (environment == "false")
    assert ("push_contacts = false in icontact.toml" in said) is (toml == "false")
    assert ("the push is switched off" in said) is ("false" in (environment, toml))


def test_settings_made_by_hand_are_stopped_by_the_environment(
    sandbox: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = PushSettings(list="Newsletter", mapper=ContactMapper(MAPPING))
    stopped = PushSettings(list="Newsletter", mapper=ContactMapper(MAPPING), push_contacts=False)
    monkeypatch.setenv(VARIABLE, "no")
    both = "the push is switched off (push_contacts = false and ICONTACT_PUSH_CONTACTS=no in the "

    assert "ICONTACT_PUSH_CONTACTS=no in the environment" in reason(
        ListPush.from_settings(settings, client=sandbox.client()), sandbox
    )
    assert reason(ListPush.from_settings(stopped, client=sandbox.client()), sandbox).startswith(
        both
    )


def test_settings_of_the_environment_say_where_the_stop_is() -> None:
    settings = PushSettings.from_env(
        {"ICONTACT_LIST": "x", VARIABLE: "false", "ICONTACT_MAPPING": "email=mail"}
    )
    assert not settings.push_contacts
    assert settings.switch == f"the push is switched off ({VARIABLE}=false in the environment)"


def test_a_push_made_in_a_script_reads_nothing_of_the_environment(
    sandbox: Sandbox, make_push: MakePush, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(VARIABLE, "false")
    assert make_push().one(person(1)).status == "created"


def test_a_keyword_stops_what_nothing_else_stops(make_push: MakePush) -> None:
    assert make_push(push_contacts=False).one(person(1)).reason == (
        "the push is switched off (push_contacts = false)"
    )
    policy = PushPolicy(stopped_by=["a holiday"])
    assert (policy.push_contacts, policy.switch) == (False, "the push is switched off (a holiday)")
    assert PushPolicy().switch == ""


@pytest.mark.parametrize("value", ["perhaps", "off?", "2"])
def test_a_switch_that_cannot_be_read_is_no_yes(
    folder: Folder, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, value: str
) -> None:
    monkeypatch.setenv(VARIABLE, value)
    with pytest.raises(ConfigError, match=f"{VARIABLE} must be true or false"):
        PushSettings.from_toml(settings_file(tmp_path, ""))


def test_a_journal_of_a_stopped_push_does_not_depend_on_who_stopped_it(
    sandbox: Sandbox, tmp_path: Path, make_push: MakePush
) -> None:
    journal = tmp_path / "journal"
    make_push(stopped_by=["one"]).run([person(1)], journal=journal)
    report = make_push(stopped_by=["another"]).run([person(1)], journal=journal)
    assert report.counts["skipped"] == 1


@pytest.mark.parametrize("key", ["stopped_by", "switch"])
def test_a_file_cannot_say_who_stopped_it(tmp_path: Path, key: str) -> None:
    with pytest.raises(ConfigError, match="there is no setting"):
        PushSettings.from_toml(settings_file(tmp_path, f'{key} = ["x"]'))
