"""``icontact doctor``: the first link at fault, and the way to mend it."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from icontact.sandbox import Sandbox
from tests.cli.support import icontact, written


def statuses(*words: object) -> dict[str, str]:
    found = icontact("doctor", "--json", *words).document
    return {one["link"]: one["status"] for one in found["checks"]}


def fault(*words: object) -> Any:
    return icontact("doctor", "--json", *words).document["fault"]


def test_a_sound_chain(embedded: Sandbox) -> None:
    ran = icontact("doctor", "--list", "Newsletter", "--map", "email=Mail", "--map", "color=Farbe")
    assert ran.code == 0
    assert ran.out.count("ok ") == 7
    assert "score (number)" in ran.out
    assert "email=Mail, color=Farbe" in ran.out
    assert ran.out.endswith("All links that were checked hold.\n")


def test_what_nobody_asked_about_is_no_fault(embedded: Sandbox) -> None:
    found = statuses()
    assert found["settings"] == found["list"] == found["mapping"] == "-"
    assert icontact("doctor").code == 0


def test_a_folder_without_custom_fields(sandbox: Sandbox) -> None:
    assert "custom fields  none" in icontact("doctor").out


def test_missing_credentials_leave_the_server_to_be_checked(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ICONTACT_USERNAME")
    ran = icontact("doctor")
    assert ran.code == 1
    assert "At fault first: credentials." in ran.out
    assert statuses()["server"] == "ok"
    assert statuses()["mapping"] == "skipped"


def test_wrong_credentials_show_at_the_account(
    embedded: Sandbox, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ICONTACT_PASSWORD", "wrong-password")
    ran = icontact("doctor")
    assert ran.code == 1
    assert "failed   account        iContact does not accept these credentials (GET a" in ran.out
    assert "At fault first: account. Compare the credentials" in ran.out
    assert "wrong-password" not in ran.out


def test_a_server_that_does_not_answer_ends_with_3(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICONTACT_BASE_URL", "http://127.0.0.1:1/icp")
    ran = icontact("doctor")
    assert ran.code == 3
    assert "At fault first: server. Look at the network" in ran.out


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
    assert "At fault first: list. `icontact lists`" in ran.out


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
