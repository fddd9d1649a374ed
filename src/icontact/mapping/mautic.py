"""Mautic's field mapping as its iContact plugin stores it, its pseudo fields, and its preset."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from icontact.errors import ConfigError, MappingError
from icontact.mapping.contact_fields import CUSTOM, custom_label, nearest, shown
from icontact.mapping.normalize import read_data

#: Pseudo fields that Mautic offers beside a contact's own.
CONTACT_ID = "mauticContactId"
#: In spite of its name, 1 means that the contact must **not** be mailed.
DO_NOT_CONTACT = "mauticContactIsContactableByEmail"

#: The mark of a custom field in Mautic's mapping. Only at the front: "my_cf_field" is a name.
CUSTOM_PREFIX = "cf_"

#: Settings around the mapping in exports of the plugin's settings and of single actions.
_AROUND = ("featureSettings", "feature_settings", "config", "list_settings", "properties")
_LEAD_FIELDS = "leadFields"

#: A mapping as the form posts it: field N of the integration, field N of Mautic's.
_FORM_ROW = re.compile(r"(i|m)_([0-9]+)")
#: Which of both sides wins, of integrations that go both ways. A push goes one way.
_DIRECTION = re.compile(r"update_mautic_?[0-9]+")

#: Settings of a plugin are not deeper, and not larger.
_PHP_DEEPEST = 50
_PHP_LONGEST = 1_000_000

_PHP_SCALAR = re.compile(rb"(?:N|b:[01]|i:-?[0-9]{1,19}|d:-?[0-9.]{1,40}(?:[eE][+-]?[0-9]{1,3})?);")
_PHP_TEXT = re.compile(rb's:([0-9]{1,7}):"')
_PHP_ARRAY = re.compile(rb"a:([0-9]{1,6}):\{")


@cache
def presets() -> Mapping[str, Mapping[str, Any]]:
    """Return the configuration of each preset, with the mapper's options."""
    return read_data("presets.toml")


def preset(name: str) -> Mapping[str, Any]:
    """Return a preset's configuration."""
    if name in presets():
        return presets()[name]
    raise MappingError(f"unknown preset {shown(name)}: {nearest(name, presets())}")


def from_mautic(given: Mapping[str, Any]) -> dict[str, Any]:
    """Return the configuration for a field mapping as Mautic's plugin stores it.

    Args:
        given: ``leadFields``, or the settings around it: iContact's field on the wire, or ``cf_``
            and a custom field, to Mautic's alias. Blank aliases are fields not mapped.
    """
    fields = {}
    for target, alias in lead_fields(given).items():
        if alias is None or alias == "":
            continue
        if not isinstance(alias, str):
            raise MappingError(
                f"{target}: Mautic's alias of a field is a text, not {type(alias).__name__}",
                field=target,
            )
        fields[target] = alias
    if "email" not in fields:
        raise MappingError(
            "Mautic's mapping fills no e-mail, which iContact requires: map email there, or add "
            "it here. Nothing is ever sent in place of a missing address",
            field="email",
        )
    return {**fields, "options": dict(presets()["mautic"]["options"])}


def plainly_named(config: Mapping[Any, Any]) -> dict[Any, Any]:
    """Return a mapping with its custom fields under ``custom_fields``, without their prefix."""
    fields: dict[Any, Any] = {}
    prefixed: dict[str, Any] = {}
    for target, source in config.items():
        if isinstance(target, str) and target.startswith(CUSTOM_PREFIX):
            prefixed[target.removeprefix(CUSTOM_PREFIX)] = source
        else:
            fields[target] = source
    custom = fields.get(CUSTOM, {})
    if not prefixed or not isinstance(custom, Mapping):
        return fields
    for name in prefixed:
        if name in custom:
            label = custom_label(name)
            raise MappingError(
                f"{label} is mapped twice: there, and as {CUSTOM_PREFIX}{name}", field=label
            )
    return {**fields, CUSTOM: {**prefixed, **custom}}


