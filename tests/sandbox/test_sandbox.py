"""The sandbox itself: what it starts with, seeding, reading, keeping its state."""

from __future__ import annotations

import gc
import importlib
import sqlite3
import sys
from contextlib import closing
from datetime import datetime
from pathlib import Path
from typing import Any

import pytest
import requests

import icontact.sandbox
from icontact.sandbox import Quirks, Sandbox
from icontact.sandbox.store import Store
from tests.sandbox.wire import Wire


def test_a_sandbox_has_one_account_one_folder_and_one_list(sandbox: Sandbox, wire: Wire) -> None:
    assert [row["accountId"] for row in sandbox.state.accounts()] == [str(sandbox.account_id)]
    (folder,) = sandbox.state.client_folders()
    assert folder["clientFolderId"] == str(sandbox.client_folder_id)
    assert folder["accountId"] == str(sandbox.account_id)
    assert [row["listId"] for row in sandbox.state.lists()] == [str(sandbox.list_id)]
    assert wire.get("/lists")["total"] == 1


def test_the_repr_shows_no_secret(sandbox: Sandbox) -> None:
    assert repr(sandbox) == "<Sandbox for https://app.icontact.com/icp, state in :memory:>"


def test_credentials_are_those_of_the_documentation(sandbox: Sandbox) -> None:
    known = sandbox.credentials
    assert (known.app_id, known.username) == ("sandbox-app", "sandbox@example.com")
    with sandbox.serve() as server:
        assert server.credentials == known


def test_a_clock_without_a_zone_counts_as_utc() -> None:
    with Sandbox(clock=lambda: datetime(2012, 6, 9, 19, 46, 52)) as sandbox:
        assert Wire(sandbox).send("GET", "/time").json()["timestamp"] == 1339271212


def test_without_a_clock_time_is_real() -> None:
    with Sandbox() as sandbox:
        assert Wire(sandbox).send("GET", "/time").json()["timestamp"] > 1_700_000_000


def test_seeding_puts_in_anything(sandbox: Sandbox, wire: Wire) -> None:
    seeded = sandbox.seed(
        custom_fields=[{"privateName": "score", "fieldType": "number", "displayToUser": 1}],
        lists=[{"name": "Second", "emailOwnerOnChange": 0}],
        contacts=[
            {"email": "a@example.com", "firstName": "A", "status": "bounced", "score": 7},
            {"email": "b@example.com", "createDate": "2001-02-03 04:05:06", "bounceCount": 3},
            {"email": "c@example.com", "contactId": 70_000_000, "status": "deleted"},
            {"email": "d@example.com"},
        ],
        subscriptions=[
            {"email": "a@example.com", "status": "unsubscribed"},
            {"contactId": 70_000_000, "listId": 205304},
        ],
    )
    assert seeded.custom_field_ids == ["score"]
    assert seeded.list_ids == [205304]
    assert seeded.contact_ids == [66674163, 66674164, 70_000_000, 70_000_001]
    assert seeded.subscription_ids == ["205303_66674163", "205304_70000000"]
    row = wire.get("/contacts/66674163")["contact"]
    assert (row["status"], row["score"], row["firstName"]) == ("bounced", "7", "A")
    row = wire.get("/contacts/66674164")["contact"]
    assert (row["createDate"], row["bounceCount"]) == ("2001-02-03 04:05:06", "3")
    assert wire.contact("e@example.com") == "70000002"


def test_seeding_is_all_or_nothing(sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="The contact to be added has no firstname, x"):
        sandbox.seed(lists=[{"name": "X"}], contacts=[{"email": "a@b.c", "firstname": "", "x": 1}])
    with pytest.raises(ValueError, match="The list to be added has no title"):
        sandbox.seed(lists=[{"title": "X"}])
    with pytest.raises(ValueError, match="no contact"):
        sandbox.seed(subscriptions=[{"email": "unknown@example.com"}])
    assert len(sandbox.state.lists()) == 1
    assert sandbox.state.contacts() == []


