"""Switches for what is not known of iContact, or seen in several ways."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Literal, get_args, get_origin, get_type_hints

import attrs

from icontact.sandbox import error_texts


@attrs.frozen(kw_only=True)
class Quirks:
    """How the sandbox behaves where iContact is not known, or was seen to differ.

    The defaults are what was recorded, and the more demanding reading where nothing was. Every
    attribute names the section of the API reference that it rests on.
    """

    default_population: Literal["observed", "listed"] = "observed"
    """API 6.4: a plain GET of contacts shows all of them (recorded), or those on a list (docs)."""

    upsert_blanks: bool = True
    """API 6.5: a POST of a known e-mail blanks the fields it does not give. Contested."""

    bulk_update_blanks: bool = False
    """API 6.5: the same, for an item of a collection POST that carries its ``contactId``."""

    recreate_deleted: Literal["same_id", "new_id"] = "same_id"
    """API 6.5: whether the e-mail of a deleted contact comes back under its id. Unknown."""

    second_delete: Literal["not_found", "no_changes", "done"] = "not_found"
    """API 6.6: what a DELETE of a contact that is deleted already answers: 404, 400
    ``No Changes Made``, or ``[]`` as the first one. A suite saw it fail; the status is unknown."""

    creation_statuses: frozenset[str] = frozenset(
        {"normal", "bounced", "donotcontact", "pending", "invitable"}
    )
    """API 6.3: the statuses that a new contact may be given. Unknown."""

    other_creation_statuses: Literal["refused", "normal"] = "refused"
    """API 6.3: whether a new contact of another status is refused, or becomes ``normal``."""

    sticky_statuses: Literal["kept", "kept_silently", "left"] = "kept"
    """API 6.3: whether ``donotcontact``, ``pending`` and ``invitable`` can be left by an update.
    Not so by the docs; what is answered is unknown: a 400, or a 200 that has the old status."""

    unsent_status: Literal["kept", "normal"] = "kept"
    """API 6.2, 6.5: what a PUT and a POST of a known e-mail do to a status that they do not give.
    A PUT was seen to keep ``normal``; of the others nothing is known."""

    long_state: Literal["reject", "truncate"] = "reject"
    """API 3: what happens to a ``state`` of more than 10 characters. The limit is documented."""

    longest_text: int | None = None
    """API 3: after how many characters a contact's text is cut off; ``None``: nowhere. Unknown."""

    unknown_fields: Literal["ignored", "warned"] = "ignored"
    """API 6.1: a key of a contact that is neither a field nor a custom field. Unknown."""

    business_in_listings: bool = False
    """API 6.2: the recorded listings of contacts have no ``business`` key."""

    custom_fields_in_listings: bool = True
    """API 6.2: custom fields in listings of contacts are expected, not recorded."""

    search_custom_fields: bool = False
    """API 6.4: one client searches by custom field, another says that it cannot be done."""

    ignored_terms: Literal["warned", "silent"] = "warned"
    """API 2.6: whether a search says which terms it ignored. Recorded; a client: not always."""

    unsearchable: frozenset[str] = frozenset()
    """API 2.6: terms that a search ignores although they are documented. None was seen."""

    case_sensitive_search: bool = False
    """API 2.6: matching presumably ignores case. Unknown."""

    deleted_in_total: bool = False
    """API 6.4: whether the ``total`` of contacts counts deleted ones. One client: for a while."""

    search_offset: Literal["read", "ignored"] = "read"
    """API 2.6: whether a search minds the offset of a time, or takes it for US Eastern. Unknown."""

    unordered_pages: bool = False
    """API 2.6: whether the rows of a listing without ``orderby`` change places between pages."""

    comma_lists: Literal["everywhere", "ids"] = "everywhere"
    """API 2.6: ``v1,v2`` means either, "on some resources". ``ids``: only for ids and statuses."""

    max_limit: int | None = None
    """API 2.6: the largest page; ``None`` has no cap. No cap is published."""

    beyond_max_limit: Literal["limit_lowered", "first_answered", "refused", "slow"] = (
        "limit_lowered"
    )
    """API 2.6: what a ``limit`` beyond ``max_limit`` does: the answer has the lower ``limit``, or
    fewer rows than the ``limit`` that it states; or it is refused; or its rows come late."""

    max_limit_status: Literal[400, 413, 500] = 400
    """API 2.6: the status of a refused page. Unknown."""

    max_batch: int | None = None
    """API 2.7: the largest batch, in items of a collection POST; ``None`` has no cap. Unknown."""

    beyond_max_batch: Literal["refused", "slow", "first_stored", "first_answered"] = "refused"
    """API 2.7: what happens to a larger batch: it is refused; or stored, and answered late; or only
    its first items are stored; or all are stored, and only the first answered. Unknown."""

    max_batch_status: Literal[400, 413, 500] = 400
    """API 2.7: the status of a refused batch. Unknown."""

    slow_seconds: float = 60.0
    """API 2.6, 2.7: how late an answer comes where a batch or a page beyond its cap is slow."""

    refused_items: Literal["left_out", "null"] = "left_out"
    """API 2.7: what an answer to a collection POST has in the place of a refused item. That it has
    nothing is inferred."""

    history_limit: int = 20
    """API 7: the default page of a contact's history: 20 by the docs, 50 in stubs of 2009."""

    duplicate_list_names: Literal["allowed", "refused"] = "allowed"
    """API 8.1: whether two lists of a folder may have the same name. Unknown."""

    duplicate_subscription_warning: bool = False
    """API 8.2: whether a sentence goes with the ``[]`` for a contact that is already subscribed.
    Not so in a recording of 2020; a client of 2013 raised, so that something came with it then."""

    unsubscribe_by_post: bool = True
    """API 8.2: whether a collection POST with ``unsubscribed`` ends a subscription that is there.
    The vendor's class offers it, and a user says that it works; the docs: it only creates."""

    pending_to_normal: bool = False
    """API 8.2: whether a call may confirm a pending subscription, which is the contact's act."""

    resubscribe: Literal["refused", "allowed"] = "refused"
    """API 8.2: whether a call may subscribe a contact again that left. Known from clients."""

    moved_status: Literal["kept", "normal"] = "kept"
    """API 8.2: the status after a move. Recorded for ``normal``, which stays; else unknown."""

    resubscribe_text: str = (
        "The status value you provided was not valid. A contact that has unsubscribed from a list"
        " can not be subscribed to it again. Please provide a valid status"
    )
    """API 8.2: what the refusal to re-subscribe says. Not recorded."""

    unknown_list_text: str = error_texts.not_recognised("listId")
    """API 8.2: what a subscription to a list that is not there says. Not recorded."""

    unknown_contact_text: str = error_texts.not_recognised("contactId")
    """API 8.2: what a subscription of a contact that is not there says. Not recorded."""

    blocked_contact_text: str = (
        "The contact you provided can not be subscribed. Please provide a valid contactId"
    )
    """API 8.2: what a subscription of a ``donotcontact`` or deleted contact says. Not recorded."""

    custom_date: Literal["any", "iso", "us"] = "any"
    """API 2.8: the form of a custom date: YYYY-MM-DD, MM/DD/YYYY, or either. Not visible."""

    lower_private_names: bool = False
    """API 9: whether private names of custom fields are lower-cased. Contradictory."""

    past_due_warning: bool = False
    """API 2.7: an overdue account adds a warning to every answer, to errors too. Seen in 2020."""

    content_type: Literal["application/json", "text/html; charset=utf-8"] = "application/json"
    """API 2.9: JSON came as ``text/html`` in 2012 and 2015, as ``application/json`` in 2026."""

    numeric_ids: bool = False
    """API 2.5: ids are texts in the recordings, numbers in the vendor's samples."""

    null_for_empty: bool = False
    """API 2.4: a listing without rows is ``[]``, or ``null`` as on Pro in 2016."""

    html_503: bool = False
    """API 4: whether the body of a 503 is a page of HTML, as from a gateway."""

    receive_only_fields: Literal["ignored", "warned"] = "ignored"
    """API 2.3: what a receive-only field in a write does, beside being without effect. Unknown."""

    permissions_replace: bool = False
    """API 16.2: whether setting permissions takes away those of other client folders. Unknown."""

    user_permissions: Literal["everything", "writes"] = "everything"
    """API 16.2: whether a permission is needed for all of its area, or for writing. Unknown."""

    tracking_criteria: Literal["count", "message_id"] = "count"
    """API 10.2: what ``messageOpens`` is compared with: how many messages, or which. Unknown."""

    criteria_join: Literal["all", "any"] = "all"
    """API 10.2: whether a contact in a segment meets all of its criteria, or one. Unknown."""

    forward_to_friend: Literal["optional", "required"] = "optional"
    """API 11: ``forwardToFriend`` was required in older docs, and is gone from current ones."""

    message_create_date: Literal["compact", "eastern", "iso"] = "compact"
    """API 2.8: ``20090725 14:55:12`` as in a stub of 2009, as of contacts, or as of lists."""

    spam_scores: Literal["text", "number"] = "text"
    """API 12.1: whether scores are texts, which a client parses, or numbers. Unseen."""

    spam_text: str = error_texts.SPAM
    """API 12.4: what the refusal of a message with a spam ``{score}`` says. Not recorded."""

    html_entities: bool = True
    """API 12.1: whether ``&nbsp;`` and its like are well-formed; in XML alone they are not."""

    double_sends: Literal["refused", "while_pending"] = "refused"
    """API 13: whether a message that was released may be sent again. The refusal is recorded."""

    send_statuses: Literal["table", "description"] = "table"
    """API 13: ``released`` and ``cancelled``, or ``complete`` and ``canceled``. Contradictory."""

    cancelling: Literal["done", "ignored"] = "done"
    """API 13: whether a DELETE of a pending send stops it. The docs: it *attempts* to."""

    winter_offset: Literal["-04:00", "-05:00", "either"] = "-04:00"
    """API 2.8: the offset that ``scheduledTime`` must have in winter. Contradictory."""

    past_schedule: Literal["refused", "released"] = "refused"
    """API 13: what becomes of a send that is scheduled for the past. Unknown."""

    upload_actions: frozenset[str] = frozenset({"add"})
    """API 14: what an upload may do. Only ``add`` is known, a second one is likely."""

    upload_polls: int = 1
    """API 14: how often an upload that has its data still says ``receiving``. Unknown."""

    upload_seconds: int = 60
    """API 14: after how many seconds an upload is complete, polled or not. Unknown."""

    upload_id_on_top: bool = True
    """API 14: whether ``PUT …/data`` answers with ``uploadId`` beside the ``upload``, where the
    vendor's class reads it."""

    upload_updates: bool = False
    """API 14: whether the rows of known contacts change their fields. The page seems to say no."""

    upload_data_readable: bool = False
    """API 14: whether ``GET …/data`` works, with ``status`` beside the ``upload``, as the vendor's
    class counts on; the docs: no."""

    folder_without_slash: bool = False
    """API 14: whether ``/a/1/c2/uploads`` leads where ``/a/1/c/2/uploads`` does. The vendor's class
    polls its uploads so."""

    single_form_as_object: bool = False
    """API 17.1: whether a single form comes as an object, which a vendor's plugin allows for."""

    webhook_batches: bool = True
    """API 17.2: whether all events of one request come in one array, or one by one. Unknown."""

    unknown_confirmation_messages: Literal["accepted", "refused"] = "accepted"
    """API 8.2: whether ``confirmationMessageId`` may name a message that is not there. Unknown."""

    def __attrs_post_init__(self) -> None:
        for name, words in _words().items():
            if words and getattr(self, name) not in words:
                raise ValueError(f"{name} must be one of {', '.join(map(str, words))}")


@cache
def _words() -> Mapping[str, tuple[object, ...]]:
    """Return the words that each switch takes; none for a switch that takes other values."""
    return {
        name: get_args(kind) if get_origin(kind) is Literal else ()
        for name, kind in get_type_hints(Quirks).items()
    }
