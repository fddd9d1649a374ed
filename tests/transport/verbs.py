"""Every verb of the client: how to call it, and what must be right about what it returns."""

from __future__ import annotations

import io
from collections.abc import Callable, Iterable
from datetime import UTC, datetime, timedelta
from typing import Any, Final

import attrs

import icontact
from icontact import Client, Folder
from icontact.addresses import canonical_address
from icontact.models import Contact
from icontact.sandbox import Sandbox
from tests.transport.hostile import BYSTANDER

JO, GONE, NEVER = "jo.person@example.com", "un.subscribed@example.com", "never.mail@example.com"
NEW: Final = ("new.one@example.com", "new.two@example.com", "new.three@example.com")

#: Who must stay as they are, whatever a server answers about others.
OTHERS: Final = (BYSTANDER, GONE, NEVER)

Check = Callable[["World", Any], object]


@attrs.frozen(kw_only=True)
class World:
    """A sandbox with one of everything, and the client of it."""

    sandbox: Sandbox
    client: Client
    folder: Folder
    jo: int
    bystander: int
    second_list: int
    confirmation: int
    message: int
    unsent: int
    campaign: int
    send: int
    segment: int
    criterion: int
    form: int
    webhook: int
    user: int
    upload: int

    @property
    def list(self) -> int:
        return self.sandbox.list_id


@attrs.frozen(kw_only=True)
class Verb:
    """A method of the client, called in a way that succeeds.

    Attributes:
        call: Calls it.
        proves_itself: Whether a refusal of a second attempt shows that the first one succeeded.
        may_be_absent: Whether a thing that is not there is the result ``None``.
        is_right: Looks at what it returned, whatever the server said of other things.
    """

    call: Callable[[World], Any]
    proves_itself: bool = False
    may_be_absent: bool = False
    is_right: Check = lambda _, __: True


def furnish(sandbox: Sandbox) -> dict[str, int]:
    """Put one of everything into a sandbox, and return the ids."""
    fields = [{"privateName": "score", "fieldType": "number"}]
    statuses = {JO: "normal", BYSTANDER: "normal", GONE: "normal", NEVER: "donotcontact"}
    ids = sandbox.seed(
        custom_fields=fields,
        lists=[{"name": "Second"}],
        contacts=[
            {"email": email, "status": status, "firstName": "Jo", "city": "Cary", "score": "5"}
            for email, status in statuses.items()
        ],
        subscriptions=[{"email": JO}, {"email": GONE, "status": "unsubscribed"}],
        campaigns=[{"name": "Bakery"}],
        segments=[{"name": "Marys"}],
        webhooks=[{"eventId": "contact_updated", "url": "https://hooks.example.com/s3cret"}],
    )
    more = sandbox.seed(
        messages=[
            {"campaignId": ids.campaign_ids[0], "messageType": kind, "subject": "Bread"}
            for kind in ("normal", "confirmation", "normal")
        ],
        criteria=[
            {
                "segmentId": ids.segment_ids[0],
                "fieldName": "city",
                "operator": "eq",
                "values": ["x"],
            }
        ],
        signup_forms=[{"name": "Form", "lists": [sandbox.list_id]}],
    )
    sends = sandbox.seed(
        sends=[{"messageId": more.message_ids[0], "includeListIds": str(sandbox.list_id)}]
    )
    sandbox.add_user("staff@example.com", subscriber=True)
    with sandbox:
        client = sandbox.client()
        (user,) = [
            one.user_id
            for one in client.account(sandbox.account_id).users.list()
            if one.user_name == "staff@example.com"
        ]
        upload = client.folder().uploads.create(action="add", list_ids=(sandbox.list_id,))
    return {
        "jo": ids.contact_ids[0],
        "bystander": ids.contact_ids[1],
        "second_list": ids.list_ids[0],
        "confirmation": more.message_ids[1],
        "message": more.message_ids[0],
        "unsent": more.message_ids[2],
        "campaign": ids.campaign_ids[0],
        "send": sends.send_ids[0],
        "segment": ids.segment_ids[0],
        "criterion": more.criterion_ids[0],
        "form": more.signup_form_ids[0],
        "webhook": ids.webhook_ids[0],
        "user": user,
        "upload": upload.upload_id,
    }


