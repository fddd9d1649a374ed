"""Decides what to do about one contact, from its events and what is remembered of earlier ones."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import Enum
from typing import Any, Literal

import attrs

from icontact.integrations.events import ContactEvent, DoNotContactReason, EventType
from icontact.integrations.mautic.contacts import fill_in
from icontact.integrations.rules import ContactTrigger, PointTrigger, Rule, fires, segment_key

__all__ = ["BoundRule", "Memory", "Pending", "Task", "TriggerDecision", "decide", "remember"]

#: Reasons that are a person's will. iContact notices a bounce by itself.
_WILL = (DoNotContactReason.UNSUBSCRIBED, DoNotContactReason.MANUAL)


class _Obstacle(Enum):
    """Why a contact is not pushed, in words; ``{0}`` is the reason that Mautic gives."""

    DELETED = "the contact was deleted"
    VISITOR = "no address: visitors are never pushed"
    ADDRESS_ELSEWHERE = (
        "the mapping reads the address from another key than 'email', and was not known when the "
        "event came: give the event email=, or the integration a push in place of a function"
    )
    BLOCKED = "must not be mailed ({0})"
    UNREADABLE = (
        "whether the person may be mailed cannot be read (do-not-contact in an unknown form)"
    )
    REFUSED = "another contact with this address must not be mailed"
    WITHOUT_FIELDS = (
        "Mautic sent only the id of this contact, and no address: change the contact in Mautic, "
        "then retry this event"
    )


_NO_RULE = "no rule fires"

_LATE = "newer values were pushed before and are not kept any more: push the contact by hand"

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
    """What is remembered of one contact: no address but its hash, and no values.

    Attributes:
        newest: When the newest state that arrived was true.
        address: The hash of the last address.
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
    address: str | None = None
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
    """One action at one destination, with its rules, its events, and the time of the last one.

    ``leaving`` are the addresses to unsubscribe, each with the state of the contact that had it.
    """

    target: str
    action: _Action
    rules: tuple[str, ...] = ()
    numbers: tuple[int, ...] = ()
    at: float = 0.0
    leaving: tuple[tuple[str, Mapping[str, Any]], ...] = attrs.field(
        default=(), repr=False, hash=False
    )


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
        stopped: Whether something was wanted and is not done, such as the push of a person who must
            not be mailed.
        unreadable: Whether it is not done because something cannot be read, or is not there.
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
    refused: bool = False,
    follow_unsubscribes: bool = False,
    merge_results: bool = False,
    address_elsewhere: bool = False,
) -> TriggerDecision:
    """Decide what to do about one contact. The events may arrive in any order.

    Args:
        pending: The contact's events that wait.
        memory: What earlier events left behind.
        rules: The rules.
        newest: The newest state of the contact that is still there.
        refused: Whether another contact with its address must not be mailed.
        follow_unsubscribes: Whether a person who unsubscribed there is unsubscribed in iContact.
        merge_results: Whether a form's answers fill what the contact leaves blank.
        address_elsewhere: Whether the mapping finds an address that the newest event does not have.
    """
    ordered = sorted(pending, key=lambda one: (one.event.at, one.number))
    wanted, memory = _wanted_tasks(ordered, memory, rules)
    outdated = [
        # A later push has said already what this one would say.
        task
        for task in wanted
        if task.action == "push" and task.at < memory.pushed.get(task.target, 0.0)
    ]
    tasks = [task for task in wanted if task not in outdated]
    names = [name for task in outdated for name in task.rules]
    memory = attrs.evolve(memory, fired=(*memory.fired, *names))
    row = dict(newest.contact)
    for one in reversed(ordered) if merge_results else ():
        fill_in(row, one.event.form_results)
    decision = TriggerDecision(row=row, email=newest.email, at=newest.at, memory=memory)
    pushes = any(task.action == "push" for task in tasks)
    if (obstacle := _obstacle(memory, newest, refused, address_elsewhere)) is not None:
        # Who left and was deleted afterwards, or has another address now, left all the same.
        tasks = [task for task in tasks if task.action == "unsubscribe"]
        if (
            follow_unsubscribes
            and memory.blocked
            and not memory.followed
            and memory.reason in _WILL
        ):
            done = {task.target for task in tasks}
            others = dict.fromkeys(one.target for one in rules if one.target not in done)
            tasks += [Task(target=target, action="unsubscribe") for target in others]
        tasks = [_with_leaving(task, ordered, newest, row) for task in tasks]
        nameless = not newest.has_fields and not all(task.leaving for task in tasks)
        obstacle = _Obstacle.WITHOUT_FIELDS if nameless else obstacle
        calm = (_Obstacle.DELETED, _Obstacle.VISITOR)
        stopped = nameless or (pushes and obstacle not in calm)
        unclear = (_Obstacle.UNREADABLE, _Obstacle.WITHOUT_FIELDS, _Obstacle.ADDRESS_ELSEWHERE)
        note = obstacle.value.format(memory.reason or DoNotContactReason.UNKNOWN)
        return attrs.evolve(
            decision,
            tasks=tuple(task for task in tasks if task.leaving),
            note=_NO_RULE if obstacle is _Obstacle.WITHOUT_FIELDS and not stopped else note,
            stopped=stopped,
            unreadable=stopped and obstacle in unclear,
        )
    late = pushes and memory.newest > newest.at
    note = _LATE if late else ""
    if not tasks:
        note = "newer values were pushed before" if wanted else _NO_RULE
    tasks = [_with_leaving(task, ordered, newest, row) for task in tasks]
    return attrs.evolve(decision, tasks=tuple(tasks), note=note, late=late)


