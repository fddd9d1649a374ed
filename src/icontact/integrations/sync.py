"""Suppressions of iContact, carried over to a CRM, a shop or a file."""

from __future__ import annotations

import logging
import os
import time
from collections.abc import Callable, Collection, Iterable, Iterator
from datetime import date
from pathlib import Path

import attrs

from icontact._wording import number_of
from icontact.auth import redact
from icontact.client import Folder
from icontact.errors import ConfigError, IContactError, NotFound
from icontact.integrations.suppression_state import SuppressionState
from icontact.integrations.suppression_target import (
    COMMENT_PREFIX,
    PlannedMark,
    SuppressedPerson,
    SuppressionCsv,
    SuppressionTarget,
    TargetContact,
)
from icontact.models import ContactStatus
from icontact.resources.lists import find_list

__all__ = [
    "COMMENT_PREFIX",
    "REASONS",
    "PlannedMark",
    "SuppressedPerson",
    "SuppressionCsv",
    "SuppressionPlan",
    "SuppressionReport",
    "SuppressionState",
    "SuppressionTarget",
    "TargetContact",
    "suppressed",
]

logger: logging.Logger = logging.getLogger("icontact")

#: What a person may be suppressed for. A complaint makes iContact set ``donotcontact``.
REASONS: tuple[str, ...] = ("unsubscribed", "bounced", "donotcontact", "deleted")

#: Failures in a row that mean that the other system is away, and not that a person is odd.
_IN_A_ROW = 3

_LEASE = 600.0

_WORDS = {
    "unsubscribed": ("unsubscribed", "unsubscribed"),
    "bounced": ("bounced", "mail to the address bounced"),
    "donotcontact": ("manual", "do-not-contact, by hand or after a complaint"),
    "deleted": ("manual", "the contact was deleted"),
}


@attrs.frozen(kw_only=True)
class SuppressionReport:
    """What was carried over.

    Attributes:
        marked: The number of people who were marked.
        failed: The number of people that the other system did not take. The next run tries again.
        left: The number of people who are still to be marked, the failed ones among them.
        reason: The last failure, in words; empty if there was none.
        elapsed: Seconds.
    """

    marked: int
    failed: int
    left: int
    reason: str = ""
    elapsed: float = attrs.field(default=0.0, eq=False)

    def __str__(self) -> str:
        text = f"{self.marked:,} marked, {self.failed:,} failed, {self.left:,} left"
        return f"{text} ({self.reason})" if self.reason else text


class SuppressionPlan:
    """The people to be marked. Iterate it as often as you like; :func:`suppressed` makes one.

    Attributes:
        state: The file of the plan.
    """

    def __init__(self, state: SuppressionState, to: SuppressionTarget) -> None:
        self.state = state
        self._to = to

    def __repr__(self) -> str:
        return f"SuppressionPlan({self.counts})"

    def __iter__(self) -> Iterator[PlannedMark]:
        return self.state.planned()

    @property
    def counts(self) -> dict[str, int]:
        """The number of people to be marked (``planned``), ``done``, and ``unknown`` there."""
        return self.state.counts()

    def close(self) -> None:
        """Close the state file."""
        self.state.close()

    def apply(self, progress: Callable[[int], object] | None = None) -> SuppressionReport:
        """Mark the people in the other system, each once. After a crash the next run goes on.

        Args:
            progress: Called with the number of people so far.

        Returns:
            The report. A failure of the other system shows there, and raises nothing.
        """
        began, marked, failed, in_a_row, reason = time.monotonic(), 0, 0, 0, ""
        for mark in self:
            problem = carry_over(self.state, self._to, mark)
            if problem is None:
                continue
            marked, failed = marked + (not problem), failed + bool(problem)
            in_a_row, reason = (in_a_row + 1, problem) if problem else (0, reason)
            if progress is not None:
                progress(marked + failed)
            if in_a_row == _IN_A_ROW:
                break
        left, elapsed = self.counts["planned"], time.monotonic() - began
        return SuppressionReport(
            marked=marked, failed=failed, left=left, reason=reason, elapsed=elapsed
        )


