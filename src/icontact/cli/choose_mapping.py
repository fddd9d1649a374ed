"""Chooses which column fills which field: by settings, preset, ``--map``, or the header."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Mapping, Sequence
from typing import Any

import attrs

from icontact.errors import ConfigError, ConsentError, MappingError
from icontact.mapping import ContactMapper
from icontact.mapping.consent_columns import not_read
from icontact.mapping.contact_fields import CUSTOM, WIRE_NAMES, bounded, closest, shown
from icontact.mapping.mautic import presets
from icontact.push import PushSettings, mapping_from_pairs
from icontact.sources import REASON_COLUMN, RowFile, refuse_duplicates

#: The most columns that a message names.
_NAMED = 10


@attrs.frozen(kw_only=True)
class ChosenMapping:
    """A mapping, with notes on what was guessed, and the columns that nothing reads."""

    mapper: ContactMapper
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def mapper_from_options(
    settings: PushSettings | None, preset: str | None, pairs: Sequence[str]
) -> ContactMapper | None:
    """Return the mapping of settings and options; ``None`` if they name none.

    ``--map`` pairs change single fields of a preset or of the settings' mapping; without these
    they are the whole mapping.
    """
    base = None if settings is None else settings.mapper
    if preset is not None:
        base = ContactMapper.preset(preset)
    if not pairs:
        return base
    return ContactMapper.from_config(with_pairs({} if base is None else base.as_config(), pairs))


def with_pairs(config: Mapping[str, Any], pairs: Sequence[str]) -> dict[str, Any]:
    """Return a mapping's configuration with the fields that ``--map`` pairs change."""
    changes = mapping_from_pairs(pairs)
    custom = {**config.get(CUSTOM, {}), **changes.get(CUSTOM, {})}
    return {**config, **changes, **({CUSTOM: custom} if custom else {})}


def choose(
    rows: RowFile,
    settings: PushSettings | None,
    preset: str | None,
    pairs: Sequence[str],
    consent: Mapping[str, Any] | None = None,
    *,
    only_mapped: bool = False,
    verbose: bool = False,
) -> ChosenMapping:
    """Return the mapping for a file, checked against its columns.

    Args:
        rows: The file.
        settings: Settings with a mapping, or none.
        preset: The name of a mapping.
        pairs: ``field=column`` pairs, which change single fields of the mapping.
        consent: The options about consent, as for :meth:`ContactMapper.with_consent`.
        only_mapped: Whether the pairs are the whole mapping.
        verbose: Whether all columns that are not used are named.

    Raises:
        ConfigError, MappingError: If the mapping is wrong, reads columns that the file does not
            have, or cannot be guessed; or a column is about consent, and nothing reads it.
    """
    consent = consent or {}
    mapper, notes = _for_columns(rows, settings, preset, pairs, only_mapped=only_mapped)
    first = rows.first_rows()
    mapper = mapper.with_consent(**consent, rows=first)
    refuse_duplicates(mapper, rows.duplicate_columns, rows.name)
    named = {*consent.get("do_not_contact", ()), *consent.get("consent", ())}
    _require_columns([key for key in mapper.missing(rows.columns) if key in named], rows)
    if unread := mapper.unread_consent(rows.columns, first):
        raise not_read(unread)
    used = {*mapper.sources, *mapper.consent_keys, REASON_COLUMN}
    unused = tuple(column for column in rows.columns if column not in used)
    if unused:
        names = bounded(unused, len(unused) if verbose else _NAMED)
        was_guessed = mapper_from_options(settings, preset, ()) is None and not only_mapped
        hint = "; `icontact init --columns FILE` also finds custom fields among them"
        notes = [*notes, f"columns not used: {names}{hint if was_guessed else ''}"]
    return ChosenMapping(mapper=mapper, notes=(*mapper.consent.lines, *notes), unused=unused)


def unread_consent(error: ConsentError, name: str) -> str:
    """Return the message about unread columns, with the options that help."""
    column = shlex.quote(str(error.columns[0]))
    return (
        f"{name} has columns about who may be mailed that nothing reads:\n"
        + "\n".join(f"  {one}" for one in error.details)
        + "\nNothing was written. Say of each column what it means, such as:\n"
        f"  --do-not-contact {column}  its yes means: do not mail\n"
        f"  --consent {column}  its yes means: may be mailed; a blank is not a yes\n"
        f"  --ignore-column {column}  it is about something else"
    )


