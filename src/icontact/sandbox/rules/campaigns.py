"""Campaigns, which are the senders of mailings: name, address, footer (API 11)."""

from __future__ import annotations

from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext
from icontact.sandbox.rules.endpoint import Endpoint, Terms
from icontact.sandbox.rules.listing import plain_terms
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CAMPAIGN_CODES, CAMPAIGN_TEXTS

_REQUIRED_TEXTS = ("name", "fromName", "fromEmail")
_ADDRESS = ("street", "city", "state", "zip", "country")
# The greatest code of those that have more than two. Only "forwardToFriend" came and went (API 11).
_GREATEST = {"subscriptionManagement": 4, "forwardToFriend": 5}


class CampaignEndpoint(Endpoint):
    """Campaigns; in the sample codes are numbers, and blank is ``""`` (API 11)."""

    name = "campaigns"
    terms: Terms = plain_terms(numbers=("campaignId", *CAMPAIGN_CODES), texts=CAMPAIGN_TEXTS)
    shown: tuple[str, ...] = (
        "campaignId",
        *_REQUIRED_TEXTS,
        *CAMPAIGN_CODES,
        "description",
        *_ADDRESS,
    )
    null_for_blank = False
    whole = True
    upserts = True
    member_verbs = "GET POST PUT"

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a campaign."""
        columns: Item = {**reader.texts(CAMPAIGN_TEXTS, _REQUIRED_TEXTS)}
        for name in CAMPAIGN_CODES:
            required = name != "forwardToFriend" or context.quirks.forward_to_friend == "required"
            if name in _GREATEST:
                codes = [str(code) for code in range(_GREATEST[name] + 1)]
                columns[name] = int(reader.choice(name, codes, required=required) or 0)
            else:
                columns[name] = reader.flag(name, required=required)
        if reader.given("useAccountAddress") and not columns["useAccountAddress"]:
            for name in _ADDRESS:
                reader.text(name, required=True)
        return columns


ROUTES = CampaignEndpoint().routes()
