"""Taking requests apart: the shapes of a body that the server tolerates (API 2.4, 2.7)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from icontact.sandbox import error_texts, phpjson
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules.context import RequestContext, beyond_cap

Item = dict[str, Any]


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
        save: Stores one item, and returns its answer; ``None`` leaves it out without a word.

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
