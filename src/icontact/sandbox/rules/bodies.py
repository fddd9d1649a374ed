"""Reading request bodies: the shapes that the server tolerates, and single fields (API 2.4)."""

from __future__ import annotations

import re
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from typing import Any

from icontact.sandbox import error_texts, phpjson
from icontact.sandbox.exchange import Refusal, invalid
from icontact.sandbox.rules.context import Item, RequestContext, beyond_cap, number

_LOCAL = r"[A-Za-z0-9!#$%&'*+/=?^_`{|}~-]+"
_LABEL = r"[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?"
_EMAIL = re.compile(rf"{_LOCAL}(?:\.{_LOCAL})*@{_LABEL}(?:\.{_LABEL})+")
_LONGEST_EMAIL = 254


def items(context: RequestContext, plural: str, singular: str) -> list[Any]:
    """Return what was posted to a collection, in whichever of its shapes.

    Raises:
        Refusal: 400, if it is none of them; or the status that the quirks have for a batch beyond
            their cap.
    """
    body = phpjson.decode(context.incoming.body)
    if isinstance(body, dict):
        # One object wrapped in its singular name is recorded, the plural seen in client code.
        wrapped = body.get(singular, body.get(plural)) if len(body) == 1 else None
        body = wrapped if isinstance(wrapped, dict | list) else body
        body = [body] if isinstance(body, dict) else body
    if not isinstance(body, list):
        raise Refusal(400, error_texts.WRONG_SHAPE)
    given = [item for entry in body for item in (entry if isinstance(entry, list) else [entry])]
    effect = _effect_of_cap(context, given)
    if effect == "refused":
        text = error_texts.TOO_MANY_ITEMS.format(most=context.quirks.max_batch)
        raise beyond_cap(context.quirks.max_batch_status, text)
    if effect == "slow":
        context.delay = context.quirks.slow_seconds
    return given[: context.quirks.max_batch] if effect == "first_stored" else given


def save_each(
    context: RequestContext,
    given: list[Any],
    singular: str,
    save: Callable[[Item], Item | None],
) -> list[Any]:
    """Save the items of a collection POST one by one; a refused one becomes warnings (API 2.7).

    ``save`` stores one item, and returns its answer; ``None`` leaves it out silently.

    Returns:
        What was stored, in order; shorter than the request if something was refused.
    """
    saved: list[Any] = []
    for item in given:
        try:
            if not isinstance(item, dict):
                raise invalid(singular)
            row = save(item)
        except Refusal as refusal:
            context.warn(*refusal.texts)
            saved += [None] if context.quirks.refused_items == "null" else []
        else:
            saved += [] if row is None else [row]
    shortened = _effect_of_cap(context, given) == "first_answered"
    return saved[: context.quirks.max_batch] if shortened else saved


def _effect_of_cap(context: RequestContext, given: list[Any]) -> str:
    """Return what happens to a batch that is beyond the cap; empty if it is not."""
    most = context.quirks.max_batch
    return "" if most is None or len(given) <= most else context.quirks.beyond_max_batch


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


