"""The mapping's part of ``icontact.toml``, read and written."""

from __future__ import annotations

import json
import os
import tomllib
from collections.abc import Mapping
from datetime import date
from pathlib import Path
from typing import Any

from icontact.errors import ConfigError
from icontact.mapping.values import levels

TABLE = "mapping"

#: The most tables and lists within each other; settings have four.
_DEEPEST = 20

#: TOML promises no whole number with more of them, sign excepted.
_BITS = 63

_TOO_MUCH = "not TOML that can be read: a number is too long, or tables are nested too deeply"


def document(path: str | os.PathLike[str]) -> dict[str, Any]:
    """Return the content of a TOML file.

    Raises:
        ConfigError: The file cannot be read, or is not TOML.
    """
    try:
        table = tomllib.loads(Path(path).read_text(encoding="utf-8-sig"))
    except OSError as error:
        problem = error.strerror or type(error).__name__
    except UnicodeDecodeError:
        problem = "not in UTF-8"
    except tomllib.TOMLDecodeError as error:
        problem = f'not TOML: {error}; a text needs quotes: list = "Newsletter"'
    except (ValueError, RecursionError):
        problem = _TOO_MUCH
    else:
        is_too_much = any(
            depth == _DEEPEST
            or any(isinstance(one, int) and one.bit_length() > _BITS for one in level)
            for depth, level in enumerate(levels(table))
        )
        if not is_too_much:
            return table
        problem = _TOO_MUCH
    raise ConfigError(f"cannot read {os.fspath(path)}: {problem}")


def written(config: Mapping[str, Any]) -> str:
    """Return a mapper's configuration as the text of its tables."""
    lines = [f"[{TABLE}]"]
    tables = {name: value for name, value in config.items() if name in ("custom_fields", "options")}
    lines += [_entry(name, value) for name, value in config.items() if name not in tables]
    for name, table in tables.items():
        lines += ["", f"[{TABLE}.{name}]", *(_entry(*item) for item in table.items())]
    return "\n".join(lines) + "\n"


def _entry(name: str, value: object) -> str:
    bare = name.isascii() and name.replace("_", "").replace("-", "").isalnum()
    return f"{name if bare else literal(name)} = {literal(value)}"


def literal(value: object) -> str:
    """Return a value as TOML writes it."""
    if isinstance(value, str):
        # JSON escapes all that TOML wants escaped, except DEL.
        return json.dumps(value, ensure_ascii=False).replace("\x7f", "\\u007f")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, (list, tuple)):
        return "[" + ", ".join(map(literal, value)) + "]"
    if isinstance(value, Mapping):
        return "{ " + ", ".join(_entry(*item) for item in value.items()) + " }"
    return repr(value)
