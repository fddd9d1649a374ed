"""Campaigns, which are the senders of mailings: name, address, footer (API 11)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import messages
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.rules import bodies, checks
from icontact.sandbox.rules.call import Call, Route, Scope
from icontact.sandbox.rules.fields import Reader
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause, Kind, column
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
        "campaignId": column("campaignId", Kind.NUMBER),
        **{name: column(name) for name in CAMPAIGN_TEXTS},
        **{name: column(name, Kind.NUMBER) for name in CAMPAIGN_CODES},
    },
)


def list_all(call: Call) -> dict[str, Any]:
    """Answer ``GET …/campaigns``."""
    page = search(call, _LISTING, Clause("folderId = ?", (call.folder_id,)))
    return page.envelope(call, "campaigns", _wire)


def save_many(call: Call) -> dict[str, Any]:
    """Answer ``POST …/campaigns``: create, or update by ``campaignId``."""
    return {"campaigns": bodies.save_many(call, "campaigns", "campaign", _save) or None}


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET …/campaigns/{campaignId}``."""
    return {"campaign": _wire(_load(call))}


def merge(call: Call) -> dict[str, Any]:
    """Answer ``POST …/campaigns/{campaignId}``: only what is given changes."""
    row, item = _load(call), bodies.member(call, "campaign")
    if item is not None:
        _merge(call, row, item)
    return {"campaign": _wire(_load(call))}


def replace(call: Call) -> dict[str, Any]:
    """Answer ``PUT …/campaigns/{campaignId}``: what is not given is blanked."""
    row, item = _load(call), bodies.member(call, "campaign")
    if item is not None:
        call.store.update("campaigns", _columns(call, item), "campaignId", row["campaignId"])
    return {"campaign": _wire(_load(call))}


def _load(call: Call) -> Row:
    identifier = call.path_ids["campaign_id"]
    return checks.required(checks.find(call, "campaigns", "campaignId", identifier))


def _save(call: Call, item: dict[str, Any]) -> dict[str, Any]:
    if item.get("campaignId") in (None, ""):
        columns = {"folderId": call.folder_id, **_columns(call, item)}
        campaign_id = call.store.insert("campaigns", columns)
    else:
        row = checks.find(call, "campaigns", "campaignId", item["campaignId"])
        if row is None:
            raise Refusal(400, messages.not_recognised("campaignId"))
        campaign_id = row["campaignId"]
        _merge(call, row, item)
    return _wire(checks.required(checks.find(call, "campaigns", "campaignId", campaign_id)))


def _merge(call: Call, row: Row, item: dict[str, Any]) -> None:
    before = {name: row[name] for name in (*CAMPAIGN_TEXTS, *CAMPAIGN_CODES)}
    columns = _columns(call, {**before, **item})
    call.store.update("campaigns", columns, "campaignId", row["campaignId"])


def _columns(call: Call, payload: dict[str, Any]) -> dict[str, Any]:
    reader = Reader(payload)
    columns: dict[str, Any] = {
        name: (reader.email if name == "fromEmail" else reader.text)(
            name, required=name in _REQUIRED_TEXTS
        )
        for name in CAMPAIGN_TEXTS
    }
    for name in CAMPAIGN_CODES:
        columns[name] = _code(reader, name, call.quirks)
    if reader.given("useAccountAddress") and not columns["useAccountAddress"]:
        for name in _ADDRESS:
            reader.text(name, required=True)
    reader.finish()
    return columns


def _code(reader: Reader, name: str, quirks: Quirks) -> int:
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
