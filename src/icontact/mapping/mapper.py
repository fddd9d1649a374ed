"""Generic rows become iContact's contact fields."""

from __future__ import annotations

import copy
import hashlib
import json
import os
from collections.abc import Hashable, Iterable, Mapping, Sequence
from operator import itemgetter
from typing import TYPE_CHECKING, Any, TypeAlias, cast

from icontact.errors import DoNotContact, MappingError
from icontact.mapping import mautic, toml
from icontact.mapping.address_groups import make_groups
from icontact.mapping.consent import MAUTIC_KEYS, ConsentBlank, ConsentCheck, ConsentColumn
from icontact.mapping.consent_columns import column_of, not_read
from icontact.mapping.contact_fields import (
    CUSTOM,
    FIELDS,
    bounded,
    closest,
    nearest,
)
from icontact.mapping.dates import ISO
from icontact.mapping.field_mapping import FieldMapping, make_field, make_fields
from icontact.mapping.guess import guess
from icontact.mapping.mautic import preset
from icontact.mapping.options import (
    OPTIONS_TABLE,
    Invalid,
    LongState,
    MapperOptions,
    SeveralAddresses,
    Tags,
    check_option_names,
)
from icontact.mapping.result import Explanation, MappedContact, mapping_html
from icontact.mapping.sample import sample_row
from icontact.mapping.source import Key, Row, Source, as_mapping, read_row
from icontact.mapping.values import is_blank

if TYPE_CHECKING:
    from icontact.models import ContactFields, CustomField


SourceLike: TypeAlias = str | int | Sequence[Key] | Source | Mapping[str, Any]


