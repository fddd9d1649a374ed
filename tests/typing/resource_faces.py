"""What type checkers make of the resources besides contacts and lists; read, never run."""

from __future__ import annotations

from datetime import datetime
from typing import assert_type

import icontact
from icontact import errors, models, reports, resources, suppression, webhooks


def check_account(account: icontact.AccountScope) -> None:
    assert_type(account.update(email="jo@example.com"), models.Account)
    assert_type(account.users, resources.Users)
    assert_type(account.users.list(), icontact.Pager[models.User])
    assert_type(account.users.create(user_name="jo", password="x"), models.User)
    permissions = account.users.permissions(7)
    assert_type(permissions, resources.Permissions)
    assert_type(permissions.list(client_folder_id=2), icontact.Pager[models.Permission])
    made = permissions.set(client_folder_id=2, creative=True, subscriber=True, analytic=False)
    assert_type(made, models.Permission)


def check_segments(folder: icontact.Folder) -> None:
    assert_type(folder.segments.create(name="A", list_id=7), models.Segment)
    criteria = folder.segments.criteria(1)
    assert_type(criteria.list(), icontact.Pager[models.Criterion])
    made = criteria.create(field_name="state", operator="eq", values=["NC"])
    assert_type(made, models.Criterion)
    assert_type(made.operator, models.Operator | str)
    assert_type(made.values, tuple[str, ...])


def check_messages(folder: icontact.Folder) -> None:
    assert_type(folder.campaigns.list(), icontact.Pager[models.Campaign])
    assert_type(folder.messages.list(campaign_id=1), icontact.Pager[models.Message])
    assert_type(folder.messages.get(9).spam_check, models.SpamCheck | None)
    assert_type(folder.messages.opens(9), icontact.Pager[models.Open])
    assert_type(folder.messages.clicks(9), icontact.Pager[models.Click])
    assert_type(folder.messages.bounces(9), icontact.Pager[models.Bounce])
    assert_type(folder.messages.unsubscribes(9), icontact.Pager[models.Unsubscribe])
    assert_type(folder.messages.statistics(9).opens.unique, int | None)
    report = folder.messages.report(9)
    assert_type(report, reports.MessageReport)
    assert_type(report.open_rate, float | None)


def check_sends(folder: icontact.Folder, when: datetime) -> None:
    sent = folder.sends.create(message_id=9, include_list_ids=[7], scheduled_time=when)
    assert_type(sent, models.Send)
    assert_type(folder.sends.preview(include_list_ids=[7]), resources.SendPreview)
    assert_type(folder.sends.preview(include_list_ids=[7]).count, int | None)
    assert_type(folder.sends.find_recent(9), models.Send | None)


def check_uploads(folder: icontact.Folder, rows: list[models.ContactFields]) -> None:
    assert_type(folder.uploads.upload(b"", list_ids=[7]), resources.UploadResult)
    assert_type(folder.uploads.upload(rows, list_ids=[7], wait=False).warnings, tuple[str, ...])
    assert_type(folder.uploads.wait(5).upload, models.Upload)


def check_the_others(folder: icontact.Folder, body: bytes) -> None:
    assert_type(folder.signup_forms.list(), icontact.Pager[models.SignupForm])
    assert_type(folder.webhooks.get(1), models.Webhook)
    assert_type(folder.automations.create(message_id=9, list_id=7), models.Automation)
    for event in webhooks.parse(body):
        assert_type(event, webhooks.WebhookEvent)
        assert_type(event.contact, models.Contact)
    for row in folder.suppressed():
        assert_type(row, suppression.Suppressed)
        assert_type(row.email, str | None)


def check_errors(scheduled: errors.AlreadyScheduled) -> None:
    assert_type(scheduled.send_id, int)
    rejected: errors.RejectedError = scheduled
    del rejected
