"""What is not known of iContact: the client is safe with either behaviour."""

from __future__ import annotations

import logging
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

import icontact
from icontact import ContactMapper
from icontact.errors import BadRequest, DecodeError, IncompleteListing, PagingError, RejectedError
from icontact.push import ListPush
from icontact.resources.contacts import cut_off
from icontact.sandbox import Quirks, Sandbox
from tests.unit.support import Script

LIST = "Newsletter"
STATUSES = ("donotcontact", "bounced", "pending", "invitable")
MAPPER = ContactMapper({"email": "email", "first_name": "name", "city": "city"})


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def folder(sandbox: Sandbox) -> icontact.Folder:
    return sandbox.client().folder()


def statuses(sandbox: Sandbox) -> list[str]:
    return [one["status"] for one in sandbox.state.contacts()]


def on_lists(sandbox: Sandbox) -> list[str]:
    return [one["status"] for one in sandbox.state.subscriptions()]


@pytest.mark.parametrize("sticky", ["kept", "kept_silently", "left"])
@pytest.mark.parametrize("unsent", ["kept", "normal"])
@pytest.mark.parametrize("existing", ["merge", "replace"])
def test_no_push_and_no_upsert_makes_a_contact_mailable(
    sandbox: Sandbox, folder: icontact.Folder, sticky: Any, unsent: Any, existing: Any
) -> None:
    sandbox.quirks = Quirks(sticky_statuses=sticky, unsent_status=unsent, upsert_blanks=True)
    emails = [f"{status}@example.com" for status in STATUSES]
    sandbox.seed(
        contacts=[
            {"email": email, "status": status}
            for email, status in zip(emails, STATUSES, strict=True)
        ]
    )

    report = ListPush(folder, LIST, mapper=MAPPER, existing=existing).run(
        [{"email": email, "city": "Cary"} for email in emails]
    )
    for email in emails:
        folder.contacts.upsert(email=email, city="Durham")

    assert {one.status for one in report.outcomes} == {"skipped"}
    assert statuses(sandbox) == list(STATUSES)
    assert on_lists(sandbox) == []


@pytest.mark.parametrize("sticky", ["kept", "kept_silently", "left"])
def test_a_status_is_what_iconact_says_after_an_update(
    sandbox: Sandbox, folder: icontact.Folder, sticky: Any
) -> None:
    sandbox.quirks = Quirks(sticky_statuses=sticky)
    sandbox.seed(contacts=[{"email": "jo@example.com", "status": "donotcontact"}])
    (jo,) = folder.contacts.list()
    if sticky == "kept":
        with pytest.raises(BadRequest, match="can not be changed"):
            folder.contacts.update(jo.contact_id, status="normal")
        assert statuses(sandbox) == ["donotcontact"]
    elif sticky == "kept_silently":
        with pytest.raises(DecodeError, match="the contact is donotcontact, not normal"):
            folder.contacts.update(jo.contact_id, status="normal")
    else:
        assert folder.contacts.update(jo.contact_id, status="normal").status == "normal"


@pytest.mark.parametrize("other", ["refused", "normal"])
def test_a_new_contact_that_is_normal_in_place_of_blocked_is_reported(
    sandbox: Sandbox, folder: icontact.Folder, other: Any
) -> None:
    sandbox.quirks = Quirks(creation_statuses=frozenset({"normal"}), other_creation_statuses=other)
    expected = RejectedError if other == "refused" else DecodeError
    with pytest.raises(expected, match=r"status|is normal, not donotcontact"):
        folder.contacts.create(email="jo@example.com", status="donotcontact")
    mapper = ContactMapper({"email": "email", "status": "state"})
    rows = [{"email": "al@example.com", "state": "donotcontact"}]
    report = ListPush(folder, LIST, mapper=mapper).run(rows)
    assert [one.status for one in report.outcomes] == ["rejected"]
    assert on_lists(sandbox) == []


def test_a_subscription_that_an_unsubscription_does_not_end_is_reported() -> None:
    row = {"subscriptionId": "7_1", "contactId": 1, "listId": 7, "status": "normal"}
    folder = icontact.Folder(Script({"subscription": row}), 1, 2)
    with pytest.raises(DecodeError, match="the subscription is normal, not unsubscribed"):
        folder.subscriptions.unsubscribe(contact_id=1, list_id=7)


@pytest.mark.parametrize("unordered", [False, True])
@pytest.mark.parametrize("workers", [1, 3])
def test_pages_whose_rows_change_places_are_no_whole_listing(
    sandbox: Sandbox, folder: icontact.Folder, workers: int, *, unordered: bool
) -> None:
    sandbox.quirks = Quirks(unordered_pages=unordered)
    sandbox.seed(contacts=[{"email": f"p{number}@example.com"} for number in range(20)])
    listing = folder.contacts.list(page_size=4, workers=workers)
    if unordered:
        with pytest.raises(PagingError):
            listing.all()
    else:
        assert len(listing.all()) == 20
    ordered = folder.contacts.list(page_size=4, workers=workers, order_by="contact_id")
    assert len({one.contact_id for one in ordered}) == 20
    rows = [{"email": f"p{number}@example.com", "city": "Cary"} for number in range(20)]
    report = ListPush(folder, LIST, mapper=MAPPER, page_size=4, workers=workers).run(rows)
    assert report.counts["updated"] == 20


