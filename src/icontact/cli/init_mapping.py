"""Finds the mapping that ``icontact init`` writes: taken over, guessed, or asked for."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

import attrs
import click

from icontact.cli.choose_mapping import no_address_column, pairs_of
from icontact.cli.exit_codes import CommandError
from icontact.cli.output import clean, print_note
from icontact.cli.prompts import Prompter
from icontact.errors import MappingError
from icontact.mapping import ContactMapper, mautic
from icontact.mapping.contact_fields import CUSTOM, FIELDS, bounded, closest, field_for, shown
from icontact.mapping.normalize import normalize_key
from icontact.models import CustomField
from icontact.push import mapping_from_pairs
from icontact.sources import read_rows

__all__ = ["MappingSource", "mapping_of", "source_of"]

#: The answer for a field that nothing fills.
_NOTHING = "-"


@attrs.frozen(kw_only=True)
class MappingSource:
    """What is known of the mapping before any question.

    Attributes:
        config: The mapping so far; ``None`` if no option names one.
        columns: The columns of the file, where there is one.
        notes: What was guessed.
        suggested_list: The list that Mautic pushed to.
        file: The file whose columns these are.
    """

    config: dict[str, Any] | None = None
    columns: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    suggested_list: str | int | None = None
    file: str | None = None


def source_of(
    *,
    columns: str | None = None,
    preset: str | None = None,
    from_mautic: str | None = None,
    pairs: Sequence[str] = (),
) -> MappingSource:
    """Return the mapping that options name.

    Raises:
        CommandError: If several of them are given.
        ConfigError, MappingError: If a file or a mapping cannot be used.
    """
    if sum(one is not None for one in (columns, preset, from_mautic)) > 1:
        raise CommandError("give one of --columns, --preset and --from-mautic")
    found = MappingSource()
    if columns is not None:
        found = _from_columns(columns, needs_email=not pairs)
    elif preset is not None:
        found = MappingSource(config=ContactMapper.preset(preset).as_config())
    elif from_mautic is not None:
        settings = mautic.document(from_mautic)
        found = MappingSource(
            config=ContactMapper.from_mautic(settings).as_config(),
            suggested_list=mautic.list_of(settings),
        )
    if not pairs:
        return found
    config, changes = found.config or {}, dict(mapping_from_pairs(pairs))
    custom = {**config.get(CUSTOM, {}), **changes.pop(CUSTOM, {})}
    fields = {field_for(name): key for name, key in changes.items()}
    return attrs.evolve(found, config={**config, **fields, **({CUSTOM: custom} if custom else {})})


def _from_columns(path: str, *, needs_email: bool) -> MappingSource:
    """Guess a mapping, and the columns about consent, from a file's header and first rows."""
    with read_rows(path) as rows:
        columns, hint, first = rows.columns, rows.header_hint, rows.first_rows()
    try:
        mapper = ContactMapper.guess(columns, first)
    except MappingError as error:
        if needs_email:
            problem = no_address_column(error.problem, columns)
            raise CommandError(f"{path}: {problem}{hint}") from None
        return MappingSource(config={}, columns=columns, file=path)
    unread = (
        f"{one}: name it in [mapping.options], as do_not_contact, consent or ignore, or a push "
        "of this file stops"
        for one in mapper.unread_consent(columns, first)
    )
    notes = (*mapper.consent.lines, *unread, *mapper.notes)
    return MappingSource(config=mapper.as_config(), columns=columns, notes=notes, file=path)


def mapping_of(
    source: MappingSource, fields: Sequence[CustomField], prompter: Prompter
) -> tuple[ContactMapper, MappingSource]:
    """Return the mapping, checked against the folder's custom fields, and its source.

    Args:
        source: What is known of the mapping.
        fields: The folder's custom fields.
        prompter: Asks the questions.

    Raises:
        CommandError: If no option names a mapping, and --yes forbids questions.
        MappingError: If the mapping names a custom field that the folder does not have.
    """
    if source.config is None:
        source = _ask_for_source(prompter)
    config, notes = _with_custom_fields(source.config or {}, source.columns, fields)
    for note in (*source.notes, *notes):
        print_note(note)
    if "email" in config:
        mapper = ContactMapper.from_config(config)
        prompter.say("So far: " + clean(", ".join(pairs_of(mapper))))
        if unused := [column for column in source.columns if column not in mapper.sources]:
            print_note(f"columns not used: {bounded(unused)}")
    if "email" not in config or not prompter.confirm("Is the mapping right?", default=True):
        if prompter.silent:
            raise CommandError("the mapping has no e-mail: --map email=COLUMN")
        config = _ask_for_fields(config, source.columns, fields, prompter)
    mapper = ContactMapper.from_config(config)
    mapper.checked(fields)
    return mapper, source


