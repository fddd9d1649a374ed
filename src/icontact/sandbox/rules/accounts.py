"""Accounts, their client folders, and the clock of the server (API 15, 17.4)."""

from __future__ import annotations

from icontact.sandbox import error_texts, timestamps
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext, Route, Scope
from icontact.sandbox.rules.endpoint import ACCOUNT, FOLDER, Endpoint, Envelope, Terms
from icontact.sandbox.rules.listing import Clause, Listing, plain_terms, search
from icontact.sandbox.store import Row
from icontact.sandbox.store.schema import ACCOUNT_TEXTS

_ACCOUNT_ORDER = (
    "billingStreet", "billingCity", "billingState", "billingPostalCode", "billingCountry", "city",
    "accountId", "companyName", "country", "email", "enabled", "fax", "firstName", "lastName",
    "multiClientFolder", "multiUser", "phone", "postalCode", "state", "street", "title",
    "accountType", "subscriberLimit",
)  # fmt: skip
"""Recorded: the keys of an account, in their order (API 15.1)."""

_ACCOUNT_REQUIRED = ("email", "firstName", "lastName")

_ACCOUNTS = Listing(table="accounts", key="accountId", sortable=("companyName", "email"))


def read_time(context: RequestContext) -> Item:
    """Answer ``GET /time``."""
    return {"time": timestamps.iso_with_offset(context.epoch), "timestamp": context.epoch}


def list_accounts(context: RequestContext) -> Item:
    """Answer ``GET /a/``; here ``total`` comes before ``limit`` and ``offset`` (API 2.4)."""
    mine = Clause(
        "accountId IN (SELECT accountId FROM grants WHERE username = ?)", (context.username,)
    )
    answer = search(context, _ACCOUNTS, mine, "accounts", _account_wire)
    return {name: answer[name] for name in ("accounts", "total", "limit", "offset")}


def create_account(context: RequestContext) -> Item:
    """Answer ``POST /a/``, which is for partners."""
    raise Refusal(403, error_texts.FORBIDDEN)


def read_account(context: RequestContext) -> Item:
    """Answer ``GET /a/{accountId}``."""
    [row] = context.store.rows("SELECT * FROM accounts WHERE accountId = ?", (context.account_id,))
    return {"account": _account_wire(row)}


def merge_account(context: RequestContext) -> Item:
    """Answer ``POST /a/{accountId}``: only what is given changes."""
    reader = FieldReader(context, bodies.member(context, "account") or {}, complete=False)
    changes = reader.texts(ACCOUNT_TEXTS, _ACCOUNT_REQUIRED)
    reader.finish()
    context.store.update("accounts", context.account_id, **changes)
    return read_account(context)


def _account_wire(row: Row) -> Item:
    return {key: str(row[key]) for key in _ACCOUNT_ORDER}


_FOR_EVERYBODY = ("clientFolderId", "logoId", "emailRecipient")
_REQUIRED = ("name", "fromName", "fromEmail", "street", "city", "state", "postalCode", "country")
_TEXTS = (*_REQUIRED, "fromLastName", "phone", "logoId", "footerLogoUrl", "emailRecipient")
_FLAGS = {"enabled": 1, "useLogoInFooter": 0}


class ClientFolderEndpoint(Endpoint):
    """Client folders; several of them, and most of their fields, are for agencies (API 15.2)."""

    name = "clientfolders"
    id_name = "clientFolderId"
    scope = Scope.ACCOUNT
    terms: Terms = plain_terms(numbers=("clientFolderId", "enabled"), texts=("name",))
    text_flags: tuple[str, ...] = tuple(_FLAGS)
    envelope: Envelope = "total"
    upserts = True

    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read a folder."""
        return {**reader.texts(_TEXTS, _REQUIRED), **reader.flags(_FLAGS)}

    def wire(self, context: RequestContext, row: Row) -> Item:
        """Return a folder; ordinary accounts see three keys of it (recorded)."""
        names = (*_FOR_EVERYBODY, *_TEXTS, *_FLAGS) if _is_agency(context) else _FOR_EVERYBODY
        return {name: row[name] for name in names} | {"clientFolderId": str(row["clientFolderId"])}

    def save_many(self, context: RequestContext) -> Item:
        """Answer ``POST /a/{accountId}/c/``, which is for agencies."""
        _refuse_ordinary_account(context)
        return super().save_many(context)

    def merge(self, context: RequestContext) -> Item:
        """Answer a POST to a folder; an ordinary account changes what it sees (API 1.1, 15.2)."""
        if not set(_FOR_EVERYBODY).issuperset(bodies.member(context, self.singular) or ()):
            _refuse_ordinary_account(context)
        return super().merge(context)

    def replace(self, context: RequestContext) -> Item:
        """Answer a PUT of a folder, which is for agencies."""
        _refuse_ordinary_account(context)
        return super().replace(context)


def _is_agency(context: RequestContext) -> bool:
    sql = "SELECT multiClientFolder FROM accounts WHERE accountId = ?"
    return bool(context.store.value(sql, (context.account_id,)))


def _refuse_ordinary_account(context: RequestContext) -> None:
    if not _is_agency(context):
        raise Refusal(403, error_texts.FORBIDDEN)


_FOLDERS = ClientFolderEndpoint()
_FOLDER_VERBS = {"GET": _FOLDERS.list_all, "POST": _FOLDERS.save_many}
_MEMBER_VERBS = {"GET": _FOLDERS.read, "POST": _FOLDERS.merge, "PUT": _FOLDERS.replace}

TIME_ROUTES = (Route("/time", Scope.OPEN, {"GET": read_time}),)
ROUTES = (
    Route("/a", Scope.LOGIN, {"GET": list_accounts, "POST": create_account}),
    Route(ACCOUNT, Scope.ACCOUNT, {"GET": read_account, "POST": merge_account}),
    # Recorded: an empty account id is looked up here, and is not an unknown route (API 2.2).
    Route("/a//c", Scope.ACCOUNT, _FOLDER_VERBS),
    Route(f"{ACCOUNT}/c", Scope.ACCOUNT, _FOLDER_VERBS),
    Route(FOLDER, Scope.FOLDER, _MEMBER_VERBS),
)
