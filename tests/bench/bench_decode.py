"""Decoding contacts, against a constructor written by hand that applies the same rules."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any, NoReturn
from zoneinfo import ZoneInfo

from icontact import wire
from icontact.models import Contact, ContactStatus
from tests.bench.figures import Figure, best_times

EASTERN = ZoneInfo("America/New_York")
STATUSES = {status.value: status for status in ContactStatus}
KNOWN = frozenset(
    "contactId email prefix firstName lastName suffix street street2 city state postalCode phone"
    " fax business status createDate bounceCount".split()
)


def rows(number: int) -> list[dict[str, Any]]:
    """Return contacts as a listing answers them (API 6.2), with two custom fields."""
    return [
        {
            "email": f"user{place}@example.com",
            "firstName": "Mary",
            "lastName": None,
            "prefix": None,
            "suffix": None,
            "fax": None,
            "phone": "8668039462",
            "street": "2635 Meridian Parkway",
            "street2": None,
            "city": "Durham",
            "state": "NC",
            "postalCode": "27713",
            "createDate": "2015-03-14 20:57:02",
            "status": "normal",
            "bounceCount": None,
            "contactId": str(66_000_000 + place),
            "color": "red",
            "score": None,
        }
        for place in range(number)
    ]


def text(value: Any) -> str:
    """Null is blank text, a number its digits, anything else an error."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, int | float):
        return str(value)
    raise ValueError("text")


def refuse(wanted: str) -> NoReturn:
    """Raise."""
    raise ValueError(wanted)


def integer(value: Any) -> int:
    """Digits, or a number that is not a boolean."""
    if type(value) is int:
        return value
    if isinstance(value, str) and value.isascii() and len(value) < 20:
        digits = value[1:] if value.startswith("-") else value
        return int(value) if digits.isdecimal() else refuse("integer")
    refuse("integer")


def moment(value: Any) -> datetime | None:
    """A date without an offset is US Eastern."""
    if value is None or value in ("", "0000-00-00 00:00:00"):
        return None
    if not isinstance(value, str):
        raise ValueError("date")
    try:
        found = datetime.fromisoformat(value)
    except ValueError:
        raise ValueError("date") from None
    return found if found.tzinfo else found.replace(tzinfo=EASTERN)


def other(value: Any) -> Any:
    """What a custom field holds: null is blank, a number its digits, the rest as it is."""
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def by_hand(raw: Mapping[str, Any]) -> Contact:
    """The constructor that is written by hand, without a converter."""
    status = text(raw.get("status"))
    bounces = raw.get("bounceCount")
    return Contact(
        contact_id=integer(raw["contactId"]),
        email=text(raw.get("email")),
        prefix=text(raw.get("prefix")),
        first_name=text(raw.get("firstName")),
        last_name=text(raw.get("lastName")),
        suffix=text(raw.get("suffix")),
        street=text(raw.get("street")),
        street2=text(raw.get("street2")),
        city=text(raw.get("city")),
        state=text(raw.get("state")),
        postal_code=text(raw.get("postalCode")),
        phone=text(raw.get("phone")),
        fax=text(raw.get("fax")),
        business=text(raw["business"]) if "business" in raw else None,
        status=STATUSES.get(status, status),
        create_date=moment(raw.get("createDate")),
        bounce_count=None if bounces is None or bounces == "" else integer(bounces),
        custom_fields={
            name: "" if value is None else value for name, value in raw.items() if name not in KNOWN
        },
    )


def run(*, quick: bool) -> list[Figure]:
    """Compare 10,000 contacts."""
    raw = rows(1_000 if quick else 10_000)
    payload = {"contacts": raw}
    if wire.decode_rows(Contact, payload, "contacts") != [by_hand(row) for row in raw]:
        raise RuntimeError("the two decoders differ, so their times mean nothing")
    ours, hand = best_times(
        lambda: wire.decode_rows(Contact, payload, "contacts"),
        lambda: [by_hand(row) for row in raw],
        rounds=3 if quick else 15,
    )
    detail = f"{ours / len(raw) * 1e6:.1f} µs against {hand / len(raw) * 1e6:.1f} µs a contact"
    return [
        Figure(f"decoding {len(raw):,} contacts / by hand", ours / hand, target=1.2, detail=detail)
    ]
