"""Doing what is due as time passes: scheduled sends, reactions of recipients, uploads."""

from __future__ import annotations

from icontact.sandbox.rules import releasing, uploads
from icontact.sandbox.rules.context import RequestContext
from icontact.sandbox.store import Store


def is_due(store: Store, epoch: int) -> bool:
    """Say whether there is anything to do by now."""
    sql = (
        "SELECT EXISTS (SELECT 1 FROM sends WHERE status = 'pending' AND scheduledTime <= ?)"
        " OR EXISTS (SELECT 1 FROM reactions WHERE done = 0 AND time <= ?)"
        " OR EXISTS (SELECT 1 FROM uploads WHERE due IS NOT NULL AND due <= ?)"
    )
    return bool(store.value(sql, (epoch, epoch, epoch)))


def run(context: RequestContext) -> None:
    """Do everything that is due by the time of the request, in order of time."""
    for row in context.store.rows(
        "SELECT sendId, folderId, scheduledTime FROM sends"
        " WHERE status = 'pending' AND scheduledTime <= ? ORDER BY scheduledTime, sendId",
        (context.epoch,),
    ):
        then = releasing.at(context, row["scheduledTime"], row["folderId"])
        releasing.settle(then)
        releasing.release(then, row["sendId"])
    releasing.settle(context)
    for row in context.store.rows(
        "SELECT * FROM uploads WHERE due IS NOT NULL AND due <= ? ORDER BY due, uploadId",
        (context.epoch,),
    ):
        uploads.finish(releasing.at(context, row["due"], row["folderId"]), row)
