"""Uploads: files of contacts."""

from __future__ import annotations

import csv
import io
import time
from collections.abc import Callable, Iterable, Mapping
from os import PathLike
from pathlib import Path
from typing import Any, ClassVar, Unpack

import attrs

from icontact import wire
from icontact.errors import CallError, RequestTimeout
from icontact.models import Contact, ContactFields, Upload, UploadAction, UploadFields, UploadStatus
from icontact.resources._base import Collection, whole_id
from icontact.transport import Call, Safety, Sender

#: What stands in brackets for each field. A file has no column for the status, which uploads leave
#: as it is.
_HEADERS: Mapping[str, str] = {
    name: {"first_name": "fname", "last_name": "lname"}.get(name, wire.camel(name))
    for name in ContactFields.__annotations__
    if name not in ("status", "custom_fields")
}

#: The fields of a row.
_CELLS = frozenset({*_HEADERS, "custom_fields"})

_FIRST_PAUSE, _LONGEST_PAUSE, _GROWTH = 1.0, 30.0, 1.5


@attrs.frozen(kw_only=True)
class UploadResult:
    """The result of an upload.

    Attributes:
        upload: The upload, as iContact described it last.
        warnings: iContact's sentences, such as those about rejected rows; redacted. How they name
            rows is not documented (API 14).
        rows: How many rows were sent, where they were given as mappings.
    """

    upload: Upload
    warnings: tuple[str, ...] = ()
    rows: int | None = None

    @property
    def complete(self) -> bool:
        """Whether iContact has worked the file through."""
        return self.upload.status == UploadStatus.COMPLETE


