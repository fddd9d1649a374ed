"""Any body of a web hook is read, event by event, or refused; and what was read can be kept."""

from __future__ import annotations

import json
import pickle
from typing import Any

from hypothesis import strategies as st

from icontact.errors import ConfigError, DecodeError
from icontact.integrations import mautic
from icontact.integrations.events import ContactEvent
from tests.fuzz.targets import fuzzed, tally

WORDS = st.sampled_from(
    "email channel reason comments id alias value points old_points new_points form submission"
    " segment action added removed contactable unsubscribed bounced manual 1 0 2 bounce yes"
    " jo@example.com JO@Example.com 2026-01-05T10:00:01+00:00 iContact".split()
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers(-(10**20), 10**20)
    | st.floats()
    | st.text(max_size=8)
    | WORDS
)
KEYS = WORDS | st.text(max_size=6)
ANYTHING = st.recursive(
    SCALARS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(KEYS, inner, max_size=4),
    max_leaves=8,
)


def often(usual: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    """Draw something usual most of the time, and anything now and then."""
    return st.integers(0, 9).flatmap(lambda dice: ANYTHING if dice == 9 else usual)


FIELDS = st.dictionaries(
    st.sampled_from(["core", "personal", "social", "all"]),
    often(
        st.dictionaries(
            st.sampled_from(["email", "city", "points", "id", "multi"]),
            often(st.fixed_dictionaries({"alias": WORDS, "value": ANYTHING})) | SCALARS,
        )
        | st.lists(st.fixed_dictionaries({"alias": WORDS, "value": SCALARS}), max_size=2)
    ),
    max_size=3,
)
BLOCKS = st.lists(
    st.fixed_dictionaries(
        {}, optional={"channel": often(WORDS), "reason": SCALARS, "comments": SCALARS}
    ),
    max_size=3,
)
PERSON = st.fixed_dictionaries(
    {"fields": often(FIELDS)},
    optional={
        "id": often(st.integers(1, 99) | st.just("7")),
        "points": SCALARS,
        "doNotContact": often(BLOCKS | st.dictionaries(KEYS, ANYTHING, max_size=2)),
        "tags": ANYTHING,
        "stage": ANYTHING,
        "owner": ANYTHING,
        "dateModified": often(st.datetimes().map(lambda moment: moment.isoformat())),
        "results": ANYTHING,
    },
)
ENTRY = st.fixed_dictionaries(
    {},
    optional={
        "contact": often(PERSON),
        "lead": often(PERSON),
        "timestamp": often(st.datetimes().map(lambda moment: moment.isoformat())),
        "points": often(st.fixed_dictionaries({"old_points": SCALARS, "new_points": SCALARS})),
        "submission": often(
            st.fixed_dictionaries(
                {}, optional={"lead": PERSON, "form": ANYTHING, "results": FIELDS}
            )
        ),
        "segment": often(st.fixed_dictionaries({"id": SCALARS, "alias": SCALARS})),
        "action": often(WORDS),
        "channel": often(st.just("email")),
        "new_status": often(WORDS),
        "id": SCALARS,
    },
)
TYPES = st.sampled_from(
    "lead_post_save_new lead_post_save_update lead_points_change form_on_submit lead_list_change"
    " lead_channel_subscription_changed lead_post_delete email_on_open".split()
).map(lambda name: f"mautic.{name}")
ENTRIES = often(st.lists(ENTRY, max_size=3) | st.dictionaries(KEYS, ENTRY, max_size=2) | ENTRY)
BODIES = (
    st.dictionaries(TYPES | KEYS, ENTRIES, max_size=4)
    | st.lists(ENTRY, max_size=3)
    | ENTRY
    | ANYTHING
)


@fuzzed(
    body=BODIES.map(json.dumps) | st.binary(max_size=60) | st.text(max_size=60),
    event_type=st.none() | TYPES,
    site_url=st.sampled_from([None, "https://mautic.example.com", "mautic"]),
)
def test_any_body_is_read_or_refused_and_an_event_that_was_read_can_be_kept(
    body: bytes | str, event_type: str | None, site_url: str | None
) -> None:
    raw = body.encode("utf-8", "surrogatepass") if isinstance(body, str) else body
    signature = mautic.sign(raw, "secret")
    try:
        found = mautic.events(
            raw, signature=signature, secret="secret", event_type=event_type, site_url=site_url
        )
    except DecodeError as error:
        tally["refused"] += 1
        assert error.problems
        assert "@example.com" not in str(error)
        return
    except ConfigError:
        assert site_url == "mautic"
        return
    tally["read"] += 1
    tally["events"] += len(found)
    tally["problems"] += len(found.problems)
    assert all("@" not in problem for problem in found.problems)
    for event in found:
        again = ContactEvent.from_json(event.to_json())
        assert repr(again) == repr(event)
        assert (again.identity, again.key, again.email) == (event.identity, event.key, event.email)
        assert "@example.com" not in repr(event).lower()
        says_no(event)
    assert len(pickle.loads(pickle.dumps(list(found)))) == len(found)
    # The same body is the same events, so that a repetition is noticed.
    repeated = mautic.events(raw, event_type=event_type, site_url=site_url)
    dated = [one.identity for one in found if "::" not in one.identity]
    assert [one.identity for one in repeated if "::" not in one.identity] == dated


def says_no(event: ContactEvent) -> None:
    """Check that what blocks a contact has a reason, and the row says so, too."""
    assert (event.do_not_contact is True) == (event.do_not_contact_reason is not None)
