"""Finds the mapping that ``icontact init`` writes: taken over, guessed, or asked for."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs
import click

from icontact.cli.choose_mapping import guessed, pairs_of, with_pairs
from icontact.cli.exit_codes import CommandError
from icontact.cli.output import clean, print_note
from icontact.cli.prompts import Prompter
from icontact.errors import ConfigError
from icontact.mapping import ContactMapper, mautic
from icontact.mapping.contact_fields import CUSTOM, FIELDS, bounded, closest, shown
from icontact.mapping.normalize import normalize_key
from icontact.models import CustomField
from icontact.push.ingest import check_titles
from icontact.sources import read_rows

#: The answer for a field that nothing fills.
_NOTHING = "-"


@attrs.frozen(kw_only=True)
class MappingSource:
    """What is known of the mapping before any question.

    The columns are those of the file, where there is one; the notes say what was guessed; the list
    is the one that Mautic pushed to. Without a ``config`` no option names a mapping.
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
    """Return the mapping that options name."""
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
    return attrs.evolve(found, config=with_pairs(found.config or {}, pairs))


def _from_columns(path: str, *, needs_email: bool) -> MappingSource:
    """Guess a mapping, and the columns about consent, from a file's header and first rows."""
    with read_rows(path) as rows:
        columns, first = rows.columns, rows.first_rows()
        try:
            mapper = guessed(rows, {})
        except ConfigError:
            if needs_email:
                raise
            return MappingSource(config={}, columns=columns, file=path)
        stops = []
        try:
            check_titles(rows, mapper)
        except ConfigError as error:
            stops = [f"a push of this file stops: {error}"]
    unread = (
        f"{one}: name it in [mapping.options], as do_not_contact, consent or ignore, or a push "
        "of this file stops"
        for one in mapper.unread_consent(columns, first)
    )
    notes = (*mapper.consent.lines, *stops, *unread, *mapper.notes)
    return MappingSource(config=mapper.as_config(), columns=columns, notes=notes, file=path)


def mapping_of(
    source: MappingSource, fields: Sequence[CustomField], prompter: Prompter
) -> tuple[ContactMapper, MappingSource]:
    """Return the mapping, checked against the folder's custom fields, and its source."""
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

    def ask(label: str, current: Any) -> Any:
        kept = "as it is" if isinstance(current, dict | list) else current

        def read(text: str) -> Any:
            text = text.strip()
            if current is not None and text == str(kept):
                return current
            if text == _NOTHING and label == "email":
                raise click.UsageError("iContact requires the e-mail address")
            if text != _NOTHING and columns and text not in columns:
                near = closest(text, columns)
                there = f"there are {bounded(columns, 10)}"
                hint = f"did you mean {shown(near)}?" if near else there
                raise click.UsageError(f"there is no column {shown(text)}: {hint}")
            return None if text == _NOTHING else text

        default = None if label == "email" else _NOTHING
        if current is not None:
            default = str(kept)
        return prompter.text(label, read, option="--map", default=default)

    before = config.get(CUSTOM, {})
    # Other systems mean something else by a status.
    chosen = {name: ask(name, config.get(name)) for name in FIELDS if name != "status"}
    custom = {
        one.private_name: ask(
            f"custom field {clean(one.private_name)} ({clean(one.field_type)})",
            before.get(one.private_name),
        )
        for one in fields
    }
    chosen["options"] = config.get("options")
    chosen[CUSTOM] = {name: value for name, value in custom.items() if value is not None} or None
    return {name: value for name, value in chosen.items() if value is not None}
