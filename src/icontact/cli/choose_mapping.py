"""Chooses which column fills which field: by settings, preset, ``--map``, or the header."""

from __future__ import annotations

import shlex
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Any

import attrs

from icontact.errors import ConfigError, ConsentError, MappingError
from icontact.mapping import ContactMapper
from icontact.mapping.consent import ConsentBlank
from icontact.mapping.consent_columns import not_read
from icontact.mapping.contact_fields import CUSTOM, WIRE_NAMES, bounded, closest, field_for, shown
from icontact.mapping.presets import PRESETS
from icontact.push import PushSettings, mapping_from_pairs
from icontact.sources import REASON_COLUMN, RowFile, refuse_duplicates

__all__ = [
    "ChosenMapping",
    "ConsentOptions",
    "choose",
    "in_consent_options",
    "mapping_for",
    "pairs_of",
    "stated",
]

#: As many columns as an error names.
_NAMED = 10


@attrs.frozen(kw_only=True)
class ChosenMapping:
    """A mapping, with notes about it.

    Attributes:
        mapper: The mapping.
        notes: What was guessed, and what is not read.
        unused: The columns that nothing reads.
    """

    mapper: ContactMapper
    notes: tuple[str, ...] = ()
    unused: tuple[str, ...] = ()


def stated(
    settings: PushSettings | None, preset: str | None, pairs: Sequence[str]
) -> ContactMapper | None:
    """Return the mapping that settings and options state; ``None`` if they state none.

    ``--map`` pairs change single fields of a preset or of the settings' mapping; without these
    they are the whole mapping.

    Raises:
        ConfigError, MappingError: If it is not well formed.
    """
    base = _base(settings, preset)
    if not pairs:
        return base
    changes = mapping_from_pairs(pairs)
    if base is None:
        return ContactMapper.from_config(changes)
    config = base.as_config()
    custom = {**config.pop(CUSTOM, {}), **changes.get(CUSTOM, {})}
    fields = {field_for(name): key for name, key in changes.items() if name != CUSTOM}
    return ContactMapper.from_config({**config, **fields, CUSTOM: custom})


@attrs.frozen(kw_only=True)
class ConsentOptions:
    """The columns about consent that the command line names."""

    do_not_contact: tuple[str, ...] = ()
    consent: tuple[str, ...] = ()
    ignore: tuple[str, ...] = ()
    consent_blank: ConsentBlank | None = None


def choose(
    rows: RowFile,
    settings: PushSettings | None,
    preset: str | None,
    pairs: Sequence[str],
    options: ConsentOptions = ConsentOptions(),  # frozen, and without content
    *,
    only_mapped: bool = False,
    verbose: bool = False,
) -> ChosenMapping:
    """Return the mapping for a file, checked against its columns, with what it says of consent.

    Args:
        rows: The file.
        settings: Settings with a mapping, or none.
        preset: The name of a mapping.
        pairs: ``field=column`` pairs.
        options: The columns about consent that the command line names.
        only_mapped: Whether the pairs are the whole mapping.
        verbose: Whether all columns that are not used are named.

    Raises:
        ConfigError, MappingError: As :func:`mapping_for`; or a column is about consent, and
            nothing reads it.
    """
    chosen = mapping_for(rows, settings, preset, pairs, only_mapped=only_mapped)
    first = rows.first_rows()
    mapper = chosen.mapper.with_consent(**attrs.asdict(options, recurse=False), rows=first)
    refuse_duplicates(mapper, rows.duplicate_columns, rows.name)
    absent = [key for key in mapper.missing(rows.columns) if key in _named(options)]
    if absent and rows.complete:
        raise ConfigError(_lacking(absent, rows))
    if unread := mapper.unread_consent(rows.columns, first):
        raise not_read(unread)
    unused = _unused(mapper, rows)
    note = f"columns not used: {bounded(unused, len(unused) if verbose else _NAMED)}"
    hint = "`icontact init --columns FILE` also finds custom fields among them"
    notes = (*chosen.notes, f"{note}; {hint}") if unused else chosen.notes
    return ChosenMapping(mapper=mapper, notes=(*mapper.consent.lines, *notes), unused=unused)


def _unused(mapper: ContactMapper, rows: RowFile) -> tuple[str, ...]:
    used = {*mapper.sources, *mapper.consent_keys, REASON_COLUMN}
    return tuple(column for column in rows.columns if column not in used)


def _named(options: ConsentOptions) -> frozenset[str]:
    return frozenset((*options.do_not_contact, *options.consent))


def in_consent_options(error: ConsentError, name: str) -> str:
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


