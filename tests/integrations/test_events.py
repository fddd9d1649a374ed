"""Web hooks' bodies: who sent them, and what they tell."""

from __future__ import annotations

import json
import pickle
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

import pytest

from icontact.errors import ConfigError, DecodeError, IContactError
from icontact.integrations import mautic
from icontact.integrations.events import ContactEvent
from tests.integrations.support import (
    SECRET,
    SITE,
    encoded,
    event,
    hook,
    listed,
    moment,
    person,
    pointed,
    saved,
    shown_by,
    submitted,
    subscribed,
)

BODY = encoded(hook("lead_post_save_new", saved(52)))


def read(*bodies: dict[str, Any], **options: Any) -> mautic.Events:
    return mautic.events(encoded({key: body[key] for body in bodies for key in body}), **options)


# Signatures


def test_the_signature_is_made_over_the_bytes() -> None:
    assert mautic.sign(b'{"a":1}', "mySecret") == "edMiIxOTJK5TMu+991Ec/nBByEfLyL66TIDGuTmUuuU="


def test_a_signed_body_is_read() -> None:
    found = mautic.events(BODY, signature=f" {mautic.sign(BODY, SECRET)}\n", secret=SECRET)
    assert isinstance(found, tuple)
    assert [one.contact_id for one in found] == [52]


@pytest.mark.parametrize(
    "signature",
    [mautic.sign(BODY, "other"), mautic.sign(BODY + b" ", SECRET), "é", "\udcff", "x"],
)
def test_a_forged_signature_is_refused(signature: str) -> None:
    with pytest.raises(mautic.SignatureError, match="not made with this secret") as caught:
        mautic.events(BODY, signature=signature, secret=SECRET)
    assert not caught.value.missing


@pytest.mark.parametrize("signature", [None, ""])
def test_a_missing_signature_is_refused(signature: str | None) -> None:
    with pytest.raises(mautic.SignatureError, match="not signed") as caught:
        mautic.events(BODY, signature=signature, secret=SECRET)
    assert caught.value.missing
    assert isinstance(caught.value, IContactError)
    assert pickle.loads(pickle.dumps(caught.value)).missing


def test_without_a_secret_nothing_is_verified() -> None:
    assert len(mautic.events(BODY, signature="whatever")) == 1
    assert len(mautic.events(BODY.decode())) == 1


def test_an_empty_secret_is_a_mistake() -> None:
    with pytest.raises(ConfigError, match="secret is empty"):
        mautic.events(BODY, signature="x", secret="")


# Bodies


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        BODY[:-7],
        b"\xff",
        b"5",
        b'"text"',
        b'{"mautic.form_on_submit": NaN}',
        b"[" * 100_000,
        b'{"a":' * 70 + b"1" + b"}" * 70,
    ],
)
def test_a_body_that_is_not_a_web_hook_is_refused(body: bytes) -> None:
    with pytest.raises(DecodeError):
        mautic.events(body)


@pytest.mark.parametrize(
    ("body", "key"),
    [
        (b'{"mautic.x": [], "mautic.x": []}', "'mautic.x'"),
        (
            b'[{"contact": {"fields": {}, "doNotContact": [1], "doNotContact": []}}]',
            "'doNotContact'",
        ),
        (b'[{"contact": {"canary@x.example": 1, "canary@x.example": 2}}]', "an e-mail address"),
    ],
)
def test_a_repeated_key_is_refused(body: bytes, key: str) -> None:
    with pytest.raises(DecodeError, match="twice, and only one can count") as caught:
        mautic.events(body)
    assert key in str(caught.value)
    assert "canary" not in shown_by(caught.value)


def test_a_body_that_is_too_long_is_refused_unread() -> None:
    with pytest.raises(DecodeError, match="longer than 10 bytes"):
        mautic.events(BODY, max_bytes=10)


