"""Taking requests apart: the shapes of a body that the server tolerates (API 2.4, 2.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from icontact.sandbox import messages, phpjson
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules.call import Call, beyond_cap

Item = dict[str, Any]


def save_many(
    call: Call, plural: str, singular: str, save: Callable[[Call, Item], Item | None]
) -> list[Item]:
    """Save the items of a collection POST one by one; a refused one becomes warnings (API 2.7).

    Args:
        call: The call.
        plural: The key of the collection, as in ``{"contacts": [...]}``.
        singular: The key of one, as in ``{"contact": {...}}``.
        save: Stores one item, and returns its answer; ``None`` leaves it out without a word.

    Returns:
        What was stored, in order; shorter than the request if something was refused.
    """
    return save_each(call, items(call, plural, singular), singular, save)


def save_each(
    call: Call, given: list[Any], singular: str, save: Callable[[Call, Item], Item | None]
) -> list[Item]:
    """Save what :func:`items` returned, as :func:`save_many` does."""
    saved = []
    for item in given:
        try:
            if not isinstance(item, dict):
                raise Refusal(400, messages.not_valid(singular))
            row = save(call, item)
        except Refusal as refusal:
            call.warn(*refusal.texts)
        else:
            saved += [] if row is None else [row]
    return saved[: call.quirks.max_batch] if _is_beyond(call, given, "first_answered") else saved


def member(call: Call, singular: str) -> Item | None:
    """Return the object of a member POST or PUT.

    Returns:
        The fields; ``None`` for an array, which the server was seen to ignore (API 2.4).
    """
    body = phpjson.decode(call.incoming.body)
    if isinstance(body, list):
        return None
    if not isinstance(body, dict):
        raise Refusal(400, messages.WRONG_SHAPE)
    inner = body.get(singular)
    return inner if len(body) == 1 and isinstance(inner, dict) else body


def items(call: Call, plural: str, singular: str) -> list[Any]:
    """Return what was posted to a collection, in whichever of its shapes.

    Raises:
        Refusal: 400, if it is none of them; or the status that the quirks have for a batch beyond
            their cap.
    """
    given = _posted(call, plural, singular)
    if _is_beyond(call, given, "refused"):
        text = messages.too_many_items(call.quirks.max_batch)
        raise beyond_cap(call.quirks.max_batch_status, text)
    if _is_beyond(call, given, "slow"):
        call.delay = call.quirks.slow_seconds
    return given[: call.quirks.max_batch] if _is_beyond(call, given, "first_stored") else given


def _is_beyond(call: Call, given: list[Any], effect: str) -> bool:
    """Say whether a batch is beyond the cap, and this is what happens to it then."""
    most = call.quirks.max_batch
    return most is not None and len(given) > most and call.quirks.beyond_max_batch == effect


def _posted(call: Call, plural: str, singular: str) -> list[Any]:
    body = phpjson.decode(call.incoming.body)
    if isinstance(body, dict) and len(body) == 1:
        # One object wrapped in its singular name is recorded, the plural seen in client code.
        wrapped = body.get(singular, body.get(plural))
        body = wrapped if isinstance(wrapped, dict | list) else body
    if isinstance(body, dict):
        return [body]
    if isinstance(body, list):
        return [item for entry in body for item in (entry if isinstance(entry, list) else [entry])]
    raise Refusal(400, messages.WRONG_SHAPE)