class ContactMapper:
    """Maps rows of any system to iContact's contact fields.

    A row raises nothing but `MappingError`, and no error or note holds a row's value.

    Args:
        mapping: iContact's field to its source: the row's key, several keys (the first that is
            not blank counts), a `Source`, or a table with a source's arguments. Custom fields go
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
        notes: Decisions of `guess`.
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
                f"a mapping of fields to sources is needed, not {type(mapping).__name__}"
            )
        #: Which keys of a row say who may be mailed, and how they are read.
        self.consent: ConsentCheck = ConsentCheck(do_not_contact, consent, consent_blank, ignore)
        self._country = None if country is None else Source(cast("Key", country))
        self._options = MapperOptions(
            long_state=long_state,
            date_format=date_format,
            tags=tags,
            invalid=invalid,
            several_addresses=several_addresses,
        )
        self._fields = tuple(make_fields(mapping, self._options))
        self._addresses = tuple(make_groups(addresses, self._options))
        names = {field.label for field in self._fields}
        of_groups = {field.label for group in self._addresses for field in group.fields}
        if twice := names & of_groups:
            raise MappingError(f"{bounded(sorted(twice))} is mapped, and in addresses as well")
        labels = names | of_groups
        for name in self._options.invalid:
            if name and name not in labels and f"{CUSTOM}.{name}" not in labels:
                raise MappingError(
                    f"invalid names {name!r}, which is not mapped: {nearest(name, labels)}"
                )

    @classmethod
    def from_config(cls, config: Mapping[str, Any]) -> ContactMapper:
        """Return the mapper that a parsed ``[mapping]`` table describes.

        Args:
            config: Fields and ``custom_fields`` as the constructor takes them, and the
                constructor's options in a table ``options``. A custom field may also be beside
                the others with ``cf_`` before its name, as Mautic writes it.

        Raises:
            MappingError: As the constructor; also for an unknown option.
        """
        if not isinstance(config, Mapping):
            raise MappingError(f"a table of fields is needed, not {type(config).__name__}")
        fields = mautic.plainly_named(config)
        options = fields.pop(OPTIONS_TABLE, {})
        if not isinstance(options, Mapping):
            raise MappingError(f"{OPTIONS_TABLE} is a table, not {type(options).__name__}")
        check_option_names(options)
        return cls(fields, **options)

    @classmethod
    def from_toml(cls, path: str | os.PathLike[str]) -> ContactMapper:
        """Return the mapper that the ``[mapping]`` table of ``icontact.toml`` describes.

        Raises:
            ConfigError: The file cannot be read, or is not TOML.
            MappingError: The table is missing or wrong.
        """
        table = toml.document(path).get(toml.TABLE)
        if isinstance(table, Mapping):
            return cls.from_config(table)
        raise MappingError(
            f"{os.fspath(path)} has no table [{toml.TABLE}]: write one with a line such as "
            'email = "email"'
        )

    @classmethod
    def preset(cls, name: str) -> ContactMapper:
        """Return the mapper for a system whose names are known: ``"mautic"``.

        Raises:
            MappingError: An unknown preset; names the nearest one.
        """
        return cls.from_config(preset(name))

    @classmethod
    def from_mautic(cls, lead_fields: Mapping[str, Any]) -> ContactMapper:
        """Return the mapper for a field mapping as Mautic's iContact plugin stores it.

        Like the plugin, it decodes entities and strips HTML's tags; unlike it, it reads the country
        where a row has one, and refuses people that Mautic must not mail.

        Args:
            lead_fields: iContact's field on the wire, or ``cf_`` and a custom field, to Mautic's
                alias. Only a leading ``cf_`` is taken off. May also be Mautic's settings around it:
                ``{"featureSettings": {"leadFields": {…}}}``.

        Raises:
            MappingError: An unknown field, or no e-mail.

        >>> ContactMapper.from_mautic({"email": "email", "cf_color": "favourite"}).targets
        ('email', 'custom_fields.color')
        """
        return cls.from_config(mautic.from_mautic(lead_fields))

    @classmethod
    def from_mautic_file(cls, path: str | os.PathLike[str]) -> ContactMapper:
        """Return the mapper for a file with a mapping as `from_mautic` takes it.

        The file is JSON, or the column ``feature_settings`` of Mautic's table
        ``plugin_integration_settings``, which PHP's ``serialize`` wrote.

        Raises:
            ConfigError: The file cannot be read, or is neither.
            MappingError: As `from_mautic`.
        """
        return cls.from_mautic(mautic.document(path))

    @classmethod
    def guess(
        cls,
        columns: Iterable[Hashable],
        rows: Sequence[Mapping[Any, Any]] = (),
        fields: Mapping[str, SourceLike | Mapping[str, SourceLike]] | None = None,
    ) -> ContactMapper:
        """Return the mapper that a header suggests, whatever its case and punctuation.

        Columns without a field are in ``unused``, and the reasons in ``notes``. The columns that
        say who may be mailed are in ``consent``.

        Args:
            columns: The header.
            rows: The first rows, which show what is in the columns.
            fields: Fields that are given, and not guessed; custom fields among them.

        Raises:
            MappingError: No column looks like the e-mail address.
            TypeError: The columns are a path or another text.

        >>> mapper = ContactMapper.guess(["E-mail", "First Name", "zip", "Shoe size"])
        >>> mapper.targets, mapper.unused
        (('email', 'first_name', 'postal_code'), ('Shoe size',))
        """
        if isinstance(columns, str | os.PathLike):
            raise TypeError(
                "columns must be the names of columns, not a path: ListPush.guessed reads a file"
            )
        guessed = guess(columns, rows, fields)
        mapper = cls(guessed.mapping, **guessed.options)
        mapper.consent = mapper.consent.with_words(rows)
        mapper.unused, mapper.notes = guessed.unused, guessed.notes
        return mapper

    def map(self, row: Row) -> ContactFields:
        """Return a row as contact fields: absent is not sent, ``None`` clears, a text sets.

        Raises:
            DoNotContact: The row says that its person must not be mailed.
            MappingError: The row has no usable e-mail address, or a value that does not fit.
        """
        return self.apply(row).fields

    def apply(self, row: Row) -> MappedContact:
        """Return a row as contact fields, with notes on what was lost or changed.

        Raises:
            MappingError: As `map`.
        """
        return read_row(self._apply, row)

    def _apply(self, row: Row) -> MappedContact:
        cells = row if type(row) is dict else as_mapping(row)
        if (problem := self.consent.check(cells)) is not None:
            raise problem
        mapped, country = self._fields_for(cells)
        fields: dict[str, Any] = {}
        custom: dict[str, Any] = {}
        notes: tuple[str, ...] = ()
        for field in mapped:
            value, usual = cells.get(field.keys[0]), field.usual_text
            if usual is None or (text := usual(value)) is None:
                if field.leaves_blank and is_blank(value):
                    continue
                found = field.convert(cells, country)
                if found.problem is not None:
                    error = DoNotContact if found.opted_out else MappingError
                    refusal = error(f"{field.label}: {found.problem}", field=field.label)
                    if found.opted_out:
                        raise refusal
                    problem = problem or refusal
                notes += tuple(f"{field.label}: {note}" for note in found.notes)
                if found.outcome == "left out":
                    continue
                text = found.result
            (custom if field.custom else fields)[field.name] = text
        if problem is not None:
            raise problem
        if custom:
            fields[CUSTOM] = custom
        return MappedContact(fields=cast("ContactFields", fields), notes=notes)

    def explain(self, row: Row) -> Explanation:
        """Return the value of each field, its source and its transforms, refusals included.

        Printed, it shows the row's values.

        Raises:
            MappingError: The row is not a mapping, or cannot be read.
        """
        return read_row(self._explain, row)

    def _explain(self, row: Row) -> Explanation:
        cells = as_mapping(row)
        refusal = self.consent.check(cells)
        mapped, country = self._fields_for(cells)
        return Explanation(
            fields=tuple(field.convert(cells, country) for field in mapped),
            refusal=None if refusal is None else refusal.problem,
        )

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
            name, source, options = field.name, field.source, self._options
            if name not in types:
                hint = "create it, or map another."
                if close := closest(name, types):
                    hint = f"did you mean {close!r}?"
                elif own := closest(name, FIELDS):
                    hint = f"did you mean iContact's own field {own!r}?"
                there = f"It has {bounded(types)}." if types else "It has no custom fields."
                raise MappingError(
                    f"{field.label}: the folder has no custom field of this name: {hint} {there}",
                    field=field.label,
                )
            kind = types[name]
            fields.append(make_field(name, source, custom=True, options=options, field_type=kind))
        return self._with(_fields=tuple(fields))

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
        read = [key for field in self._fields for key in field.keys]
        read += [key for group in self._addresses for key in group.keys]
        country = self._country.keys if self._country else ()
        return tuple(dict.fromkeys([*read, *country, *self.consent.stated_keys]))

    @property
    def consent_keys(self) -> frozenset[Key]:
        """The row's keys about who may be mailed that are read, or ignored."""
        status = (field.keys for field in self._fields if field.label == "status")
        read = (one.column for one in self.consent.columns)
        return frozenset((*read, *self.consent.ignored, *next(status, ())))

    def unread_consent(
        self, columns: Iterable[Hashable], rows: Sequence[Mapping[Any, Any]] = ()
    ) -> tuple[ConsentColumn, ...]:
        """Return the columns about who may be mailed that neither consent nor status reads."""
        known = self.consent_keys
        found = (column_of(column, rows) for column in columns if column not in known)
        return tuple(one for one in found if one is not None)

    def require_consent_read(
        self, columns: Iterable[Hashable], rows: Sequence[Mapping[Any, Any]] = ()
    ) -> None:
        """Refuse an input with a column about consent that nothing reads.

        Raises:
            ConsentError: There is such a column; it names them and the three options.
        """
        if unread := self.unread_consent(columns, rows):
            raise not_read(unread)

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

        These options win over those that the mapper had for a column.

        Args:
            do_not_contact: Columns whose yes says no.
            consent: Columns that must say yes.
            ignore: Columns that are not to be read.
            consent_blank: What a blank means there; ``None`` leaves it.
            rows: The first rows, for the words that ``consent`` shows.

        Raises:
            MappingError: A column's name contradicts the option that it is given for.
        """
        old, given = self.consent, (*do_not_contact, *consent, *ignore)
        no = [key for key in old.keys("no") if key not in given] if old.stated else []
        no += do_not_contact
        check = ConsentCheck(
            no or (False if old.stated else None),
            [*(key for key in old.keys("yes") if key not in given), *consent],
            consent_blank or old.blank,
            [*(key for key in old.ignored if key not in given), *ignore],
        )
        return self._with(consent=check.with_words(rows))

    def missing(self, columns: Iterable[Hashable]) -> tuple[Key, ...]:
        """Return the sources that a header lacks, to be looked at before a run.

        Of a field's alternatives one is enough; the country, which only helps, does not count.
        Every column that says who may be mailed counts.
        """
        header = set(columns)
        lacking = [
            key
            for field in self._fields
            if not header.intersection(field.keys)
            for key in field.keys
        ]
        # Mautic's own names count wherever a row has them, and no file has all of them.
        stated = (key for key in self.consent.stated_keys if key not in MAUTIC_KEYS)
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
            "version": 3,
            "fields": sorted((field.meaning for field in self._fields), key=itemgetter("field")),
            "options": self._options.as_config(),
            "country": self._country.keys if self._country else (),
            "addresses": [
                [*(field.meaning for field in group.fields), group.keys]
                for group in self._addresses
            ],
            "consent": self.consent.as_config(),
        }
        text = json.dumps(meaning, sort_keys=True, ensure_ascii=True)
        return hashlib.sha256(text.encode("ascii")).hexdigest()

    def as_config(self) -> dict[str, Any]:
        """Return the mapping as `from_config` takes it.

        Raises:
            MappingError: A transform is a callable.
        """
        sources = [(field.custom, field.name, field.source.as_config()) for field in self._fields]
        options = self._options.as_config() | self.consent.as_config()
        if self._country is not None:
            options["country"] = self._country.as_config()
        if self._addresses:
            options["addresses"] = [group.as_config() for group in self._addresses]
        custom = {name: source for is_custom, name, source in sources if is_custom}
        return {
            **{name: source for is_custom, name, source in sources if not is_custom},
            **({OPTIONS_TABLE: options} if options else {}),
            **({CUSTOM: custom} if custom else {}),
        }

    def to_toml(self) -> str:
        """Return the ``[mapping]`` tables for ``icontact.toml``.

        Raises:
            MappingError: A transform is a callable.
        """
        return toml.written(self.as_config())

    def _repr_html_(self) -> str:
        """Show in a notebook which column fills which field, and what says who may be mailed."""
        notes = [*self.notes, *(f"not used: {column}" for column in self.unused)]
        return mapping_html(self._every_field(), self.consent.columns, notes)

    def __repr__(self) -> str:
        return f"<ContactMapper: {bounded(self.targets)}>"

    def _with(self, **changes: Any) -> ContactMapper:
        changed = copy.copy(self)
        changed.__dict__.update(changes)
        return changed

    def _fields_for(self, row: Mapping[Any, Any]) -> tuple[tuple[FieldMapping, ...], object]:
        """Return the fields that a row fills, and the value of its country."""
        fields, source = self._fields, self._country
        if self._addresses:
            filled = (group for group in self._addresses if group.is_filled(row))
            group = next(filled, self._addresses[0])
            fields, source = (*fields, *group.fields), group.country or source
        if source is None:
            return fields, None
        return fields, next((row[key] for key in source.keys if not is_blank(row.get(key))), None)

    def _every_field(self) -> tuple[FieldMapping, ...]:
        return (*self._fields, *(field for group in self._addresses for field in group.fields))