@pytest.mark.parametrize("options", [{}, {"signature": "canary", "secret": "canary-s3cret"}])
def test_a_refusal_shows_neither_body_nor_secret(options: dict[str, Any]) -> None:
    with pytest.raises(IContactError) as caught:
        mautic.events(b'{"email": "canary.person@private.example"', **options)
    assert "canary" not in shown_by(caught.value)


def test_several_events_of_several_types_are_in_one_body() -> None:
    found = read(
        hook("lead_post_save_new", saved(1), saved(2)), hook("form_on_submit", submitted(3))
    )
    assert [(one.type.value, one.contact_id) for one in found] == [
        ("identified", 1),
        ("identified", 2),
        ("form_submitted", 3),
    ]
    assert found.skipped == {}
    assert found.problems == ()


def test_unknown_types_are_skipped_and_counted() -> None:
    found = read(
        hook("email_on_open", {"stat": {}}, {"stat": {}}),
        hook("lead_company_change", saved()),
        {"odd": "text", "mautic.lead_post_save_update": []},
    )
    assert len(found) == 0
    assert found.skipped == {"email_on_open": 2, "lead_company_change": 1, "odd": 1}


def test_the_test_payload_says_when_it_was_sent() -> None:
    body = {**hook("lead_post_save_update", person(52)), "timestamp": moment(9)}
    (one,) = mautic.events(encoded(body))
    assert one.happened_at.isoformat() == moment(9)
    assert mautic.events(encoded(body)).skipped == {}


def test_an_event_that_cannot_be_read_costs_no_other() -> None:
    found = read(
        hook("lead_post_save_update", saved(1), {"contact": 5}, saved(2)),
        hook("lead_list_change", {**saved(3), "segment": 5}, listed(4, "painted")),
    )
    assert [one.contact_id for one in found] == [1, 2]
    assert [problem.split(":")[0] for problem in found.problems] == [
        "lead_post_save_update[1]",
        "lead_list_change[0]",
        "lead_list_change[1]",
    ]


def test_lists_may_be_objects_or_one_event_alone() -> None:
    body = {
        "mautic.lead_post_save_new": {"0": saved(1), "2": saved(2)},
        "mautic.lead_post_save_update": saved(3),
    }
    assert [one.contact_id for one in mautic.events(encoded(body))] == [1, 2, 3]


@pytest.mark.parametrize(
    ("entry", "kind"),
    [
        (submitted(), "form_submitted"),
        (pointed(1, 0, 5), "points_changed"),
        (listed(1, "removed"), "segment_removed"),
        (subscribed(1, "unsubscribed"), "subscription_changed"),
        (saved(), "identified"),
        (saved(dateModified=moment(1)), "saved"),
    ],
)
def test_events_without_a_type_get_it_from_their_shape(entry: Any, kind: str) -> None:
    assert [one.type for one in mautic.events(encoded([entry]))] == [kind]
    assert [one.type for one in mautic.events(encoded(entry))] == [kind]


def test_the_type_of_events_alone_may_be_given() -> None:
    (one,) = mautic.events(encoded([saved()]), event_type="mautic.lead_points_change")
    assert one.type == "points_changed"
    assert mautic.events(b"[5]", event_type="form_on_submit").problems
    assert mautic.events(b"[5]").problems


# Events


def test_points_are_old_and_new() -> None:
    (one,) = read(hook("lead_points_change", pointed(1, 5, 15)))
    assert (one.type, one.old_points, one.new_points) == ("points_changed", 5, 15)


def test_points_without_old_ones_are_the_contacts() -> None:
    (one,) = read(hook("lead_points_change", saved(1, points=7)))
    assert (one.old_points, one.new_points) == (None, 7)


def test_a_form_has_its_id_alias_and_results() -> None:
    (one,) = read(hook("form_on_submit", submitted(3, results={"q": "yes"})))
    assert (one.form_id, one.form_alias) == (4, "signup")
    assert one.form_results == {"q": "yes"}
    assert one.do_not_contact is None