def pairs_of(mapper: ContactMapper) -> tuple[str, ...]:
    """Return a mapping as ``field=column`` pairs, for people."""
    config = mapper.as_config()
    custom = config.pop(CUSTOM, {})
    config.pop("options", None)
    pairs: dict[str, None] = {}
    for field, source in {**config, **custom}.items():
        keys = source["key"] if isinstance(source, Mapping) else source
        column = " or ".join(map(str, keys)) if isinstance(keys, list) else str(keys)
        is_name = isinstance(source, Mapping) and source.get("transform") == "full_name"
        pairs[f"{'name' if is_name else field}={column}"] = None
    return tuple(pairs)


def _for_columns(
    rows: RowFile,
    settings: PushSettings | None,
    preset: str | None,
    pairs: Sequence[str],
    *,
    only_mapped: bool,
) -> tuple[ContactMapper, Sequence[str]]:
    """Return the mapping, which reads only columns that the file has, and notes about it."""
    for pair in pairs if rows.complete else ():
        _refuse_swapped(pair, rows)
    changes = mapping_from_pairs(pairs)
    named = {*(key for name, key in changes.items() if name != CUSTOM)}
    named |= {*changes.get(CUSTOM, {}).values()}
    base = mapper_from_options(settings, preset, ())
    notes: Sequence[str] = ()
    if base is None and not only_mapped:
        absent: Sequence[Any] = sorted(key for key in named if key not in rows.columns)
        _require_columns(absent, rows)
        mapper = guessed(rows, changes)
        notes = (f"the mapping was guessed: {', '.join(pairs_of(mapper))}", *mapper.notes)
    else:
        found = mapper_from_options(settings, preset, pairs)
        if found is None:
            raise ConfigError("--only-mapped leaves no mapping: add --map email=COLUMN")
        mapper, absent = found, found.missing(rows.columns)
        # A preset names more columns than a file has; a mapping for a file does not.
        of_presets = {ContactMapper.preset(name).fingerprint for name in presets()}
        is_preset = base is not None and base.fingerprint in of_presets
        needed = {*mapper.explain({})["email"].sources, *named}
        _require_columns([key for key in absent if key in needed or not is_preset], rows)
    return mapper, notes


def guessed(rows: RowFile, changes: Mapping[str, Any]) -> ContactMapper:
    """Return the mapping that header and first rows suggest, with the changes of ``--map``."""
    if not rows.columns:
        raise ConfigError(
            f"{rows.name}: no row can be read as a JSON object with keys; write one object a "
            'line, like {"email": "…"}, or a list of objects'
        )
    try:
        return ContactMapper.guess(rows.columns, rows.first_rows(), changes)
    except MappingError as error:
        problem = error.problem
        if "no column looks like" in problem:
            # With the option in place of the Python.
            problem = (
                "no column looks like the e-mail address; there are "
                f"{bounded(rows.columns, _NAMED)}. Say which one it is: --map email=COLUMN"
            )
        raise ConfigError(f"{rows.name}: {problem}{rows.header_hint}") from None


def _require_columns(keys: Collection[Any], rows: RowFile) -> None:
    """Refuse columns that the file lacks, unless later rows may still have them."""
    if not keys or not rows.complete:
        return
    hints = []
    for key in keys:
        near = closest(key, rows.columns)
        hints.append(shown(key) + (f" (did you mean {shown(near)}?)" if near else ""))
    raise ConfigError(
        f"{rows.name} has no column {', '.join(hints[:_NAMED])}, which the mapping reads; it has "
        f"{bounded(rows.columns, _NAMED)}{rows.header_hint}"
    )


def _refuse_swapped(pair: str, rows: RowFile) -> None:
    """Refuse a pair that reads like ``column=field``."""
    field, _, column = (part.strip() for part in pair.partition("="))
    if field not in rows.columns or column in rows.columns or not column:
        return
    standard = {*WIRE_NAMES, *WIRE_NAMES.values()}
    # Which custom fields exist is not known yet.
    if column in standard or (closest(column, rows.columns) is None and field not in standard):
        raise ConfigError(
            f"{rows.name} has no column {shown(column)}, and it has one {shown(field)}: a mapping "
            f"is written FIELD=COLUMN; did you mean {shown(f'{column}={field}')}?"
        )
