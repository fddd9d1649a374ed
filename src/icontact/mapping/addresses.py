"""E-mail addresses: cleaned of what surrounds them, or refused; never corrected by guessing."""

from __future__ import annotations

import re
import unicodedata

# requests brings it, and looks host names up with it.
import idna

from icontact.errors import MappingError
from icontact.mapping.values import TransformResult, trimmed

MOST_CHARACTERS = 254
_MOST_BEFORE_AT = 64

_NAMED = re.compile(r"[^<>]*<([^<>]*)>", re.DOTALL)
_MAILTO = re.compile(r"mailto:", re.IGNORECASE)
_FORBIDDEN = re.compile(r'[\s,;:<>()\[\]\\"]')
_INVISIBLE = frozenset({"Cc", "Cf", "Cs", "Zl", "Zp"})
_LABEL = re.compile(r"[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?")

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
    text, notes = _one_of(value, several)
    address = _unwrapped(text)
    local, at, domain = address.rpartition("@")
    fault = _fault(address, local, at)
    if fault is not None:
        raise _not_valid(fault)
    ascii_domain, noted = _ascii_domain(domain)
    notes += noted
    cleaned = f"{local}@{ascii_domain}"
    if len(cleaned) > MOST_CHARACTERS:
        raise _not_valid(f"longer than {MOST_CHARACTERS} characters")
    if not local.isascii():
        notes += ("letters outside ASCII before the @, which iContact may refuse",)
    return TransformResult(cleaned, notes)


_BETWEEN = re.compile(r"\s*(?::::|[,;/|\r\n])\s*|\s+")


def _one_of(value: str, several: str) -> tuple[str, tuple[str, ...]]:
    """Return the first of several addresses in a value, with a note; or the value as it is."""
    if value.count("@") < 2:
        return value, ()
    addresses = [part for part in _BETWEEN.split(trimmed(value)) if "@" in part]
    if len(addresses) < 2:
        return value, ()
    if several == "reject":
        raise MappingError(f"holds {len(addresses)} addresses, and several_addresses is 'reject'")
    return addresses[0], (f"{len(addresses)} addresses in one value: the first is taken",)


def _unwrapped(value: str) -> str:
    text = trimmed(value)
    if ">" in text and (named := _NAMED.fullmatch(text)):
        text = trimmed(named[1])
    if scheme := _MAILTO.match(text):
        text = trimmed(text[scheme.end() :].partition("?")[0])
    return text


def _fault(address: str, local: str, at: str) -> str | None:
    if not local.isprintable() and any(unicodedata.category(c) in _INVISIBLE for c in local):
        return "control or invisible characters"
    if _FORBIDDEN.search(address):
        return "spaces, commas, brackets or quotes"
    if not at:
        return "no @"
    if "@" in local:
        return "more than one @"
    if not local:
        return "nothing before the @"
    if len(local) > _MOST_BEFORE_AT:
        return f"more than {_MOST_BEFORE_AT} characters before the @"
    if local.startswith(".") or local.endswith(".") or ".." in local:
        return "a dot at the wrong place before the @"
    return None


def _ascii_domain(domain: str) -> tuple[str, tuple[str, ...]]:
    encoded = domain.lower()
    notes: tuple[str, ...] = ()
    if not domain.isascii():
        notes = ("domain written in its ASCII form (IDNA)",)
        try:
            encoded = idna.encode(domain, uts46=True).decode("ascii")
        except UnicodeError:
            encoded = ""  # refused below, as the text of this error holds the domain
    labels = encoded.split(".")
    if len(labels) < 2 or not all(map(_LABEL.fullmatch, labels)):
        raise _not_valid("no valid domain after the @")
    return encoded, notes


def _not_valid(fault: str) -> MappingError:
    return MappingError(f"not a valid e-mail address: {fault}")
