"""A destination for dlt's pipelines that pushes each table into an iContact list."""

from __future__ import annotations

import hashlib
import json
import logging
import os
import shutil
from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any, TypeAlias, Unpack

from icontact.client import Client, Folder
from icontact.errors import ConfigError, ConsentError
from icontact.mapping import ContactMapper
from icontact.push import ListPush
from icontact.push.policy import PolicyOptions, PushPolicy
from icontact.sources import FIRST_ROWS

__all__ = ["icontact_list"]

logger: logging.Logger = logging.getLogger("icontact")

_Items: TypeAlias = list[dict[str, Any]]


def icontact_list(
    *,
    list: str | int,
    mapping: Mapping[str, Any] | ContactMapper,
    folder: Folder | None = None,
    journals: str | os.PathLike[str] = "icontact-dlt",
    rejects: str | os.PathLike[str] | None = None,
    batch_rows: int = 5_000,
    name: str = "icontact",
    **policy: Unpack[PolicyOptions],
) -> Any:
    """Return a destination for ``dlt.pipeline(destination=…)``. Needs the extra ``dlt``.

    Each batch of a load package becomes a push with a journal of its own. If the process ends, or
    iContact does not answer, dlt loads the package again: a batch that was pushed is not sent
    again, and a batch that was interrupted goes on where it stopped. The journals of a package are
    deleted when the pipeline begins its next one.

    Rows that the source deleted, by a column with dlt's hint ``hard_delete``, are not pushed. Their
    contacts stay in iContact.

    A batch with a column about consent that the mapper does not read fails the job, and is not
    pushed: name the column in ``do_not_contact``, ``consent`` or ``ignore`` of a mapper.

    Args:
        list: The list, by name or id.
        mapping: iContact's fields and the columns that fill them, or a mapper.
        folder: The client folder; by default that of the credentials in the environment.
        journals: A directory for the journals. They hold addresses: only you may read it.
        rejects: A directory for rejected rows: one CSV for each batch that has some, with the
            reason, to be corrected and pushed again. By default a rejected row fails the job: the
            other rows of its batch are pushed, later batches are not.
        batch_rows: The number of rows of a batch.
        name: The destination's name in dlt.
        **policy: What a push may do, as for :class:`~icontact.push.ListPush`.

    Raises:
        ConfigError: If dlt is not installed, or an option of a push has a wrong value.
        MappingError: If the mapping is wrong.
        TypeError: If an option of a push is unknown.
    """
    try:
        import dlt
    except ImportError:
        raise ConfigError("this destination needs dlt: pip install 'icontact[dlt]'") from None
    if isinstance(batch_rows, bool) or not isinstance(batch_rows, int) or batch_rows < 1:
        raise ConfigError("batch_rows must be a whole number from 1 on")
    mapper = mapping if isinstance(mapping, ContactMapper) else ContactMapper(mapping)
    options = PushPolicy.from_options(policy).options

    @cache
    def push() -> ListPush:
        # The list is looked up with the first batch.
        used = folder or Client.from_env().folder()
        return ListPush(used, list, mapper=mapper, **options)

    def push_batch(items: Any, table: Any) -> None:
        _push_batch(push(), items, table, Path(journals), rejects)

    # One job at a time: two pushes of one address at the same moment might get in each other's way.
    destination = dlt.destination(
        batch_size=batch_rows,
        name=name,
        naming_convention="direct",
        loader_file_format="typed-jsonl",
        loader_parallelism_strategy="sequential",
    )(push_batch)
    return destination()


def _push_batch(
    push: ListPush,
    items: _Items,
    schema: Mapping[str, Any],
    journals: Path,
    rejects: str | os.PathLike[str] | None,
) -> None:
    from dlt.common.destination.exceptions import (
        DestinationTerminalException,
        DestinationTransientException,
    )

    table, items = schema["name"], _not_deleted(items, schema)
    text = json.dumps(items, sort_keys=True, default=str)
    digest = hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:16]
    try:
        columns = dict.fromkeys(column for item in items for column in item)
        push.mapper.require_consent_read(columns, items[:FIRST_ROWS])
    except ConsentError as error:
        raise DestinationTerminalException(f"nothing of a batch was pushed: {error}") from None
    report = push.run(items, journal=_directory(journals) / f"{table}-{digest}.sqlite")
    if report.counts["failed"]:
        raise DestinationTransientException(f"iContact did not take all rows: {report}")
    if report.counts["rejected"]:
        if rejects is None:
            raise DestinationTerminalException(f"iContact rejected rows: {report}")
        _make_private(Path(rejects))
        logger.warning("a batch of %s has rejected rows: %s", table, report)
        report.rejects_to_csv(Path(rejects) / f"{table}-{digest}.csv")


def _directory(journals: Path) -> Path:
    """Return the directory of this load package, and delete those of earlier ones."""
    import dlt

    state: dict[str, Any] = {**dlt.current.load_package_state()}
    load_id = str(state["load_id"])
    pipeline = journals / str(dlt.current.pipeline().pipeline_name)
    _make_private(journals, pipeline, pipeline / load_id)
    for other in pipeline.iterdir():
        # dlt loads packages one after the other: an earlier one is complete, or given up.
        if other.is_dir() and other.name < load_id:
            shutil.rmtree(other)
    return pipeline / load_id


def _not_deleted(items: _Items, schema: Mapping[str, Any]) -> _Items:
    """Return the rows that the source still has, without the columns that say so.

    To dlt any value but false in a column with the hint ``hard_delete`` says that it is deleted.
    """
    columns = schema.get("columns", {}).items()
    marks = [name for name, hints in columns if hints.get("hard_delete")]
    kept = [
        {name: value for name, value in item.items() if name not in marks}
        for item in items
        # By identity: a 0 is a value, too.
        if all(item.get(mark) is None or item[mark] is False for mark in marks)
    ]
    if len(kept) < len(items):
        logger.info("rows that the source deleted, and not pushed: %d", len(items) - len(kept))
    return kept


def _make_private(*directories: Path) -> None:
    for directory in directories:
        directory.mkdir(mode=0o700, parents=True, exist_ok=True)
