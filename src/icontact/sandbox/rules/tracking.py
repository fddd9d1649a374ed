"""What came of a message: bounces, openings, clicks, unsubscriptions, figures (API 12.2, 12.3)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import moments
from icontact.sandbox.rules import mailings
from icontact.sandbox.rules.call import Call, Handler, Route, Scope
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.terms import Clause
from icontact.sandbox.store import Row

KINDS = ("bounce", "open", "click", "unsubscribe")

_LISTING = Listing(table="reactions", key="reactionNumber")


def _list_of(kind: str) -> Handler:
    def list_all(call: Call) -> dict[str, Any]:
        base = "messageId = ? AND kind = ? AND done = 1"
        message_id = mailings.load(call)["messageId"]
        page = search(call, _LISTING, Clause(base, (message_id, kind)))
        return page.envelope(call, f"{kind}s", lambda row: _wire(kind, row))

    return list_all


def figures(call: Call) -> dict[str, Any]:
    """Answer ``GET …/messages/{messageId}/statistics``; nobody comments, and nobody complains."""
    message_id = mailings.load(call)["messageId"]
    rows = call.store.rows(
        "SELECT kind, COUNT(*) AS total, COUNT(DISTINCT contactId) AS people FROM reactions"
        " WHERE messageId = ? AND done = 1 GROUP BY kind",
        (message_id,),
    )
    totals = {row["kind"]: (row["people"], row["total"]) for row in rows}
    recipients = call.store.value(
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
        f"{kind}Time": moments.iso_with_offset(row["time"]),
    }
    return {**answer, "clickLink": row["link"]} if kind == "click" else answer


_MESSAGE = "/a/<account_id>/c/<client_folder_id>/messages/<message_id>"

ROUTES = (
    *(Route(f"{_MESSAGE}/{kind}s", Scope.FOLDER, {"GET": _list_of(kind)}) for kind in KINDS),
    Route(f"{_MESSAGE}/statistics", Scope.FOLDER, {"GET": figures}),
)