def lead_fields(given: Any) -> dict[str, Any]:
    """Return Mautic's mapping without the settings around it."""
    found = _innermost(given)
    found = found.get(_LEAD_FIELDS, found) if isinstance(found, Mapping) else found
    if found == []:  # PHP writes an empty mapping as a list
        return {}
    if not isinstance(found, Mapping):
        raise MappingError(
            f"Mautic's mapping is an object of fields and aliases, not {type(found).__name__}"
        )
    rows = {name: _FORM_ROW.fullmatch(name) for name in found}
    if not any(rows.values()):
        return dict(found)
    pairs: dict[str, dict[str, Any]] = {}
    for name, row in rows.items():
        if row is not None:
            pairs.setdefault(row[2], {})[row[1]] = found[name]
        elif not _DIRECTION.fullmatch(name):
            raise MappingError(f"Mautic's mapping holds {name!r} beside its numbered rows")
    fields: dict[str, Any] = {}
    for number, pair in pairs.items():
        target = pair.get("i")
        if not isinstance(target, str):
            raise MappingError(f"Mautic's mapping has no field in its row {number}: i_{number}")
        if target in fields:
            raise MappingError(f"{target} is mapped twice", field=target)
        fields[target] = pair.get("m")
    return fields


def list_of(given: Any) -> int | str | None:
    """Return the list that settings of Mautic's plugin name, if they do."""
    found = _innermost(given)
    for place in (found, found.get("list_settings") if isinstance(found, Mapping) else None):
        chosen = place.get("list") if isinstance(place, Mapping) else None
        if isinstance(chosen, str | int) and not isinstance(chosen, bool) and chosen:
            text = str(chosen)
            return int(text) if text.isascii() and text.isdecimal() else text
    return None


def _innermost(given: Any) -> Any:
    """Return the object that holds the mapping, or the mapping itself."""
    found = given
    while isinstance(found, Mapping) and _LEAD_FIELDS not in found:
        inner = [found[name] for name in _AROUND if isinstance(found.get(name), Mapping)]
        if not inner:
            break
        found = inner[0]
    return found


def document(path: str | os.PathLike[str]) -> Any:
    """Return the content of a file in JSON, or as PHP's ``serialize`` wrote it for Mautic.

    Raises:
        ConfigError: It cannot be read, or is neither.
    """
    is_php = False
    try:
        data = Path(path).read_bytes()
        is_php = _PHP_ARRAY.match(data.lstrip()) is not None
        return unserialized(data.strip()) if is_php else json.loads(data.decode("utf-8-sig"))
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        problem = "not in UTF-8"
    except json.JSONDecodeError as error:
        problem = f"not JSON: {error.msg}, line {error.lineno}"
    except (ValueError, RecursionError) as error:
        problem = "not JSON that can be read: a number is too long, or it is nested too deeply"
        if is_php:
            problem = f"not as PHP serializes a value: {error}"
    raise ConfigError(f"cannot read {os.fspath(path)}: {problem}")


def unserialized(data: bytes) -> Any:
    """Return the value; an array whose keys are 0, 1, … is a list, every other one a dictionary.

    Objects are refused: nothing is made of what they name.

    >>> unserialized(b'a:1:{s:5:"email";s:4:"mail";}')
    {'email': 'mail'}
    """
    if len(data) > _PHP_LONGEST:
        raise ValueError("longer than a plugin's settings can be")
    value, end = _php_value(data, 0, 0)
    if data[end:].strip():
        raise ValueError("something follows the value")
    return value


def _php_value(data: bytes, start: int, depth: int) -> tuple[Any, int]:
    """Return the value at a place, and where it ends."""
    if depth > _PHP_DEEPEST:
        raise ValueError("nested too deeply")
    if (found := _PHP_SCALAR.match(data, start)) is not None:
        kind, _, value = found[0][:-1].decode("ascii").partition(":")
        if kind == "N":
            return None, found.end()
        if kind == "b":
            return value == "1", found.end()
        return (int(value) if kind == "i" else float(value)), found.end()
    if (found := _PHP_TEXT.match(data, start)) is not None:
        end = found.end() + int(found[1])
        if data[end : end + 2] != b'";':
            raise ValueError(f"a text does not end where it says, at byte {start}")
        return data[found.end() : end].decode("utf-8"), end + 2
    if (found := _PHP_ARRAY.match(data, start)) is None:
        raise ValueError(f"not a value that settings can hold, at byte {start}")
    place, array = found.end(), dict[str | int, Any]()
    for _ in range(int(found[1])):
        key, place = _php_value(data, place, depth + 1)
        if isinstance(key, bool) or not isinstance(key, str | int):
            raise ValueError(f"an array has a key that is not a text or a number, at byte {place}")
        array[key], place = _php_value(data, place, depth + 1)
    if data[place : place + 1] != b"}":
        raise ValueError(f"an array does not end where it says, at byte {place}")
    is_list = list(array) == list(range(len(array)))
    return (list(array.values()) if is_list else array), place + 1
