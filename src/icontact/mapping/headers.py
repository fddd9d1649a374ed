"""Which field a column's header stands for, and which group of columns it belongs to."""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import attrs

from icontact.mapping.consent_headers import header_words
from icontact.mapping.field_aliases import BY_ALIAS, FULL_NAME, normalize_key

FULL_NAME_FIELD = "full_name"

#: Words of a group of columns: "Billing City", "Home Street", "Rechnungsadresse PLZ".
_GROUP_WORDS = frozenset(
    "billing bill shipping ship delivery home work business office mailing default "
    "primary main secondary alternate alternative other private personal invoice payment legal "
    "physical registered visiting correspondence "
    "rechnung rechnungs rechnungsadresse rechnungsanschrift lieferung liefer lieferadresse "
    "lieferanschrift versand versandadresse privat privatadresse geschaftlich dienstlich buro "
    "firmenadresse hauptadresse standard "
    "facturation livraison domicile travail bureau professionnel professionnelle personnel "
    "personnelle principale principal expedition "
    "facturacion envio casa trabajo oficina particular fiscal entrega "
    "fatturazione spedizione consegna lavoro ufficio residenza sede "
    "faturamento cobranca trabalho residencial comercial "
    "factuur factuuradres verzend verzendadres bezorg bezorgadres prive werk thuis "
    "rozliczeniowy dostawy wysylki domowy sluzbowy faktura leverans leverings hem arbete "
    "laskutus toimitus koti tyo fakturacni dodaci domu prace".split()
)

#: Words that name whose column it is, and make no group.
_PERSON_WORDS = frozenset(
    "contact contacts customer customers client clients lead person people user member subscriber "
    "buyer attendee purchaser recipient donor guest profile participant registrant cardholder "
    "kunde kunden kontakt teilnehmer empfanger cliente clientes contacto usuario contatto klant "
    "abonnent klient".split()
)

#: "Company" is a field, too; in "Company City" it names a group.
_COMPANY_WORDS = frozenset("company firma firmen societe empresa azienda bedrijf firmy".split())

#: Words that carry nothing.
_NOISE = frozenset(
    "value values the of for your my a de du des la le les l d del di della do da van der die das "
    "optional required pflichtfeld obligatoire".split()
)

_ADDRESS_WORDS = frozenset(
    "address addresses addr adresse adressen anschrift direccion indirizzo endereco adres adress "
    "osoite adresa".split()
)

#: What stands between two names of one column: "PLZ / ZIP", "Telefon (mobil)".
_ALTERNATIVES = re.compile(r"[/|()\[\]]")


@attrs.frozen
class HeaderField:
    """What a header stands for.

    Attributes:
        field: iContact's field, ``country`` or ``full_name``.
        rank: How good the spelling is; the lower, the better.
        group: The group of columns, such as ``"billing"``; blank for none.
    """

    field: str
    rank: int
    group: str = ""


def field_of(header: object) -> HeaderField | None:
    """Return what a header stands for; ``None`` if it is none of iContact's fields.

    >>> field_of("Billing Postcode")
    HeaderField(field='postal_code', rank=1003, group='billing')
    """
    if not isinstance(header, str) or not header.strip():
        return None
    words = [word for word in header_words(header) if word not in _NOISE]
    if (exact := _alias(normalize_key(header))) is not None:
        return HeaderField(*exact, " ".join(word for word in words if word in _GROUP_WORDS))
    for step, (name, group) in enumerate(_shortened(words), start=1):
        if (found := _alias(name)) is not None:
            field, rank = found
            return HeaderField(field, rank + 1000 * step, group)
    parts = {_alias(normalize_key(part)) for part in _ALTERNATIVES.split(header)} - {None}
    fields = {found[0] for found in parts if found is not None}
    if len(fields) == 1:
        return HeaderField(fields.pop(), 9000)
    return None


def _alias(name: str) -> tuple[str, int] | None:
    if name in FULL_NAME:
        return FULL_NAME_FIELD, FULL_NAME.index(name)
    return BY_ALIAS.get(name)


def _shortened(words: Sequence[str]) -> Iterator[tuple[str, str]]:
    """Yield shorter and shorter names of a header, each with the group that was taken off."""
    for groups in (_GROUP_WORDS, _GROUP_WORDS | _COMPANY_WORDS):
        rest = [word for word in words if word not in groups | _PERSON_WORDS]
        group = [word for word in words if word in groups]
        yield "".join(rest), " ".join(group)
        digits = [word for word in rest if word.isdigit()]
        rest = [word for word in rest if not word.isdigit()]
        yield "".join(rest), " ".join([*group, *digits])
        rest = [word for word in rest if word not in _ADDRESS_WORDS]
        yield "".join(rest), " ".join([*group, *digits])
