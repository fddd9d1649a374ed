"""Generic rows become iContact's contact fields."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from html import escape
from typing import TYPE_CHECKING, Any, Literal, TypeAlias, cast

from icontact.errors import DoNotContact, MappingError
from icontact.mapping import toml
from icontact.mapping.address_groups import make_groups
from icontact.mapping.consent import (
    MAUTIC_KEYS,
    ConsentBlank,
    ConsentCheck,
    ConsentColumn,
    not_read,
    unread_columns,
)
from icontact.mapping.contact_fields import CUSTOM, bounded, nearest, type_name
from icontact.mapping.dates import ISO, check_output_format
from icontact.mapping.field_mapping import FieldMapping, make_field, make_fields, unknown_field
from icontact.mapping.guess import guess
from icontact.mapping.mautic import document, from_mautic, plainly_named
from icontact.mapping.presets import preset
from icontact.mapping.result import Explanation, FieldExplanation, MappedContact
from icontact.mapping.rows import Row, as_mapping
from icontact.mapping.sample import sample_row
from icontact.mapping.source import SOURCE_OPTIONS, Key, Source
from icontact.mapping.transforms import TransformContext
from icontact.mapping.values import is_blank
from icontact.notebook import table

if TYPE_CHECKING:
    from icontact.models import ContactFields, CustomField


SourceLike: TypeAlias = str | int | Sequence[Key] | Source | Mapping[str, Any]
LongState: TypeAlias = Literal["omit", "reject"]

Tags: TypeAlias = Literal["keep", "strip"]

#: What a value does that does not fit its field.
Invalid: TypeAlias = Literal["leave_out", "reject"]

SeveralAddresses: TypeAlias = Literal["first", "reject"]

OPTIONS = (
    "long_state",
    "date_format",
    "country",
    "tags",
    "do_not_contact",
    "consent",
    "consent_blank",
    "ignore",
    "addresses",
    "invalid",
    "several_addresses",
)
_OPTIONS_TABLE = "options"


class ContactMapper:
    """Turns rows of any system into iContact's contact fields.

    Never raises anything but `MappingError` for a row, and no error or note holds a row's value.

    Args:
        mapping: iContact's field to its source: the row's key, several keys (the first that is
            not blank counts), a `Source`, or a table with a source's arguments. Custom fields stand
            under ``custom_fields`` by their private names. ``email`` is required.
        long_state: For a state longer than iContact's 10 characters (API 3) without a known code:
            ``"omit"`` leaves it out of the row, with a note; ``"reject"`` refuses the row.
        date_format: The form in which dates go out; ISO, since the API's is not documented
            (API 2.8).
        country: The row's key (or keys) for the country, which helps to read states.
        tags: HTML's tags in values: ``"keep"`` them, or ``"strip"`` them before anything else (the
            transform ``untagged``). Never in the address.
        do_not_contact: The row's keys whose yes says that the person must **not** be mailed; such
            a row is refused with `DoNotContact`. By default Mautic's
            ``mauticContactIsContactableByEmail``, which means just that in spite of its name, and
            its ``doNotEmail`` and ``doNotContact``; ``False`` for none.
        consent: The row's keys that must say yes, or the row is refused with `DoNotContact`.
        consent_blank: What a blank value of these means: ``"skip"`` the row, or ``"push"`` it.
        ignore: Keys about consent that are not to be read. Files and frames stop a push while a
            column that is about consent is neither read nor ignored.
        addresses: Several groups of ``street``, ``street2``, ``city``, ``state``,
            ``postal_code`` and ``country``, in place of these fields: of each row the first group
            that holds something is taken as a whole.
        invalid: What a value does that does not fit a field: ``"leave_out"`` costs the field, with
            a note, ``"reject"`` the row. For all fields, or by field. An e-mail address or a
            status that does not fit always rejects the row.
        several_addresses: Of several e-mail addresses in one value: take the ``"first"``, with a
            note, or ``"reject"`` the row.

    Raises:
        MappingError: An unknown field, option or transform (names the nearest one), or no e-mail.

    >>> mapper = ContactMapper({"email": "mail", "custom_fields": {"score": "points"}})
    >>> mapper.map({"mail": "Jo@Example.com ", "points": 5})
    {'email': 'Jo@example.com', 'custom_fields': {'score': '5'}}

    Attributes:
        unused: Columns that `guess` found no field for.
        notes: What `guess` decided, for the person who asked.
    """

    unused: tuple[Hashable, ...] = ()
    notes: tuple[str, ...] = ()

    def __init__(
        self,
        mapping: Mapping[str, SourceLike | Mapping[str, SourceLike]],
        *,
        long_state: LongState = "omit",
        date_format: str = ISO,
        country: Key | Sequence[Key] | None = None,
        tags: Tags = "keep",
        do_not_contact: Key | Sequence[Key] | bool | None = None,
        consent: Key | Sequence[Key] | None = None,
        consent_blank: ConsentBlank = "skip",
        ignore: Key | Sequence[Key] | None = None,
        addresses: Sequence[Mapping[str, SourceLike]] = (),
        invalid: Invalid | Mapping[str, Invalid] = "leave_out",
        several_addresses: SeveralAddresses = "first",
    ) -> None:
        if not isinstance(mapping, Mapping):
            raise MappingError(
                f"a mapping of fields to sources is needed, not {type_name(mapping)}"
            )
        if long_state not in ("omit", "reject"):
            raise MappingError("long_state is 'omit' or 'reject'")
        if several_addresses not in ("first", "reject"):
            raise MappingError("several_addresses is 'first' or 'reject'")
        if tags not in ("keep", "strip"):
            raise MappingError("tags is 'keep' or 'strip'")
        #: What of a row says who may be mailed, and how.
        self.consent: ConsentCheck = ConsentCheck(do_not_contact, consent, consent_blank, ignore)
        self._country = None if country is None else Source(cast("Key", country))
        self._context = TransformContext(
            options={},
            date_format=check_output_format(date_format),
            long_state=long_state,
            strip_tags=tags == "strip",
            several_addresses=several_addresses,
            invalid=_invalid(invalid),
        )
        self._fields = tuple(make_fields(mapping, self._context))
        self._addresses = tuple(make_groups(addresses, self._context))
        self._check_fields()

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> ContactMapper:
        """Return the mapper that a parsed ``[mapping]`` table describes.

        Args:
            config: Fields and ``custom_fields`` as the constructor takes them, and the
                constructor's options in a table ``options``. A custom field may also stand beside
                the others with ``cf_`` before its name, as Mautic writes it.

        Raises:
            MappingError: As the constructor; also for an unknown option.
        """
        if not isinstance(config, Mapping):
            raise MappingError(f"a table of fields is needed, not {type_name(config)}")
        fields = plainly_named(config)
        options = fields.pop(_OPTIONS_TABLE, {})
        if not isinstance(options, Mapping):
            raise MappingError(f"{_OPTIONS_TABLE} is a table, not {type_name(options)}")
        for name in options:
            if name not in OPTIONS:
                raise _no_option(name)
        return cls(fields, **options)

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> ContactMapper:
        """Return the mapper that the ``[mapping]`` table of ``icontact.toml`` describes.

        Raises:
            ConfigError: The file cannot be read, or is no TOML.
            MappingError: The table is missing or wrong.
        """
        return cls.from_config(toml.read(path))

    @classmethod
    def preset(cls, name: str) -> ContactMapper:
        """Return the mapper for a system whose names are known: ``"mautic"``.

        Raises:
            MappingError: There is no such preset; names the nearest one.
        """
        return cls.from_config(preset(name))

    @classmethod
    def from_mautic(cls, lead_fields: Mapping[str, Any]) -> ContactMapper:
        """Return the mapper for a field mapping as Mautic's iContact plugin stores it.

        Like the plugin, it decodes entities and strips HTML's tags; unlike it, it reads the country
        where a row has one, and refuses people whom Mautic must not mail.

        Args:
            lead_fields: iContact's field on the wire, or ``cf_`` and a custom field, to Mautic's
                alias. Only a leading ``cf_`` is taken off. May also be what Mautic keeps around it:
                ``{"featureSettings": {"leadFields": {…}}}``.

        Raises:
            MappingError: A field that is none, or no e-mail.

        >>> ContactMapper.from_mautic({"email": "email", "cf_color": "favourite"}).targets
        ('email', 'custom_fields.color')
        """
        return cls.from_config(from_mautic(lead_fields))

    @classmethod
    def from_mautic_file(cls, path: str | os.PathLike[str]) -> ContactMapper:
        """Return the mapper for a file that holds what `from_mautic` takes.

        The file is JSON, or the column ``feature_settings`` of Mautic's table
        ``plugin_integration_settings`` as it stands there, which PHP's ``serialize`` wrote.

        Raises:
            ConfigError: The file cannot be read, or is neither.
            MappingError: As `from_mautic`.
        """
        return cls.from_mautic(document(path))

    @classmethod
    def guess(
        cls,
        columns: Iterable[Hashable],
        rows: Sequence[Mapping[Any, Any]] = (),
        fields: Mapping[str, SourceLike | Mapping[str, SourceLike]] | None = None,
    ) -> ContactMapper:
        """Return the mapper that a header suggests, whatever its case and punctuation.

        What it left aside is in ``unused``, and why in ``notes``. The columns that say who may be
        mailed are in ``consent``.

        Args:
            columns: The header.
            rows: The first rows, which show what is in the columns.
            fields: Fields that are given, and not guessed; custom fields among them.

        Raises:
            MappingError: No column looks like the e-mail address.

        >>> mapper = ContactMapper.guess(["E-mail", "First Name", "zip", "Shoe size"])
        >>> mapper.targets, mapper.unused
        (('email', 'first_name', 'postal_code'), ('Shoe size',))
        """
        guessed = guess(columns, rows, fields)
        mapper = cls(
            guessed.mapping,
            country=guessed.country,
            addresses=guessed.addresses,
            do_not_contact=guessed.do_not_contact or None,
            consent=guessed.consent,
            consent_blank=guessed.consent_blank,
        )
        mapper.consent = mapper.consent.with_words(rows, guessed=True)
        mapper.unused, mapper.notes = guessed.unused, guessed.notes
        return mapper

    def map(self, row: Row) -> ContactFields:
        """Return a row as contact fields: absent is not sent, ``None`` clears, a text sets.

        Raises:
            DoNotContact: The row says that its person must not be mailed.
            MappingError: The row has no usable e-mail address, or a value that does not fit.
        """
        mapped = self._mapped(row)
        del row  # error trackers print the locals of every frame on the way
        if isinstance(mapped, MappingError):
            raise mapped
        return mapped.fields

    def apply(self, row: Row) -> MappedContact:
        """Return a row as contact fields, with notes on what was lost or changed.

        Raises:
            MappingError: As `map`.
        """
        mapped = self._mapped(row)
        del row
        if isinstance(mapped, MappingError):
            raise mapped
        return mapped

    def _mapped(self, row: Row) -> MappedContact | MappingError:
        view = _viewed(row)
        if isinstance(view, MappingError):
            return view
        if (held := self.consent.check(view)) is not None:
            return held
        mapped, country = self._fields_for(view)
        fields: dict[str, Any] = {}
        custom: dict[str, Any] = {}
        notes: list[str] = []
        problem: MappingError | None = None
        for field in mapped:
            found = field.convert(view, country)
            if found.problem is not None:
                if found.opted_out:
                    return DoNotContact(f"{field.label}: {found.problem}", field=field.label)
                problem = problem or field.error(found.problem)
            if found.notes:
                notes += [f"{field.label}: {note}" for note in found.notes]
            if found.outcome != "left out":
                (custom if field.custom else fields)[field.name] = found.value
        if problem is not None:
            return problem
        if custom:
            fields[CUSTOM] = custom
        whole: Any = fields
        return MappedContact(fields=whole, notes=tuple(notes))

    def explain(self, row: Row) -> Explanation:
        """Return what each field gets, from where and through what, refusals included.

        Printed, it shows the row's values.

        Raises:
            MappingError: The row is no mapping.
        """
        filled, held = self._fill(row), self._held(row)
        del row
        if isinstance(filled, MappingError):
            raise filled
        return Explanation(fields=filled, held_back=None if held is None else held.problem)

    def sample(self, email: str) -> dict[Key, Any]:
        """Return an invented row that fills every field of the mapping, to try a set-up with.

        Its values fit the fields' types, as far as the mapper is `checked`, and are of the kind
        that shows what is lost on the way: accents, an ampersand, a zero at the front.

        Args:
            email: The address to put into it.
        """
        country = self._country.keys[0] if self._country else None
        return sample_row(self._every_field(), email, country=country, consent=self.consent)

    def checked(self, custom_fields: Iterable[CustomField]) -> ContactMapper:
        """Return the mapper bound to a folder's custom fields, whose types decide the transforms.

        Args:
            custom_fields: All of the folder's.

        Raises:
            MappingError: A custom field that the folder does not have (names the nearest one), or
                a source with options that mean nothing to its type.
        """
        types = {field.private_name: str(field.field_type) for field in custom_fields}
        fields = []
        for field in self._fields:
            if not field.custom:
                fields.append(field)
                continue
            if field.name not in types:
                raise unknown_field(field, types)
            fields.append(
                make_field(
                    field.name,
                    field.source,
                    custom=True,
                    context=self._context,
                    field_type=types[field.name],
                )
            )
        bound = copy.copy(self)
        bound._fields = tuple(fields)
        return bound

    @property
    def targets(self) -> tuple[str, ...]:
        """The fields it fills; ``custom_fields.…`` for the folder's own."""
        return tuple(dict.fromkeys(field.label for field in self._every_field()))

    @property
    def custom_fields(self) -> tuple[str, ...]:
        """The private names of the custom fields it fills."""
        return tuple(field.name for field in self._fields if field.custom)

    @property
    def sources(self) -> tuple[Key, ...]:
        """The row's keys that it reads, each once."""
        read = [key for field in self._fields for key in field.source.keys]
        read += [key for group in self._addresses for key in group.keys]
        country = self._country.keys if self._country else ()
        return tuple(dict.fromkeys([*read, *country, *self._stated_consent()]))

    def _stated_consent(self) -> tuple[Key, ...]:
        no = self.consent.keys("no") if self.consent.stated else ()
        return (*no, *self.consent.keys("yes"))

    def unread_consent(
        self, columns: Iterable[Hashable], rows: Sequence[Mapping[Any, Any]] = ()
    ) -> tuple[ConsentColumn, ...]:
        """Return the columns that are about who may be mailed, and that nothing reads.

        A column that fills a custom field is not read for that; the one of ``status`` is.

        Args:
            columns: The header.
            rows: The first rows.
        """
        return unread_columns(columns, rows, self.consent_keys)

    def require_consent_read(
        self, columns: Iterable[Hashable], rows: Sequence[Mapping[Any, Any]] = ()
    ) -> None:
        """Refuse an input of which a column is about consent, while nothing reads it.

        Args:
            columns: The header.
            rows: The first rows.

        Raises:
            ConsentError: There is such a column; it names them and the three options.
        """
        if unread := self.unread_consent(columns, rows):
            raise not_read(unread)

    @property
    def consent_keys(self) -> frozenset[Key]:
        """The row's keys about who may be mailed that are read, or ignored."""
        status = next((field for field in self._fields if field.label == "status"), None)
        return frozenset(
            (
                *(one.column for one in self.consent.columns),
                *self.consent.ignored,
                *(status.source.keys if status is not None else ()),
            )
        )

    def with_consent(
        self,
        *,
        do_not_contact: Sequence[Key] = (),
        consent: Sequence[Key] = (),
        ignore: Sequence[Key] = (),
        consent_blank: ConsentBlank | None = None,
        rows: Sequence[Mapping[Any, Any]] = (),
    ) -> ContactMapper:
        """Return the mapper with more columns that say who may be mailed.

        What is given here wins over what the mapper knew of a column.

        Args:
            do_not_contact: Columns whose yes says no.
            consent: Columns that must say yes.
            ignore: Columns that are not to be read.
            consent_blank: What a blank means there; ``None`` leaves it.
            rows: The first rows, for the words that ``consent`` shows.

        Raises:
            MappingError: A column's name contradicts the option that it is given for.
        """
        changed = copy.copy(self)
        check = self.consent.changed(do_not_contact, consent, ignore, consent_blank)
        changed.consent = check.with_words(rows, guessed=False)
        return changed

    def missing(self, columns: Iterable[Hashable]) -> tuple[Key, ...]:
        """Return the sources that a header lacks, to be looked at before a run.

        Of a field's alternatives one is enough; the country, which only helps, does not count.
        Every column that says who may be mailed counts.
        """
        header = set(columns)
        lacking = [
            key
            for field in self._fields
            if not header.intersection(field.source.keys)
            for key in field.source.keys
        ]
        # Mautic's own names count wherever a row has them, and no file has all of them.
        stated = (key for key in self._stated_consent() if key not in MAUTIC_KEYS)
        lacking += [key for key in stated if key not in header]
        if not any(header.intersection(group.keys) for group in self._addresses):
            lacking += [key for group in self._addresses for key in group.keys]
        return tuple(dict.fromkeys(lacking))

    @property
    def fingerprint(self) -> str:
        """A stable hash of the mapping's meaning: equal for mappers that treat every row alike.

        A callable counts by its name and its code, so that another lambda is another mapping; a new
        version of Python may compile it differently.
        """
        meaning = {
            "version": 2,
            "fields": sorted(
                (field.meaning for field in self._fields), key=lambda m: str(m["field"])
            ),
            "long_state": self._context.long_state,
            "date_format": self._context.date_format,
            "country": list(self._country.keys) if self._country else [],
            "addresses": [
                [*(field.meaning for field in group.fields), list(group.keys)]
                for group in self._addresses
            ],
            "invalid": dict(self._context.invalid),
            "several_addresses": self._context.several_addresses,
        }
        if self._context.strip_tags:
            meaning["tags"] = "strip"
        if consent := self.consent.as_config():
            meaning["consent"] = consent
        text = json.dumps(meaning, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def as_config(self) -> dict[str, Any]:
        """Return the mapping as `from_config` takes it.

        Raises:
            MappingError: A transform is a callable.
        """
        config: dict[str, Any] = {
            field.name: field.source.as_config() for field in self._fields if not field.custom
        }
        custom = {field.name: field.source.as_config() for field in self._fields if field.custom}
        options: dict[str, Any] = {}
        if self._context.long_state != "omit":
            options["long_state"] = self._context.long_state
        if self._context.date_format != ISO:
            options["date_format"] = self._context.date_format
        if self._country is not None:
            options["country"] = self._country.as_config()
        if self._context.strip_tags:
            options["tags"] = "strip"
        options |= self.consent.as_config()
        if self._addresses:
            options["addresses"] = [group.as_config() for group in self._addresses]
        if (invalid := dict(self._context.invalid)) != {"": "leave_out"}:
            options["invalid"] = invalid[""] if len(invalid) == 1 else invalid
        if self._context.several_addresses != "first":
            options["several_addresses"] = self._context.several_addresses
        if options:
            config[_OPTIONS_TABLE] = options
        if custom:
            config[CUSTOM] = custom
        return config

    def to_toml(self) -> str:
        """Return the ``[mapping]`` tables for ``icontact.toml``.

        Raises:
            MappingError: A transform is a callable.
        """
        return toml.written(self.as_config())

    def _repr_html_(self) -> str:
        """Show in a notebook which column fills which field, and what says who may be mailed."""
        rows = (
            (field.label, " or ".join(map(str, field.source.keys)), _steps_shown(field))
            for field in self._every_field()
        )
        html = table(("field", "column", "transforms"), rows)
        if self.consent.columns:
            html += table(("consent",), ((column,) for column in self.consent.columns))
        notes = [*self.notes, *(f"not used: {column}" for column in self.unused)]
        return html + "".join(f"<p>{escape(note)}</p>" for note in notes)

    def __repr__(self) -> str:
        return f"<ContactMapper: {bounded(self.targets)}>"

    def _fill(self, row: Row) -> tuple[FieldExplanation, ...] | MappingError:
        view = _viewed(row)
        if isinstance(view, MappingError):
            return view
        mapped, country = self._fields_for(view)
        return tuple(field.explain(view, country) for field in mapped)

    def _held(self, row: Row) -> MappingError | None:
        try:
            return self.consent.check(as_mapping(row))
        except MappingError:
            return None  # it is no row, and `_fill` says so

    def _fields_for(self, row: Mapping[Any, Any]) -> tuple[tuple[FieldMapping, ...], object]:
        """Return the fields that a row fills, and the value of its country."""
        if not self._addresses:
            return self._fields, self._value_of(self._country, row)
        filled = (group for group in self._addresses if group.is_filled(row))
        group = next(filled, self._addresses[0])
        country = self._value_of(group.country or self._country, row)
        return (*self._fields, *group.fields), country

    def _every_field(self) -> tuple[FieldMapping, ...]:
        return (*self._fields, *(field for group in self._addresses for field in group.fields))

    def _check_fields(self) -> None:
        """Refuse what is mapped twice, and an option for a field that is not mapped."""
        names = {field.label for field in self._fields}
        of_groups = {field.label for group in self._addresses for field in group.fields}
        if twice := names & of_groups:
            raise MappingError(f"{bounded(sorted(twice))} is mapped, and in addresses as well")
        labels = names | of_groups
        for name in self._context.invalid:
            if name and name not in labels and f"{CUSTOM}.{name}" not in labels:
                raise MappingError(
                    f"invalid names {name!r}, which is not mapped: {nearest(name, labels)}"
                )

    def _value_of(self, source: Source | None, row: Mapping[Any, Any]) -> object:
        if source is None:
            return None
        keys = source.keys
        return next((row[key] for key in keys if key in row and not is_blank(row[key])), None)


def _invalid(given: Any) -> Mapping[str, Invalid]:
    """Return what a value that does not fit does, by field; the blank name is for all others."""
    choices: dict[str, Any] = dict(given) if isinstance(given, Mapping) else {"": given}
    choices.setdefault("", "leave_out")
    for choice in choices.values():
        if choice not in ("leave_out", "reject"):
            raise MappingError("invalid is 'leave_out' or 'reject', for all fields or by field")
    return choices


def _viewed(row: Row) -> Mapping[Any, Any] | MappingError:
    if type(row) is dict:
        return row
    try:
        return as_mapping(row)
    except MappingError as problem:
        return problem.with_traceback(None)


def _no_option(name: str) -> MappingError:
    """Return the error for an option of the whole mapping that is none."""
    if name in SOURCE_OPTIONS:
        return MappingError(
            f"{_OPTIONS_TABLE}: {name} is an option of one field: write the field as "
            f'{{key = "…", {name} = …}}'
        )
    return MappingError(f"{_OPTIONS_TABLE}: there is no option {name!r}: {nearest(name, OPTIONS)}")


def _steps_shown(field: FieldMapping) -> str:
    return ", ".join(step if isinstance(step, str) else "(function)" for step in field.steps)
