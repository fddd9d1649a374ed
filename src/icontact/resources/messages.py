"""Messages, and what became of them."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable
from datetime import UTC, datetime
from typing import Any, TypeVar, Unpack

from icontact import wire
from icontact.errors import DecodeError
from icontact.frames import ResultList
from icontact.models import (
    Bounce,
    Click,
    Message,
    MessageFields,
    MessageFilters,
    Open,
    Send,
    Statistics,
    Unsubscribe,
)
from icontact.paging import Pager, PageSize
from icontact.reports import MessageFigures, MessageReport
from icontact.resources._base import Resource, log_warnings
from icontact.resources.batches import BatchResult
from icontact.resources.sends import Sends
from icontact.transport import Call, Safety

M = TypeVar("M", Bounce, Click, Open, Unsubscribe)


class Messages(Resource[Message]):
    """The messages of one client folder: ``/a/{accountId}/c/{clientFolderId}/messages``.

    They cannot be deleted. :class:`icontact.resources.Sends` mails them.

    Documentation: "Messages", "How to SpamCheck", "Message Bounces", "Message Opens",
    "Message Clicks", "Unsubscribes", "Statistics".
    """

    _model = Message
    _plural = "messages"
    _identity = "message_id"
    _writable = frozenset(MessageFields.__annotations__)
    _searchable = frozenset(MessageFilters.__annotations__)

    def list(
        self,
        *,
        order_by: str | tuple[str, ...] | None = None,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
        **filters: Unpack[MessageFilters],
    ) -> Pager[Message]:
        """List or search messages."""
        return self._list(
            filters, page_size=page_size, max_items=max_items, workers=workers, order_by=order_by
        )

    def get(self, message_id: int, /) -> Message:
        """Read one message, its spam score computed anew."""
        return self._item("GET", message_id)

    def create(self, **fields: Unpack[MessageFields]) -> Message:
        """Create a message; nothing is mailed. Not repeated after a lost answer.

        Args:
            **fields: ``campaign_id``, ``message_type`` and ``subject`` are required.
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[MessageFields], /) -> BatchResult[Message]:
        """Create messages in one request, matched by subject and name.

        Not repeated after a lost answer.
        """
        return self._create_many(
            self._bodies(rows),
            Safety.ONCE,
            lambda body: (body.get("subject"), body.get("messageName", "")),
            lambda one: (one.subject, one.message_name),
        )

    def update(self, message_id: int, /, **fields: Unpack[MessageFields]) -> Message:
        """Change the given fields of a message and keep the others. Safe to repeat."""
        return self._item("POST", message_id, self._body(fields))

    def bounces(
        self,
        message_id: int,
        /,
        *,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
    ) -> Pager[Bounce]:
        """List the contacts that a message could not be delivered to."""
        return self._tracked(message_id, Bounce, "bounces", page_size, max_items, workers)

    def opens(
        self,
        message_id: int,
        /,
        *,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
    ) -> Pager[Open]:
        """List who opened a message, each time."""
        return self._tracked(message_id, Open, "opens", page_size, max_items, workers)

    def clicks(
        self,
        message_id: int,
        /,
        *,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
    ) -> Pager[Click]:
        """List who followed which link of a message, each time."""
        return self._tracked(message_id, Click, "clicks", page_size, max_items, workers)

    def unsubscribes(
        self,
        message_id: int,
        /,
        *,
        page_size: PageSize = "auto",
        max_items: int | None = None,
        workers: int = 1,
    ) -> Pager[Unsubscribe]:
        """List who unsubscribed through a message."""
        return self._tracked(message_id, Unsubscribe, "unsubscribes", page_size, max_items, workers)

    def statistics(self, message_id: int, /) -> Statistics:
        """Read the figures of a message."""
        answer = self._transport.send(Call("GET", f"{self._at(message_id)}/statistics"))
        log_warnings(self._plural, answer.warnings)
        return wire.decode_member(Statistics, answer.payload, "statistics", answer.call)

    def report(
        self, message_id: int, /, *, details: bool = True, page_size: PageSize = "auto"
    ) -> MessageReport:
        """Gather the sends, figures, opens, clicks, bounces and unsubscribes of a message.

        Costs one request for the figures and one for every ``page_size`` sends of the folder
        (iContact does not document a search of them by message); with ``details`` also one for
        every ``page_size`` opens, clicks, bounces and unsubscribes. Listings that are empty by the
        figures are not asked for.

        Args:
            message_id: Which message.
            details: Whether to read who opened, clicked, bounced and unsubscribed.
            page_size: Rows a request. iContact publishes no maximum.
        """
        figures = self.statistics(message_id)
        sends = tuple(
            send
            for send in Sends(self._transport, self._parent).list(page_size=page_size)
            if send.message_id == message_id
        )
        listings: dict[str, tuple[int | None, Any]] = {
            "opens": (figures.opens.total, self.opens),
            "clicks": (figures.clicks.total, self.clicks),
            "bounces": (figures.bounces, self.bounces),
            "unsubscribes": (figures.unsubscribes, self.unsubscribes),
        }
        rows: dict[str, Any] = {
            name: tuple(listing(message_id, page_size=page_size))
            for name, (count, listing) in listings.items()
            if details and count != 0
        }
        return MessageReport(message_id=message_id, statistics=figures, sends=sends, **rows)

    def compare(self, *, message_ids: Iterable[int] | None = None) -> ResultList[MessageFigures]:
        """Read the figures of several messages, one row each, the oldest send first.

        ``folder.messages.compare().to_frame()`` is a frame that can be plotted. Costs one request
        for each message, and those that list the messages and the sends of the folder.

        Args:
            message_ids: Which messages; by default all that were sent.
        """
        sends = defaultdict[int | None, list[Send]](list)
        for send in Sends(self._transport, self._parent).list():
            if not send.cancelled:
                sends[send.message_id].append(send)
        subjects = {one.message_id: one.subject for one in self.list()}
        sent = [one for one in sends if one is not None]
        if any(one < 0 for one in sent):
            raise DecodeError(["sends: expected a messageId from 0 on, got a negative one"])
        found = [
            MessageFigures.of(one, self.statistics(one), sends[one], subjects.get(one, ""))
            for one in (sent if message_ids is None else message_ids)
        ]
        first = datetime.min.replace(tzinfo=UTC)
        return ResultList(sorted(found, key=lambda one: (one.sent or first, one.message_id)))

    def _tracked(  # noqa: PLR0917  # its callers pass on what they got
        self,
        message_id: int,
        model: type[M],
        key: str,
        page_size: PageSize,
        max_items: int | None,
        workers: int,
    ) -> Pager[M]:
        return Pager(
            self._transport.send,
            Call("GET", f"{self._at(message_id)}/{key}"),
            model,
            key,
            page_size=page_size,
            max_items=max_items,
            workers=workers,
        )
