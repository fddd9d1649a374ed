"""Campaigns, which are the senders of mailings: name, address, footer (API 11)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import RequestContext
from icontact.sandbox.rules.endpoint import Endpoint
from icontact.sandbox.rules.search_terms import TermKind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import CAMPAIGN_CODES, CAMPAIGN_TEXTS

_REQUIRED_TEXTS = ("name", "fromName", "fromEmail")
_ADDRESS = ("street", "city", "state", "zip", "country")
# Only "forwardToFriend" came and went (API 11).
_GREATEST = {**dict.fromkeys(CAMPAIGN_CODES, 1), "subscriptionManagement": 4, "forwardToFriend": 5}
_ORDER = ("name", "fromName", "fromEmail", *CAMPAIGN_CODES, "description", *_ADDRESS)


def _columns(
    context: RequestContext, item: dict[str, Any], row: Row | None, complete: bool
) -> dict[str, Any]:
    if row is not None and not complete:
        item = {**{name: row[name] for name in (*CAMPAIGN_TEXTS, *CAMPAIGN_CODES)}, **item}
    reader = FieldReader(item)
    columns: dict[str, Any] = {
        name: (reader.email if name == "fromEmail" else reader.text)(
            name, required=name in _REQUIRED_TEXTS
        )
        for name in CAMPAIGN_TEXTS
    }
    for name in CAMPAIGN_CODES:
        columns[name] = _code(reader, name, context.quirks)
    if reader.given("useAccountAddress") and not columns["useAccountAddress"]:
        for name in _ADDRESS:
            reader.text(name, required=True)
    reader.finish()
    return columns


def _code(reader: FieldReader, name: str, quirks: Quirks) -> int:
    required = name != "forwardToFriend" or quirks.forward_to_friend == "required"
    if _GREATEST[name] == 1:
        return reader.flag(name, 0, required=required)
    return reader.code(name, _GREATEST[name], required=required)


def _wire(context: RequestContext, row: Row) -> dict[str, Any]:
    """Return a campaign; in the sample its codes are numbers, and blank is ``""`` (API 11)."""
    return {"campaignId": str(row["campaignId"]), **{name: row[name] for name in _ORDER}}


CAMPAIGNS = Endpoint(
    name="campaigns",
    singular="campaign",
    key="campaignId",
    terms={
        "campaignId": column("campaignId", TermKind.NUMBER),
        **{name: column(name) for name in CAMPAIGN_TEXTS},
        **{name: column(name, TermKind.NUMBER) for name in CAMPAIGN_CODES},
    },
    wire=_wire,
    read_wire=_wire,
    columns=_columns,
    upserts=True,
)

ROUTES = CAMPAIGNS.routes(member={"POST": CAMPAIGNS.merge, "PUT": CAMPAIGNS.replace})
