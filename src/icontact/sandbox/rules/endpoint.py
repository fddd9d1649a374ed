"""What most resources have in common: listing, reading and writing the rows of a table."""

# ruff: noqa: S608  (tables and columns are constants, values are parameters)

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies, checks
from icontact.sandbox.rules.context import Handler, RequestContext, Route, Scope, number
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause, Term
from icontact.sandbox.store import Row

Item = dict[str, Any]
Columns = Callable[[RequestContext, Item, Row | None, bool], Item]
Wire = Callable[[RequestContext, Row], Item]

FOLDER = "/a/<account_id>/c/<client_folder_id>"


@attrs.frozen(kw_only=True)
class Endpoint:
    """A resource of a client folder, or of an account, and the rules for its verbs.

    Attributes:
        name: The key of a collection, and the end of its path.
        singular: The key of one item.
        key: The id, as the API and the table name it.
        terms: What a listing may be searched by.
        wire: Makes of a row what a write answers.
        columns: Checks an item, and turns it into columns. Beside the item it gets the row to
            change, or ``None`` for a new one, and whether keys that are not given are blanked.
        read_wire: Makes of a row what a read answers; by default ``wire``, with ``null`` for
            what is blank.
        table: The table, if it has another name.
        source: What is read, if it is not the table.
        scope: What the resource belongs to: the client folder, or the account.
        owner: Returns the column and the id of another owner.
        row_key: The column that identifies and orders the rows, if it is not the key.
        read_id: Reads an id of a path or an item; by default as a number.
        path_id: The id in the path, as the routing table names it.
        envelope: What a listing has beside its rows: also ``limit`` and ``offset``, only ``total``,
            or nothing (API 2.4).
        listed: A condition for the rows of a listing.
        sortable: What else a listing may be sorted by.
        upserts: Whether a POST of an item with an id changes it.
        insert: Stores a new row and returns its id, if that is more than a row.
        after_change: Does what else a change needs; gets the row before it, and the columns.
        check_loaded: Refuses a row that is there, but cannot be used.
        null_when_empty: Whether a POST that stores nothing answers ``null`` (API 2.4).
    """

    name: str
    singular: str
    key: str
    terms: Mapping[str, Term]
    wire: Wire
    columns: Columns = lambda context, item, row, complete: {}
    read_wire: Wire | None = None
    table: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    source: str = attrs.field(default=attrs.Factory(lambda self: self.table, takes_self=True))
    scope: Scope = Scope.FOLDER
    owner: Callable[[RequestContext], dict[str, int]] | None = None
    row_key: str = attrs.field(default=attrs.Factory(lambda self: self.key, takes_self=True))
    read_id: Callable[[object], object] = number
    path_id: str = attrs.field(
        default=attrs.Factory(lambda self: _snake(self.key), takes_self=True)
    )
    envelope: Literal["page", "total", "rows"] = "page"
    listed: str = "1"
    sortable: tuple[str, ...] = ()
    upserts: bool = False
    insert: Callable[[RequestContext, Item], int | str] | None = None
    after_change: Callable[[RequestContext, Row, Item], None] = lambda context, row, columns: None
    check_loaded: Callable[[Row], None] = lambda row: None
    null_when_empty: bool = True

    def list_all(self, context: RequestContext) -> Item:
        """Answer a GET of the collection."""
        listing = Listing(
            table=self.source, key=self.row_key, terms=self.terms, sortable=self.sortable
        )
        [(owner, owner_id)] = self._owner(context).items()
        page = search(context, listing, Clause(f"{owner} = ? AND {self.listed}", (owner_id,)))
        answer = page.envelope(context, self.name, lambda row: self._shown(context, row))
        if self.envelope != "page":
            del answer["limit"], answer["offset"]
        if self.envelope == "rows":
            del answer["total"]
        return answer

    def save_many(self, context: RequestContext) -> Item:
        """Answer a POST to the collection, which creates items, and may change known ones."""
        self._owner(context)
        saved = bodies.save_many(context, self.name, self.singular, self._save)
        return {self.name: (saved or None) if self.null_when_empty else saved}

    def read(self, context: RequestContext) -> Item:
        """Answer a GET of one item."""
        return {self.singular: self._shown(context, self.load(context))}

    def merge(self, context: RequestContext) -> Item:
        """Answer a POST to one item: only what is given changes."""
        return self._write(context, complete=False)

    def replace(self, context: RequestContext) -> Item:
        """Answer a PUT of one item: what is not given is blanked."""
        return self._write(context, complete=True)

    def delete(self, context: RequestContext) -> list[Any]:
        """Answer a DELETE of one item."""
        row_id = self.load(context)[self.row_key]
        context.store.execute(f"DELETE FROM {self.table} WHERE {self.row_key} = ?", (row_id,))
        return []

    def load(self, context: RequestContext) -> Row:
        """Return the row that the path names, or refuse with 404."""
        row = checks.required(self.find(context, context.path_ids[self.path_id]))
        self.check_loaded(row)
        return row

    def find(self, context: RequestContext, item_id: object) -> Row | None:
        """Return the row of an id, if there is one."""
        [(owner, owner_id)] = self._owner(context).items()
        return context.store.row(
            f"SELECT * FROM {self.source} WHERE {self.key} = ? AND {owner} = ?",
            (self.read_id(item_id), owner_id),
        )

    def routes(
        self,
        *,
        above: str = "",
        collection: Mapping[str, Handler] | None = None,
        member: Mapping[str, Handler] | None = None,
    ) -> tuple[Route, Route]:
        """Return the rows of the routing table.

        Args:
            above: The path above, by default that of the client folder or of the account.
            collection: The verbs of the collection; by default GET and POST.
            member: The verbs of one item beside GET.
        """
        above = above or (FOLDER if self.scope is Scope.FOLDER else "/a/<account_id>")
        path = f"{above}/{self.name}"
        return (
            Route(path, self.scope, collection or {"GET": self.list_all, "POST": self.save_many}),
            Route(f"{path}/<{self.path_id}>", self.scope, {"GET": self.read, **(member or {})}),
        )

    def _owner(self, context: RequestContext) -> dict[str, int]:
        if self.owner is not None:
            return self.owner(context)
        if self.scope is Scope.FOLDER:
            return {"folderId": context.folder_id}
        return {"accountId": context.account_id}

    def _shown(self, context: RequestContext, row: Row) -> Item:
        if self.read_wire is not None:
            return self.read_wire(context, row)
        return checks.blank_as_null(self.wire(context, row))

    def _save(self, context: RequestContext, item: Item) -> Item:
        if self.upserts and item.get(self.key) not in (None, ""):
            row = self.find(context, item[self.key])
            if row is None:
                raise Refusal(400, error_texts.not_recognised(self.key))
            item_id = row[self.key]
            self._change(context, row, item, complete=False)
        else:
            columns = {**self._owner(context), **self.columns(context, item, None, True)}
            insert = self.insert or (lambda context, new: context.store.insert(self.table, new))
            item_id = insert(context, columns)
        return self.wire(context, checks.required(self.find(context, item_id)))

    def _write(self, context: RequestContext, *, complete: bool) -> Item:
        row, item = self.load(context), bodies.member(context, self.singular)
        if item is not None:
            self._change(context, row, item, complete=complete)
        sql = f"SELECT * FROM {self.source} WHERE {self.row_key} = ?"
        [row] = context.store.rows(sql, (row[self.row_key],))
        return {self.singular: self.wire(context, row)}

    def _change(self, context: RequestContext, row: Row, item: Item, *, complete: bool) -> None:
        columns = self.columns(context, item, row, complete)
        context.store.update(self.table, columns, self.row_key, row[self.row_key])
        self.after_change(context, row, columns)


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", name)
