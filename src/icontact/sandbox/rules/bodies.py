"""Reading request bodies: the shapes that the server tolerates, and single fields (API 2.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Mapping
from typing import Any

from icontact.sandbox import error_texts, phpjson
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules.context import RequestContext, beyond_cap

Item = dict[str, Any]

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@{_LABEL}(?:\.{_LABEL})+")
_LONGEST_EMAIL = 254


def save_many(
    context: RequestContext,
    plural: str,
    singular: str,
    save: Callable[[RequestContext, Item], Item | None],
) -> list[Item]:
    """Save the items of a collection POST one by one; a refused one becomes warnings (API 2.7).

    Args:
        context: The request.
        plural: The key of the collection, as in ``{"contacts": [...]}``.
        singular: The key of one, as in ``{"contact": {...}}``.
        save: Stores one item, and returns its answer; ``None`` leaves it out silently.

    Returns:
        What was stored, in order; shorter than the request if something was refused.
    """
    return save_each(context, items(context, plural, singular), singular, save)


def save_each(
    context: RequestContext,
    given: list[Any],
    singular: str,
    save: Callable[[RequestContext, Item], Item | None],
) -> list[Item]:
    """Save what :func:`items` returned, as :func:`save_many` does."""
    saved = []
    for item in given:
        try:
            if not isinstance(item, dict):
                raise Refusal(400, error_texts.not_valid(singular))
            row = save(context, item)
        except Refusal as refusal:
            context.warn(*refusal.texts)
        else:
            saved += [] if row is None else [row]
    return (
        saved[: context.quirks.max_batch] if _is_beyond(context, given, "first_answered") else saved
    )


def member(context: RequestContext, singular: str) -> Item | None:
    """Return the object of a member POST or PUT.

    Returns:
        The fields; ``None`` for an array, which the server was seen to ignore (API 2.4).
    """
    body = phpjson.decode(context.incoming.body)
    if isinstance(body, list):
        return None
    if not isinstance(body, dict):
        raise Refusal(400, error_texts.WRONG_SHAPE)
    inner = body.get(singular)
    return inner if len(body) == 1 and isinstance(inner, dict) else body


def items(context: RequestContext, plural: str, singular: str) -> list[Any]:
    """Return what was posted to a collection, in whichever of its shapes.

    Raises:
        Refusal: 400, if it is none of them; or the status that the quirks have for a batch beyond
            their cap.
    """
    given = _posted(context, plural, singular)
    if _is_beyond(context, given, "refused"):
        text = error_texts.too_many_items(context.quirks.max_batch)
        raise beyond_cap(context.quirks.max_batch_status, text)
    if _is_beyond(context, given, "slow"):
        context.delay = context.quirks.slow_seconds
    return (
        given[: context.quirks.max_batch] if _is_beyond(context, given, "first_stored") else given
    )


def _is_beyond(context: RequestContext, given: list[Any], effect: str) -> bool:
    """Say whether a batch is beyond the cap, and this is what happens to it then."""
    most = context.quirks.max_batch
    return most is not None and len(given) > most and context.quirks.beyond_max_batch == effect


def _posted(context: RequestContext, plural: str, singular: str) -> list[Any]:
    body = phpjson.decode(context.incoming.body)
    if isinstance(body, dict) and len(body) == 1:
        # One object wrapped in its singular name is recorded, the plural seen in client code.
        wrapped = body.get(singular, body.get(plural))
        body = wrapped if isinstance(wrapped, dict | list) else body
    if isinstance(body, dict):
        return [body]
    if isinstance(body, list):
        return [item for entry in body for item in (entry if isinstance(entry, list) else [entry])]
    raise Refusal(400, error_texts.WRONG_SHAPE)


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
