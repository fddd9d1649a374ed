"""From models, write shapes and filters to the form that iContact reads."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from datetime import date, datetime, timedelta, timezone
from decimal import Decimal
from difflib import get_close_matches
from typing import Any, Literal, TypeAlias, get_args

from icontact.models import Condition, Filter
from icontact.wire._decoding import camel, shape_of
from icontact.wire._scalars import EASTERN_TIME, integer

#: How US Eastern time is written in winter, where iContact's page contradicts itself (API 2.8).
EasternOffset: TypeAlias = Literal["fixed", "actual"]

_SUMMER = timezone(timedelta(hours=-4))

#: How alike two names must be for one to be suggested: "gone" is not "phone".
_ALIKE = 0.7

#: Query parameters that are not search terms (API 2.6).
_PAGING = frozenset({"limit", "offset", "orderby"})


def encode_fields(
    model: type[Any], fields: Mapping[str, Any], allowed: frozenset[str]
) -> dict[str, Any]:
    """Return a write shape as JSON: absent is not sent, ``None`` is ``""``, a value its text.

    The read model knows the wire names.

    Raises:
        TypeError: For a key that the shape does not have; names the nearest one. For a value that
            is not a mapping.
        ValueError: For a value that cannot be sent; names the field.
    """
    if not isinstance(fields, Mapping):
        raise TypeError(f"expected a mapping of fields, not {type(fields).__name__}")
    shape = shape_of(model)
    body: dict[str, Any] = {}
    for name, value in fields.items():
        if name not in allowed:
            hint = f"; a custom field goes into custom_fields={{{name!r}: ...}}"
            custom = hint if shape.collects in allowed else ""
            raise TypeError(
                f"{model.__name__} has no field {name!r}{nearest(name, allowed)}{custom}"
            )
        if name == shape.collects:
            for custom_name, custom_value in _custom_items(value, shape.known):
                body[custom_name] = _named(custom_name, custom_value)
            continue
        # A password is written and never read, so no model has it.
        wire = shape.names.get(name) or camel(name)
        if name in shape.whole and type(value) is str:
            body[wire] = whole_number(name, value)
        else:
            body[wire] = _array(name, value) if name in shape.arrays else _named(name, value)
    return body


def _custom_items(custom: object, known: frozenset[str]) -> Iterator[tuple[str, Any]]:
    if not isinstance(custom, Mapping):
        raise TypeError(f"custom_fields must be a mapping, not {type(custom).__name__}")
    for name, value in custom.items():
        if not isinstance(name, str):
            raise TypeError(f"the name of a custom field must be text, not {type(name).__name__}")
        # As a top-level key or a term it would be taken for the standard field.
        if name in known:
            raise ValueError(f"custom field {name!r} has the name of a standard field")
        yield name, value


def _array(name: str, values: Any) -> list[Any]:
    if isinstance(values, str) or not isinstance(values, Iterable):
        raise ValueError(f"{name}: expected several values, got a {type(values).__name__}")
    return [_named(name, value) for value in values]


#: The types of nearly all values. By exact type: True is an int as well.
_AS_IS = frozenset({str, int})


def _named(name: str, value: Any) -> Any:
    if type(value) in _AS_IS:
        return value
    try:
        return _sent(value)
    except ValueError as problem:
        shown = name if name.isprintable() else repr(name)
        raise ValueError(f"{shown}: {problem}") from None


def _sent(value: Any) -> Any:
    if value is None:
        return ""
    if isinstance(value, bool):
        return int(value)
    if isinstance(value, float | Decimal):
        if not Decimal(value).is_finite():
            raise ValueError("not a finite number")
        return format(Decimal(str(value)), "f")
    if isinstance(value, str):
        return str(value)  # an enum member becomes its text
    if isinstance(value, int):
        return value
    if isinstance(value, datetime) and value.tzinfo is None:
        raise ValueError("a time needs a time zone")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, tuple | list):
        try:
            return ",".join(str(integer(item)) for item in value)
        except ValueError:
            raise ValueError(f"a {type(value).__name__} may hold ids alone") from None
    raise ValueError(f"cannot send a {type(value).__name__}")


def encode_scheduled(moment: datetime, eastern_offset: EasternOffset) -> str:
    """Return when a send goes out, in the one form that is accepted (API 2.8).

    ``"fixed"`` writes ``-04:00`` all year, as documented, ``"actual"`` what US Eastern has at that
    time: ``-05:00`` in winter. Either form names the same instant.

    Raises:
        ValueError: If the moment has no time zone, or the offset is neither of the two.
    """
    if moment.tzinfo is None:
        raise ValueError("a time needs a time zone")
    if eastern_offset not in get_args(EasternOffset):
        raise ValueError("eastern_offset must be 'fixed' or 'actual'")
    zone = _SUMMER if eastern_offset == "fixed" else EASTERN_TIME
    return moment.astimezone(zone).replace(microsecond=0).isoformat()


def encode_filters(
    model: type[Any], filters: Mapping[str, Any], allowed: frozenset[str]
) -> tuple[tuple[str, str], ...]:
    """Return search terms as query parameters (API 2.6).

    Raises:
        TypeError: For a term that the listing does not have; names the nearest one. For several
            values without ``one_of``.
        ValueError: For an empty value, or one that is not a date where one is searched for:
            iContact would match nothing.
    """
    shape = shape_of(model)
    terms: list[tuple[str, str]] = []
    for name, value in filters.items():
        if name not in allowed:
            raise TypeError(f"cannot search by {name!r}{nearest(name, allowed)}")
        if name == shape.collects:
            for custom, condition in _custom_items(value, shape.known | _PAGING):
                terms += _term(custom, condition)
        else:
            if name.endswith("_id"):
                for one in value.values if isinstance(value, Condition) else (value,):
                    if isinstance(one, str) and one:
                        whole_number(name, one)
            # A list can be searched for although it is not a field of a contact.
            is_date = name.endswith(("_date", "_time"))
            terms += _term(shape.names.get(name) or camel(name), value, is_date=is_date)
    return tuple(terms)


def whole_number(name: str, text: str, remedy: str = "") -> int:
    """Return the number that a text holds; an error names it and does not show the text."""
    if not (text.isascii() and text.isdecimal()):
        what = "an empty text" if not text else "a text without a number"
        raise ValueError(f"{name} must be a whole number, not {what}{remedy and f'; {remedy}'}")
    return int(text)


def _term(name: str, value: Filter, *, is_date: bool = False) -> list[tuple[str, str]]:
    condition = value if isinstance(value, Condition) else Condition(None, (value,))
    texts = [_searched(name, item, is_date=is_date) for item in condition.values]
    for text in texts:
        if not text:
            raise ValueError(
                f"{name}: iContact matches nothing for an empty value; leave the term out"
            )
        if "," in text:
            raise ValueError(f"{name}: iContact reads a comma as the end of a value")
    term = [(name, ",".join(texts))]
    if condition.search_type:
        term.append((f"{name}SearchType", condition.search_type))
    return term


def _searched(name: str, value: Any, *, is_date: bool) -> str:
    """Return one value of a term. Times are searched for by the second (API 2.6)."""
    if isinstance(value, Iterable) and not isinstance(value, str):
        raise TypeError(f"{name}: search for several values with icontact.one_of(1, 2)")
    if is_date and isinstance(value, str) and value and "*" not in value:
        text = str(value)
        try:
            if len(text) <= len("2026-01-31"):
                return date.fromisoformat(text).isoformat()
            return _in_eastern_time(datetime.fromisoformat(text))
        except ValueError:
            raise ValueError(
                f"{name}: not a date. Write 2026-01-31, or 2026-01-31T08:00:00+01:00"
            ) from None
    if isinstance(value, datetime) and value.tzinfo is not None:
        return _in_eastern_time(value)
    return str(_named(name, value))


def _in_eastern_time(moment: datetime) -> str:
    """Return a moment as US Eastern time, which a server that ignores offsets takes it for."""
    if moment.tzinfo is not None:
        with suppress(OverflowError):  # at both ends of the calendar
            moment = moment.astimezone(EASTERN_TIME)
    return moment.isoformat(timespec="seconds")


def encode_order(model: type[Any], order_by: str | tuple[str, ...]) -> str:
    """Return a sort order: ``"-create_date"`` becomes ``createDate:desc`` (API 2.6).

    Raises:
        ValueError: For a field that the model does not have; names the nearest one.
    """
    names = shape_of(model).names
    parts = []
    for item in (order_by,) if isinstance(order_by, str) else order_by:
        name = item.removeprefix("-")
        if name not in names:
            raise ValueError(f"cannot order by {name!r}{nearest(name, names)}")
        parts.append(names[name] + (":desc" if item.startswith("-") else ""))
    return ",".join(parts)


def nearest(name: str, known: Mapping[str, Any] | frozenset[str]) -> str:
    """Return ``; did you mean 'x'?`` for a name that was mistyped, else the names there are."""
    close = get_close_matches(str(name), sorted(known), n=1, cutoff=_ALIKE)
    return f"; did you mean {close[0]!r}?" if close else f"; there are: {', '.join(sorted(known))}"