def _obstacle(
    memory: Memory, newest: ContactEvent, refused: bool, address_elsewhere: bool
) -> _Obstacle | None:
    """Return why a contact is not pushed, if it is not."""
    if memory.deleted:
        return _Obstacle.DELETED
    if newest.email is None and newest.has_fields:
        return _Obstacle.ADDRESS_ELSEWHERE if address_elsewhere else _Obstacle.VISITOR
    if memory.blocked:
        unreadable = memory.reason == DoNotContactReason.UNREADABLE
        return _Obstacle.UNREADABLE if unreadable else _Obstacle.BLOCKED
    if refused:
        return _Obstacle.REFUSED
    return _Obstacle.WITHOUT_FIELDS if newest.email is None else None


def _with_leaving(
    task: Task, ordered: Sequence[Pending], newest: ContactEvent, row: Mapping[str, Any]
) -> Task:
    """Return a task with the addresses to unsubscribe: the newest, and those of its own events.

    The events of a task without numbers are those that say that the person must not be mailed.
    """
    if task.action == "push":
        return task
    own = [
        one.event
        for one in ordered
        if (one.number in task.numbers if task.numbers else one.event.do_not_contact)
    ]
    states = [(newest.email, row), *((event.email, event.contact) for event in own)]
    return attrs.evolve(task, leaving=tuple((email, state) for email, state in states if email))


def _wanted_tasks(
    ordered: Sequence[Pending], memory: Memory, rules: Sequence[BoundRule]
) -> tuple[list[Task], Memory]:
    """Return what the rules want for these events, and what is known after them.

    What follows each other at one target is joined: ten saves are one push.
    """
    tasks: list[Task] = []
    for one in ordered:
        event = one.event
        fired = {*memory.fired, *(name for task in tasks for name in task.rules)}
        # Later points say nothing about earlier ones, and neither do those of this event from its
        # first attempt, if it was a dead letter.
        from_itself = event.at == memory.newest and one.attempts > 0
        points = memory.points if event.at >= memory.newest and not from_itself else None
        for bound in rules:
            rule = bound.rule
            if bound.name in fired or not fires(
                rule, event, points=points, segments=memory.segments
            ):
                continue
            action: _Action = rule.then if isinstance(rule, ContactTrigger) else "push"
            names = (bound.name,) if isinstance(rule, PointTrigger) else ()
            at_target = [place for place, task in enumerate(tasks) if task.target == bound.target]
            if at_target and tasks[at_target[-1]].action == action:
                last = tasks[at_target[-1]]
                tasks[at_target[-1]] = attrs.evolve(
                    last,
                    rules=last.rules + names,
                    numbers=(*last.numbers, one.number),
                    at=event.at,
                )
            else:
                new = Task(target=bound.target, action=action, rules=names, at=event.at)
                tasks.append(attrs.evolve(new, numbers=(one.number,)))
        memory = remember(event, memory)
    return tasks, memory


def remember(event: ContactEvent, memory: Memory) -> Memory:
    """Return what is known after an event, which may be older than what is known already."""
    changes: dict[str, Any] = {}
    if event.at >= memory.newest:
        # An event without the contact's fields leaves the values as they are.
        if event.has_fields or event.type is EventType.DELETED:
            changes["newest"] = event.at
        # Of two events of one second the order is not known: the one that stops a push counts.
        gone = memory.deleted and event.at == memory.newest
        changes["deleted"] = gone or event.type is EventType.DELETED
        if event.new_points is not None:
            changes["points"] = event.new_points
    # An older event counts if no other has said the address.
    if event.address_hash and (memory.address is None or event.at >= memory.newest):
        changes["address"] = event.address_hash
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
