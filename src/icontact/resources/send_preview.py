"""The number of contacts that a send would reach, counted beforehand."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping

import attrs

from icontact import wire
from icontact.models import Message
from icontact.resources.contacts import Contacts
from icontact.resources.segments import Segments
from icontact.resources.subscriptions import Subscriptions
from icontact.transport import Call, Sender

_SEGMENTS = (
    "the API does not list the members of a segment: an included one may reach none or "
    "all contacts of its list, and an excluded one may leave out as many"
)
_PENDING = (
    "it is not known whether those are left out who have yet to confirm that they join an "
    "excluded list"
)
_ON_THE_WAY = "contacts who join, leave or bounce before the send goes out are not counted"


@attrs.frozen(kw_only=True)
class SendPreview:
    """The number of contacts that a send would reach, as far as the API shows it.

    Attributes:
        at_least: The number of people that it reaches for certain.
        at_most: The highest number of people that it may reach.
        left_out: People of the included lists who would not get it, by reason: ``unsubscribed``,
            ``pending``, ``may not be mailed`` (bounced, do-not-contact, deleted …), ``excluded``.
        notes: What cannot be known beforehand, and what would keep the send from going out.
    """

    at_least: int
    at_most: int
    left_out: Mapping[str, int] = attrs.field(hash=False)
    notes: tuple[str, ...] = ()

    @property
    def count(self) -> int | None:
        """How many people, or ``None`` where segments leave it open."""
        return self.at_least if self.at_least == self.at_most else None


def counted(
    transport: Sender,
    folder: str,
    audience: Mapping[str, tuple[int, ...]],
    message_id: int | None,
) -> SendPreview:
    """Count the contacts that a send would reach, and look at its spam score. Only reads.

    ``audience`` has the ids by argument of ``preview``: ``include_list_ids`` and so on.
    """
    segments, on = Segments(transport, folder), _Lists(transport, folder)
    # The members of a segment are among those of the list that it is taken from.
    perhaps_in, perhaps_out = (
        {found for one in audience[name] if (found := segments.get(one).list_id) is not None}
        for name in ("include_segment_ids", "exclude_segment_ids")
    )
    sure = on.mailable(audience["include_list_ids"])
    possible = sure | on.mailable(perhaps_in)
    excluded = on.members(audience["exclude_list_ids"])
    unsure = on.members(audience["exclude_list_ids"], "pending") & sure - excluded
    at_least = sure - excluded - unsure - on.members(perhaps_out, "pending")
    at_most = possible - excluded
    reasons = {
        contact: "may not be mailed" if status == "normal" else status
        for list_id in {*audience["include_list_ids"], *perhaps_in}
        for contact, status in on.statuses(list_id).items()
    } | dict.fromkeys(possible & excluded, "excluded")
    left_out = Counter(reason for contact, reason in reasons.items() if contact not in at_most)
    notes = [_ON_THE_WAY]
    if audience["include_segment_ids"] or audience["exclude_segment_ids"]:
        notes.append(_SEGMENTS)
    if unsure:
        notes.append(_PENDING)
    if message_id is not None:
        answer = transport.send(Call("GET", f"{folder}/messages/{message_id}"))
        check = wire.decode_member(Message, answer.payload, "message", answer.call).spam_check
        if check is not None and check.blocked:
            score = check.raw_score
            notes.append(f"the message's spam score is {score}: iContact sends nothing from 5.0 on")
    return SendPreview(
        at_least=len(at_least), at_most=len(at_most), left_out=dict(left_out), notes=tuple(notes)
    )


class _Lists:
    """Who is on which list, each read once."""

    def __init__(self, transport: Sender, folder: str) -> None:
        self._subscriptions = Subscriptions(transport, folder)
        self._contacts = Contacts(transport, folder)
        self._statuses: dict[int, dict[int, str]] = {}
        self._mailable: dict[int, set[int]] = {}

    def members(self, list_ids: Iterable[int], *others: str) -> set[int]:
        """Return the contacts who are on lists, or have one of some other states there."""
        return {
            contact
            for list_id in list_ids
            for contact, status in self.statuses(list_id).items()
            if status in ("normal", *others)
        }

    def mailable(self, list_ids: Iterable[int]) -> set[int]:
        """Return the contacts that mail to lists reaches."""
        found: set[int] = set()
        for list_id in list_ids:
            if list_id not in self._mailable:
                pager = self._contacts.list(status="normal", list_id=list_id)
                self._mailable[list_id] = {one.contact_id for one in pager}
            found |= self._mailable[list_id] & self.members([list_id])
        return found

    def statuses(self, list_id: int) -> dict[int, str]:
        """Return the status of each subscription to a list, by contact."""
        if list_id not in self._statuses:
            pager = self._subscriptions.list(list_id=list_id)
            self._statuses[list_id] = {one.contact_id: str(one.status) for one in pager}
        return self._statuses[list_id]
