from __future__ import annotations

import json
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

import icontact
from icontact import errors, webhooks
from icontact.models import EventId
from tests.unit.support import Script

HOOK = {"webhookId": "5", "eventId": "contact_created", "url": "https://x.example/s3cret"}
CONTACT = {"contactId": "1", "email": "jo@example.com", "status": "normal"}
LIST = {"listId": "7", "name": "Newsletter"}


def test_the_resource() -> None:
    script = Script({"webhooks": [HOOK]}, {"webhook": HOOK}, {"webhooks": [{"webhookId": 5}]}, [])
    resource = icontact.Folder(script, 1, 2).webhooks
    (one,) = resource.list()
    assert resource.get(5) == one
    assert one.event_id is EventId.CONTACT_CREATED
    assert "s3cret" not in repr(one)
    assert resource.create(event_id="contact_created", url="https://x.example").webhook_id == 5
    assert script.calls[2].body == [{"eventId": "contact_created", "url": "https://x.example"}]
    assert script.calls[2].safety is icontact.Safety.ONCE
    resource.delete(5)
    assert script.calls[3].method == "DELETE"


def test_several_at_once() -> None:
    result = icontact.Folder(Script({"webhooks": [HOOK]}), 1, 2).webhooks.create_many(
        [
            {"event_id": EventId.CONTACT_UPDATED, "url": "https://x.example/s3cret"},
            {"event_id": EventId.CONTACT_CREATED, "url": "https://x.example/s3cret"},
        ]
    )
    assert [one and one.webhook_id for one in result.results] == [None, 5]


def test_contacts_and_subscriptions_are_told_apart() -> None:
    body = json.dumps([{"contact": CONTACT, "more": 1}, {"contact": CONTACT, "list": LIST}])
    for given_body in (body, body.encode()):
        first, second = webhooks.parse(given_body)
        assert isinstance(first, webhooks.WebhookEvent)
        assert isinstance(second, webhooks.SubscriptionEvent)
        assert (first.contact.email, first.event_id, first.extra) == (
            "jo@example.com",
            None,
            {"more": 1},
        )
        assert second.contact_list.list_id == 7
        assert "jo@" not in repr((first, second))


@pytest.mark.parametrize("event", list(EventId))
def test_the_caller_says_which_event_it_is(event: EventId) -> None:
    entry = {"contact": CONTACT}
    both = {"contact": CONTACT, "list": LIST}
    right, wrong = (both, entry) if "subscribed" in event else (entry, both)
    (found,) = webhooks.parse(json.dumps([right]), event_id=str(event))
    assert found.event_id is event
    with pytest.raises(errors.DecodeError, match=rf"\[0\]: {event} has (no|a) list"):
        webhooks.parse(json.dumps([wrong]), event_id=event)


def test_an_unknown_event_is_a_mistake_of_the_caller() -> None:
    with pytest.raises(ValueError, match="contact_burnt"):
        webhooks.parse("[]", event_id="contact_burnt")


def test_nothing_posted_is_no_event() -> None:
    assert webhooks.parse(b"[]", event_id="contact_created") == ()


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "expected JSON"),
        (b"\xff\xfe\xff", "expected JSON"),
        ("[" * 100_000, "expected JSON"),
        ("[NaN]", "expected JSON"),
        ("{}", "expected an array"),
        ("[1]", r"\[0\]: expected an object"),
        ('[{"list": {}}]', r"\[0\].contact: missing"),
        ('[{"contact": {"email": "jo@example.com"}}]', r"\[0\].contact.contactId: missing"),
        ('[{"contact": {"contactId": 1}, "list": []}]', r"\[0\].list: expected an object"),
    ],
)
def test_whatever_else_is_posted_is_refused(body: Any, said: str) -> None:
    with pytest.raises(errors.DecodeError, match=said) as caught:
        webhooks.parse(body)
    assert "jo@" not in str(caught.value)


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(max_size=5),
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(["contact", "list", "contactId", "x"]), inner, max_size=3)
    ),
    max_leaves=8,
)


@given(posted=ANYTHING, event=st.none() | st.sampled_from(EventId))
def test_any_post_is_read_or_refused(posted: Any, event: EventId | None) -> None:
    try:
        found = webhooks.parse(json.dumps(posted), event_id=event)
    except errors.DecodeError as error:
        assert error.problems
    else:
        assert len(found) == len(posted)


@given(body=st.binary(max_size=20))
def test_any_bytes_are_read_or_refused(body: bytes) -> None:
    try:
        webhooks.parse(body)
    except errors.DecodeError as error:
        assert error.problems


def test_a_body_of_too_many_events_is_refused() -> None:
    with pytest.raises(errors.DecodeError, match="more than 10,000 events"):
        webhooks.parse(f"[{', '.join(['{}'] * 10_001)}]")
