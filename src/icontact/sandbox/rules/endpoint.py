"""What most resources have in common: listing, reading and writing the rows of a table."""

# ruff: noqa: S608  (tables and columns are constants, values are parameters)

from __future__ import annotations

import re
from abc import ABC, abstractmethod
from collections.abc import Mapping
from types import MappingProxyType
from typing import Any, Literal, TypeAlias

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal
from icontact.sandbox.rules import bodies
from icontact.sandbox.rules.bodies import FieldReader
from icontact.sandbox.rules.context import Item, RequestContext, Route, Scope, number, required
from icontact.sandbox.rules.listing import Clause, Listing, Term, search
from icontact.sandbox.store import Row

ACCOUNT = "/a/<account_id>"
FOLDER = f"{ACCOUNT}/c/<client_folder_id>"


#: The search terms of a listing, by name.
Terms: TypeAlias = Mapping[str, Term]

#: What stands beside the rows of a listing.
Envelope: TypeAlias = Literal["page", "total", "rows"]


class Endpoint(ABC):
    """A resource of a client folder, or of an account, and the rules for its verbs.

    A subclass says what the resource is: by these attributes, and by its own methods where it
    differs. Rows are read from ``table`` and written to the table ``name``.
    """

    name: str
    """The key of a collection, and the end of its path."""
    singular: str = ""
    """The key of one item, if it is not the name without its last letter."""
    id_name: str = ""
    """The id, as the API names it, if it is not the singular and ``Id``."""
    id_column: str = ""
    """The column with this id, if it has another name."""
    key: str = ""
    """The column that identifies and orders the rows, if it is not the id."""
    table: str = ""
    """What is read, if it is not the table of this name."""
    terms: Terms = MappingProxyType({})
    """What a listing may be searched by."""
    sortable: tuple[str, ...] = ()
    """What else a listing may be sorted by."""
    listed: str = "1"
    """A condition for the rows of a listing."""
    shown: tuple[str, ...] = ()
    """The columns of an answer, in their order."""
    text_flags: tuple[str, ...] = ()
    """The flags that are texts in the answer to a read (API 2.5)."""
    null_for_blank: bool = True
    """Whether a read has ``null`` for what is blank (API 2.5)."""
    null_when_empty: bool = True
    """Whether a POST that stores nothing answers ``null`` (API 2.4)."""
    envelope: Envelope = "page"
    """What a listing has beside its rows: also ``limit`` and ``offset``, only ``total``, or nothing
    (API 2.4)."""
    whole: bool = False
    """Whether a change is checked together with the fields that it does not give."""
    upserts: bool = False
    """Whether a POST of an item with an id changes it."""
    receive_only: tuple[str, ...] = ()
    """Fields that only the server writes."""
    scope: Scope = Scope.FOLDER
    """What it belongs to."""
    above: str = FOLDER
    """The path above."""
    member_verbs: str = "GET"
    """The verbs of one item."""

    def __init__(self) -> None:
        self.singular = self.singular or self.name[:-1]
        self.id_name = self.id_name or f"{self.singular}Id"
        self.id_column = self.id_column or self.id_name
        self.key = self.key or self.id_column
        self.table = self.table or self.name
        self._path_id = re.sub("([A-Z])", lambda letter: f"_{letter[1].lower()}", self.id_name)
        self._listing = Listing(
            table=self.table, key=self.key, terms=self.terms, sortable=self.sortable
        )

    @abstractmethod
    def columns(self, context: RequestContext, reader: FieldReader, row: Row | None) -> Item:
        """Read the fields of an item into columns; a new one has no row yet."""

    def wire(self, context: RequestContext, row: Row) -> Item:
        """Turn a row into the answer to a write; ids come as texts."""
        return {
            name: str(row[name] or "") if name[-2:] == "Id" else row[name] for name in self.shown
        }

    def read_wire(self, context: RequestContext, row: Row) -> Item:
        """Turn a row into the answer to a read."""
        blank = None if self.null_for_blank else ""
        return {
            name: str(value) if name in self.text_flags else blank if value == "" else value
            for name, value in self.wire(context, row).items()
        }

    def owner(self, context: RequestContext) -> tuple[str, int]:
        """Return the column and the id of what the resource belongs to."""
        if self.scope is Scope.FOLDER:
            return "folderId", context.folder_id
        return "accountId", context.account_id

    def read_id(self, item_id: object) -> object:
        """Read an id of a path or an item."""
        return number(item_id)

    def insert(self, context: RequestContext, columns: Item) -> int | str:
        """Store a new row, and return its id."""
        return context.store.insert(self.name, **columns)

    def list_all(self, context: RequestContext) -> Item:
        """Answer a GET of the collection."""
        owner, owner_id = self.owner(context)
        base = Clause(f"{owner} = ? AND {self.listed}", (owner_id,))
        answer = search(
            context, self._listing, base, self.name, lambda row: self.read_wire(context, row)
        )
        if self.envelope != "page":
            del answer["limit"], answer["offset"]
        if self.envelope == "rows":
            del answer["total"]
        return answer

    def save_many(self, context: RequestContext) -> Item:
        """Answer a POST to the collection, which creates items, and may change known ones."""
        self.owner(context)
        items = bodies.items(context, self.name, self.singular)
        saved = bodies.save_each(
            context, items, self.singular, lambda item: self._save(context, item)
        )
        return {self.name: (saved or None) if self.null_when_empty else saved}

    def read(self, context: RequestContext) -> Item:
        """Answer a GET of one item."""
        return {self.singular: self.read_wire(context, self.load(context))}

    def merge(self, context: RequestContext) -> Item:
        """Answer a POST to one item: only what is given changes."""
        return self._write(context, complete=False)

    def replace(self, context: RequestContext) -> Item:
        """Answer a PUT of one item: what is not given is blanked."""
        return self._write(context, complete=True)

    def delete(self, context: RequestContext) -> list[Any]:
        """Answer a DELETE of one item."""
        row_id = self.load(context)[self.key]
        context.store.execute(f"DELETE FROM {self.name} WHERE {self.key} = ?", (row_id,))
        return []

    def load(self, context: RequestContext) -> Row:
        """Return the row that the path names, or refuse with 404."""
        return required(self.find(context, context.path_ids[self._path_id]))

    def find(self, context: RequestContext, item_id: object) -> Row | None:
        """Return the row of an id, if there is one."""
        owner, owner_id = self.owner(context)
        return context.store.row(
            f"SELECT * FROM {self.table} WHERE {self.id_column} = ? AND {owner} = ?",
            (self.read_id(item_id), owner_id),
        )

    def change(
        self, context: RequestContext, row: Row, item: Item, *, complete: bool = False
    ) -> Row:
        """Write the fields of an item to a row, or all of its fields; return the row as it is."""
        columns = self._read(context, item, row, complete=complete)
        context.store.update(self.name, row[self.key], **columns)
        sql = f"SELECT * FROM {self.table} WHERE {self.key} = ?"
        return required(context.store.row(sql, (row[self.key],)))

    def routes(self) -> tuple[Route, Route]:
        """Return the rows of the routing table."""
        path = f"{self.above}/{self.name}"
        member = {
            "GET": self.read,
            "POST": self.merge,
            "PUT": self.replace,
            "DELETE": self.delete,
        }
        return (
            Route(path, self.scope, {"GET": self.list_all, "POST": self.save_many}),
            Route(
                f"{path}/<{self._path_id}>",
                self.scope,
                {verb: member[verb] for verb in self.member_verbs.split()},
            ),
        )

    def _save(self, context: RequestContext, item: Item) -> Item:
        item_id = item.get(self.id_name)
        if self.upserts and item_id not in (None, ""):
            known = self.find(context, item_id)
            if known is None:
                raise Refusal(400, error_texts.not_recognised(self.id_name))
            row = self.change(context, known, item)
        else:
            owner, owner_id = self.owner(context)
            columns = self._read(context, item, None, complete=True)
            item_id = self.insert(context, {owner: owner_id, **columns})
            row = required(self.find(context, item_id))
        return self.wire(context, row)

    def _write(self, context: RequestContext, *, complete: bool) -> Item:
        row, item = self.load(context), bodies.member(context, self.singular)
        if item is not None:
            row = self.change(context, row, item, complete=complete)
        return {self.singular: self.wire(context, row)}

    def _read(
        self, context: RequestContext, item: Item, row: Row | None, *, complete: bool
    ) -> Item:
        """Check an item, and return its columns."""
        merged = self.whole and not complete
        current = self.wire(context, row) if merged and row is not None else None
        reader = FieldReader(context, item, current=current, complete=complete or self.whole)
        if row is None and not self.upserts:
            reader.forbid(self.id_name)
        columns = self.columns(context, reader, row)
        reader.finish()
        reader.mention_receive_only(self.receive_only)
        return columns
