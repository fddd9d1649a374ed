"""Raw values of rows: whether they are blank, and the text that is sent."""

from __future__ import annotations

import html
import json
import math
import re
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from decimal import Decimal
from functools import cache, partial
from html.entities import html5
from numbers import Integral, Real
from typing import Any, NamedTuple

from icontact.errors import MappingError
from icontact.mapping.normalize import words_of

#: Blank to the eye, though `str.strip` leaves them: zero-width space, word joiner, byte order mark.
INVISIBLE = "\u200b\u2060\ufeff"

_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,31});")
#: What databases write for no date.
_ZERO_DATE = re.compile(r"(?:0000([-/.])00\1(?:00)|00([-/.])00\2(?:0000|00))(?:[T ]00:00(?::00)?)?")

#: With what spreadsheets mark a text that they would take for a number or a formula. In "'47 Ltd"
#: it is a part of the name.
_TEXT_MARK = re.compile(r"'(?=[+\-=@]|[0-9][0-9 .,:/()+-]*\Z)")

#: Letters, digits and a few marks. It is not a date of zeros, nor a number such as 1E+15 or +1E15.
_USUAL = re.compile(r"(?!00)(?!\+?[0-9][0-9.,]*[eE])[\w+(][\w .,:'@/()+-]*(?<! )")
_SPACES = re.compile(r"\s+")
_BREAKS = frozenset("\t\n\v\f\r\x1c\x1d\x1e\x1f\x85\u2028\u2029")
_PLAIN = frozenset({str, int, float, bool, type(None)})
_ABSENT_TYPES = frozenset({"NAType", "NaTType"})

_TAG_OPEN = "(?:<|&(?:lt|#0*60|#[xX]0*3[cC]);)"
_TAG_CLOSE = "(?:>|&(?:gt|#0*62|#[xX]0*3[eE]);)"
_COMMENT = re.compile(r"<!--.{0,2000}?-->", re.DOTALL)

_WIDE_GAPS = re.compile(r" {2,}")

_elements = partial(words_of, "html_tags.toml")


@cache
def _tag() -> re.Pattern[str]:
    """Compile the pattern of a tag when it is first used: that takes long for an import.

    Only what HTML knows is a tag: "<jo@example.com>", "a < b" and "I <3 you" stay as they are. The
    attributes may hold no bracket, so that no search goes further than one tag.
    """
    names = "|".join(sorted(_elements("blocks", "inline"), key=len, reverse=True))
    return re.compile(
        rf"{_TAG_OPEN}/?(?P<name>{names})(?:[\s/][^<>]{{0,2000}}?)?{_TAG_CLOSE}", re.IGNORECASE
    )


class TransformResult(NamedTuple):
    """The result of a transform.

    Attributes:
        value: The text to send; ``None`` if nothing remained of it.
        notes: What was lost or changed on the way, without the value itself.
        left_out: Whether the field is to be left out of this row, in spite of a default.
    """

    value: str | None
    notes: tuple[str, ...] = ()
    left_out: bool = False


def is_blank(value: object) -> bool:
    """Return whether a row says nothing here.

    ``None``, blank text, NaN, pandas' ``NA`` and ``NaT``, and an empty list are blank; ``0``,
    ``False`` and infinity are not.

    >>> [is_blank(value) for value in (None, "  ", float("nan"), 0, False)]
    [True, True, True, False, False]
    """
    if value is None:
        return True
    if isinstance(value, str):
        if value[:1].isalpha():
            return False
        text = trimmed(value)
        return not text or (text.startswith("00") and _ZERO_DATE.fullmatch(text) is not None)
    if isinstance(value, int):
        return False
    if isinstance(value, Decimal):
        return value.is_nan()
    if isinstance(value, Real) and not isinstance(value, Integral):
        return math.isnan(value)
    if isinstance(value, (list, tuple, set, frozenset)):
        return all(map(is_blank, value))
    # pandas is not imported for this: comparing its NA with itself gives no truth value.
    return type(value).__name__ in _ABSENT_TYPES


