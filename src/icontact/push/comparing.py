"""What came back of a value that was sent, and what that says about its mapping."""

from __future__ import annotations

import html
from collections.abc import Mapping
from contextlib import suppress
from datetime import date, datetime
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import attrs

from icontact.mapping import Explanation
from icontact.mapping.contact_fields import custom_label, shown
from icontact.mapping.numbers import DECIMALS
from icontact.models import Contact, ContactFields, FieldType

__all__ = ["FieldCheck", "Verdict", "compare", "compare_contact", "filled_fields"]

Verdict = Literal["kept", "lost", "changed", "truncated", "wrong type", "not sent"]


@attrs.frozen(kw_only=True)
class FieldCheck:
    """What became of one row of the mapping. Holds no value.

    Attributes:
        target: The field; ``custom_fields.…`` for one of the folder's.
        source: The keys that fill it.
        verdict: ``kept``; ``lost``, ``changed``, ``truncated`` or ``wrong type``, which are
            faults; or ``not sent``, since the sample has nothing for it.
        detail: What exactly, and what to do about it.
    """

    target: str
    source: str
    verdict: Verdict
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.verdict in ("kept", "not sent")


def compare(sent: str, stored: str | None, kind: str = "text") -> tuple[Verdict, str]:
    """Say what became of a value.

    Args:
        sent: As it was sent; blank if it was cleared.
        stored: As it came back; ``None`` if the answer has no such field.
        kind: The custom field's type, or ``address``.
    """
    if stored is None:
        return "lost", "iContact's answer has no such field: does the folder have it?"
    if sent == stored:
        return "kept", ""
    if kind == "checkbox" and {sent, stored} == {"0", ""}:
        return "kept", "an unticked box comes back blank"
    if kind == "address" and sent.casefold() == stored.casefold():
        return "kept", "in other case"
    if not stored:
        return "lost", f"{_length(sent)} sent, and nothing came back"
    if kind in DECIMALS:
        return _numbers(sent, stored)
    if kind == "date":
        return _dates(sent, stored)
    return _texts(sent, stored)


def _length(text: str) -> str:
    return f"{len(text)} character{'' if len(text) == 1 else 's'}"


def _numbers(sent: str, stored: str) -> tuple[Verdict, str]:
    try:
        before, after = Decimal(sent), Decimal(stored)
    except InvalidOperation:
        return "wrong type", "it is a number's field, and what came back is no number"
    if before == after:
        return "kept", "in another form of the same number"
    if int(before) == int(after):
        return "truncated", "decimals are missing: use a field type with more of them"
    return "changed", "another number came back: look at decimal and thousands of the source"


def _dates(sent: str, stored: str) -> tuple[Verdict, str]:
    before, after = _day(sent), _day(stored)
    if before is None or after is None:
        return "wrong type", "it is a date's field, and what came back is no date that is known"
    if before == after:
        return "kept", "in another form of the same date"
    return "changed", "another date came back: try another date_format in [mapping.options]"


def _day(text: str) -> date | None:
    for form in ("%Y-%m-%d", "%m/%d/%Y", "%d/%m/%Y", "%Y-%m-%d %H:%M:%S", "%d.%m.%Y"):
        with suppress(ValueError):
            return datetime.strptime(text, form).date()  # noqa: DTZ007  # a day has no zone
    return None


def _texts(sent: str, stored: str) -> tuple[Verdict, str]:
    if sent.startswith(stored):
        return "truncated", f"the first {len(stored)} of {_length(sent)} came back"
    if sent.lstrip("0") == stored:
        return "wrong type", "zeros at its front are gone: something takes it for a number"
    if sent.casefold() == stored.casefold():
        return "changed", "it came back in other case"
    if sent == html.unescape(stored):
        return "changed", "it came back with HTML entities in place of its signs"
    if _ascii(sent) == _ascii(stored):
        return "changed", "its accented letters came back as others: an encoding is at fault"
    return "changed", f"another text came back, of {_length(stored)} in place of {len(sent)}"


def _ascii(text: str) -> str:
    """Return what every encoding leaves alone."""
    return "".join(c for c in text if c.isascii() and c != "?")


def compare_contact(
    explained: Explanation,
    wanted: ContactFields,
    contact: Contact,
    types: Mapping[str, FieldType | str],
) -> tuple[FieldCheck, ...]:
    """Return what became of every row of the mapping.

    Args:
        explained: What the mapper made of the row.
        wanted: What was sent.
        contact: What came back.
        types: The types of the folder's custom fields.
    """
    custom = wanted.get("custom_fields", {})
    sent: dict[str, Any] = {
        **{name: value for name, value in wanted.items() if name != "custom_fields"},
        **{custom_label(name): value for name, value in custom.items()},
    }
    stored = {
        **{name: getattr(contact, name) for name in wanted if name != "custom_fields"},
        **{custom_label(name): contact.custom_fields.get(name, _ABSENT) for name in custom},
    }
    kinds = {custom_label(name): str(kind) for name, kind in types.items()}
    checks = []
    for one in explained.fields:
        source = " or ".join(map(shown, one.sources))
        if one.target not in sent:
            said = "the sample has nothing for it"
            check = FieldCheck(target=one.target, source=source, verdict="not sent", detail=said)
        else:
            verdict, detail = compare(
                _text(sent[one.target]) or "",
                _text(stored[one.target]),
                kinds.get(one.target, "address" if one.target == "email" else "text"),
            )
            check = FieldCheck(target=one.target, source=source, verdict=verdict, detail=detail)
        checks.append(check)
    return tuple(checks)


_ABSENT = object()


def _text(value: object) -> str | None:
    if value is _ABSENT:
        return None
    return "" if value is None else str(value)


def filled_fields(contact: Contact) -> dict[str, Any]:
    """Return the fields that hold something, address and status excepted."""
    filled: dict[str, Any] = {
        name: value
        for name in ContactFields.__annotations__
        if name not in ("email", "status", "custom_fields") and (value := getattr(contact, name))
    }
    if custom := {name: value for name, value in contact.custom_fields.items() if value}:
        filled["custom_fields"] = custom
    return filled
