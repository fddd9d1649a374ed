"""What holds for everybody who only reads: of both servers, and of a live account."""

from __future__ import annotations

import itertools
from datetime import UTC, datetime, timedelta

import pytest

import icontact
from tests.contract.conftest import Party

NOWHERE = 999_999_999_999


def test_the_time_is_given_to_anybody_twice_alike(reader: Party) -> None:
    time = reader.client.time()
    assert time.time.tzinfo is not None
    assert abs(time.time - datetime.fromtimestamp(time.timestamp, UTC)) < timedelta(seconds=2)


def test_the_folder_is_listed_under_an_account_that_is_enabled(reader: Party) -> None:
    accounts = {account.account_id: account for account in reader.client.accounts.list()}
    assert accounts[reader.folder.account_id].enabled is True
    folders = reader.client.account(reader.folder.account_id).client_folders.list()
    assert reader.folder.client_folder_id in {row.client_folder_id for row in folders}


def test_a_page_is_as_long_as_asked_for_and_the_total_counts_all(reader: Party) -> None:
    pager = reader.folder.contacts.list(page_size=2, max_items=4)
    contacts = list(itertools.islice(pager, 4))
    assert len({contact.contact_id for contact in contacts}) == len(contacts)
    assert reader.folder.contacts.list().count() >= len(contacts)


def test_a_contact_is_found_by_its_id_and_by_its_address(reader: Party) -> None:
    first = reader.folder.contacts.list().first()
    if first is None:
        pytest.skip("there is no contact")
    assert reader.folder.contacts.get(first.contact_id).email == first.email
    found = reader.folder.contacts.find(email=first.email)
    assert found is not None
    assert found.contact_id == first.contact_id


def test_an_address_of_nobody_is_not_found(reader: Party) -> None:
    assert reader.folder.contacts.find(email="unknown@example.invalid") is None


def test_an_id_of_nobody_is_not_found(reader: Party) -> None:
    with pytest.raises(icontact.errors.NotFound):
        reader.folder.contacts.get(NOWHERE)


def test_an_account_of_nobody_is_not_recognised(reader: Party) -> None:
    folder = reader.client.folder(account_id=NOWHERE, client_folder_id=1)
    with pytest.raises(icontact.errors.NotFound, match="accountId that we did not recognise"):
        folder.lists.list().all()


def test_a_path_that_is_none_is_not_implemented(reader: Party) -> None:
    with pytest.raises(icontact.errors.ServerError, match="Not Implemented") as caught:
        reader.client.send(icontact.Call("GET", "a/1/c/2/nothing"))
    assert caught.value.status == 501


def test_lists_and_fields_have_names(reader: Party) -> None:
    assert all(row.name for row in reader.folder.lists.list())
    assert all(row.private_name for row in reader.folder.custom_fields.list())


def test_whoever_is_subscribed_is_a_contact_on_a_list(reader: Party) -> None:
    first = reader.folder.subscriptions.list().first()
    if first is None:
        pytest.skip("no contact is subscribed")
    assert first.list_id in {row.list_id for row in reader.folder.lists.list()}
    assert reader.folder.contacts.get(first.contact_id).contact_id == first.contact_id
