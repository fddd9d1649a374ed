"""Triggers: events of another system push its contacts into a list, and no event is lost."""

from __future__ import annotations

import logging
import os
import threading
import time
from collections.abc import Callable, Iterable
from typing import Self, TypedDict, Unpack

import attrs

from icontact._forks import after_fork
from icontact.auth import Private, redact
from icontact.client import Client
from icontact.errors import ConfigError, IContactError
from icontact.integrations import mautic
from icontact.integrations.decide import decide
from icontact.integrations.events import ContactEvent, Events, EventType
from icontact.integrations.execute import (
    Destinations,
    TaskResult,
    destinations_for,
    event_outcomes,
    execute,
    next_state,
    severest,
)
from icontact.integrations.inbox import EventState, Inbox, InboxClaim, InboxEntry
from icontact.integrations.mautic.bodies import checked_secret
from icontact.integrations.rules import ContactTrigger, PointTrigger, Rule, rules_of
from icontact.integrations.worker import InboxService, pause_before
from icontact.mapping import ContactMapper
from icontact.push import ListPush, OutcomeStatus, PushOutcome, PushSettings

__all__ = [
    "ContactEvent",
    "ContactTrigger",
    "EventState",
    "EventType",
    "Events",
    "Inbox",
    "InboxEntry",
    "IntegrationOptions",
    "PointTrigger",
    "PushIntegration",
    "Rule",
    "pause_before",
    "rules_of",
]

logger: logging.Logger = logging.getLogger("icontact")

_DAY = 86400.0


class IntegrationOptions(TypedDict, total=False):
    """The keywords of :class:`PushIntegration` that are not part of the settings."""

    merge_results: bool
    first_pause: float
    longest_pause: float
    lease: float
    keep_payloads: float
    keep_identities: float
    clock: Callable[[], float]
    on_outcome: Callable[[ContactEvent, PushOutcome | None], object] | None


