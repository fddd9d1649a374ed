"""The columns of a header that are about consent, and rows that refuse whatever the mapping is."""

from __future__ import annotations

import re
from collections.abc import (
    Callable,
    Collection,
    Hashable,
    Iterable,
    Iterator,
    Mapping,
    Sequence,
    Set,
)
from functools import lru_cache, partial
from typing import Any

from icontact.errors import ConsentError
from icontact.mapping.consent import ColumnMeaning, ConsentColumn, said_no
from icontact.mapping.consent_headers import (
    GENERAL_STATUS,
    PLAIN_DOUBT,
    PLAIN_NO,
    HeaderKind,
    is_about_email,
    is_other_channel,
    is_other_text,
    is_restriction,
    kind_of,
    may_ask,
    offers_choice,
    plain_status,
    sorts_people,
)
from icontact.mapping.consent_reading import (
    WEAK_NOT_MAILABLE,
    Meaning,
    asked_refusal,
    denies,
    doubtful_word,
    is_plain_refusal,
    is_strong,
    is_strong_no,
    no_doubtful_word,
    normalize_word,
    plain_flags,
    read,
    read_left,
    refusal_in,
    refusing_entry,
    texts_in,
)
from icontact.mapping.contact_fields import REASON_COLUMN, shown
from icontact.mapping.field_aliases import field_of
from icontact.mapping.mail_errors import mail_error, may_have_errors
from icontact.mapping.normalize import POSITION, header_words
from icontact.mapping.values import is_blank, is_plain

#: How deep the fields of objects are looked at.
_DEEPEST = 5

#: What names the field in a list of custom fields: ``{"name": "Opt out", "value": "yes"}``.
_NAMING = ("name", "key", "label", "field", "title", "id")

#: Statuses of one letter: unsubscribed, bounced. S is not yet confirmed where C is.
_REFUSING_LETTERS = frozenset("ub")

_COUNT = re.compile(r"[0-9]*[2-9]|[1-9][0-9]+")

_ABOUT_CONSENT = re.compile(r"permission|preference|^bulke?mail|privacymarketing|^abonnee?s?$")


def column_of(column: Hashable, rows: Sequence[Mapping[Any, Any]]) -> ConsentColumn | None:
    """Return the meaning of a column for consent, if header and first rows show one."""
    if not isinstance(column, str) or column == REASON_COLUMN:
        return None
    values = [row[column] for row in rows if column in row and not is_blank(row[column])]
    kind = _kind(column, values)
    if is_restriction(column) and rows and not any(map(_restricts, values)):
        return None
    meaning = None if kind is None else _meaning(kind, column, values, bool(rows))
    # Other cells of a column that is not about consent by its header may be about a person, and are
    # shown nowhere.
    if meaning is None:
        refusals = dict.fromkeys([*_refusals(column, values), *_refusing_fields(column, values)])
        one = ConsentColumn(column=column, meaning="unsure", words=refusals)
        return one if refusals else None
    if kind_of(column) is None and kind == "unsure":
        rows = [row for row in rows if column in row and _denies(column, row[column])]
    return ConsentColumn(column=column, meaning=meaning).with_words(rows)


def _kind(column: str, values: Iterable[object]) -> HeaderKind | None:
    """Return the kind of a header; flags and a no below one that names e-mails are in doubt."""
    kind = kind_of(column)
    if kind is not None:
        return kind
    if is_about_email(header_words(column)) and any(map(plain_flags, values)):
        return "maybe"
    return "unsure" if _asks(column, values) and _denies(column, *values) else None


def _restricts(value: object) -> bool:
    """Return whether a cell of a column such as "Do not mail" may be a no."""
    return value != "[]" and read(value, "no") not in ("mail", "blank")


def _asks(column: str, values: Iterable[object]) -> bool:
    """Return whether a no in a column may be one to e-mails, though its header does not say so."""
    filled = [value for value in values if not is_blank(value)]
    # Counts say nothing of a person's will.
    if any("@" in str(value) or _COUNT.fullmatch(str(value)) for value in filled):
        return False
    words = header_words(column)
    if offers_choice(words):
        # The preferred contact, yes or no, is one of several people.
        return is_about_email(words) or "mail" not in {read(value, "yes") for value in filled}
    return may_ask(column) and (field_of(column) is None or "?" in column)


def _denies(column: str, *values: object) -> bool:
    """Return whether any value of a column about e-mails says no."""
    is_choice = offers_choice(header_words(column))
    return any(denies(value, is_choice=is_choice) for value in values)