def suppressed(
    folder: Folder,
    *,
    to: SuppressionTarget,
    state: str | os.PathLike[str] | SuppressionState = "suppressed.sqlite",
    lists: Iterable[str | int] | None = None,
    reasons: Collection[str] = REASONS,
    since: date | str | None = None,
) -> SuppressionPlan:
    """Plan which people are to be marked as do-not-contact in another system, and why.

    Reads iContact and searches the other system; writes nothing but the state file. Each person is
    marked once, and nothing ever lifts a do-not-contact. If either side fails, or the process ends,
    the same call goes on from the state file.

    A deletion is noticed from the second run on: each run reads all contacts of the folder, and one
    that is missing is asked for by its id. Leave ``"deleted"`` out of ``reasons`` to save that.

    Args:
        folder: The client folder.
        to: The other system: :class:`~icontact.integrations.mautic.Mautic`, a
            :class:`~icontact.integrations.suppression_target.SuppressionCsv`, or any
            :class:`~icontact.integrations.suppression_target.SuppressionTarget`.
        state: The file that remembers who was marked. It belongs to one client folder and one
            target.
        lists: Only unsubscriptions from these lists, by name or id. By default from any list.
        reasons: Only people who are suppressed for one of these.
        since: Only what happened since then; see :meth:`~icontact.client.Folder.suppressed`.

    Raises:
        ConfigError: If a list or a reason is unknown, or the state file cannot be used.
        IContactError: If iContact or the other system could not be asked.
    """
    kept, list_ids = opened_state(folder, to, state, lists, reasons)
    run = kept.begin()
    kept.add(_people(folder, kept, list_ids, reasons, since), run)
    if since is None:
        kept.keep_only(run)
    if "deleted" in reasons:
        contacts = folder.contacts.list(status="total")
        kept.notice(((one.contact_id, one.email) for one in contacts if one.email), run)
        kept.forget_deletions(run)
        kept.add(_deleted(folder, kept, run), run)
    for emails in kept.unsearched():
        kept.found(emails, to.find(emails))
    return SuppressionPlan(kept, to)


def opened_state(
    folder: Folder,
    to: SuppressionTarget,
    state: str | os.PathLike[str] | SuppressionState,
    lists: Iterable[str | int] | None,
    reasons: Collection[str],
) -> tuple[SuppressionState, set[int] | None]:
    """Return the state of a folder and a target, and the ids of the lists.

    Raises:
        ConfigError: If a list or a reason is unknown, or the state file cannot be used.
        IContactError: If iContact could not be asked.
    """
    for option, given in (("lists", lists), ("reasons", reasons)):
        if isinstance(given, str | int):
            raise ConfigError(f"{option}: write [{given!r}], since there may be several")
    if unknown := sorted(set(reasons) - set(REASONS)):
        raise ConfigError(f"reasons: {unknown[0]!r} is unknown; choose from {', '.join(REASONS)}")
    list_ids = None if lists is None else {find_list(folder.lists, one).list_id for one in lists}
    kept = state if isinstance(state, SuppressionState) else SuppressionState(state)
    place = getattr(to, "url", None)
    if not place and (path := getattr(to, "path", None)) is not None:
        place = Path(path).absolute()
    kept.bind(f"{folder.account_id}/{folder.client_folder_id}", str(place or ""))
    return kept, list_ids


def carry_over(state: SuppressionState, to: SuppressionTarget, mark: PlannedMark) -> str | None:
    """Mark one person; return the failure in words, or nothing; None if another process does it."""
    owner = state.claim(mark, lease=_LEASE)
    if owner is None:
        return None
    reason, words = _WORDS[mark.reason]
    where = "" if mark.list_id is None else f" from list {mark.list_id}"
    comment = f"{COMMENT_PREFIX} {words}{where}"
    problem = ""
    try:
        for contact_id in mark.targets:
            contact = TargetContact(contact_id=contact_id, email=mark.email)
            to.mark(contact, reason=reason, comment=comment)
    except IContactError as error:
        problem = redact(str(error))
    except Exception as error:  # noqa: BLE001  (the target is the caller's, and may raise anything)
        problem = type(error).__name__
    except BaseException:
        state.settle(mark, owner, done=False)
        raise
    state.settle(mark, owner, done=not problem)
    if problem:
        logger.warning("a suppression could not be carried over: %s", problem)
    return problem


def _people(
    folder: Folder,
    state: SuppressionState,
    list_ids: set[int] | None,
    reasons: Collection[str],
    since: date | str | None,
) -> Iterator[SuppressedPerson]:
    """Yield suppressed people; the reasons that hold for all mail come first."""
    without_address = 0
    for one in folder.suppressed(since=since):
        if one.reason not in reasons:
            continue
        if one.list_id is not None and list_ids is not None and one.list_id not in list_ids:
            continue
        # iContact may not know the address any more; an earlier run did.
        email = one.email or state.known_email(one.contact_id)
        if not email:
            without_address += 1
            continue
        yield SuppressedPerson(
            email=email,
            contact_id=one.contact_id,
            reason=str(one.reason),
            list_id=one.list_id,
        )
    if without_address:
        logger.warning(
            "%s cannot be marked: iContact does not give their address",
            number_of(without_address, "suppressed contact"),
        )


def _deleted(folder: Folder, state: SuppressionState, run: int) -> Iterator[SuppressedPerson]:
    """Yield the people whose contacts are missing in the listing because they were deleted."""
    for contact_id, email in state.missing(run):
        try:
            is_deleted = folder.contacts.get(contact_id).status == ContactStatus.DELETED
        except NotFound:
            is_deleted = True
        if is_deleted:
            yield SuppressedPerson(email=email, contact_id=contact_id, reason="deleted")
