"""States and regions, brought to the 10 characters that iContact takes (API 3)."""

from __future__ import annotations

import functools
from collections.abc import Mapping

from icontact.errors import MappingError
from icontact.mapping.normalize import normalize_key, read_data, unaccented
from icontact.mapping.values import TransformResult, clean_text, usual_text

MOST_CHARACTERS = 10


def usual_state(value: object) -> str | None:
    """Return a state that `clean_state` leaves as it is, if that is seen at once."""
    text = usual_text(value)
    return text if text is None or len(text) <= MOST_CHARACTERS else None


def clean_state(
    value: object, *, country: object = None, long_state: str = "omit"
) -> TransformResult:
    """Return a state that iContact takes: as it is if short enough, otherwise its code.

    Args:
        value: A code or a full name.
        country: The row's country: a name, or an ISO code of two or three letters.
        long_state: For a long name without a known code: ``"omit"`` leaves the field out of the
            row, with a note; ``"reject"`` refuses the row.

    >>> clean_state("KwaZulu-Natal").value, clean_state("Gauteng").value
    ('KZN', 'Gauteng')
    """
    text = clean_text(value)
    if text.value is None or len(text.value) <= MOST_CHARACTERS:
        return text
    code = state_code(text.value, country=country)
    if code is not None:
        return TransformResult(code, text.notes)
    problem = f"longer than iContact's {MOST_CHARACTERS} characters, and no code for it is known"
    if long_state == "reject":
        raise MappingError(f"{problem}: shorten it, or set long_state='omit' to leave it out")
    return TransformResult(None, (*text.notes, f"left out: {problem}"), left_out=True)


def state_code(name: str, *, country: object = None) -> str | None:
    """Return the code of a state, province or region; ``None`` if it is unknown or ambiguous.

    Case, accents and punctuation do not matter.

    Args:
        name: The full name.
        country: Where it lies: a name or an ISO code. Only this country's regions count then;
            without it, a name counts that means one code only.

    >>> state_code("Distrito Federal"), state_code("Distrito Federal", country="Brazil")
    (None, 'DF')
    """
    wanted, codes_of, countries = folded(name), *_regions()
    if isinstance(country, str) and (where := folded(country)):
        return codes_of.get(countries.get(where, ""), {}).get(wanted)
    found = {codes[wanted] for codes in codes_of.values() if wanted in codes}
    return found.pop() if len(found) == 1 else None


def folded(text: str) -> str:
    """Return a name as it is compared: letters and digits alone; ``&`` is the same as *and*."""
    return normalize_key(unaccented(text).replace("&", "and"))


@functools.cache
def _regions() -> tuple[Mapping[str, Mapping[str, str]], Mapping[str, str]]:
    """Read the codes of regions by country and folded name, and countries by folded name."""
    data = read_data("regions.toml")
    codes = {
        country: {folded(name): code for code, names in regions.items() for name in names}
        for country, regions in data["regions"].items()
    }
    countries = {
        folded(name): code for code, names in data["countries"].items() for name in (code, *names)
    }
    return codes, countries
