"""Campaigns: who mail comes from."""

from __future__ import annotations

from collections.abc import Iterable
from typing import ClassVar, Unpack

from icontact.models import Campaign, CampaignFields
from icontact.paging import Pager, PageSize
from icontact.resources._base import BatchResult, Resource
from icontact.resources._shared import row_body
from icontact.transport import Safety, Sender

__all__ = ["CampaignRow", "Campaigns"]


class CampaignRow(CampaignFields, total=False):
    """A row of a bulk call: with ``campaign_id`` an update, without it a creation."""

    campaign_id: int


class Campaigns(Resource[Campaign]):
    """The campaigns of one client folder: ``/a/{accountId}/c/{clientFolderId}/campaigns``.

    iContact calls them sender properties as well: the name, address and footer that mail has.
    They cannot be deleted.
    """

    segment: ClassVar[str] = "campaigns"
    plural: ClassVar[str] = "campaigns"
    singular: ClassVar[str] = "campaign"
    identity: ClassVar[str] = "campaign_id"
    writable: ClassVar[frozenset[str]] = frozenset(CampaignFields.__annotations__)

    def __init__(self, transport: Sender, folder: str) -> None:
        super().__init__(transport, folder, Campaign)

    def list(
        self, *, page_size: PageSize = "auto", max_items: int | None = None, workers: int = 1
    ) -> Pager[Campaign]:
        """List the campaigns.

        Documentation: "Campaigns".
        """
        return self._list({}, page_size=page_size, max_items=max_items, workers=workers)

    def get(self, campaign_id: int, /) -> Campaign:
        """Read one campaign.

        Raises:
            NotFound: If there is no such campaign.

        Documentation: "Campaigns".
        """
        return self._get(campaign_id)

    def create(self, **fields: Unpack[CampaignFields]) -> Campaign:
        """Create a campaign. Not repeated after a lost answer: it could never be deleted.

        Args:
            **fields: ``name``, ``from_name``, ``from_email``, ``subscription_management``,
                ``click_track_mode``, ``use_account_address`` and ``archive_by_default`` are
                required; without ``use_account_address`` the postal address too.

        Raises:
            RejectedError: If iContact stored nothing.
            TransportError: If no answer came; ``maybe_applied`` says whether to look.

        Documentation: "Campaigns".
        """
        return self._create(fields, Safety.ONCE)

    def create_many(self, rows: Iterable[CampaignRow], /) -> BatchResult[Campaign]:
        """Create campaigns, and update those given with their ``campaign_id``, in one request.

        Rows are matched with the answer by ``campaign_id`` or by name. Not repeated after a lost
        answer.

        Raises:
            TransportError: If no answer came; ``maybe_applied`` says whether to look.

        Documentation: "Campaigns".
        """
        bodies = [row_body(row, "campaign_id", "campaignId", self._body) for row in rows]
        del rows  # error trackers print the locals of every frame on the way
        by_id = {body["campaignId"] for body in bodies if "campaignId" in body}
        call = self._posted(bodies, Safety.ONCE)
        del bodies
        return self._create_many(
            call,
            lambda body: body.get("campaignId") or body.get("name"),
            lambda one: one.campaign_id if one.campaign_id in by_id else one.name,
        )

    def update(self, campaign_id: int, /, **fields: Unpack[CampaignFields]) -> Campaign:
        """Change the given fields of a campaign and keep the others. Safe to repeat.

        Raises:
            BadRequest: If iContact refuses a value.
            NotFound: If there is no such campaign.

        Documentation: "Campaigns".
        """
        return self._write("POST", campaign_id, fields)

    def replace(self, campaign_id: int, /, **fields: Unpack[CampaignFields]) -> Campaign:
        """Wipe every field that is not given, and set the given ones (PUT). Safe to repeat.

        Args:
            campaign_id: Which campaign.
            **fields: Those that :meth:`create` requires are required here too.

        Raises:
            BadRequest: If a required field is missing or iContact refuses a value.
            NotFound: If there is no such campaign.

        Documentation: "Campaigns".
        """
        return self._write("PUT", campaign_id, fields)
