"""The resources together, against the embedded iContact."""

from __future__ import annotations

import queue
import socket
from datetime import datetime, timedelta
from typing import Any

import pytest

import icontact
from icontact import errors, webhooks
from icontact.models import Campaign, CampaignFields, Message
from icontact.resources import Uploads
from icontact.sandbox import Sandbox
from icontact.suppression import SuppressionReason
from tests.unit.support import http, listening, read_request


@pytest.fixture
def members(folder: icontact.Folder, sandbox: Sandbox) -> list[int]:
    """Thirty people on the list: every other one is a Mary, the first two get nothing."""
    people = folder.contacts.create_many(
        [
            {"email": f"p{number}@example.com", "first_name": "Mary" if number % 2 else "Jo"}
            for number in range(30)
        ]
    ).items
    ids = [one.contact_id for one in people]
    folder.subscriptions.create_many(
        [{"contact_id": one, "list_id": sandbox.list_id, "status": "normal"} for one in ids]
    )
    folder.subscriptions.unsubscribe(contact_id=ids[0], list_id=sandbox.list_id)
    folder.contacts.update(ids[1], status="donotcontact")
    return ids


@pytest.fixture
def campaign(folder: icontact.Folder) -> Campaign:
    return folder.campaigns.create(
        name="Bakery",
        from_name="Bob",
        from_email="bob@example.com",
        subscription_management=0,
        click_track_mode=True,
        use_account_address=True,
        archive_by_default=False,
    )


@pytest.fixture
def message(folder: icontact.Folder, campaign: Campaign) -> Message:
    return folder.messages.create(
        campaign_id=campaign.campaign_id,
        message_type="normal",
        subject="Fresh bread",
        html_body='<p>Hello, <a href="https://example.com/bread">look</a></p>',
        text_body="Hello",
    )


def server_time(client: icontact.Client) -> datetime:
    return client.time().time


def test_what_is_created_reads_the_same(
    folder: icontact.Folder, campaign: Campaign, message: Message
) -> None:
    assert folder.campaigns.get(campaign.campaign_id).from_email == "bob@example.com"
    assert folder.messages.get(message.message_id).html_body == message.html_body
    changed = folder.messages.update(message.message_id, message_name="May")
    assert (changed.subject, changed.message_name) == ("Fresh bread", "May")
    found = folder.messages.list(campaign_id=campaign.campaign_id, order_by="-create_date")
    assert [one.message_id for one in found] == [message.message_id]
    address: CampaignFields = {
        "street": "Main St 1",
        "city": "Cary",
        "state": "NC",
        "postal_code": "02169",
        "country": "USA",
        "use_account_address": False,
    }
    moved = folder.campaigns.update(campaign.campaign_id, **address)
    assert (moved.postal_code, moved.use_account_address) == ("02169", False)


def test_a_preview_counts_whom_the_send_reaches(
    folder: icontact.Folder, sandbox: Sandbox, members: list[int], message: Message
) -> None:
    audience: dict[str, Any] = {
        "message_id": message.message_id,
        "include_list_ids": [sandbox.list_id],
    }
    sent = len(sandbox.requests)
    preview = folder.sends.preview(**audience)
    assert {request.method for request in sandbox.requests[sent:]} == {"GET"}
    assert preview.left_out == {"unsubscribed": 1, "may not be mailed": 1}
    assert folder.sends.create(**audience).recipient_count == preview.count == 28


def test_a_segment_is_within_what_the_preview_says(
    folder: icontact.Folder, sandbox: Sandbox, members: list[int], message: Message
) -> None:
    segment = folder.segments.create(name="Marys", list_id=sandbox.list_id)
    criteria = folder.segments.criteria(segment.segment_id)
    made = criteria.create(field_name="firstName", operator="eq", values=["Mary"])
    assert criteria.get(made.criterion_id) == made
    preview = folder.sends.preview(include_segment_ids=[segment.segment_id])
    sent = folder.sends.create(
        message_id=message.message_id, include_segment_ids=[segment.segment_id]
    )
    assert sent.recipient_count == 14
    assert preview.at_least <= sent.recipient_count <= preview.at_most