def _ask_for_source(prompter: Prompter) -> MappingSource:
    """Ask where contacts come from."""
    if prompter.silent:
        raise CommandError(
            "say how fields are filled: --columns FILE, --preset mautic, --from-mautic FILE, or "
            "--map email=COLUMN"
        )
    origin = prompter.choice(
        "Where do the contacts come from",
        ("file", "mautic", "mautic-mapping", "other"),
        option="--columns, --preset, --from-mautic or --map",
        given=None,
        default="file",
    )
    if origin == "mautic":
        return source_of(preset="mautic")
    if origin == "file":
        path = prompter.text("A file with their columns", str, option="--columns")
        return _from_columns(path, needs_email=False)
    if origin == "mautic-mapping":
        path = prompter.text("Mautic's mapping, a JSON file", str, option="--from-mautic")
        return source_of(from_mautic=path)
    return MappingSource(config={})


def _with_custom_fields(
    config: dict[str, Any], columns: Sequence[str], fields: Sequence[CustomField]
) -> tuple[dict[str, Any], Sequence[str]]:
    """Fill custom fields from unused columns of the same name."""
    custom = dict(config.get(CUSTOM, {}))
    read = set(ContactMapper.from_config(config).sources) if "email" in config else set()
    free = {normalize_key(column): column for column in columns if column not in read}
    notes = []
    for field in fields:
        names = (normalize_key(field.private_name), normalize_key(field.public_name))
        column = next((free[name] for name in names if name in free), None)
        if column is not None and field.private_name not in custom:
            custom[field.private_name] = column
            notes.append(f"the custom field {field.private_name} has a column of its name")
    return ({**config, CUSTOM: custom} if custom else config), notes


def _ask_for_fields(
    config: Mapping[str, Any],
    columns: Sequence[str],
    fields: Sequence[CustomField],
    prompter: Prompter,
) -> dict[str, Any]:
    """Ask for the source of every field; Enter keeps the one it has."""
    prompter.say(f"For each field the column or key that fills it; {_NOTHING} for none.")
    if columns:
        prompter.say("Columns: " + clean(bounded(columns, 50)))
    before, read = config.get(CUSTOM, {}), _column_reader(columns)
    # Other systems mean something else by a status.
    names = [name for name in FIELDS if name != "status"]
    standard = {name: _ask_for_field(name, config.get(name), read, prompter) for name in names}
    custom = {}
    for field in fields:
        name = field.private_name
        label = f"custom field {clean(name)} ({clean(field.field_type)})"
        custom[name] = _ask_for_field(label, before.get(name), read, prompter)
    chosen = {name: value for name, value in config.items() if name == "options"}
    chosen |= {name: value for name, value in standard.items() if value is not None}
    custom = {name: value for name, value in custom.items() if value is not None}
    return {**chosen, CUSTOM: custom} if custom else chosen


def _ask_for_field(
    label: str, current: Any, read: Callable[[str], str | None], prompter: Prompter
) -> Any:
    """Ask for one field's source; ``None`` for none."""
    kept = "as it is" if isinstance(current, dict | list) else current
    needed = label == "email"

    def answer(text: str) -> Any:
        if current is not None and text.strip() == str(kept):
            return current
        found = read(text.strip())
        if found is None and needed:
            raise click.UsageError("iContact requires the e-mail address")
        return found

    default = str(kept) if current is not None else None if needed else _NOTHING
    return prompter.text(label, answer, option="--map", default=default)


def _column_reader(columns: Sequence[str]) -> Callable[[str], str | None]:
    """Return a function that reads a column's name, or the answer for none."""

    def read(text: str) -> str | None:
        if text == _NOTHING:
            return None
        if columns and text not in columns:
            near = closest(text, columns)
            hint = f"did you mean {shown(near)}?" if near else f"there are {bounded(columns, 10)}"
            raise click.UsageError(f"there is no column {shown(text)}: {hint}")
        return text

    return read