class Uploads(Collection[Upload]):
    """The uploads of one client folder: ``/a/{accountId}/c/{clientFolderId}/uploads``.

    .. code-block:: python

        newsletter = folder.lists.find(name="Newsletter")
        rows = [
            {"email": "jo@example.com", "first_name": "Jo"},
            {"email": "al@example.com", "first_name": None},
        ]
        result = folder.uploads.upload(rows, list_ids=[newsletter.list_id], wait=False)
        print(result.upload.status, result.warnings)

    Attributes:
        headers: What stands in brackets for a field, when rows become a file. Only ``email``,
            ``fname`` and ``lname`` are known from iContact's page; for the others the names of the
            API are taken, which is a guess (API 14): look at the warnings of the first upload.
            Custom fields have their private name.

    Documentation: "Uploads".
    """

    _model = Upload
    _plural = "uploads"
    _identity = "upload_id"
    _writable = frozenset(UploadFields.__annotations__)
    headers: ClassVar[Mapping[str, str]] = _HEADERS

    def __init__(
        self,
        transport: Sender,
        folder: str,
        *,
        sleep: Callable[[float], None] = time.sleep,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        super().__init__(transport, folder)
        self._sleep, self._clock = sleep, clock

    def create(self, **fields: Unpack[UploadFields]) -> Upload:
        """Announce a file; :meth:`store` brings it, :meth:`upload` does both.

        Not repeated after a lost answer.

        Args:
            **fields: ``action`` (``"add"`` is the one that is known) and ``list_ids``.
        """
        return self._create(fields, Safety.ONCE)

    def update(self, upload_id: int, /, **fields: Unpack[UploadFields]) -> Upload:
        """Change the given settings of an upload and keep the others. Safe to repeat."""
        return self._item("POST", upload_id, self._body(fields))

    def delete(self, upload_id: int, /) -> None:
        """Cancel an upload. Safe to repeat."""
        self._delete(upload_id)

    def store(
        self, upload_id: int, /, *, data: bytes, content_type: str = "application/json"
    ) -> tuple[str, ...]:
        """Bring the file of an upload (PUT); iContact begins to work on it. Safe to repeat.

        Args:
            upload_id: Which upload.
            data: The file as it is: csv, xls or xlsx.
            content_type: What the request says of it. iContact documents that it refuses whatever
                is not JSON or XML, and its own client says JSON even here (API 2.1, 14).

        Returns:
            iContact's sentences beside its answer, if any.
        """
        call = Call(
            "PUT",
            f"{self._at(upload_id)}/data",
            body=bytes(data),
            content_type=content_type,
            safety=Safety.REPEATABLE,
        )
        try:
            return self._transport.send(call).warnings
        except CallError as error:
            # The data themselves cannot be looked at, the upload can.
            error.call = Call("PUT", self._at(upload_id)).summary()
            raise

    def wait(self, upload_id: int, /, *, timeout: float = 600.0) -> UploadResult:
        """Ask for an upload until iContact has the file, first often, then less so. Only reads.

        Like iContact's own client it waits while the status is ``receiving``; other statuses than
        ``complete`` are not documented, so look at the result.

        Args:
            upload_id: Which upload.
            timeout: Seconds after which to give up.

        Raises:
            RequestTimeout: If it is being received still; it may come to an end later.
        """
        started, pause, attempts = self._clock(), _FIRST_PAUSE, 0
        while True:
            attempts += 1
            answer = self._transport.send(Call("GET", self._at(upload_id)))
            upload = wire.decode_member(Upload, answer.payload, self._singular, answer.call)
            self._check_same(upload.upload_id == int(upload_id), answer.call)
            if upload.status != UploadStatus.RECEIVING:
                return UploadResult(upload=upload, warnings=answer.warnings)
            elapsed = self._clock() - started
            if elapsed + pause > timeout:
                raise RequestTimeout(
                    f"upload {upload_id} is being received still",
                    call=Call("PUT", self._at(upload_id)).summary(),
                    attempts=attempts,
                    elapsed=elapsed,
                    maybe_applied=True,
                )
            self._sleep(pause)
            pause = min(_LONGEST_PAUSE, pause * _GROWTH)

    def upload(
        self,
        source: str | PathLike[str] | bytes | Iterable[ContactFields],
        /,
        *,
        list_ids: Iterable[int],
        wait: bool = True,
        timeout: float = 600.0,
        headers: Mapping[str, str] | None = None,
        content_type: str = "application/json",
    ) -> UploadResult:
        """Create an upload, bring the file, and wait until iContact has it.

        Not repeated after a lost answer, as far as it creates.

        Args:
            source: The path of a csv, xls or xlsx file, its bytes, or rows as mappings, which
                become a CSV with a header in brackets. All rows must have the same keys: a CSV
                cannot leave a cell out. ``None`` is a blank cell.
            list_ids: The lists that the contacts are added to.
            wait: Whether to wait until it is done.
            timeout: Seconds to wait at most.
            headers: For rows: what stands in brackets for a field, where :attr:`headers` is not
                right.
            content_type: As for :meth:`store`.

        Returns:
            The upload, and iContact's sentences about rejected rows.

        Raises:
            ValueError: If there are no rows, no lists, or rows that do not fit; names the row.
            RequestTimeout: If it is being received still when the time is over.
        """
        if isinstance(list_ids, str | bytes) or not isinstance(list_ids, Iterable):
            raise TypeError("list_ids must be several whole numbers, such as [205303]")
        lists = tuple(whole_id("list_ids", one) for one in list_ids)
        if not lists:
            raise ValueError("list_ids: contacts are added to one list at least")
        rows: int | None = None
        if isinstance(source, bytes):
            data = source
        elif isinstance(source, str | PathLike):
            data = Path(source).read_bytes()
        else:
            data, rows = _as_csv(source, {**self.headers, **(headers or {})})
        upload_id = self.create(action=UploadAction.ADD, list_ids=lists).upload_id
        warnings = self.store(upload_id, data=data, content_type=content_type)
        result = (
            self.wait(upload_id, timeout=timeout)
            if wait
            else UploadResult(upload=self.get(upload_id))
        )
        said = dict.fromkeys((*warnings, *result.warnings))  # a notice comes with every answer
        return attrs.evolve(result, rows=rows, warnings=tuple(said))


def _as_csv(rows: Iterable[Mapping[str, Any]], headers: Mapping[str, str]) -> tuple[bytes, int]:
    """Return rows as the CSV that iContact takes, and how many there are.

    Raises:
        ValueError: If there are none, or for a row without an e-mail, with other columns than the
            first, or with a value that cannot be sent; names the row and shows no value.
        TypeError: For a field that contacts do not have.
    """
    file = io.StringIO()
    # Line ends within cells stay what they are, since they are quoted.
    writer = csv.writer(file, lineterminator="\r\n")
    columns: list[str] = []
    count = 0
    for row in rows:
        cells = _cells(row, headers, count)
        if not columns:
            columns = list(cells)
            writer.writerow(f"[{column}]" for column in columns)
        if cells.keys() != set(columns):
            odd = ", ".join(sorted(cells.keys() ^ set(columns)))
            raise ValueError(f"row {count}: a CSV has the same columns in all rows; odd are: {odd}")
        writer.writerow(cells[column] for column in columns)
        count += 1
    if not count:
        raise ValueError("there are no rows to upload")
    return file.getvalue().encode(), count


def _cells(row: Mapping[str, Any], headers: Mapping[str, str], place: int) -> dict[str, str]:
    fields = {name: value for name, value in row.items() if name != "custom_fields"}
    custom: Mapping[str, Any] = row.get("custom_fields", {})
    try:
        # How the values of a contact are written is known there.
        body = wire.encode_fields(Contact, {**fields, "custom_fields": custom}, _CELLS)
    except ValueError as problem:
        reason = str(problem)
    else:
        if body.get("email"):
            columns = [headers[name] for name in fields] + [headers.get(one, one) for one in custom]
            return dict(zip(columns, map(str, body.values()), strict=True))
        reason = "email: every row needs one"
    raise ValueError(f"row {place}: {reason}")