def test_a_form_in_an_odd_shape_does_not_fail() -> None:
    entry = {"lead": person(3), "form": 5, "results": []}
    (one,) = read(hook("form_on_submit", entry))
    assert (one.form_id, one.form_alias, one.form_results) == (None, None, {})
    (other,) = read(hook("form_on_submit", {"lead": person(3), "results": {"q": 1}}))
    assert other.form_results == {"q": 1}


@pytest.mark.parametrize("action", ["added", "removed"])
def test_a_segment_is_joined_or_left(action: str) -> None:
    (one,) = read(hook("lead_list_change", listed(1, action)))
    assert one.type == f"segment_{action}"
    assert (one.segment_id, one.segment_alias) == (3, "vip")


@pytest.mark.parametrize(
    ("status", "blocked", "reason"),
    [
        ("unsubscribed", True, "unsubscribed"),
        ("bounced", True, "bounced"),
        ("manual", True, "manual"),
        ("contactable", False, None),
        ("novel", True, "unknown"),
    ],
)
def test_a_change_of_subscription_counts_more_than_the_contact(
    status: str, blocked: bool, reason: str | None
) -> None:
    (one,) = read(hook("lead_channel_subscription_changed", subscribed(1, status)))
    assert one.type == "subscription_changed"
    assert (one.do_not_contact, one.do_not_contact_reason) == (blocked, reason)


@pytest.mark.parametrize("channel", ["Email ", None, "", {"email": 5}, ["email"]])
def test_a_channel_that_is_not_known_may_be_e_mail(channel: Any) -> None:
    entry = {**subscribed(1, "unsubscribed"), "channel": channel}
    (one,) = read(hook("lead_channel_subscription_changed", entry))
    assert (one.do_not_contact, one.do_not_contact_reason) == (True, "unsubscribed")


@pytest.mark.parametrize("channel", [None, {"email": 5}])
def test_a_channel_that_is_not_known_allows_nothing(channel: Any) -> None:
    entry = {**subscribed(1, "contactable"), "channel": channel}
    entry["contact"]["doNotContact"] = [{"id": 9, "reason": 1, "channel": "email"}]
    (one,) = read(hook("lead_channel_subscription_changed", entry))
    assert one.do_not_contact is True


def test_a_contact_may_come_with_its_id_alone() -> None:
    entry = {**listed(1, "added"), "contact": {"id": "7"}}
    (one,) = read(hook("lead_list_change", entry))
    assert (one.contact_id, one.email, one.has_fields) == (7, None, False)
    thin = {**entry, "contact": {"id": 7, "email": "jo@example.com"}}
    (other,) = read(hook("lead_list_change", thin))
    assert (other.contact_id, other.email, other.has_fields) == (7, "jo@example.com", True)


def test_another_channel_does_not_concern_e_mail() -> None:
    entry = subscribed(1, "unsubscribed", channel="sms")
    (one,) = read(hook("lead_channel_subscription_changed", entry))
    assert one.do_not_contact is False


def test_a_deleted_contact_has_its_id_beside_it() -> None:
    (one,) = read(hook("lead_post_delete", {"id": "9", "contact": person(id=None)}))
    assert (one.type, one.contact_id, one.contact["id"]) == ("deleted", 9, 9)
    (other,) = read(hook("lead_post_delete", {"contact": person(8)}))
    assert other.contact_id == 8


@pytest.mark.parametrize(
    ("stated", "moment_"),
    [
        ("2026-01-05T10:00:00Z", "2026-01-05T10:00:00+00:00"),
        ("2026-01-05 10:00:00", "2026-01-05T10:00:00+00:00"),
        ("2026-01-05T10:00:00+02:00", "2026-01-05T10:00:00+02:00"),
    ],
)
def test_moments_come_in_several_forms(stated: str, moment_: str) -> None:
    (one,) = read(hook("lead_post_save_update", {**saved(), "timestamp": stated}))
    assert one.happened_at.isoformat() == moment_