def is_plain(row: Mapping[Any, Any]) -> bool:
    """Return whether a row has nothing but texts and Python's own numbers."""
    return type(row) is dict and _PLAIN.issuperset(map(type, row.values()))


def trimmed(text: str) -> str:
    """Return the text without white space and invisible characters at its ends."""
    stripped = text.strip()
    while stripped != (text := stripped.strip(INVISIBLE)):
        stripped = text.strip()
    return stripped


def unboxed(value: Any) -> Any:
    """Return NumPy's scalars as Python's own, its arrays as lists; anything else as it is."""
    if type(value) is str or type(value).__module__ != "numpy" or not hasattr(value, "item"):
        return value
    if type(value).__name__ == "ndarray":
        return [unboxed(one) for one in value] if value.ndim else unboxed(value[()])
    if type(value).__name__ == "datetime64":
        # Nanoseconds would come out as a bare integer.
        return value.astype("datetime64[us]").item()
    return value.item()


def usual_text(value: object) -> str | None:
    """Return a text that `clean_text` leaves as it is, if that is seen at once."""
    if type(value) is not str:
        return None
    # Of letters alone, or of digits, are most names, places and postal codes.
    is_usual = value.isalpha() or (value.isdecimal() and value[0] != "0") or _USUAL.fullmatch(value)
    return value if is_usual else None


def clean_text(value: object) -> TransformResult:
    r"""Return a scalar as one line of text.

    HTML entities are decoded, once and only if complete (``&amp;``), since Mautic stores them.
    An apostrophe before a number or a sign, with which spreadsheets mark texts, goes. Line breaks
    and tabs become a space, other control characters and broken surrogates go, both
    with a note. Whole floats lose their ``.0``; ``True`` becomes ``1``, as on the wire (API 2.5).

    >>> clean_text("Fish &amp; Chips\nLtd ")[:2]
    ('Fish & Chips Ltd', ('line breaks or tabs became spaces',))
    """
    if (usual := usual_text(value)) is not None:
        return TransformResult(usual)
    if is_blank(value):
        return TransformResult(None)
    text = trimmed(html_decoded(scalar_text(value)))
    if text.startswith("'") and _TEXT_MARK.match(text):
        text = text[1:]
    if text.isprintable():
        return TransformResult(text or None)
    notes = []
    one_line = _SPACES.sub(lambda spaces: spaces[0] if _BREAKS.isdisjoint(spaces[0]) else " ", text)
    if one_line != text:
        notes.append("line breaks or tabs became spaces")
    # PHP refuses a whole body for one lone surrogate.
    clean = "".join(c for c in one_line if unicodedata.category(c) not in ("Cc", "Cs"))
    if clean != one_line:
        notes.append("control characters removed")
    return TransformResult(trimmed(clean) or None, tuple(notes))


def verbatim(value: object, *, longest: int | None = None) -> TransformResult:
    """Return a scalar as its text, not cleaned; a blank counts as empty.

    For values that are iContact's own already, such as those of an export.

    >>> verbatim(" AT&amp;T ").value
    ' AT&amp;T '
    """
    if is_blank(value):
        return TransformResult(None)
    text = scalar_text(unboxed(value))
    if longest is not None and len(text) > longest:
        raise MappingError(f"longer than the {longest} characters that the field can hold")
    return TransformResult(text)


def without_tags(text: Any) -> TransformResult:
    """Return a text without HTML's tags and comments, whose text stays; other values as they are.

    Tags count also where their brackets are written as entities, which Mautic does. What else is
    an entity is left to the field's own transform, so that nothing is decoded twice.

    >>> without_tags("<p>Fish &amp; <b>Chips</b></p>").value
    'Fish &amp; Chips'
    """
    if not isinstance(text, str):
        return TransformResult(text)
    bare = _tag().sub(
        lambda tag: " " if tag["name"].lower() in _elements("blocks") else "",
        _COMMENT.sub("", text),
    )
    if bare == text:
        return TransformResult(text)
    return TransformResult(trimmed(_WIDE_GAPS.sub(" ", bare)) or None, ("HTML tags removed",))


