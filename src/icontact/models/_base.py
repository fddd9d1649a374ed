"""How the fields of a model are declared."""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum
from typing import Any

#: Metadata of the field that collects the keys which the model does not know. It holds a plain
#: dict, so that it pickles; new fields of the API never break a user and never vanish.
COLLECTS: Mapping[str, Any] = {"collects": True}

#: Metadata of a time that travels as US Eastern local time without an offset (API 2.8).
EASTERN: Mapping[str, Any] = {"eastern": True}


def named(wire: str) -> Mapping[str, Any]:
    """Return the metadata of a field whose wire name is not the camel case of its own."""
    return {"wire": wire}


class OpenEnum(StrEnum):
    """Values that iContact documents. Others are passed on as plain text."""
