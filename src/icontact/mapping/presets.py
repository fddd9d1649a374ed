"""Mappings for systems whose names are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icontact.errors import MappingError
from icontact.mapping.targets import nearest, shown

#: Mautic's alias of the country; its field mapping has no place for it, and states need it.
MAUTIC_COUNTRY = "country"

_CUSTOM_PREFIX = "cf_"

#: Preset -> the mapping, with the mapper's options.
PRESETS: Mapping[str, Mapping[str, Any]] = {
    "mautic": {
        "email": "email",
        "prefix": "title",
        "first_name": "firstname",
        "last_name": "lastname",
        "street": "address1",
        "street2": "address2",
        "city": "city",
        "state": "state",
        "postal_code": "zipcode",
        "phone": ("phone", "mobile"),
        "fax": "fax",
        # Documented as the business phone (API 6.1), and used for the company by Mautic's users.
        "business": "company",
        "options": {"country": MAUTIC_COUNTRY},
    },
}


def preset(name: str) -> Mapping[str, Any]:
    """Return a preset's configuration.

    Raises:
        MappingError: There is none of that name; names the nearest one.
    """
    if name in PRESETS:
        return PRESETS[name]
    raise MappingError(f"there is no preset {shown(name)}: {nearest(name, PRESETS)}")


def from_mautic(lead_fields: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration for a field mapping as Mautic's plugin stores it.

    Args:
        lead_fields: Mautic's ``leadFields``: iContact's field on the wire, or ``cf_`` and a custom
            field, to Mautic's alias. Blank aliases are fields not mapped.
    """
    fields: dict[str, Any] = {}
    custom: dict[str, Any] = {}
    for target, alias in lead_fields.items():
        if alias is None or alias == "":
            continue
        if target.startswith(_CUSTOM_PREFIX):
            custom[target.removeprefix(_CUSTOM_PREFIX)] = alias
        else:
            fields[target] = alias
    return {**fields, "custom_fields": custom, "options": {"country": MAUTIC_COUNTRY}}
