"""Rows, a mapping for them, and the type of the fixture that makes a push."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from icontact.push import ListPush

MAPPING: dict[str, Any] = {
    "email": "email",
    "first_name": "firstname",
    "city": "city",
    "custom_fields": {"score": "points"},
}

MakePush = Callable[..., ListPush]


def person(place: int | str, **fields: Any) -> dict[str, Any]:
    """Return a row as a source would give it."""
    return {"email": f"person{place}@example.com", "firstname": "Jo", "points": 5, **fields}
