"""Campaigns, which are the senders of mailings: name, address, footer (API 11)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import bodies, checks
from icontact.sandbox.rules.context import RequestContext, Route, Scope
from icontact.sandbox.rules.fields import FieldReader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, TermKind, column
from icontact.sandbox.store import Row
from icontact.sandbox.store.mailing_schema import CAMPAIGN_CODES, CAMPAIGN_TEXTS

_REQUIRED_TEXTS = ("name", "fromName", "fromEmail")
_ADDRESS = ("street", "city", "state", "zip", "country")
# Only "forwardToFriend" came and went (API 11).
_GREATEST = {**dict.fromkeys(CAMPAIGN_CODES, 1), "subscriptionManagement": 4, "forwardToFriend": 5}
_ORDER = ("name", "fromName", "fromEmail", *CAMPAIGN_CODES, "description", *_ADDRESS)

_LISTING = Listing(
    table="campaigns",
    key="campaignId",
    terms={
        "campaignId": column("campaignId", TermKind.NUMBER),
        **{name: column(name) for name in CAMPAIGN_TEXTS},
        **{name: column(name, TermKind.NUMBER) for name in CAMPAIGN_CODES},
    },
)


def list_all(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/campaigns``."""
    page = search(context, _LISTING, Clause("folderId = ?", (context.folder_id,)))
    return page.envelope(context, "campaigns", _wire)


def save_many(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/campaigns``: create, or update by ``campaignId``."""
    return {"campaigns": bodies.save_many(context, "campaigns", "campaign", _save) or None}


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/campaigns/{campaignId}``."""
    return {"campaign": _wire(_load(context))}


def merge(context: RequestContext) -> dict[str, Any]:
    """Answer ``POST …/campaigns/{campaignId}``: only what is given changes."""
    row, item = _load(context), bodies.member(context, "campaign")
    if item is not None:
        _merge(context, row, item)
    return {"campaign": _wire(_load(context))}


def replace(context: RequestContext) -> dict[str, Any]:
    """Answer ``PUT …/campaigns/{campaignId}``: what is not given is blanked."""
    row, item = _load(context), bodies.member(context, "campaign")
    if item is not None:
        context.store.update("campaigns", _columns(context, item), "campaignId", row["campaignId"])
    return {"campaign": _wire(_load(context))}


def _load(context: RequestContext) -> Row:
    identifier = context.path_ids["campaign_id"]
    return checks.required(checks.find(context, "campaigns", "campaignId", identifier))


def _save(context: RequestContext, item: dict[str, Any]) -> dict[str, Any]:
    if item.get("campaignId") in (None, ""):
        columns = {"folderId": context.folder_id, **_columns(context, item)}
        campaign_id = context.store.insert("campaigns", columns)
    else:
        row = checks.find(context, "campaigns", "campaignId", item["campaignId"])
        if row is None:
            raise Refusal(400, error_texts.not_recognised("campaignId"))
        campaign_id = row["campaignId"]
        _merge(context, row, item)
    return _wire(checks.required(checks.find(context, "campaigns", "campaignId", campaign_id)))


def _merge(context: RequestContext, row: Row, item: dict[str, Any]) -> None:
    before = {name: row[name] for name in (*CAMPAIGN_TEXTS, *CAMPAIGN_CODES)}
    columns = _columns(context, {**before, **item})
    context.store.update("campaigns", columns, "campaignId", row["campaignId"])


def _columns(context: RequestContext, payload: dict[str, Any]) -> dict[str, Any]:
    reader = FieldReader(payload)
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


def _wire(row: Row) -> dict[str, Any]:
    """Return a campaign; in the sample its codes are numbers, and blank is ``""`` (API 11)."""
    return {"campaignId": str(row["campaignId"]), **{name: row[name] for name in _ORDER}}


_COLLECTION = "/a/<account_id>/c/<client_folder_id>/campaigns"

ROUTES = (
    Route(_COLLECTION, Scope.FOLDER, {"GET": list_all, "POST": save_many}),
    Route(
        f"{_COLLECTION}/<campaign_id>",
        Scope.FOLDER,
        {"GET": read, "POST": merge, "PUT": replace},
    ),
)
