"""What stands in an inbox, read back: whatever cannot be read is told, and stops nobody else."""

from __future__ import annotations

import json
from collections.abc import Sequence
from typing import Any

import attrs

from icontact.integrations.decide import Memory, Pending
from icontact.integrations.events import ContactEvent

__all__ = ["ContactHistory", "address_of", "found"]

_NUMBERS = ("newest", "blocked_at")
_TRUTHS = ("blocked", "followed", "deleted")


@attrs.frozen
class ContactHistory:
    """All that is known of a contact."""

    pending: tuple[Pending, ...]
    memory: Memory
    newest: ContactEvent


def found(
    waiting: Sequence[tuple[int, bytes | None, int]],
    told: bytes | None,
    states: Sequence[tuple[int, bytes, str]],
) -> ContactHistory | str:
    """Return what is known of a contact, or what of it cannot be read. Shows no values.

    Args:
        waiting: Number, payload and attempts of each event that waits, the oldest first.
        told: The memory.
        states: Number, payload and state of each event whose values are kept, the newest first.
    """
    memory = _memory(told)
    if memory is None:
        return "what is remembered of the contact cannot be read"
    pending = []
    for number, payload, attempts in waiting:
        event = _event(payload)
        if event is None:
            return _advice(number)
        pending.append(Pending(number, event, attempts))
    for number, payload, state in states:
        newest = _event(payload)
        if newest is not None:
            return ContactHistory(tuple(pending), memory, newest)
        # Of what was dealt with the memory knows how new it was.
        if state != "done":
            return _advice(number)
    return ContactHistory(tuple(pending), memory, pending[-1].event)


def address_of(payload: bytes | None) -> str | None:
    """Return the address of an event, if it is kept and can be read."""
    event = None if payload is None else _event(payload)
    return None if event is None else event.email


def _advice(number: int) -> str:
    return f"event {number} of this contact cannot be read: drop it, then retry the others"


def _event(payload: bytes | None) -> ContactEvent | None:
    try:
        return ContactEvent.from_json((payload or b"").decode("utf-8", "surrogatepass"))
    except Exception:  # noqa: BLE001  (a file that was damaged may hold anything)
        return None


def _memory(told: bytes | None) -> Memory | None:
    try:
        memory = json.loads(told or b"")
        made = Memory(**{**memory, "fired": tuple(memory.get("fired", ()))})
        return made if _is_sound(made) else None
    except Exception:  # noqa: BLE001  (a file that was damaged may hold anything)
        return None


def _is_sound(memory: Memory) -> bool:
    """Whether each part is what it should be; a damaged one must not be taken for "may be"."""
    points: Any = 0.0 if memory.points is None else memory.points
    numbers = [points, *(getattr(memory, name) for name in _NUMBERS)]
    numbers += [*memory.pushed.values(), *memory.segments.values()]
    texts = [*memory.fired, memory.reason or ""]
    return (
        all(isinstance(one, int | float) for one in numbers)
        and all(isinstance(getattr(memory, name), bool) for name in _TRUTHS)
        and all(isinstance(one, str) for one in texts)
    )
