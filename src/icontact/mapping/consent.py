"""Columns that say who may be mailed, and the check of a row against them."""

from __future__ import annotations

import copy
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, Literal, TypeAlias

import attrs

from icontact.errors import DoNotContact, MappingError, NoConsent
from icontact.mapping.consent_headers import GENERAL_STATUS, kind_of, plain_status
from icontact.mapping.consent_reading import (
    ConsentAnswer,
    Meaning,
    read,
    read_false_as_unknown,
    read_left,
    read_letter_as_unknown,
)
from icontact.mapping.contact_fields import bounded, shown
from icontact.mapping.mautic import DO_NOT_CONTACT
from icontact.mapping.source import Key, Source

#: What a blank cell of a column that must say yes means.
ConsentBlank: TypeAlias = Literal["skip", "push"]

ColumnMeaning: TypeAlias = Literal["no", "yes", "unsure"]

#: Mautic's own names for it. They count wherever a row has them, unless others are stated.
MAUTIC_KEYS: tuple[Key, ...] = (DO_NOT_CONTACT, "doNotEmail", "doNotContact", "donotContact")

_LONGEST_WORD = 30


@attrs.frozen(kw_only=True)
class ConsentColumn:
    """A column that says who may be mailed.

    Attributes:
        column: Its name.
        meaning: ``"no"`` if its yes means that the person must not be mailed, ``"yes"`` if it means
            that they may be, ``"unsure"`` if that could not be found out.
        words: The words of the rows that were looked at, and whether each lets a person be mailed;
            ``None`` for a word that is not known.
    """

    column: Key
    meaning: ColumnMeaning
    words: Mapping[str, bool | None] = attrs.field(factory=dict)

    def __str__(self) -> str:
        """Say what the column means, and how each word of it is read."""
        said = {"no": "says who must not be mailed", "yes": "must say yes"}
        about = said.get(self.meaning, "may be about who may be mailed")
        readings = {True: " → mailed", False: " → not mailed", None: " → not known"}
        if self.meaning == "unsure":
            readings[None] = ""
        words = ", ".join(f"{word}{readings[read]}" for word, read in self.words.items())
        return f"column {shown(self.column)} {about}" + (f": {words}" if words else "")

    @property
    def reader(self) -> Callable[[object], ConsentAnswer]:
        """The function that reads a cell of the column."""
        key = self.column
        meaning: Meaning = "no" if self.meaning == "no" else "yes"
        if meaning == "no" and key not in MAUTIC_KEYS and kind_of(key) == "left":
            return read_left
        if meaning == "yes" and isinstance(key, str) and plain_status(key) in GENERAL_STATUS:
            return read_letter_as_unknown
        return read_false_as_unknown if key == "doNotEmail" else partial(read, meaning=meaning)

    def with_words(self, rows: Sequence[Mapping[Any, Any]]) -> ConsentColumn:
        """Return the column with the words that some rows have in it."""
        readings: dict[ConsentAnswer, bool] = {"mail": True, "no_mail": False}
        reader = self.reader
        words: dict[str, bool | None] = {}
        for value in (row[self.column] for row in rows if self.column in row):
            if (answer := reader(value)) == "blank":
                continue
            word = "any entry" if reader is read_left else _word(value) or "(a longer text)"
            words[word] = None if self.meaning == "unsure" else readings.get(answer)
        return attrs.evolve(self, words=words)


