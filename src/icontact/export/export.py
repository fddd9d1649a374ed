"""An export: what to read, where to write it, and the report."""

from __future__ import annotations

import time
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import closing, contextmanager
from html import escape
from os import PathLike
from typing import Any, BinaryIO, cast

import attrs

from icontact._wording import number_of
from icontact.errors import ConfigError
from icontact.export.columns import ExportFields, export_frame
from icontact.export.files import Format, checked_format, opened, write
from icontact.export.reading import ExportProgress, ExportReader
from icontact.frames import Frame, HasFrame
from icontact.models import ContactStatus
from icontact.transport import Sender
from icontact.transport.call import CountingSender
from icontact.wire import nearest

_STATUSES = frozenset(["total", "unlisted", *map(str, ContactStatus)]) - {"deleted"}


@attrs.frozen(kw_only=True)
class ExportReport:
    """The result of an export.

    Attributes:
        contacts: How many contacts were written.
        subscriptions: How many subscriptions were read.
        columns: The names of the columns, in their order.
        complete: Whether no contact can be missing. If not, a note says why.
        notes: What was left out, and what looked odd.
        requests: How many requests it took.
        elapsed: Seconds it took.
    """

    contacts: int
    subscriptions: int
    columns: tuple[str, ...]
    complete: bool
    notes: tuple[str, ...]
    requests: int
    elapsed: float

    def __str__(self) -> str:
        people = number_of(self.contacts, "contact")
        summary = f"{people}; {self.requests} requests, {self.elapsed:.1f} s"
        return "; ".join((summary, *self.notes))


class ContactExport(HasFrame, Iterable[Mapping[str, Any]]):
    """The contacts of a folder as rows, read from iContact each time it is iterated.

    Made by :meth:`icontact.Folder.export`, which lists its options. A row is a dictionary from
    column to value: what JSON can hold, dates as text.

    Attributes:
        report: The result of the last iteration that went to its end; ``None`` before.
    """

    def __init__(
        self,
        sender: Sender,
        path: str,
        *,
        list: str | int | None = None,
        status: ContactStatus | str | None = None,
        fields: Iterable[str] | None = None,
        details: bool = False,
        progress: Callable[[ExportProgress], None] | None = None,
    ) -> None:
        chosen = "total" if status is None else str(status)
        if chosen == ContactStatus.DELETED:
            raise ConfigError("iContact lists no deleted contacts, so they cannot be exported")
        if chosen not in _STATUSES:
            raise ConfigError(f"there is no status {chosen!r}{nearest(chosen, _STATUSES)}")
        if chosen == "unlisted" and list is not None:
            raise ConfigError(
                'status="unlisted" means "on no list" and cannot be combined with list='
            )
        self._sender, self._path = sender, path
        self._list, self._status = list, chosen
        self._wanted = ExportFields.checked(fields, details=details, one_list=list is not None)
        self._progress = progress
        self.report: ExportReport | None = None

    def __repr__(self) -> str:
        return f"ContactExport({vars(self).get('_path')!r})"

    def __iter__(self) -> Iterator[Mapping[str, Any]]:
        with self._reading() as (_, rows):
            yield from rows

    def _as_frame(self) -> Frame:
        """Return the rows: custom fields by their types, one column for each list."""
        with self._reading() as (reader, rows):
            return export_frame(reader.columns, reader.defined, rows)

    def _repr_html_(self) -> str:
        """Show in a notebook the result of the last reading. Makes no request."""
        about = "nothing read yet" if self.report is None else str(self.report)
        return f"<p>Contact export: {escape(about)}</p>"

    def write(
        self,
        target: str | PathLike[str] | BinaryIO,
        *,
        format: Format | None = None,
        excel: bool = False,
        overwrite: bool = False,
    ) -> ExportReport:
        """Write the rows. Takes what :meth:`icontact.Folder.export` takes, and raises what it does.

        Raises:
            OSError: If writing fails on the way.
        """
        form = checked_format(target, format)
        if excel and form != "csv":
            raise ConfigError("an export for Excel is CSV: leave out the format, or excel")
        with opened(target, overwrite=overwrite) as stream, self._reading() as (reader, rows):
            write(stream, form, reader.columns, rows, excel=excel)
        return cast("ExportReport", self.report)

    @contextmanager
    def _reading(self) -> Iterator[tuple[ExportReader, Iterator[dict[str, Any]]]]:
        """Read the contacts; report on it once the rows were taken."""
        started, meter = time.monotonic(), CountingSender(self._sender)
        reader = ExportReader(
            meter,
            self._path,
            wanted=self._wanted,
            one_list=self._list,
            status=self._status,
            progress=self._progress,
        )
        with closing(reader):
            yield reader, reader.begin()
            self.report = ExportReport(
                contacts=reader.done,
                subscriptions=reader.subscription_count,
                columns=reader.columns,
                complete=reader.complete,
                notes=tuple(reader.notes),
                requests=meter.requests,
                elapsed=time.monotonic() - started,
            )
