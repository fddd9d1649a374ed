"""Mappings for systems whose names are known."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icontact.errors import MappingError
from icontact.mapping import mautic
from icontact.mapping.contact_fields import nearest, shown

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
        "options": {
            "country": mautic.COUNTRY,
            "tags": "strip",
        },
    },
}


def preset(name: str) -> Mapping[str, Any]:
    """Return a preset's configuration."""
    if name in PRESETS:
        return PRESETS[name]
    raise MappingError(f"unknown preset {shown(name)}: {nearest(name, PRESETS)}")
