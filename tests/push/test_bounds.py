"""Numbers and depths beyond all use are refused with a sentence, wherever settings come from."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.errors import ConfigError, MappingError
from icontact.push import ListPush, PushPolicy, PushSettings
from icontact.sandbox import Sandbox
from tests.push.support import MAPPING, MakePush, person

HUGE = 10**20


@pytest.mark.parametrize(
    "value", [2**63, HUGE, pytest.param(10**5000, id="5000 digits"), 0, -1, 1.0, True, "5"]
)
@pytest.mark.parametrize("name", ["batch_size", "page_size", "confirmation_message_id"])
def test_a_number_out_of_bounds(name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=rf"{name} must be a whole number from 1 to 92233720368"):
        PushPolicy(subscription_status="pending", **{name: value})


@pytest.mark.parametrize("name", ["account_id", "client_folder_id"])
def test_an_id_out_of_bounds(name: str) -> None:
    numbers: dict[str, Any] = {name: HUGE}
    with pytest.raises(ConfigError, match=f"{name} must be a whole number"):
        PushSettings(list="Newsletter", **numbers)


@pytest.mark.parametrize("wanted", [2**63, pytest.param(10**5000, id="5000 digits"), -5])
def test_a_list_whose_id_is_out_of_bounds(folder: Folder, wanted: int) -> None:
    with pytest.raises(ConfigError, match="list must be a whole number from 1 to"):
        ListPush(folder, wanted, mapper=MAPPING)
    with pytest.raises(ConfigError, match="list must be a whole number from 1 to"):
        PushSettings(list=wanted)


def test_the_largest_sizes_can_be_used(make_push: MakePush) -> None:
    report = make_push(batch_size=2**63 - 1, page_size=2**63 - 1).run(
        person(number) for number in range(5)
    )
    assert report.counts["created"] == 5


KEY = ".".join(["a"] * 5000)

FILES = {
    "a key": f"{KEY} = 1",
    "a table": f"[{KEY}]\nb = 1",
    "an array of tables": f"[[{KEY}]]\nb = 1",
    "an array": f"allow_statuses = {'[' * 5000}{']' * 5000}",
    "an inline table": f"mapping = {'{a=' * 5000}1{'}' * 5000}",
    "a number": f"batch_size = {'9' * 5000}",
    "a number of sixteens": f"batch_size = 0x{'f' * 5000}",
    "65 bits": f"batch_size = {2**64}",
    "a key within": f"[mapping.custom_fields]\n{KEY} = 1",
    "a key of 21 parts": f"{'.'.join('a' * 21)} = 1",
    "in a trigger": f"[[triggers]]\n{KEY} = 1",
}


@pytest.mark.parametrize("name", FILES)
def test_a_file_that_is_beyond_all_use(tmp_path: Path, name: str) -> None:
    path = tmp_path / "icontact.toml"
    path.write_text(f'list = "x"\n{FILES[name]}\n', "utf-8")

    for read in (PushSettings.from_toml, ContactMapper.from_toml):
        with pytest.raises(ConfigError, match="a number is too long, or tables are nested too"):
            read(path)


@pytest.mark.parametrize("name", ["BATCH_SIZE", "PAGE_SIZE", "ACCOUNT_ID", "CLIENT_FOLDER_ID"])
@pytest.mark.parametrize("digits", [20, 5000])
def test_a_variable_of_many_digits(name: str, digits: int) -> None:
    with pytest.raises(ConfigError, match=f"{name.lower()} must be a whole number"):
        PushSettings.from_env({"ICONTACT_LIST": "x", f"ICONTACT_{name}": "9" * digits})


def test_a_mapping_that_is_nested_deeply() -> None:
    deep: dict[str, Any] = {}
    inner = deep
    for _ in range(5000):
        inner["a"] = inner = {}
    with pytest.raises(MappingError):
        ContactMapper({"email": "email", "custom_fields": deep})


@pytest.mark.parametrize("contact_id", [2**63, 2**70, -(2**63) - 1])
@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_answer_with_an_id_out_of_bounds_fails_its_rows(
    sandbox: Sandbox, make_push: MakePush, contact_id: int, method: str
) -> None:
    contact = {"contactId": str(contact_id), "email": "person1@example.com", "status": "normal"}
    body = json.dumps({"contacts": [contact], "total": 1})
    sandbox.faults.next(status=200, body=body, method=method, path=r"/contacts$", times=None)

    report = make_push().run([person(1), person(2)])

    assert report.counts["failed"] == 2
    assert sandbox.state.contacts() == []


def test_the_size_of_pages_is_a_number_or_auto(make_push: MakePush) -> None:
    with pytest.raises(
        ConfigError, match=r'page_size must be a whole number from 1 to .*, or "auto"'
    ):
        PushPolicy(page_size="large")  # type: ignore[arg-type]  # the mistake under test
    assert PushPolicy().page_size == "auto"
    settings = PushSettings.from_env({"ICONTACT_LIST": "x", "ICONTACT_PAGE_SIZE": "auto"})
    assert settings.page_size == "auto"
    assert make_push(page_size="auto").run([person(1)]).counts["created"] == 1


@pytest.mark.no_cover
def test_a_push_into_many_contacts_reads_them_in_large_pages(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    sandbox.seed_contacts(7_000)
    everyone = [{"mail": one["email"]} for one in sandbox.state.contacts()]
    push = make_push({"email": "mail"})
    sandbox.requests.clear()
    plan = push.plan(everyone)
    (contacts, _) = plan.lookups
    assert (contacts.how, contacts.requests) == ("pages", 3)
    listed = [one for one in sandbox.requests if one.path.endswith("/contacts")]
    assert len(listed) == 3