def mapping_for(
    rows: RowFile,
    settings: PushSettings | None,
    preset: str | None,
    pairs: Sequence[str],
    *,
    only_mapped: bool = False,
) -> ChosenMapping:
    """Return the mapping for a file, checked against its columns.

    Args:
        rows: The file.
        settings: Settings with a mapping, or none.
        preset: The name of a mapping.
        pairs: ``field=column`` pairs, which change single fields of the mapping.
        only_mapped: Whether the pairs are the whole mapping, and nothing is guessed.

    Raises:
        ConfigError, MappingError: If the mapping is wrong, reads columns that the file does not
            have, or cannot be guessed.
    """
    for pair in pairs if rows.complete else ():
        _refuse_swapped(pair, rows)
    read_by_pairs = set(_keys(mapping_from_pairs(pairs)))
    if _base(settings, preset) is None and not only_mapped:
        lacking = [key for key in read_by_pairs if key not in rows.columns]
        if lacking and rows.complete:
            raise ConfigError(_lacking(sorted(lacking), rows))
        chosen = _guessed(rows, pairs)
        return attrs.evolve(chosen, notes=(*chosen.notes, *_absent(lacking, rows)))
    mapper = stated(settings, preset, pairs)
    if mapper is None:
        raise ConfigError("--only-mapped leaves no mapping: add --map email=COLUMN")
    absent = mapper.missing(rows.columns)
    needed = {*mapper.explain({})["email"].sources, *read_by_pairs}
    lenient = _is_preset(_base(settings, preset))
    wrong = [key for key in absent if key in needed or not lenient]
    if wrong and rows.complete:
        raise ConfigError(_lacking(wrong, rows))
    return ChosenMapping(mapper=mapper, notes=_absent(absent, rows))


def _absent(keys: Collection[Any], rows: RowFile) -> tuple[str, ...]:
    """Return a note about columns of the mapping that the file does not have."""
    if not keys:
        return ()
    where = "the file" if rows.complete else "the file's first rows"
    return (f"the mapping also names columns that are not in {where}: {bounded(keys, _NAMED)}",)


def pairs_of(mapper: ContactMapper) -> tuple[str, ...]:
    """Return a mapping as ``field=column`` pairs, for people."""
    config = mapper.as_config()
    custom = config.pop(CUSTOM, {})
    config.pop("options", None)
    fields = {**config, **custom}
    pairs = (
        f"{'name' if _is_name_part(source) else field}={_column(source)}"
        for field, source in fields.items()
    )
    return tuple(dict.fromkeys(pairs))


def _is_name_part(source: Any) -> bool:
    return isinstance(source, Mapping) and source.get("transform") == "full_name"


def _refuse_swapped(pair: str, rows: RowFile) -> None:
    """Refuse a pair that reads like ``column=field``."""
    field, _, column = (part.strip() for part in pair.partition("="))
    if field not in rows.columns or column in rows.columns or not column:
        return
    # Which custom fields there are is not known yet.
    likely = closest(column, rows.columns) is None and not _is_standard(field)
    if likely or _is_standard(column):
        raise ConfigError(
            f"{rows.name} has no column {shown(column)}, and it has one {shown(field)}: a mapping "
            f"is written FIELD=COLUMN; did you mean {shown(f'{column}={field}')}?"
        )


def _is_standard(name: str) -> bool:
    return name in WIRE_NAMES or name in WIRE_NAMES.values()


def in_options(problem: str, columns: Sequence[str]) -> str:
    """Return why no mapping can be guessed, with the option instead of the Python."""
    if "no column looks like" not in problem:
        return problem
    return (
        f"no column looks like the e-mail address; there are {bounded(columns, _NAMED)}. "
        "Say which one it is: --map email=COLUMN"
    )


def _guessed(rows: RowFile, pairs: Sequence[str] = ()) -> ChosenMapping:
    if not rows.columns:
        raise ConfigError(
            f"{rows.name}: no row of it can be read as an object of JSON with keys; one object a "
            'line is needed, like {"email": "…"}, or a list of objects'
        )
    try:
        mapper = ContactMapper.guess(rows.columns, rows.first_rows(), mapping_from_pairs(pairs))
    except MappingError as error:
        problem = error.problem
    else:
        found = f"the mapping was guessed: {', '.join(pairs_of(mapper))}"
        return ChosenMapping(mapper=mapper, notes=(found, *mapper.notes))
    problem = in_options(problem, rows.columns)
    raise ConfigError(f"{rows.name}: {problem}{rows.header_hint}")


def _base(settings: PushSettings | None, preset: str | None) -> ContactMapper | None:
    if preset is not None:
        return ContactMapper.preset(preset)
    return None if settings is None else settings.mapper


def _is_preset(base: ContactMapper | None) -> bool:
    """Return whether a mapping is a preset, which names more columns than a file has."""
    presets = {ContactMapper.preset(name).fingerprint for name in PRESETS}
    return base is not None and base.fingerprint in presets


def _lacking(keys: Collection[Any], rows: RowFile) -> str:
    hints = []
    for key in keys:
        near = closest(key, rows.columns)
        hints.append(shown(key) + (f" (did you mean {shown(near)}?)" if near else ""))
    return (
        f"{rows.name} has no column {', '.join(hints[:_NAMED])}, which the mapping reads; it has "
        f"{bounded(rows.columns, _NAMED)}{rows.header_hint}"
    )


def _keys(mapping: Mapping[str, Any]) -> Iterable[str]:
    fields = {name: key for name, key in mapping.items() if name != CUSTOM}
    return [*fields.values(), *mapping.get(CUSTOM, {}).values()]


def _column(source: Any) -> str:
    keys = source["key"] if isinstance(source, Mapping) else source
    return " or ".join(map(str, keys)) if isinstance(keys, list) else str(keys)
