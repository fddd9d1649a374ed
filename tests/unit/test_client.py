from __future__ import annotations

import pickle
import warnings
from datetime import UTC, datetime
from typing import Any

import pytest

import icontact
from icontact import errors
from icontact.errors import ConfigError
from icontact.sandbox import Sandbox
from icontact.transport import Call, Event
from tests.unit.support import CREDENTIALS, Clock, patient_client

ENVIRONMENT = {
    "ICONTACT_APP_ID": "sandbox-app",
    "ICONTACT_USERNAME": "sandbox@example.com",
    "ICONTACT_PASSWORD": "sandbox-password",
}


def test_the_constructor_reads_no_environment(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ICONTACT_BASE_URL", "https://elsewhere.example/icp")
    client = icontact.Client(CREDENTIALS)
    assert repr(client) == "Client(base_url='https://app.icontact.com/icp')"
    assert "4711" not in str(vars(client))


def test_from_env_of_the_process(monkeypatch: pytest.MonkeyPatch) -> None:
    for name, value in ENVIRONMENT.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("ICONTACT_BASE_URL", raising=False)
    assert "app.icontact.com" in repr(icontact.Client.from_env())


def test_everything_can_come_from_the_environment() -> None:
    more = {
        "ICONTACT_BASE_URL": "http://localhost:8025/icp/",
        "ICONTACT_ACCOUNT_ID": "007",
        "ICONTACT_CLIENT_FOLDER_ID": "8",
    }
    client = icontact.Client.from_env({**ENVIRONMENT, **more})
    assert repr(client) == "Client(base_url='http://localhost:8025/icp')"
    assert repr(client.folder()) == "Folder(account_id=7, client_folder_id=8)"


def test_options_win_over_the_environment() -> None:
    more = {"ICONTACT_BASE_URL": "ftp://nowhere", "ICONTACT_ACCOUNT_ID": "x"}
    client = icontact.Client.from_env(
        {**ENVIRONMENT, **more}, base_url="https://x.example", account_id=1, client_folder_id=2
    )
    assert repr(client) == "Client(base_url='https://x.example')"
    assert repr(client.folder()) == "Folder(account_id=1, client_folder_id=2)"


def test_empty_variables_count_as_unset() -> None:
    more = {"ICONTACT_BASE_URL": "", "ICONTACT_ACCOUNT_ID": ""}
    assert "app.icontact.com" in repr(icontact.Client.from_env({**ENVIRONMENT, **more}))


@pytest.mark.parametrize("value", ["0", "-1", "x", "1.0", " 1", "²", "٣", "9" * 5000])
def test_unusable_ids_of_the_environment_are_named_at_once(value: str) -> None:
    more = {"ICONTACT_ACCOUNT_ID": value, "ICONTACT_CLIENT_FOLDER_ID": value}
    with pytest.raises(ConfigError, match="ICONTACT_ACCOUNT_ID, ICONTACT_CLIENT_FOLDER_ID"):
        icontact.Client.from_env({**ENVIRONMENT, **more})


@pytest.mark.parametrize("name", ["account_id", "client_folder_id"])
@pytest.mark.parametrize("value", [0, -1, True, "7", 1.0])
def test_an_unusable_id_is_refused(sandbox: Sandbox, name: str, value: Any) -> None:
    with pytest.raises(ConfigError, match=f"{name} must be a positive whole number"):
        icontact.Client(CREDENTIALS, **{name: value})
    with pytest.raises(ConfigError, match=f"{name} must be a positive whole number"):
        sandbox.client().folder(**{name: value})
    if name == "account_id":
        with pytest.raises(ConfigError, match=f"{name} must be a positive whole number"):
            sandbox.client().account(value)
    assert len(sandbox.requests) == 0


def test_the_arguments_reach_the_transport(sandbox: Sandbox) -> None:
    events: list[Event] = []
    client = sandbox.client(on_event=events.append, user_agent="x/1", timeout=(1, 2))
    client.time()
    assert [event.kind for event in events] == ["request"]


def test_the_clock(sandbox: Sandbox, clock: Clock) -> None:
    now = patient_client(sandbox, clock).time()
    assert now.time.tzinfo is not None
    assert abs(now.timestamp - datetime.now(UTC).timestamp()) < 60
    assert sandbox.requests[0].path == "/time"


def test_the_clock_needs_no_good_credentials(sandbox: Sandbox) -> None:
    client = icontact.Client(CREDENTIALS, base_url=sandbox.base_url)
    assert client.time().timestamp > 0
    with pytest.raises(errors.AuthenticationError):
        client.accounts.list().all()


def test_the_only_folder_is_found(client: icontact.Client, sandbox: Sandbox) -> None:
    folder = client.folder()
    assert folder.account_id == sandbox.account_id
    assert folder.client_folder_id == sandbox.client_folder_id
    assert folder.get().client_folder_id == sandbox.client_folder_id
    assert len(sandbox.requests) == 3


def test_a_folder_with_both_ids_is_no_request(client: icontact.Client, sandbox: Sandbox) -> None:
    folder = client.folder(account_id=1, client_folder_id=2)
    account = client.account(1)
    assert repr(folder) == "Folder(account_id=1, client_folder_id=2)"
    assert repr(account) == "AccountScope(account_id=1)"
    assert repr(folder.contacts) == "Contacts('a/1/c/2/contacts')"
    assert folder.contacts is folder.contacts
    assert len(sandbox.requests) == 0


def test_several_folders_are_listed(client: icontact.Client, sandbox: Sandbox) -> None:
    other = sandbox.add_client_folder(name="Bakery")
    with pytest.raises(ConfigError) as caught:
        client.folder()
    text = str(caught.value)
    assert f"{other} (Bakery)" in text
    assert f"{sandbox.client_folder_id} (Sandbox)" in text
    assert "client_folder_id=" in text
    assert "ICONTACT_CLIENT_FOLDER_ID" in text
    assert client.folder(client_folder_id=other).client_folder_id == other


def test_several_accounts_are_listed(client: icontact.Client, sandbox: Sandbox) -> None:
    other = sandbox.add_account(companyName="Bakery")
    with pytest.raises(ConfigError, match=rf"there are 2 accounts: .*{other} \(Bakery\)"):
        client.folder()
    assert client.folder(account_id=other).account_id == other


def test_the_environment_s_folder_is_no_folder_of_another_account(sandbox: Sandbox) -> None:
    other = sandbox.add_account(companyName="Bakery")
    client = sandbox.client(
        account_id=sandbox.account_id, client_folder_id=sandbox.client_folder_id
    )
    assert client.folder().client_folder_id == sandbox.client_folder_id
    assert client.folder(account_id=other).client_folder_id != sandbox.client_folder_id


def test_a_disabled_account_is_no_choice(client: icontact.Client, sandbox: Sandbox) -> None:
    other = sandbox.add_account(companyName="Bakery")
    sandbox.disable_account()
    assert client.folder().account_id == other
    sandbox.disable_account(other)
    with pytest.raises(ConfigError, match="these credentials open no enabled account"):
        client.folder()


def test_an_account_without_a_folder(client: icontact.Client, sandbox: Sandbox) -> None:
    empty = sandbox.add_account(client_folders=0)
    with pytest.raises(ConfigError, match="these credentials open no enabled client folder"):
        client.folder(account_id=empty)


def test_the_way_out(client: icontact.Client, folder: icontact.Folder) -> None:
    answer = client.send(Call("GET", f"a/{folder.account_id}/c/{folder.client_folder_id}/lists"))
    assert answer.status == 200
    assert answer.payload["total"] == 1


def test_a_client_closes_its_connections(sandbox: Sandbox) -> None:
    with warnings.catch_warnings(), sandbox.serve() as server:
        warnings.simplefilter("error", ResourceWarning)
        with server.client() as client:
            assert client.time().timestamp > 0
        assert client.time().timestamp > 0
        client.close()


def test_a_client_that_is_pickled_says_what_to_do() -> None:
    client = icontact.Client(CREDENTIALS)
    with pytest.raises(TypeError, match="make the client in the process that uses it"):
        pickle.dumps(client.folder(account_id=1, client_folder_id=2))


def test_a_client_in_place_of_a_folder_is_named() -> None:
    client: Any = icontact.Client(CREDENTIALS)
    with pytest.raises(AttributeError, match=r"use client\.folder\(\)\.contacts"):
        client.contacts.list()
    with pytest.raises(AttributeError, match=r"use client\.folder\(\)\.lists"):
        icontact.ListPush(client, "Newsletter", mapper={"email": "mail"})
    with pytest.raises(AttributeError, match="Client has no attribute 'nothing'"):
        _ = client.nothing
    with pytest.raises(AttributeError, match="did you mean 'contacts'"):
        _ = client.folder(account_id=1, client_folder_id=2).contact