class FieldReader:
    """Reads the fields of one payload, and collects a sentence for each that is wrong.

    ``current`` holds for fields that the payload does not give. If it is not ``complete``,
    :meth:`texts` and :meth:`flags` read only what is given.
    """

    def __init__(
        self,
        context: RequestContext,
        payload: Mapping[str, Any],
        *,
        current: Mapping[str, Any] | None = None,
        complete: bool = True,
    ) -> None:
        self._context = context
        self._sent = payload
        self._payload = {**current, **payload} if current else payload
        self._complete = complete
        self._problems: list[str] = []

    def given(self, name: str) -> bool:
        """Say whether the payload has this key at all."""
        return name in self._payload

    def wanted(self, names: Iterable[str]) -> list[str]:
        """Return the names to read: of a complete payload all, otherwise those that are given."""
        return [name for name in names if self._complete or name in self._payload]

    def value(self, name: str) -> Any:
        """Return a value as it was sent."""
        return self._payload.get(name)

    def text(self, name: str, *, required: bool = False) -> str:
        """Return a text field, ``""`` if it is absent, null or not a text.

        A field with ``email`` in its name has to be an address.
        """
        value = as_text(self._payload.get(name))
        if value is None:
            self.complain_of(name)
        elif required and not value:
            self.complain(error_texts.required(name))
        elif value and "email" in name.lower() and not is_email(value):
            self.complain_of(name)
        return value or ""

    def texts(self, names: Iterable[str], required: Collection[str] = ()) -> dict[str, str]:
        """Return the text fields that are wanted; some of them may not be blank."""
        return {name: self.text(name, required=name in required) for name in self.wanted(names)}

    def flag(self, name: str, default: int = 0, *, required: bool = False) -> int:
        """Return 1 or 0 from any of ``0 1 "0" "1" true false`` (API 2.5)."""
        if not self.given(name):
            if required:
                self.complain(error_texts.required(name))
            return default
        flag = as_flag(self._payload[name])
        if flag is None:
            self.complain_of(name, f"{name} can be either 0 or 1")
        return flag or 0

    def flags(self, defaults: Mapping[str, int]) -> dict[str, int]:
        """Return the flags that are wanted."""
        return {name: self.flag(name, defaults[name]) for name in self.wanted(defaults)}

    def choice(self, name: str, allowed: Sequence[str], *, required: bool = False) -> str:
        """Return one of the words that are known, ``""`` if it is absent or wrong."""
        text = self.text(name, required=required)
        if not text or text in allowed:
            return text
        choices = f"{name} can be one of {', '.join(allowed)}"
        self.complain_of(name, choices)
        return ""

    def known_id(self, table: str, name: str, *, required: bool = False) -> int | None:
        """Read an id that has to name something in the folder; complain if it names nothing."""
        text = self.text(name, required=required)
        return self._look_up(table, name, text) if text else None

    def known_ids(self, table: str, name: str) -> str:
        """Read comma-separated ids, in one text again; each has to name something."""
        text = self.text(name)
        parts = [part.strip() for part in text.split(",") if part.strip()]
        if text and not parts:
            self.complain_of(name)
        return ",".join(str(self._look_up(table, name, part)) for part in parts)

    def _look_up(self, table: str, name: str, text: str) -> int | None:
        row = self._context.find(table, text)
        if row is None or (table == "lists" and row["deleted"]):
            self.complain(error_texts.not_recognised(name))
        return number(text)

    def unchanged(self, **current: object) -> None:
        """Complain about fields that were fixed on creation, unless they are given unchanged."""
        for name, value in current.items():
            if str(self._payload.get(name, value)) != str(value):
                self.forbid(name)

    def forbid(self, name: str) -> None:
        """Complain about a field that must not be given here."""
        if self.given(name):
            self.complain(error_texts.not_allowed(name))

    def mention_receive_only(self, names: Iterable[str]) -> None:
        """Warn of fields that only the server writes, where the quirks say so (API 2.3)."""
        given = [name for name in names if name in self._sent]
        if given and self._context.quirks.receive_only_fields == "warned":
            self._context.warn(error_texts.unchanged(given))

    def complain_of(self, name: str, because: str = "") -> None:
        """Note that a field does not take its value."""
        self.complain(error_texts.not_valid(name, because))

    def complain(self, text: str) -> None:
        """Note a sentence for the answer, once."""
        if text not in self._problems:
            self._problems.append(text)

    def finish(self) -> None:
        """Refuse the payload if anything was wrong with it."""
        if self._problems:
            raise Refusal(400, *self._problems)


def as_text(value: object) -> str | None:
    """Return a JSON scalar as PHP would store it in a text column; ``None`` for anything else."""
    if isinstance(value, str):
        return value
    if value is None:
        return ""
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, float):
        return f"{value:.14g}"
    return str(value) if isinstance(value, int) else None


def as_flag(value: object) -> int | None:
    """Return 1 or 0, or ``None`` if the value is neither."""
    return {"0": 0, "1": 1}.get(as_text(value) or "")


def is_email(text: str) -> bool:
    """Say whether a text is an address that the server takes."""
    return len(text) <= _LONGEST_EMAIL and _EMAIL.fullmatch(text) is not None