@pytest.mark.parametrize("search_offset", ["read", "ignored"])
def test_a_time_finds_what_happened_since_whether_its_offset_is_minded_or_not(
    sandbox: Sandbox, folder: icontact.Folder, search_offset: Any
) -> None:
    sandbox.quirks = Quirks(search_offset=search_offset)
    created = folder.contacts.create(email="jo@example.com").create_date
    assert created is not None
    for hours, number in ((-1, 1), (1, 0)):
        since = icontact.gte((created + timedelta(hours=hours)).astimezone(UTC))
        assert folder.contacts.list(create_date=since).count() == number


@pytest.mark.parametrize("replaces", [False, True])
def test_permissions_that_are_set_together_stay(sandbox: Sandbox, *, replaces: bool) -> None:
    sandbox.quirks = Quirks(permissions_replace=replaces)
    client = sandbox.client()
    first, second = client.folder().client_folder_id, sandbox.add_client_folder(name="Second")
    users = client.account(sandbox.account_id).users
    user = users.create(user_name="jo.doe", password="s3cret-pass")
    flags = {"creative": True, "subscriber": True, "analytic": True}
    rows: Any = [{"client_folder_id": one, **flags} for one in (first, second)]
    users.permissions(user.user_id).set_many(rows)
    assert [one.subscriber for one in users.permissions(user.user_id).list()] == [True, True]
    users.permissions(user.user_id).set(client_folder_id=second, **flags)
    after = [one.subscriber for one in users.permissions(user.user_id).list()]
    assert after == [not replaces, True]


@pytest.mark.parametrize("moved", ["kept", "normal"])
def test_nobody_who_said_no_is_moved_by_address(
    sandbox: Sandbox, folder: icontact.Folder, moved: Any
) -> None:
    sandbox.quirks = Quirks(moved_status=moved)
    sandbox.seed(
        contacts=[
            {"email": "left@example.com"},
            {"email": "no@example.com", "status": "donotcontact"},
            {"email": "jo@example.com"},
        ],
        lists=[{"name": "Offers"}],
    )
    for email, status in (("left", "unsubscribed"), ("jo", "normal")):
        sandbox.seed(subscriptions=[{"email": f"{email}@example.com", "status": status}])

    def move(email: str, one: str, other: str) -> icontact.models.Subscription:
        return folder.subscriptions.move(email=email, from_list=one, to_list=other)

    for email in ("left@example.com", "no@example.com"):
        for one, other in ((LIST, "Offers"), ("Offers", LIST)):
            with pytest.raises(RejectedError, match=r"unsubscribed from list|may not be mailed"):
                move(email, one, other)
    assert on_lists(sandbox) == ["unsubscribed", "normal"]
    assert move("jo@example.com", LIST, "Offers").status == "normal"


@pytest.mark.parametrize("cancelling", ["done", "ignored"])
def test_a_send_counts_as_cancelled_only_if_it_is(
    sandbox: Sandbox, folder: icontact.Folder, cancelling: Any
) -> None:
    sandbox.quirks = Quirks(cancelling=cancelling)
    (campaign_id,) = sandbox.seed(campaigns=[{}]).campaign_ids
    bread = {"subject": "Bread", "textBody": "Fresh", "campaignId": campaign_id}
    (message_id,) = sandbox.seed(messages=[bread]).message_ids
    newsletter = folder.lists.find(name=LIST)
    assert newsletter is not None
    send = folder.sends.create(
        message_id=message_id,
        include_list_ids=[newsletter.list_id],
        scheduled_time=datetime.now(UTC) + timedelta(days=1),
    )
    if cancelling == "done":
        folder.sends.cancel(send.send_id)
    else:
        with pytest.raises(RejectedError, match="is pending still"):
            folder.sends.cancel(send.send_id)


@pytest.mark.parametrize("refused", ["left_out", "null"])
def test_a_refused_row_is_told_whatever_stands_in_its_place(
    sandbox: Sandbox, folder: icontact.Folder, refused: Any
) -> None:
    sandbox.quirks = Quirks(refused_items=refused)
    made = folder.contacts.create_many(
        [{"email": "a@example.com"}, {"email": "broken"}, {"email": "b@example.com"}]
    )
    assert [one and one.email for one in made.results] == ["a@example.com", None, "b@example.com"]
    assert [one.index for one in made.rejected] == [1]
    with pytest.raises(RejectedError, match="email"):
        folder.contacts.create(email="broken")
    with pytest.raises(RejectedError, match="messageId"):
        folder.sends.create(message_id=4, include_list_ids=[3])
    rows = [{"email": f"{name}@example.com"} for name in "abc"]
    assert ListPush(folder, LIST, mapper=MAPPER).run(rows).ok
    assert on_lists(sandbox) == ["normal"] * 3