class PushIntegration(InboxService):
    """Keeps events in an inbox, and pushes contacts when rules fire.

    May be shared by threads, and by processes of one machine that use the same store: only one of
    them deals with a contact at a time.

    Args:
        push: The push to use unless a rule says something else; or a function that returns it. A
            function is called with the first contact to push, and again later if it fails: so
            events are kept even if iContact cannot be reached when the program starts.
        rules: When to push.
        store: The file of the inbox, or an :class:`Inbox`.
        secret: The secret of Mautic's web hook, for :meth:`receive`.
        follow_unsubscribes: Whether a person who unsubscribes in Mautic, or is set to
            do-not-contact by hand, is unsubscribed in iContact: for good, from every list that
            the rules push to. A contact that must not be mailed is not pushed in any case.
        merge_results: Whether the answers of a form are pushed where the contact has no value of
            its own.
        first_pause: Seconds until an event that iContact did not take is tried again.
        longest_pause: The longest that this pause grows to. An event is never given up.
        lease: Seconds until another process may take a contact if this process hangs. After the
            end of a process its contacts are free at once. Must be longer than any push takes.
        keep_payloads: Seconds for which the last values of a contact are kept afterwards.
        keep_identities: Seconds for which a repeated event is recognised.
        clock: Returns the seconds since 1970.
        on_outcome: Called with the newest event of a contact that was dealt with, and the outcome;
            :meth:`Metrics.outcome() <icontact.integrations.metrics.Metrics.outcome>` counts it.

    Raises:
        ConfigError: If the secret is empty, rules are missing or equal, the store cannot be opened,
            or a list does not exist.
        MappingError: If a rule's mapping names a custom field that the folder does not have.
        APIError, TransportError: If iContact could not be asked.
    """

    def __init__(
        self,
        push: ListPush | Callable[[], ListPush],
        rules: Iterable[Rule],
        store: str | os.PathLike[str] | Inbox = "triggers.sqlite",
        *,
        secret: str | None = None,
        follow_unsubscribes: bool = False,
        merge_results: bool = False,
        first_pause: float = 30.0,
        longest_pause: float = 3600.0,
        lease: float = 1800.0,
        keep_payloads: float = _DAY,
        keep_identities: float = 90 * _DAY,
        clock: Callable[[], float] = time.time,
        on_outcome: Callable[[ContactEvent, PushOutcome | None], object] | None = None,
    ) -> None:
        self._secret = checked_secret(secret)
        if not isinstance(push, ListPush) and not callable(push):
            raise TypeError("push must be a ListPush or a function that makes one")
        self._push, self._rules = push, tuple(rules)
        if not all(isinstance(rule, ContactTrigger | PointTrigger) for rule in self._rules):
            raise TypeError("rules must be a list of ContactTrigger and PointTrigger")
        if not self._rules:
            raise ConfigError("an integration needs rules, or it would never push a contact")
        self.renew_locks()
        after_fork(self)
        self._destinations: Destinations | None = None
        self._mappers = tuple(rule.mapper for rule in self._rules if rule.mapper is not None)
        self._client: Client | None = None
        if isinstance(push, ListPush):
            self._look_up()
        self._follow, self._merge = follow_unsubscribes, merge_results
        self._on_outcome = on_outcome
        super().__init__(
            store,
            first_pause=first_pause,
            longest_pause=longest_pause,
            lease=lease,
            keep_payloads=keep_payloads,
            keep_identities=keep_identities,
            clock=clock,
        )

    @classmethod
    def from_settings(
        cls,
        settings: PushSettings,
        *,
        client: Client | None = None,
        store: str | os.PathLike[str] | Inbox = "triggers.sqlite",
        secret: str | None = None,
        **options: Unpack[IntegrationOptions],
    ) -> Self:
        """Make an integration from the content of ``icontact.toml``.

        The first request is made for the first contact to push, so events are kept even if
        iContact cannot be reached when the program starts. A list or a custom field that does not
        exist shows in the log then; ``icontact doctor --settings`` finds it before.

        Args:
            settings: List, mapping, policy, triggers and ``follow_unsubscribes``. Without triggers
                every contact is pushed that becomes known or changes.
            client: The client to use. By default one with the credentials of the environment,
                which :meth:`close` closes.
            store: The file of the inbox, or an :class:`Inbox`.
            secret: The secret of Mautic's web hook, for :meth:`receive`.
            **options: As for :class:`PushIntegration`.

        Raises:
            ConfigError: If a trigger has no mapping or is the same as another, credentials are
                missing, or the store cannot be opened.
        """
        secret = None if secret is None else Private(secret)
        rules = rules_of(settings)
        mappers = [rule.mapper for rule in rules if rule.mapper is not None]
        # To unsubscribe a contact takes an address, and no mapping.
        mapper = settings.mapper or next(iter(mappers), ContactMapper({"email": "email"}))
        complete = attrs.evolve(settings, mapper=mapper)
        used = client or Client.from_env()
        made = cls(
            lambda: ListPush.from_settings(complete, client=used),
            rules,
            store,
            secret=secret,
            follow_unsubscribes=settings.follow_unsubscribes,
            **options,
        )
        made._mappers = (mapper, *mappers)
        made._client = None if client is used else used
        return made

    def __repr__(self) -> str:
        return f"PushIntegration({len(vars(self).get('_rules', ()))} rules)"

    def renew_locks(self) -> None:
        """Make a new lock in a forked process, where the holder of the old one does not exist."""
        self._lock = threading.Lock()

    def close(self) -> None:
        """Close the store. Its events wait for the next integration that opens it."""
        self.inbox.close()
        if self._client is not None:
            self._client.close()

    def handle(self, event: ContactEvent) -> PushOutcome | None:
        """Keep an event, and push its contact now if a rule fires.

        Returns:
            The outcome of the contact; the worst one where rules push to several lists. ``None`` if
            there was nothing to do: no rule fires, the contact is a visitor, newer values were
            pushed, or the event was dealt with before. ``failed`` events stay in the inbox and are
            tried again by :meth:`work`; ``rejected`` ones become dead letters, with the reason.
        """
        event = self._with_address(event)
        self.accept([event])
        status, reason = OutcomeStatus.FAILED, self._unavailable()
        if reason:
            self.inbox.explain(reason)
        elif (claim := self.inbox.claim(lease=self._lease, contact=event.key)) is not None:
            return self._deal_with(claim)
        elif self.inbox.waits(event.identity):
            reason = "another process is pushing this contact; the event waits in the inbox"
        else:
            dead = self.inbox.dead_letter_reason(event.identity)
            if dead is None:
                return None
            status, reason = OutcomeStatus.REJECTED, dead
        return PushOutcome(row=0, email=event.email, status=status, reason=reason)

    def accept(self, events: Iterable[ContactEvent]) -> int:
        """Keep events for :meth:`work`.

        Returns:
            The number of new events. When it returns, they are on the disk.

        Raises:
            TypeError: If a contact has a value that cannot be kept.
        """
        return self.inbox.add(map(self._with_address, events))

    def receive(
        self,
        body: bytes,
        *,
        signature: str | None = None,
        secret: str | None = None,
        site_url: str | None = None,
        max_bytes: int = mautic.MAX_BYTES,
    ) -> int:
        """Keep the events of a web hook of Mautic for :meth:`work`.

        Args:
            body: The body exactly as it arrived.
            signature: The header ``Webhook-Signature``.
            secret: The web hook's secret, if it is not the integration's.
            site_url: The header ``X-Origin-Base-URL``, for links to contacts.
            max_bytes: A longer body is refused.

        Returns:
            The number of new events. When it returns, they are on the disk.

        Raises:
            SignatureError: If the signature is missing or wrong.
            DecodeError: If the body cannot be read.
        """
        known = self._secret if secret is None else Private(secret)
        found = mautic.events(
            body, signature=signature, secret=known, site_url=site_url, max_bytes=max_bytes
        )
        for problem in found.problems:
            logger.warning("an event of Mautic cannot be read: %s", redact(problem))
        return self.accept(found)

    def _with_address(self, event: ContactEvent) -> ContactEvent:
        """Return an event with the address that a mapping reads, if it has none by itself."""
        if event.email is not None or not event.has_fields:
            return event
        for mapper in self._mappers:
            found = mapper.explain(event.contact)["email"]
            # An address that is not valid is rejected later, with the reason.
            if found.used is not None:
                return attrs.evolve(event, email=found.result or str(found.raw))
        return event

    def _unavailable(self) -> str:
        try:
            self._look_up()
        except IContactError as error:
            return f"where to push to could not be looked up: {redact(str(error))}"
        return ""

    def _work_on(self, claim: InboxClaim) -> str:
        outcome = self._deal_with(claim)
        failed = outcome is not None and outcome.status is OutcomeStatus.FAILED
        return outcome.reason if outcome is not None and failed else ""

    def _look_up(self) -> Destinations:
        """Return the destinations, which are looked up when they are first needed."""
        with self._lock:
            if self._destinations is None:
                push = self._push if isinstance(self._push, ListPush) else self._push()
                self._destinations = destinations_for(push, self._rules)
                self._mappers = tuple(one.mapper for one in self._destinations.pushes.values())
            return self._destinations

    def _deal_with(self, claim: InboxClaim) -> PushOutcome | None:
        """Execute the tasks for a contact, and write the outcomes."""
        destinations = self._look_up()
        results: list[TaskResult] = []
        try:
            decision = decide(
                claim.pending,
                claim.memory,
                destinations.rules,
                claim.newest,
                refused=claim.refused,
                follow_unsubscribes=self._follow,
                merge_results=self._merge,
                address_elsewhere=self._with_address(claim.newest) is not claim.newest,
            )
            for task in decision.tasks:
                results.append((task, execute(task, destinations.pushes[task.target], decision)))
                held = self.inbox.renew(claim, lease=self._lease)
                if not held or results[-1][1].status is OutcomeStatus.FAILED:
                    break
        except Exception as problem:
            # The event goes on waiting, and others come before it.
            reason = f"unexpected error: {type(problem).__name__}"
            self.inbox.settle(claim, self._again(claim, reason), claim.memory)
            raise
        outcome = severest([outcome for _, outcome in results], decision)
        if outcome is not None and outcome.status is OutcomeStatus.FAILED:
            self.inbox.settle(claim, self._again(claim, outcome.reason), claim.memory)
        else:
            self.inbox.settle(
                claim, event_outcomes(claim, results, decision), next_state(results, decision)
            )
        if self._on_outcome is not None:
            self._on_outcome(claim.pending[-1].event, outcome)
        return outcome