def test_a_known_custom_field_is_left_as_it_is(sandbox: Sandbox) -> None:
    sandbox.seed(custom_fields=[{"privateName": "f", "fieldType": "date"}])
    sandbox.seed(custom_fields=[{"privateName": "f"}])
    (row,) = sandbox.state.custom_fields()
    assert row == {
        "customFieldId": "f",
        "privateName": "f",
        "publicName": "",
        "displayToUser": 0,
        "fieldType": "date",
    }


def test_made_up_contacts_come_by_the_thousand(sandbox: Sandbox, wire: Wire) -> None:
    ids = sandbox.seed_contacts(12_000, list_id=sandbox.list_id)
    assert (len(ids), ids[0], ids[-1]) == (12_000, 66674163, 66686162)
    answer = wire.get(f"/contacts?listId={sandbox.list_id}&limit=1&offset=11999")
    assert (answer["total"], answer["contacts"][0]["contactId"]) == (12_000, "66686162")
    assert sandbox.seed_contacts(1, folder_id=sandbox.add_client_folder()) == [66686163]


def test_accounts_and_folders_can_be_added(sandbox: Sandbox) -> None:
    second = sandbox.add_account(companyName="Second", client_folders=2)
    third = sandbox.add_account(client_folders=0)
    folder = sandbox.add_client_folder(third, name="Only")
    folders = sandbox.state.client_folders()
    assert [row["name"] for row in folders if row["accountId"] == str(second)] == [
        "Folder 1",
        "Folder 2",
    ]
    assert folders[-1]["clientFolderId"] == str(folder)
    with pytest.raises(ValueError, match="The client folder to be added has no nme"):
        sandbox.add_client_folder(nme="X")
    with pytest.raises(ValueError, match="The account to be added has no x"):
        sandbox.add_account(x=1)
    sandbox.disable_account(second)
    assert [row["enabled"] for row in sandbox.state.accounts()] == [1, 0, 1]


def test_the_state_can_be_read_by_folder(sandbox: Sandbox, wire: Wire) -> None:
    folder = sandbox.add_client_folder()
    sandbox.seed(
        custom_fields=[{"privateName": "f"}],
        lists=[{"name": "There"}],
        contacts=[{"email": "there@example.com", "f": "x"}],
        folder_id=folder,
    )
    contact_id = wire.contact("here@example.com")
    wire.subscribe(contact_id)
    here = sandbox.client_folder_id
    assert [row["email"] for row in sandbox.state.contacts()] == [
        "there@example.com",
        "here@example.com",
    ]
    (row,) = sandbox.state.contacts(folder)
    assert (row["f"], row["bounceCount"], "folderId" in row, "custom" in row) == (
        "x",
        "",
        False,
        False,
    )
    assert [row["email"] for row in sandbox.state.contacts(here)] == ["here@example.com"]
    assert [row["name"] for row in sandbox.state.lists(folder)] == ["There"]
    assert [row["privateName"] for row in sandbox.state.custom_fields(here)] == []
    assert sandbox.state.subscriptions(folder) == []
    assert sandbox.state.subscriptions(here) == [
        {
            "subscriptionId": f"205303_{contact_id}",
            "listId": "205303",
            "contactId": contact_id,
            "status": "normal",
            "addDate": "2012-06-09T15:46:52-04:00",
            "confirmationMessageId": "",
        }
    ]


def test_the_history_can_be_read(sandbox: Sandbox, wire: Wire) -> None:
    first, second = wire.contact("a@example.com"), wire.contact("b@example.com")
    assert [row["contactId"] for row in sandbox.state.actions()] == [first, second]
    assert sandbox.state.actions(int(second)) == [
        {
            "contactId": second,
            "actionType": "AddContact",
            "actionTime": "2012-06-09T15:46:52-0400",
            "actor": "407118",
            "details": {},
        }
    ]