@pytest.mark.parametrize("stated", ["soon", 5, None, "0001-01-01T00:00:00"])
def test_without_a_moment_the_contact_or_the_clock_tells(stated: Any) -> None:
    entry = {**saved(dateModified=moment(4)), "timestamp": stated}
    (one,) = read(hook("lead_post_save_update", entry))
    assert one.happened_at.isoformat() == moment(4)
    before = datetime.now(UTC)
    (other,) = read(hook("lead_post_save_new", {**saved(), "timestamp": stated}))
    assert before <= other.happened_at <= datetime.now(UTC)


def test_links_need_mautics_address() -> None:
    (one,) = mautic.events(BODY, site_url=SITE)
    assert one.contact["mauticContactTimelineLink"] == f"{SITE}/s/contacts/view/52"


# Identity


def test_a_repetition_of_an_event_is_the_same_event() -> None:
    (one,) = mautic.events(BODY)
    (again,) = mautic.events(json.dumps(json.loads(BODY), indent=2))
    assert one.identity == again.identity


@pytest.mark.parametrize(
    "other",
    [
        hook("lead_post_save_update", saved(52)),
        hook("lead_post_save_new", saved(53)),
        hook("lead_post_save_new", saved(52, at=1)),
        hook("lead_post_save_new", saved(52, city="Durham")),
    ],
)
def test_another_event_is_another(other: dict[str, Any]) -> None:
    assert read(other)[0].identity != mautic.events(BODY)[0].identity


# Events by hand


def test_an_event_of_any_system_can_be_made() -> None:
    one = event("manual", 7)
    assert (one.email, one.key) == ("person7@example.com", "7")
    assert one.identity == event("manual", 7).identity != event("saved", 7).identity


def test_without_an_id_the_address_tells_contacts_apart() -> None:
    one = event(contact_id=None, row={"email": " Jo@Example.com "})
    other = event(contact_id=None, row={"email": "jo@example.com"}, at=1)
    assert one.key == other.key != event(contact_id=None, row={"email": "x@example.com"}).key
    assert "jo" not in one.key
    assert event(contact_id=None, row={"email": None}).email is None
    assert event(row={"email": "  "}).email is None


def test_an_event_needs_a_known_type_and_a_zone() -> None:
    with pytest.raises(ValueError, match="painted"):
        event("painted")
    with pytest.raises(ConfigError, match="time zone"):
        event(happened_at=datetime(2026, 1, 1))


def test_it_is_kept_as_text_and_comes_back() -> None:
    one = event(
        row={"born": datetime(2000, 1, 2, tzinfo=UTC), "spent": Decimal("1.50")},
        do_not_contact=True,
        do_not_contact_reason="manual",
        form_results={"q": 1},
        email="other@example.com",
    )
    back = ContactEvent.from_json(one.to_json())
    assert back.contact["born"] == "2000-01-02T00:00:00+00:00"
    assert back.contact["spent"] == "1.50"
    assert (back.identity, back.email, back.at) == (one.identity, "other@example.com", one.at)
    assert back.do_not_contact_reason == "manual"


def test_a_value_that_cannot_be_kept_is_refused_by_its_type() -> None:
    with pytest.raises(TypeError, match="type complex cannot be kept"):
        event(row={"odd": 1j})


def test_nothing_private_is_in_a_repr() -> None:
    (one,) = mautic.events(BODY, site_url=SITE)
    shown = repr(one) + repr(mautic.events(BODY))
    assert "person52" not in shown
    assert "Jo" not in shown


def test_a_body_of_a_million_empty_events_is_refused() -> None:
    body = f'{{"mautic.lead_post_save_update": [{", ".join(["{}"] * 1_000_000)}]}}'

    with pytest.raises(DecodeError, match="more than 10,000 events"):
        mautic.events(body)


def test_a_body_that_was_decoded_already_is_refused() -> None:
    body: Any = {"mautic.lead_post_save_new": []}
    with pytest.raises(TypeError, match="the body of the request as it arrived, not dict"):
        mautic.events(body)
