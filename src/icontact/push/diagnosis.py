"""The results of a doctor and of a test push: steps, and comparisons of fields."""

from __future__ import annotations

import html
from collections.abc import Mapping, Sequence
from decimal import Decimal, InvalidOperation
from typing import Any, Literal

import attrs

from icontact._wording import number_of
from icontact.errors import IContactError
from icontact.mapping import Explanation
from icontact.mapping.contact_fields import custom_label, shown
from icontact.mapping.numbers import DECIMALS
from icontact.models import Contact, ContactFields, FieldType
from icontact.models.contacts import parse_day
from icontact.notebook import table

Comparison = Literal["kept", "lost", "changed", "truncated", "wrong type", "not sent"]


@attrs.frozen(kw_only=True)
class Step:
    """One check and its result. Holds no address and no value.

    Attributes:
        name: What was checked.
        status: ``ok``; ``failed``; ``skipped``, since another step failed; or ``-``, if it was not
            asked for.
        detail: What was found, or what is wrong.
        advice: What to do about it.
        error: What iContact or the network answered, if that was the reason.
    """

    name: str
    status: Literal["ok", "failed", "skipped", "-"]
    detail: str = ""
    advice: str = ""
    error: IContactError | None = attrs.field(default=None, repr=False, eq=False)


@attrs.frozen(kw_only=True)
class FieldCheck:
    """The comparison of one mapped field with what was sent. Holds no value.

    Attributes:
        target: The field; ``custom_fields.…`` for one of the folder's.
        source: The keys that fill it.
        verdict: ``kept``; ``lost``, ``changed``, ``truncated`` or ``wrong type``, which are
            faults; or ``not sent``, since the sample has nothing for it.
        detail: What exactly, and what to do about it.
    """

    target: str
    source: str
    verdict: Comparison
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether nothing is wrong with it."""
        return self.verdict in ("kept", "not sent")


@attrs.frozen(kw_only=True)
class Diagnosis:
    """The result of a test push. Holds no address and no value.

    Attributes:
        steps: All steps, in their order.
        fields: The comparison of each mapped field; empty if nothing was read back.
    """

    steps: Sequence[Step]
    fields: Sequence[FieldCheck] = ()

    @property
    def ok(self) -> bool:
        """Whether every step went well."""
        return all(step.status == "ok" for step in self.steps)

    @property
    def at_fault(self) -> tuple[str, ...]:
        """The fields whose rows of the mapping are at fault."""
        return tuple(field.target for field in self.fields if not field.ok)

    def __str__(self) -> str:
        steps = [f"{one.status:<8} {one.name:<12} {one.detail}" for one in self.steps]
        fields = [
            f"         {one.target} <- {one.source}: {one.verdict} {one.detail}".rstrip()
            for one in self.fields
        ]
        return "\n".join((*steps, *fields))

    def _repr_html_(self) -> str:
        lines = [
            *((one.status, one.name, f"{one.detail} {one.advice}".rstrip()) for one in self.steps),
            *((one.verdict, f"{one.target} ← {one.source}", one.detail) for one in self.fields),
        ]
        return table(("status", "step or field", "details"), lines)


def compare_contact(
    explained: Explanation,
    wanted: ContactFields,
    contact: Contact,
    types: Mapping[str, FieldType | str],
) -> tuple[FieldCheck, ...]:
    """Compare a contact with what was sent, for every row of the mapping."""
    custom = wanted.get("custom_fields", {})
    sent: dict[str, Any] = {name: wanted[name] for name in wanted if name != "custom_fields"}  # type: ignore[literal-required]  # its own keys
    stored: dict[str, Any] = {name: getattr(contact, name) for name in sent}
    kinds = {name: "address" if name == "email" else "text" for name in sent}
    for name, value in custom.items():
        label = custom_label(name)
        sent[label], kinds[label] = value, str(types.get(name, "text"))
        if name in contact.custom_fields:
            stored[label] = contact.custom_fields[name]
    checks = []
    for one in explained.fields:
        source = " or ".join(map(shown, one.sources))
        verdict: Comparison = "not sent"
        detail = "the sample has nothing for it"
        if one.target in sent:
            back = _text(stored[one.target]) if one.target in stored else None
            verdict, detail = compare(_text(sent[one.target]), back, kinds[one.target])
        checks.append(FieldCheck(target=one.target, source=source, verdict=verdict, detail=detail))
    return tuple(checks)


def _text(value: object) -> str:
    return "" if value is None else str(value)


def compare(sent: str, stored: str | None, kind: str = "text") -> tuple[Comparison, str]:
    """Compare a value with what came back; ``None`` means that the answer has no such field."""
    if stored is None:
        return "lost", "iContact's answer has no such field: does the folder have it?"
    if sent == stored:
        return "kept", ""
    if kind == "checkbox" and {sent, stored} == {"0", ""}:
        return "kept", "an unticked box comes back blank"
    if kind == "address" and sent.casefold() == stored.casefold():
        return "kept", "in other case"
    if not stored:
        return "lost", f"{number_of(len(sent), 'character')} sent, and nothing came back"
    if kind in DECIMALS:
        return _compare_numbers(sent, stored)
    return _compare_dates(sent, stored) if kind == "date" else _compare_texts(sent, stored)


def _compare_numbers(sent: str, stored: str) -> tuple[Comparison, str]:
    try:
        before, after = Decimal(sent), Decimal(stored)
    except InvalidOperation:
        return "wrong type", "this field holds numbers, and what came back is not a number"
    if before == after:
        return "kept", "in another form of the same number"
    if int(before) == int(after):
        return "truncated", "decimals are missing: use a field type with more of them"
    return "changed", "another number came back: check decimal and thousands of the source"


def _compare_dates(sent: str, stored: str) -> tuple[Comparison, str]:
    # Forms that iContact may take for each other, too.
    before, after = (parse_day(text, "%d/%m/%Y", "%d.%m.%Y") for text in (sent, stored))
    if before is None or after is None:
        return "wrong type", "this field holds dates, and what came back is not a date"
    if before == after:
        return "kept", "in another form of the same date"
    return "changed", "another date came back: try another date_format in [mapping.options]"


def _compare_texts(sent: str, stored: str) -> tuple[Comparison, str]:
    if sent.startswith(stored):
        length = number_of(len(sent), "character")
        return "truncated", f"the first {len(stored)} of {length} came back"
    if sent.lstrip("0") == stored:
        return "wrong type", "leading zeros are gone: it was stored as a number"
    if sent.casefold() == stored.casefold():
        return "changed", "it came back in other case"
    if sent == html.unescape(stored):
        return "changed", "it came back with HTML entities in place of its characters"
    # What every encoding keeps.
    plain = ["".join(c for c in text if c.isascii() and c != "?") for text in (sent, stored)]
    if plain[0] == plain[1]:
        return "changed", "its accented letters came back as others: the encoding is wrong"
    length = number_of(len(stored), "character")
    return "changed", f"another text came back, of {length} instead of {len(sent)}"
