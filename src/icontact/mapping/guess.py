"""A mapping guessed from a file's header."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any, get_args

import attrs

from icontact.errors import MappingError
from icontact.mapping.address_groups import ADDRESS_FIELDS
from icontact.mapping.consent_columns import column_of
from icontact.mapping.contact_fields import (
    CUSTOM,
    FIELDS,
    bounded,
    can_be_custom,
    custom_label,
    field_for,
    looks_like_address,
    shown,
)
from icontact.mapping.field_aliases import FULL_NAME_FIELD, HeaderField, field_of
from icontact.mapping.normalize import normalize_key
from icontact.mapping.personal_names import NamePart, is_honorific
from icontact.mapping.source import Source, source_from
from icontact.mapping.values import is_blank

#: Of these, all columns are read: a row's first one that is not blank counts.
_LISTED = ("email", "phone", "fax")

#: The fields that a full name fills, in the order of their parts.
_NAME_FIELDS = ("prefix", "first_name", "last_name", "suffix")

_OF_ADDRESSES = (*ADDRESS_FIELDS, "country")

#: No other system has all of these.
_EXPORTED = frozenset({"contact_id", "email", "status", "create_date", "bounce_count"})

#: Columns of an export with the subscription to one list, or to all of them.
_STATES = ("subscription", "subscriptions")

#: Headers of the prefix that are more often about a position, or a book.
_TITLES = frozenset({"title", "titel", "titre", "titulo", "titolo", "tytul", "titul"})


@attrs.frozen
class Guess:
    """A mapping that a header suggests.

    Attributes:
        mapping: The fields and their sources.
        options: Further arguments of `ContactMapper`.
        unused: The columns that nothing is read from.
        notes: Why a column is not used, or taken apart.
    """

    mapping: dict[str, Any]
    options: dict[str, Any]
    unused: tuple[Hashable, ...]
    notes: tuple[str, ...]


@attrs.frozen
class Claim:
    """A column that could fill a field, and its place in the header."""

    column: str
    place: int
    found: HeaderField


def guess(
    columns: Iterable[Hashable],
    rows: Sequence[Mapping[Any, Any]] = (),
    given: Mapping[str, Any] | None = None,
) -> Guess:
    """Return the mapping that header and first rows suggest.

    ``docs/map-columns.rst`` has the rules. Beside them: of several columns for one field the better
    spelling wins, and what loses is noted; a full name is taken apart where the header has neither
    first nor last name; people who had unsubscribed, or not confirmed, are not pushed from an
    export of ours.

    Args:
        columns: The header.
        rows: The first rows.
        given: Fields whose source is given, and not guessed; ``custom_fields`` among them.

    Raises:
        MappingError: No column looks like the e-mail address; names the columns seen.
    """
    header = list(columns)
    stated = {field_for(name): key for name, key in (given or {}).items() if name != CUSTOM}
    guessed = _exported(header) if _EXPORTED.issubset(header) else _guessed(header, rows, stated)
    if not given:
        return guessed
    custom = {**guessed.mapping.get(CUSTOM, {}), **given.get(CUSTOM, {})}
    mapping = {**guessed.mapping, **stated, **({CUSTOM: custom} if custom else {})}
    sources = map(source_from, (*stated.values(), *custom.values()))
    read = {key for source in sources for key in source.keys}
    unused = tuple(column for column in guessed.unused if column not in read)
    return attrs.evolve(guessed, mapping=mapping, unused=unused)


def _exported(header: Sequence[Hashable]) -> Guess:
    """Return the mapping for a file that `icontact.Folder.export` wrote."""
    mapping: dict[str, Any] = {
        field: Source(field, transform="verbatim") for field in FIELDS if field in header
    }
    # An address is always cleaned, and compared without regard to that.
    mapping["email"] = "email"
    custom = _custom(header)
    state = next((column for column in _STATES if column in header), None)
    used = {*mapping, *custom.values(), state}
    if custom:
        mapping[CUSTOM] = {
            name: Source(column, transform="verbatim") for name, column in custom.items()
        }
    note = "the header is that of an export: its values go back as they are, the status too"
    return Guess(
        mapping,
        {"consent": () if state is None else (state,), "consent_blank": "push"},
        unused=tuple(column for column in header if column not in used),
        notes=(note,),
    )


def _guessed(
    header: Sequence[Hashable], rows: Sequence[Mapping[Any, Any]], stated: Mapping[str, Any]
) -> Guess:
    about = [column_of(column, rows) for column in header]
    notes: list[str] = []
    claims = _claims(header, about, rows, notes) | {field: [] for field in stated}
    if not claims["email"] and "email" not in stated:
        raise _no_address(header)
    mapping: dict[str, Any] = {}
    used: list[Claim] = []
    for field in (*_LISTED, *_NAME_FIELDS, "business"):
        if not (found := claims[field]):
            continue
        first, *others = found
        if field in _LISTED and others:
            mapping[field] = [one.column for one in found]
            used += found
            continue
        mapping[field] = first.column
        used.append(first)
        notes += [
            f"column {shown(other.column)} is not used: {shown(first.column)} fills {field}"
            for other in others
        ]
    groups = _address_groups(claims)
    addresses = [{field: one.column for field, one in group.items()} for group in groups]
    used += [one for group in groups for one in group.values()]
    country: str | None = None
    if len(addresses) == 1:
        country = addresses[0].pop("country", None)
        mapping |= addresses.pop()
    elif addresses:
        names = ", ".join(shown(next(iter(group.values()))) for group in addresses)
        notes.append(
            f"of {len(addresses)} postal addresses (from {names}) the first filled one counts"
        )
    if not {"first_name", "last_name"} & mapping.keys() and claims[FULL_NAME_FIELD]:
        name = claims[FULL_NAME_FIELD][0]
        used.append(name)
        notes.append(f"column {shown(name.column)} is taken apart into first and last name")
        for field, part in zip(_NAME_FIELDS, get_args(NamePart), strict=True):
            mapping.setdefault(field, Source(name.column, transform="full_name", part=part))
    if custom := _custom(header):
        mapping[CUSTOM] = custom
    places = {one.place for one in used}
    read = {*custom.values(), "icontact_reason"}
    consent = [one for one in about if one is not None]
    options = {
        "country": country,
        "addresses": addresses,
        "do_not_contact": [str(one.column) for one in consent if one.meaning == "no"] or None,
        "consent": [str(one.column) for one in consent if one.meaning == "yes"],
    }
    return Guess(
        {field: mapping[field] for field in (*FIELDS, CUSTOM) if field in mapping},
        options,
        unused=tuple(
            column
            for place, column in enumerate(header)
            if place not in places and about[place] is None and column not in read
        ),
        notes=tuple(notes),
    )


def _custom(header: Sequence[Hashable]) -> dict[str, str]:
    """Return the columns that name a custom field, by its private name."""
    prefix = custom_label("")
    columns = (one for one in header if isinstance(one, str) and one.startswith(prefix))
    named = {column.removeprefix(prefix): column for column in columns}
    return {name: column for name, column in named.items() if can_be_custom(name)}


def _claims(
    header: Sequence[Hashable],
    about: Sequence[object],
    rows: Sequence[Mapping[Any, Any]],
    notes: list[str],
) -> dict[str, list[Claim]]:
    """Return for each field the columns that could fill it, the best first."""
    fields = (*_LISTED, *_NAME_FIELDS, "business", *_OF_ADDRESSES, FULL_NAME_FIELD)
    claims: dict[str, list[Claim]] = {field: [] for field in fields}
    places: dict[Hashable, int] = {}
    for place, column in enumerate(header):
        places.setdefault(column, place)
    for column, place in places.items():
        if about[place] is not None or not isinstance(column, str):
            continue
        if (found := field_of(column)) is not None:
            claims[found.field].append(Claim(column, place, found))
    for field, found_claims in claims.items():
        found_claims.sort(key=lambda one: (one.found.rank, one.place))
        fitting = [one for one in found_claims if _fits(field, one.column, rows)]
        if field == "email" and not fitting:
            continue  # which its rows say one by one
        names = {"full_name": "a name", "prefix": "a title before a name"}
        what = names.get(field, "e-mail addresses" if field == "email" else field)
        notes += [
            f"column {shown(one.column)} is not used: its values do not look like {what}"
            for one in found_claims
            if one not in fitting
        ]
        claims[field] = fitting
    return claims


def _fits(field: str, column: str, rows: Sequence[Mapping[Any, Any]]) -> bool:
    """Return whether the first rows hold what a field may hold; so does a blank column."""
    values = [str(row[column]) for row in rows if not is_blank(row.get(column))]
    if not values:
        return True
    if field == "email":
        return any("@" in value for value in values)
    if field in ("phone", "fax"):
        return any(char.isdigit() for value in values for char in value)
    if field == FULL_NAME_FIELD:
        fitting = [
            value.lstrip()[:1].isalpha() and sum(map(str.isdigit, value)) < 3 for value in values
        ]
    elif field == "prefix" and normalize_key(column) in _TITLES:
        fitting = list(map(is_honorific, values))
    else:
        return True
    return 2 * sum(fitting) >= len(fitting)


def _address_groups(claims: Mapping[str, Sequence[Claim]]) -> list[dict[str, Claim]]:
    """Return the groups of columns of postal addresses, in the header's order."""
    groups: dict[str, dict[str, Claim]] = {}
    for field in _OF_ADDRESSES:
        for one in claims[field]:
            groups.setdefault(one.found.group, {}).setdefault(field, one)
    # A country alone helps to read states, and is not an address.
    country = next((group["country"] for group in groups.values() if "country" in group), None)
    filled = [group for group in groups.values() if group.keys() - {"country"}]
    if country is not None and len(filled) == 1:
        filled[0].setdefault("country", country)
    return sorted(filled, key=lambda group: min(one.place for one in group.values()))


def _no_address(header: Sequence[Hashable]) -> MappingError:
    problem = (
        f"no column looks like the e-mail address; there are {bounded(header)}. Say which one it "
        "is, as in ContactMapper({'email': 'the column'})"
    )
    if any(map(looks_like_address, header)):
        # Then the names beside it are a person's as well.
        problem = (
            "the columns seem to be named by a contact's data: put the names of the columns on the "
            "first line of the file"
        )
    return MappingError(problem, field="email")
