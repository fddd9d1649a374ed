"""Decides what to do about one contact, from its events and what is remembered of earlier ones.

Everything here is pure. The events may arrive in any order; each task is returned once, with what
to remember afterwards.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Literal

import attrs

from icontact.integrations.events import ContactEvent, DoNotContactReason, EventType
from icontact.integrations.mautic.contacts import fill_in
from icontact.integrations.rules import ContactTrigger, PointTrigger, Rule, fires, segment_key

__all__ = ["BoundRule", "Memory", "Pending", "Task", "TriggerDecision", "decide", "remember"]

#: Reasons that are a person's will. iContact notices a bounce by itself.
_WILL = (DoNotContactReason.UNSUBSCRIBED, DoNotContactReason.MANUAL)

_UNREADABLE = "whether the person may be mailed cannot be read (do-not-contact in an unknown form)"

_Action = Literal["push", "unsubscribe"]


@attrs.frozen
class Pending:
    """An event that waits, its number in the inbox, and how often it was tried."""

    number: int
    event: ContactEvent
    attempts: int = 0


@attrs.frozen
class BoundRule:
    """A rule, and the name of the destination that it pushes to."""

    rule: Rule
    target: str

    @property
    def name(self) -> str:
        """What "once" is remembered by.

        For points this is the list alone, not the mapping: the order of the rules and their
        switches may change without pushing a contact again.
        """
        points = isinstance(self.rule, PointTrigger)
        place = self.target.partition(":")[0] if points else self.target
        return f"{self.rule.label} -> {place}"


@attrs.frozen(kw_only=True)
class Memory:
    """What is remembered of one contact: no address, no values.

    Attributes:
        newest: When the newest state that arrived was true.
        points: The points then.
        blocked: Whether the person must not be mailed.
        reason: Why not.
        blocked_at: When that was reported.
        followed: Whether the person was unsubscribed in iContact for that.
        deleted: Whether the contact was deleted.
        fired: The point triggers that did.
        pushed: The newest state that was pushed, by target.
        segments: When each segment was last joined or left.
    """

    newest: float = 0.0
    points: float | None = None
    blocked: bool = False
    reason: str | None = None
    blocked_at: float = 0.0
    followed: bool = False
    deleted: bool = False
    fired: tuple[str, ...] = ()
    pushed: Mapping[str, float] = attrs.field(factory=dict, hash=False)
    segments: Mapping[str, float] = attrs.field(factory=dict, hash=False)


@attrs.frozen(kw_only=True)
class Task:
    """One action at one destination, with its rules, its events, and the time of the last one."""

    target: str
    action: _Action
    rules: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    at: float = 0.0


@attrs.frozen(kw_only=True)
class TriggerDecision:
    """What to do about a contact.

    Attributes:
        tasks: In this order.
        row: The newest state, which is what is pushed.
        email: The contact's address.
        at: When that was true.
        memory: What is known afterwards, whatever becomes of the tasks.
        note: Why nothing, or not everything, is done.
        stopped: Whether a push was wanted that the person's wish not to be mailed stops.
        unreadable: Whether the push stops because the person's wish cannot be read.
        late: Whether a push was wanted, and its values are deleted.
    """

    tasks: tuple[Task, ...] = ()
    row: dict[str, Any] = attrs.field(factory=dict)
    email: str | None = attrs.field(default=None, repr=False)
    at: float = 0.0
    memory: Memory
    note: str = ""
    stopped: bool = False
    unreadable: bool = False
    late: bool = False


def decide(
    pending: Sequence[Pending],
    memory: Memory,
    rules: Sequence[BoundRule],
    newest: ContactEvent,
    *,
    follow_unsubscribes: bool = False,
    merge_results: bool = False,
) -> TriggerDecision:
    """Decide what to do about one contact.

    Args:
        pending: The contact's events that wait.
        memory: What earlier events left behind.
        rules: The rules.
        newest: The newest state of the contact that is still there.
        follow_unsubscribes: Whether a person who unsubscribed there is unsubscribed in iContact.
        merge_results: Whether a form's answers fill what the contact leaves blank.
    """
    hits: list[Task] = []
    ordered = sorted(pending, key=lambda one: (one.event.at, one.number))
    for one in ordered:
        hits += _hits(one, memory, rules, hits)
        memory = remember(one.event, memory)
    wanted = _once(hits)
    outdated = [
        # A later push has said already what this one would say.
        task
        for task in wanted
        if task.action == "push" and task.at < memory.pushed.get(task.target, 0.0)
    ]
    tasks = [task for task in wanted if task not in outdated]
    if outdated:
        names = (name for task in outdated for name in task.rules)
        memory = attrs.evolve(memory, fired=(*memory.fired, *names))
    row = dict(newest.contact)
    for one in reversed(ordered) if merge_results else ():
        fill_in(row, one.event.form_results)
    decision = TriggerDecision(row=row, email=newest.email, at=newest.at, memory=memory)
    if memory.deleted:
        return attrs.evolve(decision, note="the contact was deleted")
    if newest.email is None:
        return attrs.evolve(decision, note="no address: visitors are never pushed")
    if memory.blocked:
        why = memory.reason or DoNotContactReason.UNKNOWN
        stopped = any(task.action == "push" for task in tasks)
        tasks = [task for task in tasks if task.action == "unsubscribe"]
        if follow_unsubscribes and not memory.followed and why in _WILL:
            done = {task.target for task in tasks}
            everywhere = dict.fromkeys(bound.target for bound in rules)
            others = [target for target in everywhere if target not in done]
            tasks += [Task(target=target, action="unsubscribe") for target in others]
        unreadable = why == DoNotContactReason.UNREADABLE
        note = _UNREADABLE if unreadable else f"must not be mailed ({why})"
        return attrs.evolve(
            decision,
            tasks=tuple(tasks),
            note=note,
            stopped=stopped,
            unreadable=stopped and unreadable,
        )
    late = memory.newest > newest.at and any(task.action == "push" for task in tasks)
    note = ""
    if late:
        note = "newer values were pushed before and are not kept any more: push the contact by hand"
    elif not tasks:
        note = "newer values were pushed before" if wanted else "no rule fires"
    return attrs.evolve(decision, tasks=tuple(tasks), note=note, late=late)


def remember(event: ContactEvent, memory: Memory) -> Memory:
    """Return what is known after an event, which may be older than what is known already."""
    changes: dict[str, Any] = {}
    if event.at >= memory.newest:
        changes["newest"] = event.at
        # Of two events of one second the order is not known: the one that stops a push counts.
        gone = memory.deleted and event.at == memory.newest
        changes["deleted"] = gone or event.type is EventType.DELETED
        if event.new_points is not None:
            changes["points"] = event.new_points
    blocked, reason = event.do_not_contact, event.do_not_contact_reason
    counts = event.at > memory.blocked_at
    if event.at == memory.blocked_at:
        counts = bool(blocked) or not memory.blocked
    if blocked is not None and counts:
        changes |= {"blocked": blocked, "blocked_at": event.at}
        changes["reason"] = reason.value if blocked and reason else None
        changes["followed"] = memory.followed and blocked
    if event.type in (EventType.SEGMENT_ADDED, EventType.SEGMENT_REMOVED):
        key = segment_key(event)
        known = memory.segments.get(key, event.at)
        changes["segments"] = {**memory.segments, key: max(known, event.at)}
    return attrs.evolve(memory, **changes)


def _hits(
    one: Pending, memory: Memory, rules: Sequence[BoundRule], before: Sequence[Task]
) -> list[Task]:
    fired = {*memory.fired, *(name for task in before for name in task.rules)}
    # Later points say nothing about earlier ones, and neither do those of this event from its first
    # attempt, if it was a dead letter.
    from_itself = one.event.at == memory.newest and one.attempts > 0
    points = memory.points if one.event.at >= memory.newest and not from_itself else None
    return [
        Task(
            target=bound.target,
            action=bound.rule.then if isinstance(bound.rule, ContactTrigger) else "push",
            rules=(bound.name,) if isinstance(bound.rule, PointTrigger) else (),
            numbers=(one.number,),
            at=one.event.at,
        )
        for bound in rules
        if bound.name not in fired
        and fires(bound.rule, one.event, points=points, segments=memory.segments)
    ]


def _once(hits: Sequence[Task]) -> list[Task]:
    """Join what follows each other at one target: ten saves are one push."""
    tasks: list[Task] = []
    for hit in hits:
        at = next((n for n in reversed(range(len(tasks))) if tasks[n].target == hit.target), None)
        if at is None or tasks[at].action != hit.action:
            tasks.append(hit)
        else:
            rules, numbers = tasks[at].rules + hit.rules, tasks[at].numbers + hit.numbers
            tasks[at] = attrs.evolve(tasks[at], rules=rules, numbers=numbers, at=hit.at)
    return tasks
