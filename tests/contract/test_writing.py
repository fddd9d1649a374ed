"""What holds for everybody who writes: the same through both servers."""

from __future__ import annotations

import pytest

import icontact
from icontact.sandbox import Sandbox
from tests.contract.conftest import Party


def sandbox_of(party: Party) -> Sandbox:
    assert party.sandbox is not None
    return party.sandbox


def test_an_update_merges_and_a_replacement_wipes(writer: Party) -> None:
    made = writer.folder.contacts.create(email="jo@example.com", first_name="Jo", city="Durham")
    merged = writer.folder.contacts.update(made.contact_id, city="Lyon")
    assert (merged.first_name, merged.city) == ("Jo", "Lyon")
    replaced = writer.folder.contacts.replace(made.contact_id, email="jo@example.com")
    assert (replaced.first_name, replaced.city) == ("", "")


def test_a_creation_of_a_known_address_is_the_same_contact(writer: Party) -> None:
    known = writer.folder.contacts.find(email="ann@example.com")
    again = writer.folder.contacts.create(email="ann@example.com", city="Durham")
    assert known is not None
    assert again.contact_id == known.contact_id


def test_wrong_rows_are_left_out_and_said(writer: Party) -> None:
    rows: list[icontact.resources.ContactRow] = [
        {"email": "dan@example.com"},
        {"email": "@dummy.com"},
        {"email": "eve@example.com"},
    ]
    result = writer.folder.contacts.create_many(rows)
    assert [row.email for row in result.items] == ["dan@example.com", "eve@example.com"]
    assert len(result.rejected) == 1
    assert result.warnings


def test_a_deleted_contact_is_still_there_as_such(writer: Party) -> None:
    made = writer.folder.contacts.create(email="jo@example.com")
    writer.folder.contacts.delete(made.contact_id)
    assert writer.folder.contacts.get(made.contact_id).status == "deleted"


def test_a_second_deletion_is_an_error(writer: Party) -> None:
    made = writer.folder.contacts.create(email="jo@example.com")
    writer.folder.contacts.delete(made.contact_id)
    with pytest.raises(icontact.errors.APIError):
        writer.folder.contacts.delete(made.contact_id)


def test_subscribing_unsubscribing_and_no_way_back(writer: Party) -> None:
    list_id = sandbox_of(writer).list_id
    made = writer.folder.contacts.create(email="jo@example.com")
    subscriptions = writer.folder.subscriptions
    subscriptions.subscribe(contact_id=made.contact_id, list_id=list_id)
    subscriptions.unsubscribe(contact_id=made.contact_id, list_id=list_id)
    (row,) = subscriptions.list(contact_id=made.contact_id).all()
    assert row.status == "unsubscribed"
    with pytest.raises((icontact.errors.RejectedError, icontact.errors.BadRequest)):
        subscriptions.subscribe(contact_id=made.contact_id, list_id=list_id)


def test_a_subscription_moves_to_another_list(writer: Party) -> None:
    other = writer.folder.lists.create(name="Other")
    ann = writer.folder.contacts.find(email="ann@example.com")
    assert ann is not None
    writer.folder.subscriptions.move(
        contact_id=ann.contact_id,
        from_list_id=sandbox_of(writer).list_id,
        to_list_id=other.list_id,
    )
    rows = writer.folder.subscriptions.list(contact_id=ann.contact_id).all()
    assert [row.list_id for row in rows] == [other.list_id]
    with pytest.raises(icontact.errors.BadRequest, match="No Changes Made"):
        writer.folder.subscriptions.move(
            contact_id=ann.contact_id,
            from_list_id=sandbox_of(writer).list_id,
            to_list_id=other.list_id,
        )


def test_an_account_has_a_user_with_a_permission(writer: Party) -> None:
    users = writer.client.account(writer.folder.account_id).users
    assert [user for user in users.list() if users.permissions(user.user_id).list().first()]


def test_a_status_that_cannot_be_written_is_a_bad_request(writer: Party) -> None:
    ann = writer.folder.contacts.find(email="ann@example.com")
    assert ann is not None
    with pytest.raises(icontact.errors.BadRequest, match="either donotcontact or normal"):
        writer.folder.contacts.update(ann.contact_id, status="deleted")


def test_an_answer_that_is_lost_may_have_been_applied(writer: Party) -> None:
    sandbox_of(writer).faults.drop_after(method="POST")
    with pytest.raises(icontact.errors.TransportError) as caught:
        writer.folder.lists.create(name="Twice?")
    assert caught.value.maybe_applied
    assert writer.folder.lists.find(name="Twice?") is not None


def test_a_throttled_request_is_told_from_a_refused_one(writer: Party) -> None:
    sandbox_of(writer).faults.next(503)
    with pytest.raises(icontact.errors.Throttled):
        writer.folder.lists.list().all()
    assert writer.folder.lists.list().count() == 1