def test_a_whole_campaign(
    client: icontact.Client,
    folder: icontact.Folder,
    sandbox: Sandbox,
    members: list[int],
    message: Message,
) -> None:
    when = server_time(client) + timedelta(hours=2)
    send = folder.sends.create(
        message_id=message.message_id, include_list_ids=[sandbox.list_id], scheduled_time=when
    )
    assert send.scheduled_time == when.replace(microsecond=0)
    assert folder.messages.report(message.message_id).statistics.delivered in (0, None)
    sandbox.advance(hours=3)
    released = folder.sends.get(send.send_id)
    assert released.released_time is not None
    assert released.released_time >= when.replace(microsecond=0)
    report = folder.messages.report(message.message_id)
    figures = report.statistics
    assert report.recipients == 28
    assert figures.delivered is not None
    assert figures.bounces is not None
    assert figures.delivered + figures.bounces == 28
    assert figures.opens.total == len(report.opens)
    assert figures.opens.unique == len({row.contact_id for row in report.opens})
    assert figures.clicks.total == len(report.clicks)
    assert figures.unsubscribes == len(report.unsubscribes)
    assert figures.bounces == len(report.bounces)
    assert {row.contact_id for row in report.opens} <= set(members)
    with pytest.raises(errors.RejectedError, match=f"send {send.send_id} is"):
        folder.sends.cancel(send.send_id)


def test_a_send_is_cancelled_while_it_waits(
    client: icontact.Client,
    folder: icontact.Folder,
    sandbox: Sandbox,
    members: list[int],
    message: Message,
) -> None:
    audience: dict[str, Any] = {
        "message_id": message.message_id,
        "include_list_ids": [sandbox.list_id],
    }
    when = server_time(client) + timedelta(hours=2)
    waiting = folder.sends.create(**audience, scheduled_time=when, eastern_offset="fixed")
    with pytest.raises(errors.AlreadyScheduled) as caught:
        folder.sends.create(**audience)
    assert caught.value.send_id == waiting.send_id
    folder.sends.cancel(waiting.send_id)
    folder.sends.cancel(waiting.send_id)
    assert folder.sends.get(waiting.send_id).cancelled


def test_a_send_whose_answer_was_lost_is_found(
    folder: icontact.Folder, sandbox: Sandbox, members: list[int], message: Message
) -> None:
    assert folder.sends.find_recent(message.message_id) is None
    sandbox.faults.drop_after(method="POST")
    with pytest.raises(errors.TransportError) as caught:
        folder.sends.create(message_id=message.message_id, include_list_ids=[sandbox.list_id])
    assert caught.value.maybe_applied
    found = folder.sends.find_recent(message.message_id)
    assert found is not None
    assert found.recipient_count == 28
    assert [one.send_id for one in folder.sends.list()] == [found.send_id]


def test_rows_are_uploaded_and_the_rejected_told(folder: icontact.Folder, sandbox: Sandbox) -> None:
    sandbox.seed(custom_fields=[{"privateName": "color", "fieldType": "text"}])

    def pass_time(seconds: float) -> None:
        sandbox.advance(seconds=seconds)

    uploads = Uploads(
        folder.transport,
        f"a/{folder.account_id}/c/{folder.client_folder_id}",
        sleep=pass_time,
    )
    result = uploads.upload(
        [
            {
                "email": "jo@example.com",
                "first_name": "Jo",
                "postal_code": "02169",
                "custom_fields": {"color": "red"},
            },
            {
                "email": "no-address",
                "first_name": "No",
                "postal_code": None,
                "custom_fields": {"color": None},
            },
        ],
        list_ids=[sandbox.list_id],
    )
    assert result.complete
    assert result.rows == 2
    assert len(result.warnings) == 1
    assert "email" in result.warnings[0]
    contact = folder.contacts.find(email="jo@example.com")
    assert contact is not None
    contact = folder.contacts.get(contact.contact_id)
    assert (contact.first_name, contact.postal_code) == ("Jo", "02169")
    assert contact.custom_fields["color"] == "red"
    on = folder.subscriptions.get(contact_id=contact.contact_id, list_id=sandbox.list_id)
    assert on.status == "normal"


