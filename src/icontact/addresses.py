"""E-mail addresses in the one form in which they are compared, and how else they may be spelled."""

from __future__ import annotations

import unicodedata
from contextlib import suppress

# requests brings it, and looks host names up with it.
import idna

from icontact.auth import Private

_INVISIBLE = frozenset({"Cf", "Cc"})


def canonical_address(address: str) -> Private:
    """Return the form in which two spellings of one address are equal.

    Letters lose their case, on both sides of the ``@``; a domain stands in its ASCII form (IDNA);
    compatibility forms such as full-width letters, invisible characters, and a dot at the end go.
    It is for comparing only: iContact is sent the address as it was given.

    >>> canonical_address("Jo@MÜLLER.example") == canonical_address("jo@xn--mller-kva.example")
    True
    """
    text = str(address).strip()
    if text.isascii():
        text = text.lower()
        return Private(text.rstrip(".") if "@" in text else text)
    # Not casefold(): an ß before the @ is another address than ss.
    folded = unicodedata.normalize("NFKC", unicodedata.normalize("NFKC", text).lower())
    text = "".join(c for c in folded if unicodedata.category(c) not in _INVISIBLE)
    local, at, domain = text.lower().rpartition("@")
    if not at:
        return Private(domain)
    domain = domain.rstrip(".")
    if not domain.isascii():
        with suppress(idna.IDNAError):
            domain = idna.encode(domain, uts46=True).decode("ascii").lower()
    return Private(f"{local}@{domain}")


def spellings(address: str) -> tuple[Private, ...]:
    """Return an address in the spellings in which iContact may hold it, as it was given first.

    A search may mind the case, and iContact may hold a domain in Unicode or in ASCII (API 2.6).
    """
    canonical = canonical_address(address)
    found = [Private(address), Private(str(address).lower()), canonical]
    local, at, domain = str(canonical).rpartition("@")
    if at and "xn--" in domain:
        with suppress(idna.IDNAError):
            found.append(Private(f"{local}@{idna.decode(domain)}"))
    return tuple(dict.fromkeys(found))
