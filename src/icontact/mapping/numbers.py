"""Checkboxes and numbers, in decimal arithmetic."""

from __future__ import annotations

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Context, Decimal

from icontact.errors import MappingError
from icontact.mapping.normalize import unaccented
from icontact.mapping.values import (
    TransformResult,
    is_blank,
    plain_number,
    refused_type,
    to_decimal,
    trimmed,
)

#: Decimals of the types of custom fields that hold numbers (API 9).
DECIMALS: Mapping[str, int] = {
    "number": 0,
    "decimalOne": 1,
    "decimalTwo": 2,
    "decimalThree": 3,
    "decimalFour": 4,
}

_YES = frozenset("1 true t yes y on x checked ja j wahr oui o vrai si s sim da ✓ ✔".split())
_NO = frozenset("0 false f no n off unchecked nein falsch non faux nao nee niet ✗ ✘".split())

_PLAIN = re.compile(r"[+-]?(?:[0-9]+(?:\.[0-9]*)?|\.[0-9]+)(?:[eE][+-]?[0-9]{1,3})?")
_NO_NUMBER = frozenset({"nan", "null", "none"})
_NO_BREAK_SPACES = str.maketrans("\u00a0\u202f\u2009", "   ")
_EXACT = Context(prec=100)


def clean_checkbox(value: object) -> TransformResult:
    """Return ``"1"`` or ``"0"``, as the wire has it (API 9).

    >>> clean_checkbox("Yes").value, clean_checkbox(0).value, clean_checkbox("nein").value
    ('1', '0', '0')
    """
    if is_blank(value):
        return TransformResult(None)
    if isinstance(value, str):
        word = unaccented(trimmed(value))
        if word in _YES:
            return TransformResult("1")
        if word in _NO:
            return TransformResult("0")
    elif isinstance(value, (bool, int, float, Decimal)) and value in (0, 1):
        return TransformResult("1" if value else "0")
    raise MappingError("neither yes nor no: write true/false, yes/no, on/off, x or 1/0")


def usual_whole_number(value: object) -> str | None:
    """Return the text of a whole number that `clean_number` leaves as it is."""
    return str(value) if type(value) is int and -(10**15) < value < 10**15 else None


def clean_number(
    value: object,
    *,
    decimals: int | None = None,
    thousands: str | None = None,
    decimal: str | None = None,
) -> TransformResult:
    """Return a number as text, with a point and no exponent.

    Args:
        value: A number, or its text. The words ``nan`` and ``null`` count as empty.
        decimals: The number of decimals; halves are rounded away from zero, as on an invoice,
            with a note. ``None`` keeps those it has.
        thousands: What separates groups of three digits, such as ``","``; without it, none may.
        decimal: What separates the decimals, ``"."`` by default.

    >>> clean_number("1.234,5", thousands=".", decimal=",", decimals=2).value
    '1234.50'
    """
    if is_blank(value):
        return TransformResult(None)
    if isinstance(value, bool):
        raise MappingError("a yes or no, and not a number")
    if isinstance(value, str):
        if trimmed(value).lower().lstrip("+-") in _NO_NUMBER:
            return TransformResult(None)
        number = _parsed(value, thousands=thousands, point=decimal or ".")
    elif isinstance(value, (int, float, Decimal)):
        number = to_decimal(value)
    else:
        raise refused_type(value)
    if decimals is None:
        return TransformResult(plain_number(number))
    rounded = number.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP, _EXACT)
    notes = (f"rounded to {decimals} decimals",) if rounded != number else ()
    # Rounded from -0.2, a zero still carries its minus.
    return TransformResult(format(rounded or abs(rounded), "f"), notes)


def _parsed(value: str, *, thousands: str | None, point: str) -> Decimal:
    text = trimmed(value).translate(_NO_BREAK_SPACES)
    if thousands is not None:
        thousands = thousands.translate(_NO_BREAK_SPACES)
        whole, comma, rest = text.partition(point)
        if thousands in whole:
            grouped = rf"[+-]?[0-9]{{1,3}}(?:{re.escape(thousands)}[0-9]{{3}})+"
            if re.fullmatch(grouped, whole) is None:
                raise MappingError(f"not a number with {thousands!r} between the thousands")
            whole = whole.replace(thousands, "")
        text = whole + comma + rest
    if point != ".":
        if "." in text:
            raise MappingError(f"not a number with {point!r} before the decimals")
        text = text.replace(point, ".", 1)
    if _PLAIN.fullmatch(text) is None:
        raise MappingError('not a number: write 1.5, or set decimal = "," for this field')
    return to_decimal(Decimal(text))
