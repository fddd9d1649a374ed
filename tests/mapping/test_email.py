"""What counts as an e-mail address, and what is taken off it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.errors import MappingError
from icontact.mapping import clean_email


@pytest.mark.parametrize(
    ("raw", "cleaned"),
    [
        ("jo@example.com", "jo@example.com"),
        ("  jo@example.com\n", "jo@example.com"),
        ("\ufeffjo@example.com\u200b ", "jo@example.com"),
        ("Jo van der Berg <jo@example.com>", "jo@example.com"),
        ('"Berg, Jo" < jo@example.com >', "jo@example.com"),
        ("mailto:jo@example.com", "jo@example.com"),
        ("<MAILTO:jo@example.com?subject=Hello, you>", "jo@example.com"),
        ("Jo.Berg+News@EXAMPLE.Com", "Jo.Berg+News@example.com"),
        ("o'brien@mail.example.co.uk", "o'brien@mail.example.co.uk"),
    ],
)
def test_what_surrounds_an_address_is_taken_off(raw: str, cleaned: str) -> None:
    assert clean_email(raw) == (cleaned, (), False)


@pytest.mark.parametrize("domain", ["Bücher.example", "bücher。example", "xn--bcher-kva.example"])
def test_a_domain_is_written_in_its_ascii_form(domain: str) -> None:
    value, notes, _ = clean_email(f"jo@{domain}")

    assert value == "jo@xn--bcher-kva.example"
    assert bool(notes) is not domain.isascii()


def test_a_sharp_s_in_a_domain_is_kept_as_registered_today() -> None:
    assert clean_email("jo@straße.example").value == "jo@xn--strae-oqa.example"


@pytest.mark.parametrize(
    "raw",
    [
        "jo",
        "jo at example.com",
        "jo @example.com",
        "jo,@example.com",
        "jo@@example.com",
        "jo@berg@example.com",
        "@example.com",
        "jo@",
        "jo@example",
        ".jo@example.com",
        "jo.@example.com",
        "jo..berg@example.com",
        "jo@example.com.",
        "jo@.example.com",
        "jo@example..com",
        "jo@-example.com",
        "jo@exa_mple.com",
        "jo\x00@example.com",
        "jo\u200bberg@example.com",
        "jo\ud800@example.com",
        '"jo berg"@example.com',
        "<>",
        "Jo <jo@example.com> Berg",
        "mailto:",
        "j" * 243 + "@example.com",
        "jo@" + "e" * 64 + ".com",
        "jo@" + "ü" * 64 + ".com",
        "jo@☃.example",
        "",
    ],
)
def test_what_is_no_address_is_refused_without_being_repeated(raw: str) -> None:
    with pytest.raises(MappingError) as caught:
        clean_email(raw)

    assert "not a valid e-mail address" in str(caught.value)
    assert "jo" not in str(caught.value)
    assert caught.value.__context__ is None


@pytest.mark.parametrize("raw", [None, 5, b"jo@example.com", ["jo@example.com"]])
def test_an_address_is_a_text(raw: object) -> None:
    with pytest.raises(MappingError, match="an address is a text"):
        clean_email(raw)


def test_254_characters_are_the_most() -> None:
    domain = ".".join(["d" * 62] * 3 + ["com"])
    at_most = "j" * (254 - len(domain) - 1) + "@" + domain
    assert clean_email(at_most).value == at_most
    with pytest.raises(MappingError, match="longer than 254 characters"):
        clean_email("j" + at_most)


addresses = st.from_regex(
    r"[A-Za-z0-9+_'äß-]{1,9}@([a-zA-Z0-9ü]{1,9}\.){1,3}[A-Za-z]{2,5}", fullmatch=True
)


@given(addresses | st.emails() | st.text(alphabet="aB@.<> :mailto,ü\u200b\x00", max_size=20))
def test_cleaning_twice_is_cleaning_once(raw: str) -> None:
    try:
        once = clean_email(raw).value
    except MappingError:
        return

    assert clean_email(once).value == once


def test_letters_outside_ascii_before_the_at_are_noted() -> None:
    assert clean_email("björn@example.com").notes == (
        "letters outside ASCII before the @, which iContact may refuse",
    )


def test_too_much_before_the_at_is_refused() -> None:
    assert clean_email("x" * 64 + "@example.com").value
    with pytest.raises(MappingError, match="more than 64 characters"):
        clean_email("x" * 65 + "@example.com")
