"""What came of a message: bounces, openings, clicks, unsubscriptions, figures (API 12.2, 12.3)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import timestamps
from icontact.sandbox.rules import messages
from icontact.sandbox.rules.context import Handler, RequestContext, Route, Scope
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause
from icontact.sandbox.store import Row

KINDS = ("bounce", "open", "click", "unsubscribe")

_LISTING = Listing(table="reactions", key="reactionNumber")


def _list_of(kind: str) -> Handler:
    def list_all(context: RequestContext) -> dict[str, Any]:
        base = "messageId = ? AND kind = ? AND done = 1"
        message_id = messages.load(context)["messageId"]
        page = search(context, _LISTING, Clause(base, (message_id, kind)))
        return page.envelope(context, f"{kind}s", lambda row: _wire(kind, row))

    return list_all


def figures(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET …/messages/{messageId}/statistics``; nobody comments, and nobody complains."""
    message_id = messages.load(context)["messageId"]
    rows = context.store.rows(
        "SELECT kind, COUNT(*) AS total, COUNT(DISTINCT contactId) AS people FROM reactions"
        " WHERE messageId = ? AND done = 1 GROUP BY kind",
        (message_id,),
    )
    totals = {row["kind"]: (row["people"], row["total"]) for row in rows}
    recipients = context.store.value(
        "SELECT COUNT(*) FROM sends JOIN recipients USING (sendId) WHERE messageId = ?",
        (message_id,),
    )
    bounces = totals.get("bounce", (0, 0))[1]
    return {
        "statistics": {
            "bounces": bounces,
            "delivered": recipients - bounces,
            "unsubscribes": totals.get("unsubscribe", (0, 0))[1],
            "opens": _unique_and_total(totals.get("open", (0, 0))),
            "clicks": _unique_and_total(totals.get("click", (0, 0))),
            "forwards": totals.get("forward", (0, 0))[1],
            "comments": 0,
            "complaints": 0,
        }
    }


def _unique_and_total(counts: tuple[int, int]) -> dict[str, int]:
    return {"unique": counts[0], "total": counts[1]}


def _wire(kind: str, row: Row) -> dict[str, Any]:
    answer = {
        "contactId": str(row["contactId"]),
        f"{kind}Time": timestamps.iso_with_offset(row["time"]),
    }
    return {**answer, "clickLink": row["link"]} if kind == "click" else answer


_MESSAGE = "/a/<account_id>/c/<client_folder_id>/messages/<message_id>"

ROUTES = (
    *(Route(f"{_MESSAGE}/{kind}s", Scope.FOLDER, {"GET": _list_of(kind)}) for kind in KINDS),
    Route(f"{_MESSAGE}/statistics", Scope.FOLDER, {"GET": figures}),
)
