"""Reading single values of a payload, in the style of the server's complaints (API 4)."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@{_LABEL}(?:\.{_LABEL})+")
_LONGEST_EMAIL = 254


class FieldReader:
    """Reads the fields of one payload, and collects a sentence for each that is wrong.

    Args:
        payload: The object that was sent.
    """

    def __init__(self, payload: Mapping[str, Any]) -> None:
        self._payload = payload
        self._problems: list[str] = []

    def given(self, name: str) -> bool:
        """Say whether the payload has this key at all."""
        return name in self._payload

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a text field, ``""`` if it is absent, null or wrong."""
        value = as_text(self._payload.get(name))
        if value is None:
            self.complain(error_texts.not_valid(name))
        elif required and not value:
            self.complain(error_texts.required(name))
        return value or ""

    def email(self, name: str, *, required: bool = False) -> str:
        """Return an e-mail address."""
        address = self.text(name, required=required)
        if address and not is_email(address):
            self.complain(error_texts.not_valid(name))
        return address

    def flag(self, name: str, default: int, *, required: bool = False) -> int:
        """Return 1 or 0 from any of ``0 1 "0" "1" true false`` (API 2.5)."""
        if not self.given(name):
            if required:
                self.complain(error_texts.required(name))
            return default
        flag = as_flag(self._payload[name])
        if flag is None:
            self.complain(error_texts.not_valid(name, f"{name} can be either 0 or 1"))
        return flag or 0

    def code(self, name: str, most: int, default: int = 0, *, required: bool = False) -> int:
        """Return one of the numbers from 0 to the last that is known."""
        text = self.text(name, required=required)
        if not text:
            return default
        allowed = [str(choice) for choice in range(most + 1)]
        if text not in allowed:
            self.complain(error_texts.not_valid(name, f"{name} can be one of {', '.join(allowed)}"))
            return default
        return int(text)

    def choice(self, name: str, allowed: Collection[str], *, required: bool = False) -> str:
        """Return one of the words that are known, ``""`` if it is absent or wrong."""
        text = self.text(name, required=required)
        if text and text not in allowed:
            words = ", ".join(sorted(allowed))
            self.complain(error_texts.not_valid(name, f"{name} can be one of {words}"))
        return text

    def forbid(self, *names: str) -> None:
        """Complain about fields that must not be given here."""
        for name in names:
            if self.given(name):
                self.complain(error_texts.not_allowed(name))

    def complain(self, text: str) -> None:
        """Note a sentence for the answer."""
        self._problems.append(text)

    def finish(self) -> None:
        """Refuse the payload if anything was wrong with it."""
        if self._problems:
            raise Refusal(400, *self._problems)


def as_text(value: object) -> str | None:
    """Return a JSON scalar as PHP would store it in a text column; ``None`` for anything else."""
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.14g}"
    return str(value) if isinstance(value, str | int) else None


def as_flag(value: object) -> int | None:
    """Return 1 or 0, or ``None`` if the value is neither."""
    return {"0": 0, "1": 1}.get(as_text(value) or "")


def is_email(text: str) -> bool:
    """Say whether a text is an address that the server takes."""
    return len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None
