"""A mapping guessed from a file's header."""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from typing import Any

import attrs

from icontact.errors import MappingError
from icontact.mapping.consent import ConsentBlank, column_of
from icontact.mapping.people import NamePart
from icontact.mapping.source import Source
from icontact.mapping.spellings import BY_SPELLING, FULL_NAME, squeeze
from icontact.mapping.targets import (
    CUSTOM,
    FIELDS,
    bounded,
    can_be_custom,
    custom_label,
    looks_like_address,
    shown,
)

_PART_OF: Mapping[str, NamePart] = {
    "prefix": "prefix",
    "first_name": "first",
    "last_name": "last",
    "suffix": "suffix",
}

_PREFIX = custom_label("")

#: No other system has all of these.
_EXPORTED = frozenset({"contact_id", "email", "status", "create_date", "bounce_count"})

#: Columns of an export that say how people stand to one list, or to all of them.
_STATES = ("subscription", "subscriptions")

_AS_THEY_ARE = "the header is that of an export: its values go back as they are, the status too"


@attrs.frozen
class Guess:
    """What was made of a header.

    Attributes:
        mapping: Field to source.
        country: The column of the country, if there is one.
        do_not_contact: The columns that say who must not be mailed.
        consent: The columns that must say who may be mailed.
        consent_blank: What a blank means there.
        unused: The columns that nothing is read from, in the header's order.
        notes: Why a column was passed over, or taken apart.
    """

    mapping: dict[str, Any]
    country: str | None
    unused: tuple[Hashable, ...]
    notes: tuple[str, ...]
    do_not_contact: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    consent_blank: ConsentBlank = "skip"


def guess(columns: Iterable[Hashable], rows: Sequence[Mapping[Any, Any]] = ()) -> Guess:
    """Return the mapping that a header suggests, by the usual spellings.

    The better spelling of a field wins, and of equals the first; what loses is noted. A full name
    is taken apart where the header has neither first nor last name. ``status`` is never guessed: in
    other systems it means something else.

    A column ``custom_fields.NAME`` fills that custom field. The header of an export of ours is
    recognised: its values are iContact's own and go back as they are, the status too; and whoever
    had unsubscribed, or not confirmed, is held back.

    Raises:
        MappingError: No column looks like the e-mail address; names the columns seen.
    """
    header = list(columns)
    if _EXPORTED.issubset(header):
        return _exported(header)
    claims = _claims(header)
    if "email" not in claims:
        raise _no_address(header)
    notes: list[str] = []
    mapping: dict[str, Any] = {}
    used = set()
    for field in (*FIELDS, "country"):
        if claimed := claims.get(field):
            place, *others = claimed
            mapping[field] = header[place]
            used.add(place)
            notes += [
                f"column {shown(header[other])} is not used: {shown(header[place])} fills {field}"
                for other in others
            ]
    place_of_name = _full_name(header)
    if place_of_name is not None and not {"first_name", "last_name"} & mapping.keys():
        used.add(place_of_name)
        notes.append(
            f"column {shown(header[place_of_name])} is taken apart into first and last name"
        )
        for field, part in _PART_OF.items():
            mapping.setdefault(
                field, Source(str(header[place_of_name]), transform="full_name", part=part)
            )
    country = mapping.pop("country", None)
    if custom := _custom(header):
        mapping[CUSTOM] = custom
        used.update(place for place, column in enumerate(header) if column in custom.values())
    about = [column_of(column, rows) for column in header]
    no, yes = (
        tuple(str(one.column) for one in about if one is not None and one.meaning == meaning)
        for meaning in ("no", "yes")
    )
    unused = tuple(
        column for place, column in enumerate(header) if place not in used and about[place] is None
    )
    return Guess(mapping, country, unused, tuple(notes), no, yes)


def _exported(header: Sequence[Hashable]) -> Guess:
    """Return the mapping for what `icontact.Folder.export` wrote."""
    mapping: dict[str, Any] = {
        field: Source(field, transform="verbatim") for field in FIELDS if field in header
    }
    # An address is always cleaned, and compared without regard to that.
    mapping["email"] = "email"
    custom = _custom(header)
    if custom:
        mapping[CUSTOM] = {
            name: Source(column, transform="verbatim") for name, column in custom.items()
        }
    guard = next((column for column in _STATES if column in header), None)
    about = () if guard is None else (guard,)
    used = {*mapping, *custom.values(), guard}
    unused = tuple(column for column in header if column not in used)
    return Guess(mapping, None, unused, (_AS_THEY_ARE,), (), about, "push")


def _custom(header: Sequence[Hashable]) -> dict[str, str]:
    """Return the columns that name a custom field, by its private name."""
    found = (column for column in header if isinstance(column, str) and column.startswith(_PREFIX))
    named = {column.removeprefix(_PREFIX): column for column in found}
    return {name: column for name, column in named.items() if can_be_custom(name)}


def _claims(header: Sequence[Hashable]) -> dict[str, list[int]]:
    """Return for each field the places of the columns that claim it, best spelling first."""
    ranked: dict[str, list[tuple[int, int]]] = {}
    for place, column in enumerate(header):
        if isinstance(column, str) and (claim := BY_SPELLING.get(squeeze(column))):
            field, rank = claim
            ranked.setdefault(field, []).append((rank, place))
    return {field: [place for _, place in sorted(found)] for field, found in ranked.items()}


def _full_name(header: Sequence[Hashable]) -> int | None:
    ranked = [
        (FULL_NAME.index(squeeze(column)), place)
        for place, column in enumerate(header)
        if isinstance(column, str) and squeeze(column) in FULL_NAME
    ]
    return min(ranked)[1] if ranked else None


def _no_address(header: Sequence[Hashable]) -> MappingError:
    if any(map(looks_like_address, header)):
        # Then the names beside it are a person's as well.
        problem = (
            f"the {len(header)} columns seem to be named by a contact's data: put the names of the "
            "columns on the first line of the file"
        )
    else:
        problem = (
            f"no column looks like the e-mail address; there are {bounded(header)}. Say which one "
            "it is, as in ContactMapper({'email': 'the column'})"
        )
    return MappingError(problem, field="email")
