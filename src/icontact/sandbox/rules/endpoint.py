"""What most resources have in common: listing, reading and writing the rows of a table."""

# ruff: noqa: S608  (tables and columns are constants, values are parameters)

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from typing import Any, Literal

import attrs

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import (
    Handler,
    Item,
    RequestContext,
    Route,
    Scope,
    number,
    required,
)
from icontact.sandbox.rules.listing import Listing, search
from icontact.sandbox.rules.search_terms import Clause
from icontact.sandbox.store import Row

Wire = Callable[[RequestContext, Row], Item]

ACCOUNT = "/a/<account_id>"
FOLDER = f"{ACCOUNT}/c/<client_folder_id>"


def showing(*names: str) -> Wire:
    """Return what makes of a row an answer with these columns; ids come as texts."""

    def wire(context: RequestContext, row: Row) -> Item:
        return {name: str(row[name] or "") if name[-2:] == "Id" else row[name] for name in names}

    return wire


@attrs.frozen(kw_only=True)
class Endpoint(Listing):
    """A resource of a client folder, or of an account, and the rules for its verbs.

    Attributes:
        name: The key of a collection, and the end of its path.
        path_name: The end of its path, if it is another.
        singular: The key of one item.
        id_name: The id, as the API names it.
        id_column: The column with this id.
        read_id: Reads an id of a path or an item; by default as a number.
        table: What is read, by default the table of this name.
        written: The table that is written.
        key: The column that identifies and orders the rows, by default the id.
        scope: What the resource belongs to: the client folder, or the account.
        owner: Returns the column and the id of another owner.
        columns: Reads the fields of an item into columns. It gets the row to change, or ``None``
            for a new one.
        whole: Whether a change is checked together with the fields that it does not give.
        receive_only: Fields that only the server writes.
        wire: Makes of a row what a write answers.
        read_wire: Makes of a row what a read answers, if that is something else.
        null_for_blank: Whether a read has ``null`` for what is blank (API 2.5).
        envelope: What a listing has beside its rows: also ``limit`` and ``offset``, only ``total``,
            or nothing (API 2.4).
        listed: A condition for the rows of a listing.
        upserts: Whether a POST of an item with an id changes it.
        insert: Stores a new row and returns its id, if that is more than a row.
        after_change: Does what else a change needs; gets the row before it, and the columns.
        check_loaded: Refuses a row that is there, but cannot be used.
        null_when_empty: Whether a POST that stores nothing answers ``null`` (API 2.4).
    """

    name: str
    path_name: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    singular: str = attrs.field(default=attrs.Factory(lambda self: self.name[:-1], takes_self=True))
    id_name: str = attrs.field(
        default=attrs.Factory(lambda self: f"{self.singular}Id", takes_self=True)
    )
    id_column: str = attrs.field(default=attrs.Factory(lambda self: self.id_name, takes_self=True))
    read_id: Callable[[object], object] = number
    table: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    written: str = attrs.field(default=attrs.Factory(lambda self: self.name, takes_self=True))
    key: str = attrs.field(default=attrs.Factory(lambda self: self.id_column, takes_self=True))
    scope: Scope = Scope.FOLDER
    owner: Callable[[RequestContext], dict[str, int]] | None = None
    columns: Callable[[RequestContext, FieldReader, Row | None], Item] = lambda *_: {}
    whole: bool = False
    receive_only: tuple[str, ...] = ()
    wire: Wire
    read_wire: Wire | None = None
    null_for_blank: bool = True
    envelope: Literal["page", "total", "rows"] = "page"
    listed: str = "1"
    upserts: bool = False
    insert: Callable[[RequestContext, Item], int | str] | None = None
    after_change: Callable[[RequestContext, Row, Item], None] = lambda *_: None
    check_loaded: Callable[[Row], None] = lambda row: None
    null_when_empty: bool = True

    def list_all(self, context: RequestContext) -> Item:
        """Answer a GET of the collection."""
        [(owner, owner_id)] = self._owner(context).items()
        base = Clause(f"{owner} = ? AND {self.listed}", (owner_id,))
        answer = search(context, self, base, self.name, lambda row: self._shown(context, row))
        if self.envelope != "page":
            del answer["limit"], answer["offset"]
        if self.envelope == "rows":
            del answer["total"]
        return answer

    def save_many(self, context: RequestContext) -> Item:
        """Answer a POST to the collection, which creates items, and may change known ones."""
        self._owner(context)
        items = bodies.items(context, self.name, self.singular)
        saved = bodies.save_each(
            context, items, self.singular, lambda item: self._save(context, item)
        )
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
        row_id = self.load(context)[self.key]
        context.store.execute(f"DELETE FROM {self.written} WHERE {self.key} = ?", (row_id,))
        return []

    def load(self, context: RequestContext) -> Row:
        """Return the row that the path names, or refuse with 404."""
        row = required(self.find(context, context.path_ids[_snake(self.id_name)]))
        self.check_loaded(row)
        return row

    def find(self, context: RequestContext, item_id: object) -> Row | None:
        """Return the row of an id, if there is one."""
        [(owner, owner_id)] = self._owner(context).items()
        return context.store.row(
            f"SELECT * FROM {self.table} WHERE {self.id_column} = ? AND {owner} = ?",
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
        above = above or (FOLDER if self.scope is Scope.FOLDER else ACCOUNT)
        path, both = f"{above}/{self.path_name}", {"GET": self.list_all, "POST": self.save_many}
        return (
            Route(path, self.scope, collection or both),
            Route(
                f"{path}/<{_snake(self.id_name)}>",
                self.scope,
                {"GET": self.read, **(member or {})},
            ),
        )

    def _owner(self, context: RequestContext) -> dict[str, int]:
        if self.owner is not None:
            return self.owner(context)
        if self.scope is Scope.FOLDER:
            return {"folderId": context.folder_id}
        return {"accountId": context.account_id}

    def _shown(self, context: RequestContext, row: Row) -> Item:
        shown = (self.read_wire or self.wire)(context, row)
        if not self.null_for_blank:
            return shown
        return {key: None if value == "" else value for key, value in shown.items()}

    def _save(self, context: RequestContext, item: Item) -> Item:
        if self.upserts and item.get(self.id_name) not in (None, ""):
            row = self.find(context, item[self.id_name])
            if row is None:
                raise Refusal(400, error_texts.not_recognised(self.id_name))
            item_id = row[self.id_column]
            self._change(context, row, item, complete=False)
        else:
            columns = {**self._owner(context), **self._read(context, item, None, complete=True)}
            insert = self.insert or (lambda context, new: context.store.insert(self.written, new))
            item_id = insert(context, columns)
        return self.wire(context, required(self.find(context, item_id)))

    def _write(self, context: RequestContext, *, complete: bool) -> Item:
        row, item = self.load(context), bodies.member(context, self.singular)
        if item is not None:
            self._change(context, row, item, complete=complete)
        sql = f"SELECT * FROM {self.table} WHERE {self.key} = ?"
        [row] = context.store.rows(sql, (row[self.key],))
        return {self.singular: self.wire(context, row)}

    def _change(self, context: RequestContext, row: Row, item: Item, *, complete: bool) -> None:
        columns = self._read(context, item, row, complete=complete)
        context.store.update(self.written, columns, self.key, row[self.key])
        self.after_change(context, row, columns)

    def _read(
        self, context: RequestContext, item: Item, row: Row | None, *, complete: bool
    ) -> Item:
        """Check an item, and return its columns."""
        laid_over = self.whole and row is not None and not complete
        current = self.wire(context, row) if laid_over and row is not None else {}
        reader = FieldReader(context, item, current=current, complete=complete or self.whole)
        if row is None and not self.upserts:
            reader.forbid(self.id_name)
        columns = self.columns(context, reader, row)
        reader.finish()
        reader.mention_receive_only(self.receive_only)
        return columns


def _snake(name: str) -> str:
    return re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", name)
