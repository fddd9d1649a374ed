"""Campaigns: who mail comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Unpack

from icontact.models import Campaign, CampaignFields
from icontact.resources._base import Collection
from icontact.resources.batches import BatchResult
from icontact.transport import Safety


class CampaignRow(CampaignFields, total=False):
    """A row of a bulk call: with ``campaign_id`` an update, without it a creation."""

    campaign_id: int


class Campaigns(Collection[Campaign]):
    """The campaigns of one client folder: ``/a/{accountId}/c/{clientFolderId}/campaigns``.

    iContact calls them sender properties as well: the name, address and footer that mail has.
    They cannot be deleted.

    Documentation: "Campaigns".
    """

    _model = Campaign
    _plural = "campaigns"
    _identity = "campaign_id"
    _wire_id = "campaignId"
    _writable = frozenset(CampaignFields.__annotations__)

    def create(self, **fields: Unpack[CampaignFields]) -> Campaign:
        """Create a campaign. Not repeated after a lost answer: it could never be deleted.

        Args:
            **fields: ``name``, ``from_name``, ``from_email``, ``subscription_management``,
                ``click_track_mode``, ``use_account_address`` and ``archive_by_default`` are
                required; without ``use_account_address`` the postal address too.
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[CampaignRow], /) -> BatchResult[Campaign]:
        """Create campaigns, and update those given with their ``campaign_id``, in one request.

        Rows are matched with the answer by ``campaign_id`` or by name. Not repeated after a lost
        answer.
        """
        return self._create_many(
            self._bodies(rows), Safety.ONCE, lambda body: body.get("name"), lambda one: one.name
        )

    def update(self, campaign_id: int, /, **fields: Unpack[CampaignFields]) -> Campaign:
        """Change the given fields of a campaign and keep the others. Safe to repeat."""
        return self._item("POST", campaign_id, self._body(fields))

    def replace(self, campaign_id: int, /, **fields: Unpack[CampaignFields]) -> Campaign:
        """Wipe every field that is not given, and set the given ones (PUT). Safe to repeat.

        Args:
            campaign_id: Which campaign.
            **fields: Those that :meth:`create` requires are required here too.
        """
        return self._item("PUT", campaign_id, self._body(fields))