def all_of(rows: Iterable[Any]) -> list[Any]:
    return list(rows)


def has(name: str, of: Callable[[World], Any]) -> Check:
    """Check that one attribute of a result is what was asked for."""
    return lambda world, result: getattr(result, name) == of(world)


def is_of(email: str) -> Check:
    """Check that a contact has the address that was given, unless the answer has none."""
    return lambda _, result: canonical_address(result.email) in (canonical_address(email), "")


def matched(*rows: str | tuple[str, str]) -> Check:
    """Check that each row of a bulk result is its own contact, or none.

    Args:
        rows: The address of each row; beside it the name of its id, where one was sent. Then an
            answer may have no address, as one of a single contact.
    """

    def is_own(world: World, row: str | tuple[str, str], contact: Contact) -> bool:
        if isinstance(row, str):
            return canonical_address(contact.email) == canonical_address(row)
        email, number = row
        same_address = canonical_address(contact.email) in (canonical_address(email), "")
        return contact.contact_id == getattr(world, number) and same_address

    def check(world: World, result: Any) -> bool:
        ids = [one.contact_id for one in result.items]
        return len(set(ids)) == len(ids) and all(
            one is None or is_own(world, row, one)
            for row, one in zip(rows, result.results, strict=True)
        )

    return check


def distinct(name: str) -> Check:
    """Check that no row of a listing is there twice, which one that is read in order may log."""

    def check(_: World, rows: Any) -> bool:
        ids = [getattr(row, name) for row in rows]
        return len(set(ids)) == len(ids)

    return check


def subscription_of(contact: str, listed: str) -> Check:
    return lambda world, result: (
        (result.contact_id, result.list_id)
        == (
            getattr(world, contact),
            getattr(world, listed),
        )
    )


def _many(world: World) -> Any:
    return world.folder.contacts.create_many(
        [{"email": email, "first_name": "Jo", "custom_fields": {"score": 5}} for email in NEW]
    )


def _subscribe_many(world: World) -> Any:
    rows: list[Any] = [
        {"contact_id": world.jo, "list_id": each, "status": "normal"}
        for each in (world.list, world.second_list)
    ]
    return world.folder.subscriptions.create_many(rows)


def _users(world: World) -> Any:
    return world.client.account(world.sandbox.account_id).users


def _soon() -> datetime:
    return datetime.now(UTC) + timedelta(days=1)


_CAMPAIGN: Final[dict[str, Any]] = {
    "name": "Second bakery",
    "from_name": "Bob",
    "from_email": "bob.baker@example.com",
    "subscription_management": 0,
    "click_track_mode": True,
    "use_account_address": True,
    "archive_by_default": False,
}
_OPTIN: Final[Any] = {
    "name": "Third",
    "email_owner_on_change": False,
    "welcome_on_manual_add": False,
    "welcome_on_signup_add": False,
}
_FOURTH: Final[Any] = {**_OPTIN, "name": "Fourth"}