def _refusals(column: str, values: Sequence[object]) -> Iterator[str]:
    """Yield the phrases that say not to mail, in a column whose header is not about consent."""
    addresses = sum("@" in str(value) for value in values)
    if 2 * addresses > len(values):
        return  # a row without an address is rejected anyway
    words = header_words(column)
    if is_other_channel(words):
        return
    for value in values:
        phrase = asked_refusal(value) if is_other_text(words) else refusal_in(value)
        if phrase is None and is_strong_no(value) and is_about_email(words):
            phrase = texts_in(value)[0]
        if phrase is None and sorts_people(words):
            phrase = refusing_entry(value)
        if phrase := phrase or mail_error(words, value):
            yield phrase


def _refusing_fields(column: str, values: Sequence[object]) -> Iterator[str]:
    """Yield the fields of objects in a column, such as ``attributes.opt_out``, that refuse."""
    fields: dict[str, list[object]] = {}
    for value in values:
        if isinstance(value, Mapping | list | tuple):
            for name, inner in _fields_in(column, value):
                if name != column:  # which the texts of a list keep
                    fields.setdefault(name, []).append(inner)
    for name, inners in fields.items():
        one = column_of(name, [{name: inner} for inner in inners])
        if one is not None and (one.meaning == "unsure" or False in one.words.values()):
            yield shown(name)


def _fields_in(path: str, value: object, depth: int = _DEEPEST) -> Iterator[tuple[str, object]]:
    """Yield the fields of an object, and of those in it, named by all keys that lead to them."""
    if isinstance(value, Mapping):
        naming = next((key for key in _NAMING if isinstance(value.get(key), str)), None)
        inner = [(f"{path}.{key}", one) for key, one in value.items() if isinstance(key, str)]
        if naming is not None and "value" in value:
            pair = (f"{path}.{naming}", f"{path}.value")
            inner = [one for one in inner if one[0] not in pair]
            inner.append((f"{path}.{value[naming]}", value["value"]))
    elif isinstance(value, list | tuple):
        inner = [(path, one) for one in value]
    else:
        yield path, value
        return
    if depth:
        for name, one in inner:
            yield from _fields_in(name, one, depth - 1)


def _meaning(
    kind: HeaderKind, column: str, values: Sequence[object], any_rows: bool
) -> ColumnMeaning | None:
    if kind == "left":
        return "no"
    if kind != "maybe":
        meaning: Meaning = "no" if kind == "no" else "yes"
        answers = {read(value, meaning) for value in values}
        return "unsure" if kind == "unsure" or answers == {"unknown"} else meaning
    # The header alone does not show it: its values have to.
    name = plain_status(column) or "".join(header_words(column))
    if name in PLAIN_NO:
        is_read = values and all(read(value, "no") in ("mail", "no_mail") for value in values)
        return "no" if is_read else None
    if any(map(is_strong, values)):
        return "yes"
    are_known = [read(value, "yes") in ("mail", "no_mail") for value in values]
    if name in GENERAL_STATUS or name in PLAIN_DOUBT:
        # A plain yes or no alone does not show what it is about.
        words = {normalize_word(text) for value in values for text in texts_in(value)}
        if _are_letters(words) and (words & _REFUSING_LETTERS or words == {"c", "s"}):
            return "unsure"
        if all(are_known) and words & WEAK_NOT_MAILABLE:
            return "yes"
        return "unsure" if name in PLAIN_DOUBT and any(map(_is_no, values)) else None
    if are_known and all(are_known):
        return "yes"
    is_about = any(are_known) or _ABOUT_CONSENT.search(name) or (not values and "letter" in name)
    is_about = is_about or any(not all(plain_flags(value)) for value in values)
    is_about = is_about or _denies(column, *values)
    return "unsure" if is_about and any_rows else None


def _are_letters(values: Iterable[object]) -> bool:
    return all(len(str(value)) == 1 for value in values if not is_blank(value))


def _is_refusing_letter(value: object) -> bool:
    return normalize_word(str(value)) in _REFUSING_LETTERS


def _is_no(value: object, meaning: Meaning = "yes") -> bool:
    return read(value, meaning) == "no_mail"


# Nearly every row has the keys of the one before.
@lru_cache(maxsize=8)
def _say_nothing(keys: tuple[str, ...], read_keys: frozenset[Hashable]) -> bool:
    """Return whether no key is about consent, but for those that are read."""
    return all(key in read_keys or kind_of(key) is None for key in keys)


