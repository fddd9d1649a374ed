"""What must not stand in the tables of ``icontact.toml``: credentials."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from icontact.mapping.field_aliases import normalize_key

__all__ = ["misplaced_credential"]

_VARIABLES: Mapping[str, tuple[str, ...]] = {
    "ICONTACT_APP_ID": ("appid", "applicationid", "apikey"),
    "ICONTACT_USERNAME": ("username", "user", "login", "appusername", "apiusername"),
    "ICONTACT_PASSWORD": (
        *("password", "passwd", "pwd", "apppassword", "apipassword", "appapipassword"),
        *("applicationpassword", "apppw", "appsecret", "apisecret", "token"),
    ),
    # Which variable that is, is up to whoever runs the receiver.
    "": ("secret", "webhooksecret", "secrets"),
}

_BY_NAME = {name: variable for variable, names in _VARIABLES.items() for name in names}

#: Their keys are iContact's fields, and their values names of columns.
_MAPPINGS = frozenset({"mapping"})


def misplaced_credential(table: Mapping[str, Any], within: str = "") -> str | None:
    """Return the complaint about a credential in settings, without showing it.

    Args:
        table: The settings.
        within: The name of the table, for the complaint.
    """
    for name, value in table.items():
        place = f"{within}.{name}" if within else name
        variable = _BY_NAME.get(normalize_key(name).removeprefix("icontact"))
        if variable is not None and not isinstance(value, Mapping):
            return _complaint(place, variable)
        if name in _MAPPINGS:
            continue
        for inner in value if isinstance(value, list) else (value,):
            if isinstance(inner, Mapping) and (found := misplaced_credential(inner, place)):
                return found
    return None


def _complaint(place: str, variable: str) -> str:
    where = f"set the variable {variable}" if variable else "set a variable of your own"
    return (
        f"{place!r} is a credential, and no file of settings may hold one: remove it here, and "
        f"{where} in the environment. If others can read the file, choose a new one in its place"
    )
