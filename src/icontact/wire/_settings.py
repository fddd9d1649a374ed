"""From tables of settings to their classes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, TypeVar, cast

import attrs
from cattrs import Converter
from cattrs.errors import ForbiddenExtraKeysError
from cattrs.gen import make_dict_structure_fn, override

from icontact.errors import ConfigError
from icontact.wire._encoding import nearest

__all__ = ["setting_names", "structure_settings"]

T = TypeVar("T")


def setting_names(model: type[Any]) -> Mapping[str, str]:
    """Return the keys of a table and the fields that they fill.

    A field's key is its name, unless its metadata has another ``key``; with ``None`` it has none.
    """
    keys = {one.name: one.metadata.get("key", one.name) for one in attrs.fields(model)}
    return {key: name for name, key in keys.items() if key is not None}


def structure_settings(model: type[T], table: Mapping[str, Any]) -> T:
    """Build an attrs class from a table; its converters and validators check the values.

    Raises:
        ConfigError: If a key is unknown or missing.
    """
    try:
        return _converter(cast("Any", model)).structure(table, model)
    except (ForbiddenExtraKeysError, KeyError) as error:
        names = setting_names(model)
        # A key that is unknown may be the missing one, mistyped.
        if unknown := sorted(map(str, table.keys() - names.keys())):
            problem = f"there is no setting {unknown[0]!r}{nearest(unknown[0], names)}"
        else:
            problem = f"the setting {error.args[0]!r} is missing"
    raise ConfigError(problem)


@cache
def _converter(model: type[Any]) -> Converter:
    converter = Converter(detailed_validation=False)
    keys = {name: key for key, name in setting_names(model).items()}
    overrides: dict[str, Any] = {
        # Values stay as they are: the model's own converters and validators check them.
        one.name: override(rename=keys[one.name], struct_hook=lambda value, _: value)
        if one.name in keys
        else override(omit=True)
        for one in attrs.fields(model)
    }
    hook = make_dict_structure_fn(
        model,
        converter,
        _cattrs_forbid_extra_keys=True,
        _cattrs_detailed_validation=False,
        **overrides,
    )
    converter.register_structure_hook(model, hook)
    return converter
