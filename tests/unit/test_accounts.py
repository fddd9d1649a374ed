from __future__ import annotations

from typing import Any

import pytest

import icontact
from icontact import errors
from icontact.resources import Accounts, ClientFolders
from icontact.sandbox import Sandbox
from icontact.transport import Safety
from tests.unit.support import Script

FOLDER_FIELDS: dict[str, Any] = {
    "name": "Bakery",
    "from_name": "Jo",
    "from_email": "jo@example.com",
    "street": "1 High Street",
    "city": "Durham",
    "state": "NC",
    "postal_code": "27713",
    "country": "United States",
}


def test_accounts(client: icontact.Client, sandbox: Sandbox) -> None:
    (account,) = client.accounts.list(page_size=5, max_items=2)
    assert account.account_id == sandbox.account_id
    assert account.enabled is True
    assert account.company_name == "Sandbox"
    assert client.accounts.get(sandbox.account_id).email == "sandbox@example.com"
    assert client.account(sandbox.account_id).get() == client.accounts.get(sandbox.account_id)
    assert "sandbox@" not in repr(account)


def test_somebody_else_s_account(client: icontact.Client) -> None:
    with pytest.raises(errors.NotFound, match="accountId that we did not recognise"):
        client.account(7).get()


def test_an_account_is_updated_by_a_post() -> None:
    script = Script({"account": {"accountId": "7", "title": ""}})
    assert Accounts(script).update(7, title=None, first_name="Jo").title == ""
    (call,) = script.calls
    assert (call.method, call.path, call.safety) == ("POST", "a/7", Safety.REPEATABLE)
    assert call.body == {"title": "", "firstName": "Jo"}


def test_client_folders(client: icontact.Client, sandbox: Sandbox) -> None:
    folders = client.account(sandbox.account_id).client_folders
    sandbox.add_client_folder(name="Bakery")
    assert {folder.name for folder in folders.list()} == {"Sandbox", "Bakery"}
    assert [folder.name for folder in folders.list(order_by="-name", page_size=1, max_items=1)] == [
        "Sandbox"
    ]
    assert [folder.name for folder in folders.list(name="B*", enabled=True)] == ["Bakery"]
    assert folders.get(sandbox.client_folder_id).name == "Sandbox"
    with pytest.raises(errors.NotFound):
        folders.get(0)


def test_client_folders_are_written(client: icontact.Client, sandbox: Sandbox) -> None:
    sandbox.add_client_folder(name="Second")
    folders = client.account(sandbox.account_id).client_folders
    made = folders.create(**FOLDER_FIELDS)
    assert made.name == "Bakery"
    assert folders.update(made.client_folder_id, city="Cary").from_name == "Jo"
    replaced = folders.replace(made.client_folder_id, **{**FOLDER_FIELDS, "name": "Cakes"})
    assert (replaced.name, replaced.city) == ("Cakes", "Durham")
    result = folders.create_many([{**FOLDER_FIELDS, "name": "A"}, {"name": "B"}])  # type: ignore[typeddict-item]  # made of Any
    assert [item and item.name for item in result.results] == ["A", None]


def test_creating_a_client_folder_is_done_once() -> None:
    script = Script(*[{"clientfolders": [{"clientFolderId": 3, "name": "A"}]}] * 2)
    folders = ClientFolders(script, 7)
    folders.create(name="A")
    folders.create_many([{"name": "A"}])
    assert [(call.path, call.safety) for call in script.calls] == [("a/7/c", Safety.ONCE)] * 2
