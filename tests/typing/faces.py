"""What type checkers make of the public face; read by mypy and pyright, never run.

One function per part. A line ``assert_type(expression, type)`` fails a checker that infers another
type, so a change that would surprise a typed caller shows up here. New parts add a function.
"""

from __future__ import annotations

from typing import assert_type

import pandas
import polars

import icontact
from icontact import errors, webhooks
from icontact.frames import ResultList
from icontact.models import (
    Account,
    Campaign,
    ClientFolder,
    Contact,
    ContactAction,
    ContactFields,
    ContactList,
    ContactStatus,
    Criterion,
    CustomField,
    EventId,
    Message,
    Open,
    Permission,
    Segment,
    Send,
    ServerTime,
    SignupForm,
    Subscription,
    Upload,
    User,
    Webhook,
)
from icontact.resources import BatchResult, ContactRow


def check_credentials(credentials: icontact.Credentials) -> None:
    assert_type(icontact.Credentials.from_env(), icontact.Credentials)
    assert_type(credentials.app_id, str)


def check_errors(problem: errors.APIError, lost: errors.TransportError) -> None:
    assert_type(problem.status, int)
    assert_type(lost.maybe_applied, bool)
    not_found: LookupError = errors.NotFound.__new__(errors.NotFound)
    late: TimeoutError = errors.RequestTimeout.__new__(errors.RequestTimeout)
    del not_found, late


def check_client(client: icontact.Client) -> None:
    assert_type(icontact.Client.from_env(), icontact.Client)
    assert_type(client.time(), ServerTime)
    assert_type(client.accounts.list(), icontact.Pager[Account])
    assert_type(client.account(1).client_folders.list(), icontact.Pager[ClientFolder])
    assert_type(client.folder(), icontact.Folder)
    assert_type(client.send(icontact.Call("GET", "a")), icontact.Answer)
    with client as same:
        assert_type(same, icontact.Client)


def check_listings(folder: icontact.Folder) -> None:
    pager = folder.contacts.list(last_name="S*", create_date=icontact.gt("2020-01-01"))
    assert_type(pager, icontact.Pager[Contact])
    assert_type(pager.all(), ResultList[Contact])
    assert_type(pager.to_frame(), pandas.DataFrame)
    assert_type(pager.to_frame(library="polars"), polars.DataFrame)
    assert_type(pager.first(), Contact | None)
    assert_type(pager.count(), int)
    for contact in pager:
        assert_type(contact, Contact)
        assert_type(contact.email, str)
    for page in pager.pages():
        assert_type(page, icontact.Page[Contact])
        assert_type(page.items, tuple[Contact, ...])
    folder.contacts.list(status=ContactStatus.NORMAL)
    folder.contacts.list(status=icontact.one_of("normal", "bounced"))
    folder.contacts.list(lastname="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    folder.contacts.list(50)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def check_contacts(folder: icontact.Folder, fields: ContactFields, rows: list[ContactRow]) -> None:
    assert_type(folder.contacts.get(1), Contact)
    assert_type(folder.contacts.find(email="x"), Contact | None)
    assert_type(folder.contacts.create(email="x", first_name=None), Contact)
    assert_type(folder.contacts.create(**fields), Contact)
    assert_type(folder.contacts.update(1, city="x", custom_fields={"score": 3}), Contact)
    assert_type(folder.contacts.replace(1, email="x"), Contact)
    assert_type(folder.contacts.history(1), icontact.Pager[ContactAction])
    result = folder.contacts.create_many(rows)
    assert_type(result, BatchResult[Contact])
    assert_type(result.items, tuple[Contact, ...])
    assert_type(result.results, tuple[Contact | None, ...])
    folder.contacts.create(frist_name="x")  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]
    folder.contacts.create(email=1)  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]
    folder.contacts.get(contact_id=1)  # type: ignore[call-arg]  # pyright: ignore[reportCallIssue]


def check_other_resources(folder: icontact.Folder) -> None:
    assert_type(folder.lists.find(name="x"), ContactList | None)
    assert_type(folder.lists.list(), icontact.Pager[ContactList])
    assert_type(folder.lists.create(name="x"), ContactList)
    assert_type(folder.custom_fields.list(), icontact.Pager[CustomField])
    subscriptions = folder.subscriptions
    assert_type(subscriptions.subscribe(contact_id=1, list_id=2), Subscription)
    assert_type(subscriptions.unsubscribe(contact_id=1, list_id=2), Subscription)
    assert_type(subscriptions.move(contact_id=1, from_list_id=2, to_list_id=3), Subscription)
    assert_type(subscriptions.find(contact_id=1, list_id=2), Subscription | None)
    assert_type(folder.lists.create_many([{"name": "x"}]), BatchResult[ContactList])
    del folder.contcts  # type: ignore[attr-defined]  # pyright: ignore[reportAttributeAccessIssue]


def check_collections(account: icontact.AccountScope, folder: icontact.Folder) -> None:
    assert_type(account.client_folders.get(1), ClientFolder)
    assert_type(account.users.list(), icontact.Pager[User])
    assert_type(account.users.get(1), User)
    assert_type(account.users.permissions(1).list(), icontact.Pager[Permission])
    assert_type(folder.segments.list(), icontact.Pager[Segment])
    assert_type(folder.segments.get(1), Segment)
    assert_type(folder.segments.criteria(1).list(), icontact.Pager[Criterion])
    assert_type(folder.segments.criteria(1).get(0), Criterion)
    assert_type(folder.campaigns.list(), icontact.Pager[Campaign])
    assert_type(folder.campaigns.get(1), Campaign)
    assert_type(folder.messages.list(), icontact.Pager[Message])
    assert_type(folder.messages.opens(1), icontact.Pager[Open])
    assert_type(folder.sends.list(), icontact.Pager[Send])
    assert_type(folder.sends.get(1), Send)
    assert_type(folder.uploads.list(), icontact.Pager[Upload])
    assert_type(folder.uploads.get(1), Upload)
    assert_type(folder.signup_forms.list(), icontact.Pager[SignupForm])
    assert_type(folder.signup_forms.get(1), SignupForm)
    assert_type(folder.webhooks.list(), icontact.Pager[Webhook])
    assert_type(folder.webhooks.get(1), Webhook)
    folder.campaigns.get("x")  # type: ignore[arg-type]  # pyright: ignore[reportArgumentType]


def check_models(contact: Contact) -> None:
    assert_type(contact.contact_id, int)
    assert_type(contact.status, ContactStatus | str)
    assert_type(contact.business, str | None)
    contact.email = "x"  # type: ignore[misc]  # pyright: ignore[reportAttributeAccessIssue]


def check_web_hooks(body: bytes, event_id: EventId) -> None:
    created = webhooks.parse(body, event_id=EventId.CONTACT_CREATED)
    assert_type(created, tuple[webhooks.WebhookEvent, ...])
    assert_type(
        webhooks.parse(body, event_id="contact_unsubscribed"),
        tuple[webhooks.SubscriptionEvent, ...],
    )
    for one in webhooks.parse(body, event_id="contact_subscribed"):
        assert_type(one.contact_list, ContactList)
    assert_type(webhooks.parse(body), tuple[webhooks.WebhookEvent, ...])
    assert_type(webhooks.parse(body, event_id=event_id), tuple[webhooks.WebhookEvent, ...])