VERBS: Final[dict[str, Verb]] = {
    "time": Verb(call=lambda w: w.client.time()),
    "accounts.list": Verb(call=lambda w: w.client.accounts.list().all()),
    "account.get": Verb(
        call=lambda w: w.client.account(w.sandbox.account_id).get(),
        is_right=has("account_id", lambda w: w.sandbox.account_id),
    ),
    "account.update": Verb(
        call=lambda w: w.client.account(w.sandbox.account_id).update(
            email="own.er@example.com", first_name="O", last_name="W"
        )
    ),
    "client.folder": Verb(
        call=lambda w: w.client.folder(),
    ),
    "client_folders.list": Verb(
        call=lambda w: w.client.account(w.sandbox.account_id).client_folders.list().all()
    ),
    "folder.get": Verb(
        call=lambda w: w.folder.get(),
        is_right=has("client_folder_id", lambda w: w.sandbox.client_folder_id),
    ),
    "users.list": Verb(call=lambda w: _users(w).list().all()),
    "users.get": Verb(
        call=lambda w: _users(w).get(w.user), is_right=has("user_id", lambda w: w.user)
    ),
    "users.create": Verb(
        call=lambda w: _users(w).create(user_name="more@example.com", password="s3cret-new-one"),
    ),
    "users.update": Verb(
        call=lambda w: _users(w).update(w.user, first_name="Al"),
        is_right=has("user_id", lambda w: w.user),
    ),
    "users.delete": Verb(call=lambda w: _users(w).delete(w.user), proves_itself=True),
    "permissions.list": Verb(call=lambda w: _users(w).permissions(w.user).list().all()),
    "permissions.set": Verb(
        call=lambda w: (
            _users(w)
            .permissions(w.user)
            .set(
                client_folder_id=w.sandbox.client_folder_id,
                creative=False,
                subscriber=True,
                analytic=False,
            )
        ),
        is_right=has("client_folder_id", lambda w: w.sandbox.client_folder_id),
    ),
    "contacts.get": Verb(
        call=lambda w: w.folder.contacts.get(w.jo), is_right=has("contact_id", lambda w: w.jo)
    ),
    "contacts.list": Verb(
        call=lambda w: w.folder.contacts.list().all(),
    ),
    "contacts.list, small pages": Verb(
        call=lambda w: w.folder.contacts.list(page_size=2).all(),
    ),
    "contacts.list, side by side": Verb(
        call=lambda w: w.folder.contacts.list(page_size=1, workers=2).all(),
        is_right=distinct("contact_id"),
    ),
    "contacts.find": Verb(
        call=lambda w: w.folder.contacts.find(email=JO),
        is_right=lambda w, found: found is None or is_of(JO)(w, found),
    ),
    "contacts.history": Verb(call=lambda w: w.folder.contacts.history(w.jo).all()),
    "contacts.create": Verb(
        call=lambda w: w.folder.contacts.create(email=NEW[0], first_name="Jo"),
        is_right=is_of(NEW[0]),
    ),
    "contacts.create_many": Verb(call=_many, is_right=matched(*NEW)),
    "contacts.create_many, with an update": Verb(
        call=lambda w: w.folder.contacts.create_many(
            [{"contact_id": w.jo, "email": JO, "city": "Apex"}, {"email": NEW[0]}]
        ),
        is_right=matched((JO, "jo"), NEW[0]),
    ),
    "contacts.update": Verb(
        call=lambda w: w.folder.contacts.update(w.jo, city="Durham", custom_fields={"score": 7}),
        is_right=has("contact_id", lambda w: w.jo),
    ),
    "contacts.replace": Verb(
        call=lambda w: w.folder.contacts.replace(w.jo, email=JO),
        is_right=has("contact_id", lambda w: w.jo),
    ),
    "contacts.upsert": Verb(
        call=lambda w: w.folder.contacts.upsert(email=JO, city="Durham"),
        is_right=has("contact_id", lambda w: w.jo),
    ),
    "contacts.upsert, new": Verb(
        call=lambda w: w.folder.contacts.upsert(email=NEW[0], city="Durham"),
        is_right=is_of(NEW[0]),
    ),
    "contacts.delete": Verb(call=lambda w: w.folder.contacts.delete(w.jo), proves_itself=True),
    "lists.get": Verb(
        call=lambda w: w.folder.lists.get(w.list), is_right=has("list_id", lambda w: w.list)
    ),
    "lists.list": Verb(call=lambda w: w.folder.lists.list().all()),
    "lists.find": Verb(
        call=lambda w: w.folder.lists.find(name="Second"),
        is_right=lambda _, found: found is None or found.name == "Second",
    ),
    "lists.create": Verb(
        call=lambda w: w.folder.lists.create(**_OPTIN),
    ),
    "lists.create_many": Verb(
        call=lambda w: w.folder.lists.create_many([_OPTIN, _FOURTH]),
        is_right=lambda _, result: (
            [one and one.name for one in result.results]
            in (["Third", "Fourth"], ["Third", None], [None, "Fourth"], [None, None])
        ),
    ),
    "lists.update": Verb(
        call=lambda w: w.folder.lists.update(w.second_list, name="Renamed"),
        is_right=has("list_id", lambda w: w.second_list),
    ),
    "lists.replace": Verb(
        call=lambda w: w.folder.lists.replace(w.second_list, **_OPTIN),
        is_right=has("list_id", lambda w: w.second_list),
    ),
    "lists.delete": Verb(call=lambda w: w.folder.lists.delete(w.second_list), proves_itself=True),
    "subscriptions.list": Verb(
        call=lambda w: w.folder.subscriptions.list(list_id=w.list).all(),
    ),
    "subscriptions.get": Verb(
        call=lambda w: w.folder.subscriptions.get(contact_id=w.jo, list_id=w.list),
        is_right=subscription_of("jo", "list"),
    ),
    "subscriptions.find": Verb(
        call=lambda w: w.folder.subscriptions.find(contact_id=w.jo, list_id=w.list),
        may_be_absent=True,
        is_right=lambda w, found: found is None or subscription_of("jo", "list")(w, found),
    ),
    "subscriptions.subscribe": Verb(
        call=lambda w: w.folder.subscriptions.subscribe(contact_id=w.jo, list_id=w.second_list),
        is_right=subscription_of("jo", "second_list"),
    ),
    "subscriptions.subscribe, by names": Verb(
        call=lambda w: w.folder.subscriptions.subscribe(email=JO, list="Second"),
    ),
    "subscriptions.create_many": Verb(
        call=_subscribe_many,
        is_right=lambda w, result: all(
            one is None or (one.contact_id, one.list_id) == (w.jo, each)
            for each, one in zip((w.list, w.second_list), result.results, strict=True)
        ),
    ),
    "subscriptions.unsubscribe": Verb(
        call=lambda w: w.folder.subscriptions.unsubscribe(contact_id=w.jo, list_id=w.list),
        is_right=subscription_of("jo", "list"),
    ),
    "subscriptions.unsubscribe, by names": Verb(
        call=lambda w: w.folder.subscriptions.unsubscribe(email=JO, list="Newsletter"),
    ),
    "subscriptions.move": Verb(
        call=lambda w: w.folder.subscriptions.move(
            contact_id=w.jo, from_list_id=w.list, to_list_id=w.second_list
        ),
        is_right=subscription_of("jo", "second_list"),
    ),
    "custom_fields.list": Verb(call=lambda w: w.folder.custom_fields.list().all()),
    "custom_fields.get": Verb(
        call=lambda w: w.folder.custom_fields.get("score"),
        is_right=has("custom_field_id", lambda _: "score"),
    ),
    "custom_fields.create": Verb(
        call=lambda w: w.folder.custom_fields.create(
            private_name="color", field_type="text", display_to_user=False
        ),
    ),
    "custom_fields.update": Verb(
        call=lambda w: w.folder.custom_fields.update("score", public_name="Points"),
        is_right=has("custom_field_id", lambda _: "score"),
    ),
    "custom_fields.delete": Verb(
        call=lambda w: w.folder.custom_fields.delete("score"), proves_itself=True
    ),
    "segments.list": Verb(call=lambda w: w.folder.segments.list().all()),
    "segments.get": Verb(
        call=lambda w: w.folder.segments.get(w.segment),
        is_right=has("segment_id", lambda w: w.segment),
    ),
    "segments.create": Verb(
        call=lambda w: w.folder.segments.create(name="Jos", list_id=w.list),
    ),
    "segments.update": Verb(
        call=lambda w: w.folder.segments.update(w.segment, name="Anns"),
        is_right=has("segment_id", lambda w: w.segment),
    ),
    "segments.delete": Verb(call=lambda w: w.folder.segments.delete(w.segment), proves_itself=True),
    "criteria.list": Verb(call=lambda w: w.folder.segments.criteria(w.segment).list().all()),
    "criteria.create": Verb(
        call=lambda w: w.folder.segments.criteria(w.segment).create(
            field_name="firstName", operator="eq", values=["Mary"]
        ),
    ),
    "campaigns.list": Verb(call=lambda w: w.folder.campaigns.list().all()),
    "campaigns.get": Verb(
        call=lambda w: w.folder.campaigns.get(w.campaign),
        is_right=has("campaign_id", lambda w: w.campaign),
    ),
    "campaigns.create": Verb(
        call=lambda w: w.folder.campaigns.create(**_CAMPAIGN),
    ),
    "campaigns.update": Verb(
        call=lambda w: w.folder.campaigns.update(w.campaign, name="Other"),
        is_right=has("campaign_id", lambda w: w.campaign),
    ),
    "messages.list": Verb(call=lambda w: w.folder.messages.list().all()),
    "messages.get": Verb(
        call=lambda w: w.folder.messages.get(w.message),
        is_right=has("message_id", lambda w: w.message),
    ),
    "messages.create": Verb(
        call=lambda w: w.folder.messages.create(
            campaign_id=w.campaign, message_type="normal", subject="Cake", text_body="Hello"
        ),
    ),
    "messages.update": Verb(
        call=lambda w: w.folder.messages.update(w.message, message_name="May"),
        is_right=has("message_id", lambda w: w.message),
    ),
    "messages.statistics": Verb(call=lambda w: w.folder.messages.statistics(w.message)),
    "messages.opens": Verb(call=lambda w: w.folder.messages.opens(w.message).all()),
    "messages.clicks": Verb(call=lambda w: w.folder.messages.clicks(w.message).all()),
    "messages.bounces": Verb(call=lambda w: w.folder.messages.bounces(w.message).all()),
    "messages.unsubscribes": Verb(call=lambda w: w.folder.messages.unsubscribes(w.message).all()),
    "messages.report": Verb(call=lambda w: w.folder.messages.report(w.message)),
    "messages.compare": Verb(call=lambda w: w.folder.messages.compare()),
    "sends.list": Verb(call=lambda w: w.folder.sends.list().all()),
    "sends.get": Verb(
        call=lambda w: w.folder.sends.get(w.send), is_right=has("send_id", lambda w: w.send)
    ),
    "sends.preview": Verb(
        call=lambda w: w.folder.sends.preview(message_id=w.message, include_list_ids=[w.list])
    ),
    "sends.create": Verb(
        call=lambda w: w.folder.sends.create(
            message_id=w.unsent, include_list_ids=[w.list], scheduled_time=_soon()
        ),
        is_right=lambda w, sent: sent.message_id in (w.unsent, None),
    ),
    "sends.find_recent": Verb(
        call=lambda w: w.folder.sends.find_recent(w.message),
        is_right=lambda w, found: found is None or found.message_id == w.message,
    ),
    "sends.cancel": Verb(
        call=lambda w: w.folder.sends.cancel(
            w.folder.sends.create(
                message_id=w.unsent, include_list_ids=[w.list], scheduled_time=_soon()
            ).send_id
        )
    ),
    "uploads.list": Verb(call=lambda w: w.folder.uploads.list().all()),
    "uploads.get": Verb(
        call=lambda w: w.folder.uploads.get(w.upload), is_right=has("upload_id", lambda w: w.upload)
    ),
    "uploads.create": Verb(
        call=lambda w: w.folder.uploads.create(action="add", list_ids=(w.list,))
    ),
    "uploads.upload": Verb(
        call=lambda w: w.folder.uploads.upload([{"email": NEW[0]}], list_ids=[w.list], timeout=100)
    ),
    "uploads.delete": Verb(call=lambda w: w.folder.uploads.delete(w.upload), proves_itself=True),
    "signup_forms.list": Verb(call=lambda w: w.folder.signup_forms.list().all()),
    "signup_forms.get": Verb(
        call=lambda w: w.folder.signup_forms.get(w.form), is_right=has("form_id", lambda w: w.form)
    ),
    "webhooks.list": Verb(call=lambda w: w.folder.webhooks.list().all()),
    "webhooks.get": Verb(
        call=lambda w: w.folder.webhooks.get(w.webhook),
        is_right=has("webhook_id", lambda w: w.webhook),
    ),
    "webhooks.create": Verb(
        call=lambda w: w.folder.webhooks.create(
            event_id="contact_created", url="https://hooks.example.com/more"
        )
    ),
    "webhooks.delete": Verb(call=lambda w: w.folder.webhooks.delete(w.webhook), proves_itself=True),
    "automations.create": Verb(
        call=lambda w: w.folder.automations.create(message_id=w.message, list_id=w.list)
    ),
    "suppressed": Verb(
        call=lambda w: all_of(w.folder.suppressed()),
    ),
    "suppressed, since": Verb(
        call=lambda w: all_of(w.folder.suppressed(since=datetime(2001, 1, 1, tzinfo=UTC))),
    ),
    "export": Verb(call=lambda w: w.folder.export(io.BytesIO(), format="jsonl")),
    "send": Verb(
        call=lambda w: w.client.send(icontact.Call("GET", "a")).payload,
    ),
}