def html_decoded(text: str) -> str:
    """Return the text with its complete HTML entities decoded, once.

    `html.unescape` also reads incomplete ones, and would turn ``R&notes`` into ``R¬es``. An
    unused number, such as ``&#0;``, stays as it is.
    """
    return _ENTITY.sub(_entity_decoded, text)


def _entity_decoded(found: re.Match[str]) -> str:
    entity = found[0]
    if entity[1] != "#" and entity[1:] not in html5:
        return entity
    decoded = html.unescape(entity)
    return entity if decoded in ("", "\ufffd") else decoded


def scalar_text(value: object) -> str:
    """Return the text of a str, a number, a bool or a date."""
    if isinstance(value, str):
        return str.__str__(value)  # that of a member of an enumeration is its name
    if isinstance(value, bool):
        return "1" if value else "0"
    if isinstance(value, (int, float, Decimal)):
        return plain_number(to_decimal(value))
    if isinstance(value, datetime):
        return value.isoformat(sep=" ")
    if isinstance(value, date):
        return value.isoformat()
    raise refused_type(value)


def refused_type(value: object) -> MappingError:
    """Return the error for a value of a type that has no text of its own."""
    kind = type(value).__name__
    if isinstance(value, (bytes, bytearray, memoryview)):
        return MappingError(f"came as {kind}: decode it to text first")
    if isinstance(value, (list, tuple, set, frozenset)):
        return MappingError(f"came as a {kind}: join it with transform='joined'")
    return MappingError(f"came as {kind}, which has no one text: give a transform that makes one")


#: No amount, score or phone number is longer; ``1e999999999`` would fill the memory.
_MOST_DIGITS = 40
_MOST_DECIMALS = 1100


def to_decimal(value: int | float | Decimal) -> Decimal:
    """Return the number exactly as Python prints it."""
    number = Decimal(repr(float(value))) if isinstance(value, float) else Decimal(value)
    if not number.is_finite():
        raise MappingError("infinite, which no field can hold")
    if not number:
        return Decimal(0)
    if not -_MOST_DECIMALS < number.adjusted() < _MOST_DIGITS:
        raise MappingError(f"a number of more than {_MOST_DIGITS} digits")
    return number


def plain_number(number: Decimal) -> str:
    """Return a number without exponent and without zeros at the end of its decimals."""
    text = format(number, "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def joined(value: object, *, split: str = "|", separator: str = ", ") -> TransformResult:
    """Return a multi-select as one text.

    Args:
        value: A list, tuple or set (a set is sorted), a text such as Mautic's ``"php|js"``, or the
            text of a list in JSON.
        split: What separates the choices of a text.
        separator: What is to separate them in the result.

    >>> joined("php|js").value
    'php, js'
    """
    items: Sequence[object]
    if isinstance(value, str):
        found = json_in(trimmed(value))
        items = found if isinstance(found, list) else value.split(split)
    elif isinstance(value, (list, tuple)):
        items = value
    elif isinstance(value, (set, frozenset)):
        items = in_order(value)
    else:
        items = [value]
    texts = [clean_text(unboxed(item)) for item in items if not is_blank(item)]
    notes = dict.fromkeys(note for text in texts for note in text.notes)
    return TransformResult(separator.join(text.value for text in texts if text.value), tuple(notes))


def in_order(items: Iterable[Any]) -> list[Any]:
    """Return the items of a set in an order that does not change from process to process."""
    return sorted(items, key=lambda item: (type(item).__name__, str(item)))


def json_in(text: str) -> list[Any] | dict[str, Any] | None:
    """Return the list or the object whose JSON a text is; ``None`` if it is something else."""
    if not text.startswith(("[", "{")):
        return None
    try:
        found: list[Any] | dict[str, Any] = json.loads(text)
    except (ValueError, RecursionError):
        return None
    return found


def levels(value: object) -> Iterator[list[Any]]:
    """Yield a value of JSON or TOML, then what is in it, then what is in that, and so on."""
    level: list[Any] = [value]
    while level:
        yield level
        nested = [one for one in level if isinstance(one, dict | list)]
        level = [
            inner for one in nested for inner in (one.values() if isinstance(one, dict) else one)
        ]