@pytest.mark.parametrize("most", [None, 5])
def test_a_text_that_is_cut_off_is_told(
    sandbox: Sandbox, folder: icontact.Folder, caplog: pytest.LogCaptureFixture, most: int | None
) -> None:
    sandbox.quirks = Quirks(longest_text=most)
    row = {"email": "jo@example.com", "name": "Maximilian", "city": "Cary"}
    report = ListPush(folder, LIST, mapper=MAPPER).run([row])
    (jo,) = folder.contacts.list()
    made = folder.contacts.create_many([{"email": "al@example.com", "first_name": "Maximilian"}])
    with caplog.at_level(logging.WARNING, "icontact"):
        folder.contacts.update(jo.contact_id, first_name="Maximilian")
    said = [report.outcomes[0].reason, *made.warnings, *caplog.messages]
    if most is None:
        assert said == ["new contact; is on the list now"]
    else:
        assert said == [
            "new contact; iContact cut off: first_name; is on the list now",
            "iContact cut off first_name (row 0)",
            "contacts: iContact cut off first_name",
        ]


def test_a_custom_text_that_is_cut_off_is_told(sandbox: Sandbox, folder: icontact.Folder) -> None:
    kinds = (("note", "text"), ("score", "decimalTwo"))
    for name, kind in kinds:
        folder.custom_fields.create(private_name=name, field_type=kind, display_to_user=True)
    sandbox.quirks = Quirks(longest_text=5)
    custom = {"note": "Maximilian", "score": "1.50"}
    made = folder.contacts.create_many([{"email": "jo@example.com", "custom_fields": custom}])
    assert made.warnings == ("iContact cut off note (row 0)",)


def test_zeros_that_are_missing_at_the_end_of_a_custom_number_are_not_cut_off() -> None:
    jo = icontact.models.Contact(
        contact_id=1, email="jo@example.com", custom_fields={"score": "1.5", "note": "A"}
    )
    assert cut_off({"custom_fields": {"score": "1.50", "note": "Ann"}}, jo) == ["note"]


@pytest.mark.parametrize("counts", [False, True])
@pytest.mark.parametrize("gone", [2, 12])
def test_a_total_that_counts_deleted_contacts_loses_nobody(
    sandbox: Sandbox, folder: icontact.Folder, gone: int, *, counts: bool
) -> None:
    sandbox.quirks = Quirks(deleted_in_total=counts)
    sandbox.seed(contacts=[{"email": f"p{number}@example.com"} for number in range(60)])
    for one in folder.contacts.list(max_items=gone).all():
        folder.contacts.delete(one.contact_id)

    there = []
    try:
        for one in folder.contacts.list():
            there.append(one.email)
    except IncompleteListing:
        # Twelve rows may be missing as well: never taken for the whole listing.
        assert counts
        assert gone == 12
    assert len(there) == len(list(folder.export())) == 60 - gone
    assert folder.contacts.find(email="p0@example.com") is None

    rows = [{"email": f"p{number}@example.com", "city": "Cary"} for number in range(gone, 60)]
    report = ListPush(folder, LIST, mapper=MAPPER).run(rows)
    assert report.counts["updated"] == 60 - gone
    assert statuses(sandbox).count("normal") == 60 - gone


@pytest.mark.parametrize("recreated", ["same_id", "new_id"])
def test_who_left_a_list_and_was_deleted_stays_told(
    sandbox: Sandbox, folder: icontact.Folder, recreated: Any
) -> None:
    sandbox.quirks = Quirks(recreate_deleted=recreated)
    sandbox.seed(contacts=[{"email": "jo@example.com"}])
    sandbox.seed(subscriptions=[{"email": "jo@example.com", "status": "unsubscribed"}])
    (jo,) = folder.contacts.list()
    folder.contacts.delete(jo.contact_id)

    assert [one.email for one in folder.suppressed()] == ["jo@example.com"]
    report = ListPush(folder, LIST, mapper=MAPPER).run([{"email": "jo@example.com"}])
    # Under a new id nothing shows that the address is known: see the page on what is uncertain.
    ends = {"same_id": "skipped", "new_id": "created"}
    assert report.outcomes[0].status == ends[recreated]


def test_notices_beside_an_answer_are_read_as_warnings(
    sandbox: Sandbox, folder: icontact.Folder
) -> None:
    row = {"contactId": "1", "email": "jo@example.com", "status": "normal"}
    body = {"contacts": [row], "warnings": ["one"], "notices": ["two"]}
    sandbox.faults.next(status=200, body=body, method="POST")

    assert folder.contacts.create_many([{"email": "jo@example.com"}]).warnings == ("one", "two")