def test_what_is_posted_to_a_web_hook_is_understood(
    folder: icontact.Folder, sandbox: Sandbox
) -> None:
    posted: queue.Queue[bytes] = queue.Queue()

    def receive(connection: socket.socket) -> None:
        posted.put(read_request(connection).partition(b"\r\n\r\n")[2])
        connection.sendall(http(b"ok"))

    with listening(receive) as port:
        url = f"http://127.0.0.1:{port}/s3cret"
        hook = folder.webhooks.create(event_id="contact_created", url=url)
        contact = folder.contacts.create(email="jo@example.com", first_name="Jo")
        (event,) = webhooks.parse(posted.get(timeout=10), event_id="contact_created")
        folder.webhooks.delete(hook.webhook_id)
        folder.webhooks.create(event_id="contact_subscribed", url=url)
        folder.subscriptions.subscribe(contact_id=contact.contact_id, list_id=sandbox.list_id)
        (joined,) = webhooks.parse(posted.get(timeout=10), event_id="contact_subscribed")
    assert (event.contact.contact_id, event.contact.first_name) == (contact.contact_id, "Jo")
    assert isinstance(joined, webhooks.SubscriptionEvent)
    assert joined.contact_list.list_id == sandbox.list_id


def test_a_welcome_message(folder: icontact.Folder, sandbox: Sandbox, message: Message) -> None:
    made = folder.automations.create(message_id=message.message_id, list_id=sandbox.list_id)
    assert made.automation_id > 0


def test_users_and_what_they_may_do(client: icontact.Client, folder: icontact.Folder) -> None:
    account = client.account(folder.account_id)
    user = account.users.create(user_name="jo.smith", password="hunter22")
    permissions = account.users.permissions(user.user_id)
    given = permissions.set(
        client_folder_id=folder.client_folder_id, creative=True, subscriber=False, analytic=True
    )
    assert permissions.list(client_folder_id=folder.client_folder_id).all() == [given]
    assert (given.creative, given.subscriber, given.analytic) == (True, False, True)
    with pytest.raises(errors.RejectedError):
        account.users.create(user_name="jo", password="hunter22")
    account.users.delete(user.user_id)
    with pytest.raises(errors.NotFound):
        account.users.get(user.user_id)
    assert account.update(email="x@example.com", first_name="A", last_name="B").city is not None


def test_those_who_left_by_a_message_are_suppressed(
    folder: icontact.Folder, sandbox: Sandbox, members: list[int]
) -> None:
    by_reason = {row.reason: row for row in folder.suppressed()}
    assert by_reason[SuppressionReason.UNSUBSCRIBED].contact_id == members[0]
    assert by_reason[SuppressionReason.DONOTCONTACT].contact_id == members[1]


def test_a_message_like_spam_is_noted_beforehand_and_refused(
    folder: icontact.Folder, sandbox: Sandbox, members: list[int], campaign: Campaign
) -> None:
    spam = folder.messages.create(
        campaign_id=campaign.campaign_id,
        message_type="normal",
        subject="FREE VIAGRA!!! WIN A MILLION DOLLARS NOW",
        html_body="<p>CLICK HERE for viagra, casino, lottery, 100% free, act now!!!</p>",
    )
    assert spam.spam_check is not None
    assert spam.spam_check.blocked
    assert spam.spam_check.spam_details
    audience: dict[str, Any] = {
        "message_id": spam.message_id,
        "include_list_ids": [sandbox.list_id],
    }
    assert any("spam score" in note for note in folder.sends.preview(**audience).notes)
    with pytest.raises(errors.RejectedError):
        folder.sends.create(**audience)


def test_sign_up_forms_are_read(folder: icontact.Folder, sandbox: Sandbox) -> None:
    (made,) = sandbox.seed(
        signup_forms=[{"name": "Join", "lists": [sandbox.list_id]}]
    ).signup_form_ids
    (form,) = folder.signup_forms.list()
    assert (form.form_id, form.name, form.list_ids) == (made, "Join", (sandbox.list_id,))
    assert folder.signup_forms.get(made) == form
