"""Web hooks: where iContact posts what happens to contacts."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from icontact.models import Webhook, WebhookFields
from icontact.resources._base import Collection
from icontact.resources.batches import BatchResult
from icontact.transport import Safety


class Webhooks(Collection[Webhook]):
    """The web hooks of one client folder: ``/a/{accountId}/c/{clientFolderId}/webhooks``.

    What iContact posts is read by :func:`icontact.webhooks.parse`; that page says how to protect
    a receiver.

    Documentation: "Web Hooks".
    """

    _model = Webhook
    _plural = "webhooks"
    _identity = "webhook_id"
    _writable = frozenset(WebhookFields.__annotations__)

    def create(self, **fields: Unpack[WebhookFields]) -> Webhook:
        """Have one kind of event posted to a URL. Not repeated after a lost answer.

        What is posted does not say which event it is, so give each its own URL; and since it is
        not signed either, put a secret into the URL.

        Args:
            **fields: ``event_id`` and ``url`` are required.
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[WebhookFields], /) -> BatchResult[Webhook]:
        """Create web hooks in one request, matched by event and URL.

        Not repeated after a lost answer.
        """
        return self._create_many(
            self._bodies(rows),
            Safety.ONCE,
            lambda body: (body.get("eventId"), body.get("url")),
            lambda one: (one.event_id, one.url),
        )

    def delete(self, webhook_id: int, /) -> None:
        """Have nothing posted there any more. Safe to repeat."""
        self._delete(webhook_id)
