"""Whatever is in iContact and whatever is pushed: the promises hold."""

from __future__ import annotations

import random
from collections.abc import Callable, Mapping
from functools import partial
from typing import Any

import hypothesis.strategies as st
import pytest
from hypothesis import HealthCheck, given, settings

from icontact import ContactMapper
from icontact.push import ListPush
from icontact.sandbox import Quirks, Sandbox

PEOPLE = [f"p{number}@example.com" for number in range(6)]
MAPPING: dict[str, Any] = {
    "email": "email",
    "city": "city",
    "business": "firm",
    "custom_fields": {"score": "points"},
}

#: What iContact may know of a contact beforehand.
known = st.fixed_dictionaries(
    {
        "email": st.sampled_from(PEOPLE),
        "city": st.sampled_from(["", "Durham", "Cary"]),
        "phone": st.just("12345"),
        "business": st.sampled_from(["", "Bakery"]),
        "score": st.sampled_from(["", "5", "7"]),
        "status": st.sampled_from(
            ["normal", "normal", "normal", "bounced", "donotcontact", "pending", "invitable"]
        ),
    }
)
state_on_list = st.sampled_from([None, None, "normal", "pending", "unsubscribed"])

rows = st.one_of(
    st.fixed_dictionaries(
        {
            "email": st.sampled_from([*PEOPLE, *(f" {one.upper()} " for one in PEOPLE)]),
            "city": st.sampled_from(["", "Durham", "Raleigh"]),
            "firm": st.sampled_from([None, "Bakery", "Mill"]),
            "points": st.sampled_from([None, "5", 7, float("nan"), "many"]),
        }
    ),
    st.sampled_from([{}, {"email": "nonsense"}, None, "text", ["list"]]),
)
quirks = st.builds(
    Quirks,
    upsert_blanks=st.booleans(),
    business_in_listings=st.booleans(),
    custom_fields_in_listings=st.booleans(),
    case_sensitive_search=st.booleans(),
    default_population=st.sampled_from(["observed", "listed"]),
    duplicate_subscription_warning=st.booleans(),
    resubscribe=st.sampled_from(["refused", "allowed"]),
    null_for_empty=st.booleans(),
    past_due_warning=st.booleans(),
    max_limit=st.sampled_from([None, 2]),
    max_batch=st.sampled_from([None, 2]),
)


def a_push(sandbox: Sandbox, **policy: Any) -> ListPush:
    return ListPush(
        sandbox.client().folder(), "Newsletter", mapper=ContactMapper(MAPPING), **policy
    )


def fill(sandbox: Sandbox, people: list[tuple[dict[str, Any], str | None]]) -> None:
    sandbox.seed(custom_fields=[{"privateName": "score", "fieldType": "number"}])
    unique = {person["email"]: (person, status) for person, status in people}
    sandbox.seed(contacts=[person for person, _ in unique.values()])
    sandbox.seed(
        subscriptions=[
            {"email": email, "status": status}
            for email, (_, status) in unique.items()
            if status is not None
        ]
    )


def contacts(sandbox: Sandbox) -> Mapping[str, dict[str, Any]]:
    return {one["email"].casefold(): one for one in sandbox.state.contacts()}


def subscriptions(sandbox: Sandbox) -> Mapping[str, str]:
    ids = {one["contactId"]: one["email"].casefold() for one in sandbox.state.contacts()}
    return {ids[one["contactId"]]: one["status"] for one in sandbox.state.subscriptions()}


@pytest.mark.no_cover
@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    people=st.lists(st.tuples(known, state_on_list), max_size=6),
    pushed=st.lists(rows, max_size=10),
    quirk=quirks,
    existing=st.sampled_from(["keep", "merge", "replace"]),
    batch_size=st.sampled_from([1, 3, 500]),
)
def test_a_push_keeps_its_promises(
    people: list[tuple[dict[str, Any], str | None]],
    pushed: list[Any],
    quirk: Quirks,
    existing: str,
    batch_size: int,
) -> None:
    with Sandbox(quirks=quirk) as sandbox:
        fill(sandbox, people)
        before, listed = contacts(sandbox), subscriptions(sandbox)
        push = a_push(sandbox, existing=existing, batch_size=batch_size)

        report = push.run(pushed)

        # Every row has its one outcome.
        assert [one.row for one in report.outcomes] == list(range(len(pushed)))
        assert report.counts["failed"] == 0
        after, listed_after = contacts(sandbox), subscriptions(sandbox)
        for email, contact in before.items():
            # No status changes, no contact is lost, and suppressed contacts are skipped.
            assert after[email]["status"] == contact["status"]
            if contact["status"] != "normal" or listed.get(email) == "unsubscribed":
                assert after[email] == contact
                assert listed_after.get(email) == listed.get(email)
            if listed.get(email) == "pending":
                assert listed_after[email] == "pending"
            if existing != "replace":
                assert after[email]["phone"] == contact["phone"]
        for one in report.outcomes:
            if one.status in ("created", "updated", "unchanged"):
                assert one.email is not None
                assert listed_after[one.email.casefold()] in ("normal", "pending")
                assert listed_after[one.email.casefold()] == one.subscription

        # The second push writes nothing.
        sandbox.requests.clear()
        again = push.run(pushed)
        assert {request.method for request in sandbox.requests} <= {"GET"}
        assert again.counts["created"] == again.counts["updated"] == 0
        assert (contacts(sandbox), subscriptions(sandbox)) == (after, listed_after)


def trouble(sandbox: Sandbox, dice: random.Random) -> None:
    """Order a few faults of any kind, for any request."""
    faults = sandbox.faults
    for _ in range(dice.randint(1, 6)):
        method = dice.choice(["GET", "POST", None])
        kinds: list[Callable[[], object]] = [
            partial(faults.refuse, method=method),
            partial(faults.drop_before, method=method),
            partial(faults.drop_after, method=method),
            partial(faults.next, status=500, times=2, method=method),
            partial(faults.next, status=503, times=3, method=method),
            partial(faults.garble, "html", method=method),
            partial(faults.garble, "cut", method=method),
            partial(
                faults.next,
                status=400,
                body='{"errors":["Odd."]}',
                method="POST",
                path=r"/contacts$",
            ),
        ]
        dice.choice(kinds)()


@pytest.mark.no_cover
@pytest.mark.parametrize("seed", range(12))
def test_after_trouble_the_same_push_ends_where_an_untroubled_one_does(seed: int) -> None:
    dice = random.Random(seed)
    pushed = [
        {"email": f"q{dice.randrange(30)}@example.com", "city": dice.choice("ABC"), "points": 1}
        for _ in range(40)
    ]
    ends = []
    for troubled in (False, True):
        with Sandbox() as sandbox:
            fill(sandbox, [])
            push = a_push(sandbox, batch_size=7)
            for _ in range(8):
                if troubled:
                    trouble(sandbox, dice)
                report = push.run(pushed)
                assert len(report.outcomes) == len(pushed)
                sandbox.faults.clear()
            assert push.run(pushed).ok
            ends.append(
                (
                    {email: one["city"] for email, one in contacts(sandbox).items()},
                    subscriptions(sandbox),
                )
            )

    assert ends[0] == ends[1]
