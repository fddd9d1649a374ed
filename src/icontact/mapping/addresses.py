"""E-mail addresses: cleaned of what surrounds them, or refused; never corrected by guessing."""

from __future__ import annotations

import html
import re
import unicodedata
from contextlib import suppress

# requests brings it, and looks host names up with it.
import idna

from icontact.errors import MappingError
from icontact.mapping.values import TransformResult, trimmed

MOST_CHARACTERS = 254
_MOST_BEFORE_AT = 64

_NAMED = re.compile(r"[^<>]*<([^<>]*)>", re.DOTALL)
#: What separates several addresses in one value.
_BETWEEN = re.compile(r"\s*(?::::|[,;/|\r\n])\s*|\s+")
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\s,;:<>()\[\]\\"]')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

#: An address within a text, whatever is around it. Looks behind so that a long word is tried once.
_MARK = r"""[^\s,;:<>()\[\]\\"`/|@]"""
_MEANT = re.compile(rf"(?<!{_MARK}){_MARK}+@[\w.-]+")
#: More than a cell of a CSV file may have.
_LONGEST_VALUE = 200_000

#: Nearly every address; at most its domain has to go to lower case.
_USUAL = re.compile(
    r"(?:[A-Za-z0-9_+-]+\.)*[A-Za-z0-9_+-]+"
    r"@((?:[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?\.)+"
    r"[A-Za-z0-9](?:[A-Za-z0-9-]{0,61}[A-Za-z0-9])?)"
)


def usual_email(value: object) -> str | None:
    """Return an address as `clean_email` does, if it is of the usual form."""
    if type(value) is str and len(value) <= _MOST_BEFORE_AT and (usual := _USUAL.fullmatch(value)):
        return value[: usual.start(1)] + usual[1].lower()
    return None


def meant_addresses(value: object) -> list[str]:
    """Return the addresses in a value, and those that damaged ones mean.

    They are for leaving people out of a push, and are never pushed: a wrong guess could reach
    another person.

    >>> meant_addresses("Jo\u200b @example.com./bo@example.com")
    ['Jo@example.com', 'bo@example.com']
    """
    text = unicodedata.normalize("NFKC", html.unescape(str(value)[:_LONGEST_VALUE]))
    text = "".join(char for char in text if unicodedata.category(char) not in _INVISIBLE)
    text = " ".join(text.split())
    # A blank is too much in "jo@example. com", and not in "jo@example.com. Bo@example.com".
    readings = (re.sub(rf" ?({mark}) ?", r"\1", text) for mark in ("[@.]", "@"))
    addresses: dict[str, None] = {}
    for found in (one for reading in readings for one in _MEANT.findall(reading)):
        with suppress(MappingError):
            addresses[str(clean_email(found.strip(".-_'")).value)] = None
    return list(addresses)


def clean_email(value: object, several: str = "first") -> TransformResult:
    """Return an e-mail address as iContact should hold it.

    Surrounding white space, ``Name <…>`` and ``mailto:`` are taken off. The domain goes to lower
    case; a non-ASCII domain is written in its ASCII form (IDNA), with a note, so that it compares
    equal wherever it comes from. The local part keeps its case; letters outside ASCII in it are
    noted, since it is unknown whether iContact takes them.

    Args:
        value: The value; of several addresses in it, separated by commas, semicolons, slashes, line
            breaks or ``:::``, the first one counts, with a note.
        several: ``"reject"`` to refuse several addresses.

    Raises:
        MappingError: It is not a text, or not an address. The message names the fault, and never
            the address.

    >>> clean_email(" Jo <Jo@Example.COM> ").value
    'Jo@example.com'
    """
    if not isinstance(value, str):
        raise MappingError(f"came as {type(value).__name__}: an address is a text")
    if (usual := usual_email(value)) is not None:
        return TransformResult(usual)
    address = trimmed(value)
    notes: tuple[str, ...] = ()
    if value.count("@") > 1:
        several_found = [part for part in _BETWEEN.split(address) if "@" in part]
        number = len(several_found)
        if number > 1 and several == "reject":
            raise MappingError(f"holds {number} addresses, and several_addresses is 'reject'")
        if number > 1:
            address = several_found[0]
            notes += (f"{number} addresses in one value: the first is taken",)
    if ">" in address and (named := _NAMED.fullmatch(address)):
        address = trimmed(named[1])
    if scheme := _MAILTO.match(address):
        address = trimmed(address[scheme.end() :].partition("?")[0])
    local, at, domain = address.rpartition("@")
    _check_local_part(address, local, at)
    ascii_domain = domain.lower()
    if not domain.isascii():
        notes += ("domain written in its ASCII form (IDNA)",)
        try:
            ascii_domain = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:
            ascii_domain = ""  # refused below, as the text of this error holds the domain
    labels = ascii_domain.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise MappingError("not a valid e-mail address: no valid domain after the @")
    cleaned = f"{local}@{ascii_domain}"
    if len(cleaned) > MOST_CHARACTERS:
        raise MappingError(f"not a valid e-mail address: longer than {MOST_CHARACTERS} characters")
    if not local.isascii():
        notes += ("letters outside ASCII before the @, which iContact may refuse",)
    return TransformResult(cleaned, notes)


def _check_local_part(address: str, local: str, at: str) -> None:
    """Refuse an address for what is before its domain."""
    is_odd = not local.isprintable() and any(unicodedata.category(c) in _INVISIBLE for c in local)
    faults: tuple[tuple[str, object], ...] = (
        ("control or invisible characters", is_odd),
        ("spaces, commas, brackets or quotes", _FORBIDDEN.search(address)),
        ("no @", not at),
        ("more than one @", "@" in local),
        ("nothing before the @", not local),
        (f"more than {_MOST_BEFORE_AT} characters before the @", len(local) > _MOST_BEFORE_AT),
        ("a dot at the wrong place before the @", ".." in f".{local}."),
    )
    for fault, is_wrong in faults:
        if is_wrong:
            raise MappingError(f"not a valid e-mail address: {fault}")
