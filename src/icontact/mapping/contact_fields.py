"""The fields that a mapping can fill, and the nearest one to a name."""

from __future__ import annotations

import difflib
import re
from collections.abc import Collection, Hashable, Iterable, Mapping

from icontact.errors import MappingError
from icontact.mapping.field_aliases import FULL_NAME_FIELD, fields_by_alias
from icontact.mapping.normalize import normalize_key

#: Our name -> the name on the wire, in iContact's order (API 6.1).
WIRE_NAMES: Mapping[str, str] = {
    "email": "email",
    "prefix": "prefix",
    "first_name": "firstName",
    "last_name": "lastName",
    "suffix": "suffix",
    "street": "street",
    "street2": "street2",
    "city": "city",
    "state": "state",
    "postal_code": "postalCode",
    "phone": "phone",
    "fax": "fax",
    "business": "business",
    "status": "status",
}

FIELDS = tuple(WIRE_NAMES)
CUSTOM = "custom_fields"

#: The column that says why a row was not pushed. No push reads it.
REASON_COLUMN = "icontact_reason"

#: Keys of a contact on the wire that no custom field may take.
_TAKEN = frozenset([*WIRE_NAMES.values(), "contactId", "createDate", "bounceCount"])

_ADDRESS_LIKE = re.compile(r"[^\s@]@[^\s@]")


def custom_label(name: str) -> str:
    """Return the name under which messages and tables show a custom field."""
    return f"{CUSTOM}.{name}"


def field_for(target: object) -> str:
    """Return iContact's field for a mapping's key, given in our spelling or the wire's."""
    for ours, wire in WIRE_NAMES.items():
        if target in (ours, wire):
            return ours
    if target == "country":
        raise MappingError(
            "iContact has no field for the country: map it to a custom field, or give it as the "
            "option country, where it helps to read states",
            field="country",
        )
    known = fields_by_alias().get(normalize_key(str(target)))
    if known is not None and known[0] != FULL_NAME_FIELD:
        hint = f"did you mean {known[0]!r}?"
    else:
        hint = nearest(target, [*FIELDS, CUSTOM])
    raise MappingError(
        f"{shown(target)} is not a field of an iContact contact: {hint} "
        f"Custom fields go under {CUSTOM!r}.",
        field=str(target),
    )


def custom_name(target: object) -> str:
    """Return the private name of a custom field that a mapping names."""
    if not isinstance(target, str) or not target.strip():
        raise MappingError(f"{CUSTOM}: a custom field is named by its private name, a text")
    if target in _TAKEN:
        # Both would be the same key of the contact on the wire (API 9).
        raise MappingError(
            f"{custom_label(target)}: {target!r} is a field of iContact's own, and cannot be a "
            f"custom field; map it outside {CUSTOM!r}",
            field=custom_label(target),
        )
    return target


def can_be_custom(name: str) -> bool:
    """Tell whether a custom field can have this private name."""
    return bool(name.strip()) and name not in _TAKEN


def nearest(given: object, choices: Collection[str]) -> str:
    """Return ``did you mean …?`` or, if nothing is near, the choices (at most 20)."""
    close = closest(given, choices)
    return f"did you mean {close!r}?" if close else f"choose from {bounded(choices)}."


def closest(given: object, choices: Iterable[str]) -> str | None:
    """Return the choice that is spelled most like what was given, if one is near."""
    by_squeezed = {normalize_key(choice): choice for choice in choices}
    found = difflib.get_close_matches(normalize_key(str(given)), by_squeezed, n=1, cutoff=0.7)
    return by_squeezed[found[0]] if found else None


def bounded(names: Iterable[Hashable], most: int = 20) -> str:
    """Return the names for a message: a limited number, and how many more there are."""
    every = [shown(name) for name in names]
    rest = f" and {len(every) - most} more" if len(every) > most else ""
    return (", ".join(every[:most]) + rest) or "nothing"


def shown(name: object) -> str:
    """Return a key for a message: cut to 40 characters, and an address not repeated."""
    if looks_like_address(name):
        return "(an e-mail address)"
    text = str(name)
    return repr(text if len(text) <= 40 else text[:39] + "…")


def looks_like_address(name: object) -> bool:
    """Return whether a key holds an address, as the first line of a file without header does."""
    return isinstance(name, str) and _ADDRESS_LIKE.search(name) is not None
