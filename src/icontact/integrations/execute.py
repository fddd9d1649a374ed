"""Executes the tasks of a decision at the lists that rules push to, and returns the outcomes."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import TypeAlias

import attrs

from icontact.auth import redact
from icontact.errors import BadRequest, ConfigError, IContactError, MappingError, RejectedError
from icontact.integrations.decide import BoundRule, Memory, Task, TriggerDecision
from icontact.integrations.inbox import EventOutcome, EventState, InboxClaim
from icontact.integrations.rules import Rule
from icontact.models import SubscriptionStatus
from icontact.push import ListPush, OutcomeStatus, PushOutcome
from icontact.push.policy import PolicyOptions, PushPolicy

#: A task and its outcome.
TaskResult: TypeAlias = tuple[Task, PushOutcome]

#: Errors of the data: another attempt would end the same.
_HOPELESS = (MappingError, BadRequest, RejectedError)

_SEVERITY = (
    OutcomeStatus.FAILED,
    OutcomeStatus.REJECTED,
    OutcomeStatus.SKIPPED,
    OutcomeStatus.CREATED,
    OutcomeStatus.UPDATED,
    OutcomeStatus.UNCHANGED,
)

#: Of a person's several addresses the first of these outcomes is the person's.
_LEAVING = (OutcomeStatus.UPDATED, OutcomeStatus.UNCHANGED, OutcomeStatus.SKIPPED)

_SUCCEEDED = (OutcomeStatus.CREATED, OutcomeStatus.UPDATED, OutcomeStatus.UNCHANGED)


@attrs.frozen
class Destinations:
    """The rules, each with the name of its destination, and the push behind each name."""

    rules: tuple[BoundRule, ...]
    pushes: Mapping[str, ListPush] = attrs.field(hash=False)


def destinations_for(push: ListPush, rules: Sequence[Rule]) -> Destinations:
    """Look up where each rule pushes to: with this push, unless it says something else.

    Raises:
        ConfigError: If a list does not exist, or two rules are the same.
        MappingError: If a mapping names a custom field that the folder does not have.
        APIError, TransportError: If iContact could not be asked.
    """
    pushes: dict[str, ListPush] = {}
    targets: dict[tuple[int, int, str, PushPolicy], str] = {}
    bound: list[BoundRule] = []
    for rule in rules:
        chosen = rule.push or push
        if rule.list is not None or rule.mapper is not None or not rule.push_contacts:
            policy: PolicyOptions = attrs.asdict(chosen.policy, recurse=False)  # type: ignore[assignment]  # its keys
            policy["push_contacts"] = chosen.policy.push_contacts and rule.push_contacts
            chosen = ListPush(
                chosen.folder,
                chosen.list.list_id if rule.list is None else rule.list,
                mapper=rule.mapper or chosen.mapper,
                **policy,
            )
        # One list with two mappings or two policies is two destinations.
        folder_id = chosen.folder.client_folder_id
        way = (chosen.list.list_id, folder_id, chosen.mapper.fingerprint, chosen.policy)
        if way not in targets:
            number = 1 + sum(list_id == way[0] for list_id, *_ in targets)
            targets[way] = f"list {way[0]}" if number == 1 else f"list {way[0]}:{number}"
            pushes[targets[way]] = chosen
        bound.append(BoundRule(rule, targets[way]))
    names = [one.name for one in bound]
    if twice := sorted({name for name in names if names.count(name) > 1}):
        raise ConfigError(f"two rules are the same: {', '.join(twice)}; give one a name=")
    return Destinations(tuple(bound), pushes)


def execute(task: Task, push: ListPush, decision: TriggerDecision) -> PushOutcome:
    """Execute one task in iContact. An error shows in the outcome."""
    try:
        if task.action == "push":
            if decision.late:
                return _outcome(decision, OutcomeStatus.REJECTED, decision.note)
            return push.one(decision.row)
        # A task without events follows the person's wish: no switch stops it.
        if task.numbers and not push.policy.push_contacts:
            return _outcome(decision, OutcomeStatus.SKIPPED, push.policy.switch)
        return _unsubscribe(push, task, decision)
    except IContactError as error:
        hopeless = isinstance(error, _HOPELESS)
        status = OutcomeStatus.REJECTED if hopeless else OutcomeStatus.FAILED
        return _outcome(decision, status, redact(str(error)))


def _unsubscribe(push: ListPush, task: Task, decision: TriggerDecision) -> PushOutcome:
    """Take a contact off a list, under each of its addresses that is on it. Safe to repeat."""
    # The addresses that a push takes, which the mapping may read elsewhere.
    addresses = dict.fromkeys(
        str(push.mapper.explain(row)["email"].result or email) for email, row in task.leaving
    )
    outcomes = [_unsubscribe_address(push, one, decision) for one in addresses]
    return min(outcomes, key=lambda one: _LEAVING.index(one.status))


def _unsubscribe_address(push: ListPush, address: str, decision: TriggerDecision) -> PushOutcome:
    reason = "iContact does not know this address: no contact was unsubscribed"
    try:
        found = push.folder.contacts.find(email=address)
    except ValueError:
        found, reason = None, "iContact cannot search for this address: no contact was unsubscribed"
    if found is None:
        return _outcome(decision, OutcomeStatus.SKIPPED, reason)
    contact_id, list_id = found.contact_id, push.list.list_id
    subscription = push.folder.subscriptions.find(contact_id=contact_id, list_id=list_id)
    if subscription is None:
        return _outcome(decision, OutcomeStatus.UNCHANGED, "the contact is not on the list")
    status, reason = OutcomeStatus.UNCHANGED, "unsubscribed already"
    if subscription.status != SubscriptionStatus.UNSUBSCRIBED:
        push.folder.subscriptions.unsubscribe(contact_id=contact_id, list_id=list_id)
        status, reason = OutcomeStatus.UPDATED, "unsubscribed"
    return replace(
        _outcome(decision, status, reason),
        contact_id=found.contact_id,
        subscription=SubscriptionStatus.UNSUBSCRIBED.value,
    )


def _outcome(decision: TriggerDecision, status: OutcomeStatus, reason: str) -> PushOutcome:
    """Return an outcome that does not come from a push."""
    return PushOutcome(row=0, email=decision.email, status=status, reason=reason)


def severest(outcomes: Sequence[PushOutcome], decision: TriggerDecision) -> PushOutcome | None:
    """Return the worst outcome, one for a stopped push among them."""
    found = list(outcomes)
    if decision.stopped:
        status = OutcomeStatus.REJECTED if decision.unreadable else OutcomeStatus.SKIPPED
        found.append(_outcome(decision, status, decision.note))
    return min(found, key=lambda one: _SEVERITY.index(one.status), default=None)


def event_outcomes(
    claim: InboxClaim, results: Sequence[TaskResult], decision: TriggerDecision
) -> Mapping[int, EventOutcome]:
    """Return the state of each event after the tasks: done, or a dead letter with its reason."""
    notes = [decision.note] if decision.note else []
    notes += [f"{task.target}: {one.status}, {one.reason}" for task, one in results]
    state = EventState.DEAD_LETTER if decision.unreadable else EventState.DONE
    done = EventOutcome(state=state, reason="; ".join(notes))
    found = {one.number: done for one in claim.pending}
    for task, outcome in results:
        if outcome.status is OutcomeStatus.REJECTED:
            dead = EventOutcome(
                state=EventState.DEAD_LETTER, reason=f"{task.target}: {outcome.reason}"
            )
            found |= dict.fromkeys(task.numbers or tuple(found), dead)
    return found


def next_state(results: Sequence[TaskResult], decision: TriggerDecision) -> Memory:
    """Return what to remember after the tasks."""
    memory = decision.memory
    for task, outcome in results:
        # A push that was skipped does not use up its trigger.
        if outcome.status not in _SUCCEEDED:
            continue
        if task.action == "push":
            pushed = {**memory.pushed, task.target: decision.at}
            memory = attrs.evolve(memory, fired=(*memory.fired, *task.rules), pushed=pushed)
    followed = [
        # A task without events is there for the person's wish alone.
        outcome.status
        for task, outcome in results
        if task.action == "unsubscribe" and not task.numbers
    ]
    # One list that was refused is tried again with its event.
    if followed and all(status in _SUCCEEDED for status in followed):
        memory = attrs.evolve(memory, followed=True)
    return memory
