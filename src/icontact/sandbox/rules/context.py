"""What a rule knows of a request, and the rows of the routing table."""

# ruff: noqa: S608  (tables and columns are constants, values are parameters)

from __future__ import annotations

import enum
from collections.abc import Callable, Mapping
from datetime import datetime
from typing import Any, NamedTuple

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import IncomingRequest, Refusal
from icontact.sandbox.quirks import Quirks
from icontact.sandbox.recipients import Recipients
from icontact.sandbox.store import Row, Store

Item = dict[str, Any]
"""One object of a request or of an answer, or the columns of a row."""

_LONGEST_ID = 18
_GREATEST_ID = 10**_LONGEST_ID - 1


def number(text: object) -> int | None:
    """Read an id or a count: plain digits that SQLite can hold; ``None`` for all else."""
    if type(text) is int:
        return text if 0 <= text <= _GREATEST_ID else None
    if type(text) is not str or len(text) > _LONGEST_ID:
        return None
    return int(text) if text.isascii() and text.isdecimal() else None


def beyond_cap(status: int, text: str) -> Refusal:
    """Return the refusal of a batch or a page beyond its cap; one with 500 gives no reason."""
    return Refusal(status, error_texts.INTERNAL_ERROR if status == 500 else text)


class ContactChange(NamedTuple):
    """Something that happened to a contact, for the web hooks of its folder (API 17.2)."""

    event_id: str
    folder_id: int
    contact_id: int
    list_id: int | None = None


@attrs.define(kw_only=True)
class RequestContext:
    """A request on its way through the rules: the request, the state, and who sent it."""

    incoming: IncomingRequest
    store: Store
    quirks: Quirks
    now: datetime
    recipients: Recipients = attrs.field(factory=Recipients)
    version: str = ""
    actor: str = ""
    user_id: int | None = None
    username: str = ""
    account_id: int = 0
    folder_id: int = 0
    path_ids: Mapping[str, str] = attrs.field(factory=dict)
    warnings: list[str] = attrs.field(factory=list)
    events: list[ContactChange] = attrs.field(factory=list)
    delay: float = 0.0

    @property
    def epoch(self) -> int:
        """The time of the request, in seconds since 1970."""
        return int(self.now.timestamp())

    def warn(self, *texts: str) -> None:
        """Add sentences to the ``warnings`` of the answer."""
        self.warnings.extend(texts)

    def find(self, table: str, identifier: object) -> Row | None:
        """Return the row of the folder that has an id, if there is one."""
        sql = f"SELECT * FROM {table} WHERE rowid = ? AND folderId = ?"
        return self.store.row(sql, (number(identifier), self.folder_id))

    def find_client_folder(self, identifier: object) -> int | None:
        """Return the id of a client folder of the account, if there is one with this id."""
        found: int | None = self.store.value(
            "SELECT clientFolderId FROM clientfolders WHERE clientFolderId = ? AND accountId = ?",
            (number(identifier), self.account_id),
        )
        return found

    def load(self, table: str, identifier: object) -> Row:
        """Return the row of the folder that has an id, or refuse with the recorded 404."""
        return required(self.find(table, identifier))


def required(row: Row | None) -> Row:
    """Return a row, or refuse with the recorded 404."""
    if row is None:
        raise Refusal(404, error_texts.NOT_FOUND)
    return row


Handler = Callable[[RequestContext], Any]


class Scope(enum.Enum):
    """What a resource belongs to, and so what is checked before its rule runs."""

    OPEN = "nothing, not even the credentials"
    LOGIN = "the credentials"
    ACCOUNT = "the credentials and the account"
    FOLDER = "the credentials, the account and the client folder"


class Area(enum.Enum):
    """The permission that a user needs for a resource (API 16.2)."""

    EVERYBODY = "none: every user may use it"
    SETTINGS = "none to read it; only the owner of the account may write it"
    OWNER = "only the owner of the account may use it"
    SUBSCRIBER = "subscriber"
    CREATIVE = "creative"
    ANALYTIC = "analytic"


@attrs.frozen(eq=False)
class Route:
    """A row of the routing table: a path, what it belongs to, and the rule for each verb.

    A verb without a rule answers 405.

    Attributes:
        path: The path below the base URL.
        scope: What it belongs to.
        verbs: The rules.
        area: The permission for it.
        switches: Verbs that answer 405 too, unless the quirk of this name is on.
        any_media: Whether a body may be of any media type.
        get_writes: Whether a GET may change something.
    """

    path: str
    scope: Scope
    verbs: Mapping[str, Handler]
    area: Area = attrs.field(default=Area.EVERYBODY, kw_only=True)
    switches: Mapping[str, str] = attrs.field(factory=dict, kw_only=True)
    any_media: bool = attrs.field(default=False, kw_only=True)
    get_writes: bool = attrs.field(default=False, kw_only=True)


def within(area: Area, *routes: Route) -> tuple[Route, ...]:
    """Return routes that need a permission."""
    return tuple(attrs.evolve(route, area=area) for route in routes)
