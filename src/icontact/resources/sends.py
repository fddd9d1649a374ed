"""Sends: real mail to real people."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from datetime import UTC, datetime
from typing import Any

from icontact import wire
from icontact.errors import AlreadyScheduled, BadRequest, NotFound, RejectedError
from icontact.models import Send
from icontact.resources._base import Collection
from icontact.resources.send_preview import SendPreview, counted
from icontact.transport import Call, Safety, Sender
from icontact.wire import EasternOffset

#: A real answer, of 2015 (API 13).
_SCHEDULED = re.compile(r"\[messageId=(\d+)\] already scheduled for send \[sendId=(\d+)\]")


#: The arguments that name lists and segments.
_AUDIENCE = (
    "include_list_ids",
    "exclude_list_ids",
    "include_segment_ids",
    "exclude_segment_ids",
)


class Sends(Collection[Send]):
    """The sends of one client folder: ``/a/{accountId}/c/{clientFolderId}/sends``.

    .. code-block:: python

        from datetime import UTC, datetime, timedelta

        from icontact import errors

        campaign = folder.campaigns.create(
            name="Bakery",
            from_name="Bob Smith",
            from_email="bob@example.com",
            subscription_management=0,
            click_track_mode=True,
            use_account_address=True,
            archive_by_default=False,
        )
        message = folder.messages.create(
            campaign_id=campaign.campaign_id,
            message_type="normal",
            subject="Fresh bread",
            text_body="Come and see us.",
        )
        newsletter = folder.lists.find(name="Newsletter")
        plan = {"message_id": message.message_id, "include_list_ids": [newsletter.list_id]}

        print(folder.sends.preview(**plan))
        when = datetime.now(UTC) + timedelta(days=1)
        try:
            send = folder.sends.create(**plan, scheduled_time=when)
        except errors.AlreadyScheduled as known:
            send = folder.sends.get(known.send_id)
        except errors.CallError as lost:
            if not lost.maybe_applied:
                raise
            send = folder.sends.find_recent(message.message_id)
        folder.sends.cancel(send.send_id)

    A send cannot be edited. There is no call for several sends at once here: if its answer were
    lost, it would not be known which of them went out.

    Documentation: "Sends", "Subscriptions", "Contacts".
    """

    _model = Send
    _plural = "sends"
    _identity = "send_id"
    _writable = frozenset({"message_id", *_AUDIENCE, "scheduled_time"})

    def __init__(
        self,
        transport: Sender,
        folder: str,
        *,
        now: Callable[[], datetime] = lambda: datetime.now(UTC),
    ) -> None:
        super().__init__(transport, folder)
        self._now = now

    def create(
        self,
        *,
        message_id: int,
        include_list_ids: Iterable[int] = (),
        exclude_list_ids: Iterable[int] = (),
        include_segment_ids: Iterable[int] = (),
        exclude_segment_ids: Iterable[int] = (),
        scheduled_time: datetime | None = None,
        eastern_offset: EasternOffset = "fixed",
    ) -> Send:
        """Dispatch real mail: a message to all contacts on lists and in segments.

        Never repeated unless iContact was not reached at all. If the answer is lost, the error
        has ``maybe_applied``, and :meth:`find_recent` shows whether the mail is on its way.
        :meth:`preview` counts the people beforehand.

        Args:
            message_id: What.
            include_list_ids: Lists it goes to. Needed unless there are segments.
            exclude_list_ids: Lists it does not go to.
            include_segment_ids: Segments it goes to.
            exclude_segment_ids: Segments it does not go to.
            scheduled_time: When it goes out, with a time zone; at once if not given. Fractions of
                a second are cut off.
            eastern_offset: How the time is written between November and March. iContact's page
                demands ``-04:00`` all year, although Eastern time is ``-05:00`` then. ``"fixed"``
                keeps to the page: the same instant, written in UTC-4. Should iContact pass over
                the offset, mail leaves an hour late in winter, never early. ``"actual"`` writes
                ``-05:00`` in winter, right under either reading, but perhaps refused.

        Raises:
            AlreadyScheduled: If the message waits to be sent already; has the ``send_id``.
            DecodeError: If the answer is about the send of another message; see ``maybe_applied``.
            RejectedError: If iContact refuses, for example for a spam score of 5.0 or more.
            ValueError: If there are no recipients, a list or segment is included and excluded, or
                the time is past or has no time zone.
            TypeError: If ids are not whole numbers.
        """
        wanted = _checked_id("message_id", message_id)
        audience = _audience(
            include_list_ids, exclude_list_ids, include_segment_ids, exclude_segment_ids
        )
        fields: dict[str, Any] = {name: ids for name, ids in audience.items() if ids}
        if scheduled_time is not None:
            fields["scheduled_time"] = self._checked_time(scheduled_time, eastern_offset)
        try:
            return self._create(
                {"message_id": wanted, **fields},
                Safety.ONCE,
                lambda send: send.message_id in (None, wanted),
            )
        except RejectedError as refusal:
            found = next(filter(None, map(_SCHEDULED.search, refusal.warnings)), None)
            if found is None:
                raise
            raise AlreadyScheduled(
                refusal.warnings,
                message_id=int(found[1]),
                send_id=int(found[2]),
                call=refusal.call,
                attempts=refusal.attempts,
                elapsed=refusal.elapsed,
                maybe_applied=refusal.maybe_applied,
            ) from None

    def preview(
        self,
        *,
        message_id: int | None = None,
        include_list_ids: Iterable[int] = (),
        exclude_list_ids: Iterable[int] = (),
        include_segment_ids: Iterable[int] = (),
        exclude_segment_ids: Iterable[int] = (),
        scheduled_time: datetime | None = None,
        eastern_offset: EasternOffset = "fixed",
    ) -> SendPreview:
        """Count the contacts that a send would reach. Writes nothing.

        Takes what :meth:`create` takes, and makes the same checks. With a message, a spam score
        that would stop it is noted. Reads the subscriptions and the contacts of each list, so that
        contacts who unsubscribed, bounced or must not be mailed do not count. iContact does not
        list the members of a segment: with segments the answer is a lowest and a highest number.

        Raises:
            ValueError: As for :meth:`create`.
        """
        audience = _audience(
            include_list_ids, exclude_list_ids, include_segment_ids, exclude_segment_ids
        )
        if scheduled_time is not None:
            self._checked_time(scheduled_time, eastern_offset)
        return counted(self._transport, self._parent, audience, message_id)

    def find_recent(self, message_id: int, /, *, newer_than: int | None = None) -> Send | None:
        """Return the newest send of a message, or None: whether a lost :meth:`create` happened.

        Reads all sends of the folder, since iContact documents no search for them.

        Args:
            message_id: What was mailed.
            newer_than: A send that was there before, to be passed over together with its elders.
        """
        wanted = _checked_id("message_id", message_id)
        found = [
            send
            for send in self.list()
            if send.message_id == wanted and send.send_id > (newer_than or 0)
        ]
        return max(found, key=lambda send: send.send_id, default=None)

    def cancel(self, send_id: int, /) -> None:
        """Take a send back before it goes out. Safe to repeat.

        iContact only promises to try, so the send is read afterwards.

        Raises:
            RejectedError: If it is on its way all the same; the last warning has its status.
        """
        refusal: tuple[str, ...] = ()
        try:
            self._delete(send_id)
        except BadRequest as error:
            # So is a second cancellation, where the answer to the first was lost.
            refusal = error.errors
        try:
            left = self._item("GET", send_id)
        except NotFound:
            return
        if not left.cancelled:
            call = Call("DELETE", self._at(send_id)).summary()
            status = left.status or "there"
            raise RejectedError((*refusal, f"send {send_id} is {status} still"), call=call)

    def _checked_time(self, scheduled_time: datetime, eastern_offset: EasternOffset) -> str:
        if not isinstance(scheduled_time, datetime):
            raise TypeError(
                "scheduled_time must be a datetime with a time zone, not "
                f"{type(scheduled_time).__name__}; leave it out to send at once"
            )
        try:
            text = wire.encode_scheduled(scheduled_time, eastern_offset)
        except (ValueError, OverflowError) as problem:
            reason = str(problem)
        else:
            if scheduled_time > self._now():
                return text
            reason = "the time is past; leave it out to send at once"
        raise ValueError(f"scheduled_time: {reason}")


def _audience(*given: Iterable[int]) -> dict[str, tuple[int, ...]]:
    """Return the ids of lists and segments by the names of the arguments."""
    chosen: dict[str, tuple[int, ...]] = {}
    for name, ids in zip(_AUDIENCE, given, strict=True):
        # "12" would be taken for the lists 1 and 2.
        if isinstance(ids, str | bytes) or not isinstance(ids, Iterable):
            kind = "a text" if isinstance(ids, str | bytes) else f"one {type(ids).__name__}"
            raise TypeError(f"{name} must be several whole numbers, such as [205303], not {kind}")
        chosen[name] = tuple(dict.fromkeys(_checked_id(name, one) for one in ids))
    if not chosen["include_list_ids"] and not chosen["include_segment_ids"]:
        raise ValueError("a send needs include_list_ids or include_segment_ids")
    for kind in ("list", "segment"):
        both = set(chosen[f"include_{kind}_ids"]) & set(chosen[f"exclude_{kind}_ids"])
        if both:
            raise ValueError(f"exclude_{kind}_ids: {kind} {min(both)} is included as well")
    return chosen


def _checked_id(name: str, value: Any) -> int:
    if isinstance(value, bool) or not isinstance(value, int) or value < 1:
        raise TypeError(f"{name}: ids are whole numbers from 1 on")
    return int(value)
