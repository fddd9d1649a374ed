"""What a row of a push costs before and after the network, against the same written by hand.

The hand-written code is what one writes if every value is known to be clean: it checks
nothing, so these ratios are the price of all checks.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from typing import Any

from icontact import wire
from icontact.errors import CallSummary
from icontact.mapping import ContactMapper
from icontact.models import (
    Contact,
    ContactFields,
    CustomField,
    FieldType,
    Subscription,
    SubscriptionFields,
)
from icontact.resources import Contacts, Subscriptions
from icontact.transport import Answer, Call
from tests.bench.figures import Figure, best_times

SCORE = CustomField(
    custom_field_id="score",
    private_name="score",
    display_to_user=False,
    field_type=FieldType.NUMBER,
    public_name="",
    extra={},
)
MAPPER = ContactMapper(
    {
        "email": "mail",
        "first_name": "first",
        "last_name": "last",
        "city": "town",
        "custom_fields": {"score": "points"},
    }
).checked([SCORE])


class Echo:
    """A transport that returns a given answer at once."""

    def __init__(self, payload: Mapping[str, Any]) -> None:
        self._payload = payload

    def send(self, call: Call) -> Answer:
        """Return the answer."""
        summary = CallSummary(method=call.method, path=call.path)
        return Answer(status=200, payload=self._payload, call=summary)


def rows(number: int) -> list[dict[str, Any]]:
    """Return rows as a database has them."""
    return [
        {
            "mail": f"user{place}@example.com",
            "first": "Zoë",
            "last": "Van Berg",
            "town": "Durham",
            "points": place,
        }
        for place in range(number)
    ]


def by_hand(row: Mapping[str, Any]) -> ContactFields:
    """The mapping, as a literal."""
    return {
        "email": row["mail"],
        "first_name": row["first"],
        "last_name": row["last"],
        "city": row["town"],
        "custom_fields": {"score": str(row["points"])},
    }


def body_by_hand(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a contact, as a literal."""
    return {
        "email": fields["email"],
        "firstName": fields["first_name"],
        "lastName": fields["last_name"],
        "city": fields["city"],
        **fields["custom_fields"],
    }


def tie_by_hand(fields: Mapping[str, Any]) -> dict[str, Any]:
    """The body of a subscription, as a literal."""
    return {
        "contactId": fields["contact_id"],
        "listId": fields["list_id"],
        "status": fields["status"],
    }


def _rounds(*, quick: bool) -> int:
    # Short and many: the literals take so little time that a pause of the machine seldom meets
    # them, and would be counted as ours.
    return 3 if quick else 300


def compared(
    what: str,
    ours: Callable[[Any], object],
    hand: Callable[[Any], object],
    given: Sequence[Any],
    *,
    quick: bool,
    target: float,
    same: Callable[[Any], object] = lambda made: made,
) -> Figure:
    """Time two functions over some rows, once it is certain that they do the same."""
    if [same(ours(row)) for row in given] != [hand(row) for row in given]:
        raise RuntimeError("the two differ, so their times mean nothing")
    with_us, without = best_times(
        lambda: [ours(row) for row in given],
        lambda: [hand(row) for row in given],
        rounds=_rounds(quick=quick),
    )
    detail = f"{with_us / len(given) * 1e6:.1f} µs against {without / len(given) * 1e6:.2f} µs"
    return Figure(what, with_us / without, target=target, detail=detail)


def stored_contact(place: int, fields: ContactFields) -> dict[str, Any]:
    """Return a contact as the answer to a bulk POST has it (API 6.5)."""
    return {
        **body_by_hand(fields),
        "contactId": str(66_000_000 + place),
        "createDate": "2015-03-14 20:57:02",
        "status": "normal",
        "bounceCount": None,
        **dict.fromkeys(("prefix", "suffix", "street", "street2", "state", "phone", "fax")),
    }


def stored_tie(fields: SubscriptionFields) -> dict[str, Any]:
    """Return a subscription as the answer to a bulk POST has it (API 8.2)."""
    contact_id, list_id = fields["contact_id"], fields["list_id"]
    return {
        "subscriptionId": f"{list_id}_{contact_id}",
        "contactId": str(contact_id),
        "listId": str(list_id),
        "status": "normal",
        "addDate": "2015-03-14 20:57:02",
    }


def whole(
    what: str,
    create: Callable[[Iterable[Any]], object],
    decode: Callable[[], object],
    given: Sequence[Any],
    *,
    quick: bool,
) -> Figure:
    """Compare a bulk call, without a network, to the decoding of its answer alone.

    No target: both make many objects, and the collector of garbage decides which one waits.
    """
    ours, decoding = best_times(lambda: create(given), decode, rounds=_rounds(quick=quick))
    each = 1e6 / len(given)
    detail = f"{ours * each:.1f} µs a row, {decoding * each:.1f} µs decode the answer"
    return Figure(what, ours / decoding, detail=detail)


def run(*, quick: bool) -> list[Figure]:
    """Compare 100 rows."""
    raw = rows(100)
    mapped = [MAPPER.map(row) for row in raw]
    ties: list[SubscriptionFields] = [
        {"contact_id": 66_000_000 + place, "list_id": 12, "status": "normal"}
        for place in range(len(raw))
    ]
    contacts = {"contacts": [stored_contact(place, row) for place, row in enumerate(mapped)]}
    subscriptions = {"subscriptions": [stored_tie(tie) for tie in ties]}
    (explained, applied) = best_times(
        lambda: [MAPPER.explain(row) for row in raw],
        lambda: [MAPPER.apply(row) for row in raw],
        rounds=_rounds(quick=quick),
    )
    return [
        compared(
            "mapping a row of five fields / a literal",
            MAPPER.apply,
            by_hand,
            raw,
            same=lambda made: made.fields,
            quick=quick,
            target=20,
        ),
        Figure("mapping a row the short way / the general way", applied / explained, target=0.25),
        compared(
            "encoding a contact of five fields / a literal",
            lambda fields: wire.encode_fields(Contact, fields, Contacts._writable),
            body_by_hand,
            mapped,
            quick=quick,
            target=10,
        ),
        compared(
            "encoding a subscription / a literal",
            lambda fields: wire.encode_fields(Subscription, fields, Subscriptions._writable),
            tie_by_hand,
            ties,
            quick=quick,
            target=9,
        ),
        whole(
            "contacts.create_many without network / its decoding",
            Contacts(Echo(contacts), "a/1/c/2").create_many,
            lambda: wire.decode_rows(Contact, contacts, "contacts"),
            mapped,
            quick=quick,
        ),
        whole(
            "subscriptions.create_many without network / its decoding",
            Subscriptions(Echo(subscriptions), "a/1/c/2").create_many,
            lambda: wire.decode_rows(Subscription, subscriptions, "subscriptions"),
            ties,
            quick=quick,
        ),
    ]