def test_the_state_of_a_file_outlives_the_sandbox(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite"
    with Sandbox(db=path) as sandbox:
        contact_id = Wire(sandbox).contact()
        sandbox.close()
    with Sandbox(db=str(path)).serve() as server, requests.Session() as session:
        wire = Wire(server.sandbox, server.url, session)
        assert wire.get(f"/contacts/{contact_id}")["contact"]["status"] == "normal"
        assert wire.contact("b@example.com") == str(int(contact_id) + 1)
        assert len(server.sandbox.state.accounts()) == 1


def test_two_sandboxes_can_share_a_file(tmp_path: Path) -> None:
    one, two = Sandbox(db=tmp_path / "s"), Sandbox(db=tmp_path / "s")
    one.seed(contacts=[{"email": "a@example.com"}])
    two.seed(contacts=[{"email": "b@example.com"}])
    assert len(one.state.contacts()) == 2


def test_a_file_of_something_else_is_refused(tmp_path: Path) -> None:
    text, other, newer = tmp_path / "text", tmp_path / "other", tmp_path / "newer"
    text.write_bytes(b"no database at all" * 100)
    for path, statement in ((other, "CREATE TABLE x (y)"), (newer, "PRAGMA user_version = 99")):
        connection = sqlite3.connect(path)
        connection.execute(statement)
        connection.close()
    short = tmp_path / "short"
    short.write_bytes(b"x")
    for path in (text, other, newer, short):
        with pytest.raises(ValueError, match=f"{path.name} (is not a sandbox|cannot be opened)"):
            Sandbox(db=path)


def test_a_store_that_nobody_holds_closes_its_database(tmp_path: Path) -> None:
    store = Store(tmp_path / "s")
    connection = store._connection
    del store
    gc.collect()
    with pytest.raises(sqlite3.ProgrammingError, match="closed"):
        connection.execute("SELECT 1")


@pytest.mark.parametrize("name", ["responses", "werkzeug"])
def test_a_missing_extra_is_named(monkeypatch: pytest.MonkeyPatch, name: str) -> None:
    monkeypatch.setitem(sys.modules, name, None)
    with pytest.raises(ImportError, match=r'pip install "icontact\[sandbox\]"'):
        importlib.reload(icontact.sandbox)


def test_the_routes_are_compiled_once_for_all_sandboxes(sandbox: Sandbox) -> None:
    # To compile them takes ten times as long as all the rest of a new sandbox.
    with Sandbox(base_url="https://other.example.com/icp") as other:
        assert other._app._routes is sandbox._app._routes
    other.close()


def test_a_client_is_handed_out_ready(sandbox: Sandbox) -> None:
    with sandbox.client() as client:
        assert client.folder().client_folder_id == sandbox.client_folder_id


def test_a_client_of_the_server_is_handed_out_ready() -> None:
    with Sandbox().serve() as server, server.client() as client:
        assert client.folder().account_id == server.sandbox.account_id


def test_a_damaged_file_is_refused(tmp_path: Path) -> None:
    path = tmp_path / "s"
    with Sandbox(db=path) as sandbox:
        sandbox.seed(contacts=[{"email": f"c{n}@example.com"} for n in range(300)])
    del sandbox
    gc.collect()
    with closing(sqlite3.connect(path)) as connection:
        connection.execute("PRAGMA journal_mode = DELETE")
    content = path.read_bytes()
    pages = [content[start : start + 4096] for start in range(0, len(content), 4096)]
    refused = 0
    chosen = range(1, len(pages), 3)
    for first in chosen:
        order = [*pages]
        order[first], order[first - 1] = order[first - 1], order[first]
        path.write_bytes(b"".join(order))
        try:
            emails = [one["email"] for one in Sandbox(db=path).state.contacts()]
        except ValueError as error:
            refused += "is damaged" in str(error) or "cannot be opened" in str(error)
        else:
            assert emails == [f"c{n}@example.com" for n in range(300)]
        gc.collect()
    assert refused > len(chosen) // 2


def test_a_switch_takes_only_its_own_words() -> None:
    wrong: Any = "refuse"
    with pytest.raises(ValueError, match="past_schedule must be one of refused, released"):
        Quirks(past_schedule=wrong)