def certain_no(row: Mapping[Any, Any], read_keys: Collection[Hashable] = ()) -> str | None:
    """Return why a row that comes by itself must not be pushed, whatever its mapping; or ``None``.

    Only what is certain counts: a key that is about e-mail consent for sure, with a word that is
    known for sure; or a whole cell such as "Do Not Contact" in any key.
    """
    is_usual = is_plain(row) and no_doubtful_word(row.values())
    if is_usual and _say_nothing(tuple(row), frozenset(read_keys)):
        return None
    for key, value in row.items():
        if type(key) is not str or key in read_keys:
            continue
        kind = kind_of(key)
        if kind is None:
            is_refusal = not is_usual and is_plain_refusal(value)
            sure = is_refusal and not is_other_channel(header_words(key))
        elif is_blank(value):
            continue
        elif kind == "left":
            sure = read_left(value) == "no_mail"
        elif kind == "no" or (kind in ("maybe", "unsure") and plain_status(key) in PLAIN_NO):
            sure = read(value, "no") == "no_mail"  # "deleted": true
        elif kind in ("yes", "status"):
            sure = read(value, "yes") == "no_mail"
        else:
            sure = is_strong_no(value)
        if not sure and isinstance(value, Mapping) and key.count(".") < _DEEPEST:
            inner = {f"{key}.{name}": one for name, one in value.items() if type(name) is str}
            sure = certain_no(inner) is not None
        if sure:
            return said_no(key).problem
    return None


class LaterRows:
    """Looks at rows below the first ones for words that would have stopped these.

    Args:
        columns: The columns that the first rows have.
        first_rows: The rows of a file or a table by which its columns were understood.
    """

    def __init__(
        self, columns: Iterable[Hashable], first_rows: Sequence[Mapping[Any, Any]]
    ) -> None:
        self._columns = frozenset(columns)
        self._first_rows = first_rows
        #: By column, whether a value of it is a no, or a doubt.
        self._doubted: dict[str, Callable[[object], object]] = {}
        for key in map(str, self._columns):
            status, values = plain_status(key), [row.get(key) for row in first_rows]
            if status in PLAIN_NO:
                self._doubted[key] = partial(_is_no, meaning="no")
            elif status in PLAIN_DOUBT:
                self._doubted[key] = _is_no
            elif status in GENERAL_STATUS and _are_letters(values):
                self._doubted[key] = _is_refusing_letter
            elif is_restriction(key):
                self._doubted[key] = _restricts
            elif may_have_errors(header_words(key), values):
                self._doubted[key] = partial(mail_error, header_words(key))
            elif (status is None and kind_of(key) == "maybe") or _asks(key, values):
                self._doubted[key] = partial(_denies, key)
        #: By column and word, since a status such as *cancelled* may be in half of all rows.
        self._known: dict[tuple[str, str | None], ConsentColumn | None] = {}

    def refusing_column(
        self, row: Mapping[Any, Any], read_keys: Set[Hashable]
    ) -> ConsentColumn | None:
        """Return the column by which a row may say no, though the first rows did not show it."""
        is_usual = self._doubted.keys() <= read_keys and self._columns.issuperset(row)
        is_usual = is_usual and is_plain(row)
        if is_usual and no_doubtful_word(row.values()):
            return None
        for key, value in row.items():
            if type(key) is not str or key in read_keys:
                continue
            one: ConsentColumn | None = None
            if key not in self._columns or isinstance(value, Mapping | list | tuple):
                # Most objects have no such field, and to look at all of it takes long.
                fields = [(key, None), *_fields_in(key, value)]
                is_about = any(kind_of(name) or doubtful_word(inner) for name, inner in fields)
                if is_about or _kind(key, [value]):
                    one = column_of(key, [row])
            elif (word := doubtful_word(value)) or self._is_doubted(key, value):
                if (key, word) not in self._known:
                    self._known[key, word] = column_of(key, [*self._first_rows, row])
                one = self._known[key, word]
            if one is not None and one.meaning == "unsure" and not is_blank(value):
                return one  # other cells of it may be about a person, and are not shown
            if one is not None and not all(one.with_words([row]).words.values()):
                return one.with_words([row])
        return None

    def _is_doubted(self, key: str, value: object) -> bool:
        is_no = self._doubted.get(key)
        return is_no is not None and bool(is_no(value))


def not_read(columns: Sequence[ConsentColumn]) -> ConsentError:
    """Return the error for columns about consent that nothing reads."""
    named = "; ".join(map(str, columns))
    subject = "a column" if len(columns) == 1 else f"{len(columns)} columns"
    verb, each = ("is", "it") if len(columns) == 1 else ("are", "each")
    second = next((one.column for one in columns if POSITION.search(str(one.column))), None)
    hint = "" if second is None else f"; give its name with the position: {shown(second)}"
    return ConsentError(
        f"{subject} about consent {verb} not read: {named}. Say what {each} means: "
        "do_not_contact (its yes means: do not mail), consent (its yes means: may be mailed), or "
        f"ignore{hint}",
        columns=tuple(one.column for one in columns),
        details=tuple(map(str, columns)),
    )