class ConsentCheck:
    """Checks whether a row lets its person be mailed.

    Args:
        do_not_contact: Columns whose yes means that the person must not be mailed. ``None`` for
            Mautic's own names, wherever a row has them; ``False`` for none.
        consent: Columns that must say yes.
        blank: What a blank cell of these means: ``"skip"`` the row, or ``"push"`` it.
        ignore: Columns about consent that are not to be read.

    Attributes:
        columns: The columns that are read.
        ignored: The columns that are not to be read.
        blank: What a blank cell of a column that must say yes means.
        stated: Whether ``do_not_contact`` was given.

    Raises:
        MappingError: A column's name contradicts the option that it is given for.
    """

    def __init__(
        self,
        do_not_contact: Key | Sequence[Key] | bool | None = None,
        consent: Key | Sequence[Key] | None = None,
        blank: ConsentBlank = "skip",
        ignore: Key | Sequence[Key] | None = None,
    ) -> None:
        if do_not_contact is True:
            raise MappingError(
                "do_not_contact names the columns that say so, or is false", field="do_not_contact"
            )
        if blank not in ("skip", "push"):
            raise MappingError("consent_blank is 'skip' or 'push'", field="consent_blank")
        no = _keys("do_not_contact", None if do_not_contact is False else do_not_contact)
        yes = _keys("consent", consent)
        self.stated: bool = do_not_contact is not None
        self.blank: ConsentBlank = blank
        self.ignored: tuple[Key, ...] = _keys("ignore", ignore)
        if both := [key for key in no if key in yes]:
            raise MappingError(
                f"column {bounded(both)} is given as do_not_contact and as consent: one of them is "
                "right",
                field="do_not_contact",
            )
        self._check_names("do_not_contact", no)
        self._check_names("consent", yes)
        if not self.stated:
            no = tuple(key for key in MAUTIC_KEYS if key not in (*self.ignored, *yes))
        self.columns: tuple[ConsentColumn, ...] = (
            *(ConsentColumn(column=key, meaning="no") for key in no),
            *(ConsentColumn(column=key, meaning="yes") for key in yes),
        )
        self._readers = [(one.column, one.meaning, one.reader) for one in self.columns]

    def _check_names(self, option: str, keys: Sequence[Key]) -> None:
        """Refuse columns that are ignored as well, or whose names say the opposite."""
        wrong, means, other = {
            "do_not_contact": (("yes",), "that the person must not be mailed", "consent"),
            "consent": (("no", "left"), "that the person may be mailed", "do_not_contact"),
        }[option]
        for key in keys:
            if key != DO_NOT_CONTACT and kind_of(key) in wrong:
                raise MappingError(
                    f"{option} names columns whose yes means {means}, and the name of "
                    f"{shown(key)} says the opposite: give it as {other}",
                    field=option,
                )
            if key in self.ignored:
                raise MappingError(
                    f"column {shown(key)} is given as {option} and in ignore: one of them is right",
                    field=option,
                )

    def __repr__(self) -> str:
        return f"<ConsentCheck: {bounded(one.column for one in self.columns)}>"

    def __str__(self) -> str:
        return "\n".join(self.lines) or "no column says who may be mailed"

    @property
    def lines(self) -> tuple[str, ...]:
        """One sentence for each column that is read; Mautic's names only if they are stated."""
        lines = [f"consent: {one}" for one in self.columns if self.stated or one.meaning == "yes"]
        if any(one.meaning == "yes" for one in self.columns):
            blank = "mailed" if self.blank == "push" else "not mailed"
            lines.append(f"consent: a blank where a column must say yes → {blank}")
        if self.ignored:
            lines.append(f"consent: not read: {bounded(self.ignored, len(self.ignored))}")
        return tuple(lines)

    @property
    def stated_keys(self) -> tuple[Key, ...]:
        """The columns that are read because they were given."""
        return (*(self.keys("no") if self.stated else ()), *self.keys("yes"))

    def keys(self, meaning: Meaning) -> tuple[Key, ...]:
        """Return the columns of one meaning."""
        return tuple(one.column for one in self.columns if one.meaning == meaning)

    def check(self, row: Mapping[Any, Any]) -> MappingError | None:
        """Return why a row must not be pushed, or ``None``.

        A known no of any column wins: `DoNotContact`. A word that is not known is an error, too,
        since it might be a no. Where a column must say yes and is blank, it is `NoConsent`.
        """
        problem: MappingError | None = None
        for key, meaning, reader in self._readers:
            value = row.get(key)
            if value is None and meaning == "no":
                continue
            try:
                answer = reader(value)
            except Exception:  # noqa: BLE001  # what cannot be read might be a no
                answer = "unknown"
            if answer == "no_mail":
                return said_no(key)
            if problem is not None:
                continue  # another column may still say no for certain
            if answer == "unknown":
                word = _word(value)
                said = "a value" if word is None else f"the word {word!r}"
                option = "do_not_contact" if meaning == "no" else "consent"
                problem = MappingError(
                    f"{option}: {said} of column {shown(key)} is not known as a yes or a no. Write "
                    "yes or no, or put the column into ignore",
                    field=option,
                )
            elif answer == "blank" and meaning == "yes" and self.blank == "skip":
                problem = NoConsent(
                    f"no consent: column {shown(key)} is blank. To push such rows, set "
                    'consent_blank = "push"',
                    field="consent",
                )
        return problem

    def with_words(self, rows: Sequence[Mapping[Any, Any]]) -> ConsentCheck:
        """Return the same check, whose columns show how the words of some rows are read."""
        check = copy.copy(self)
        check.columns = tuple(one.with_words(rows) for one in self.columns)
        return check

    def as_config(self) -> dict[str, Any]:
        """Return the options as a mapping's table of options takes them."""
        no, yes = self.keys("no"), self.keys("yes")
        options: dict[str, Any] = {}
        if self.stated:
            options["do_not_contact"] = (no[0] if len(no) == 1 else list(no)) if no else False
        if yes:
            options["consent"] = list(yes)
        if self.blank != "skip":
            options["consent_blank"] = self.blank
        if self.ignored:
            options["ignore"] = list(self.ignored)
        return options


def said_no(key: Key) -> DoNotContact:
    """Return the error for a row that says no in a column."""
    return DoNotContact(
        f"opted out: column {shown(key)} says that this person must not be mailed",
        field="do_not_contact",
    )


def _word(value: object) -> str | None:
    """Return a word that a message may show: it is short, and no address."""
    if not isinstance(value, str | int | float):
        return None
    try:
        text = str(value).strip()
    except Exception:  # noqa: BLE001  # Python refuses to write numbers of thousands of digits
        return None
    is_shown = len(text) <= _LONGEST_WORD and "@" not in text and text.isprintable()
    return text if is_shown else None


def _keys(option: str, given: Key | Sequence[Key] | bool | None) -> tuple[Key, ...]:
    if given is None or (isinstance(given, (list, tuple)) and not given):
        return ()
    try:
        return Source(given).keys  # type: ignore[arg-type]  # which checks them all
    except MappingError as error:
        raise MappingError(f"{option}: {error.problem}", field=option) from None
