"""A mapping guessed from a header."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from icontact.errors import DoNotContact, MappingError
from icontact.mapping import ContactMapper
from icontact.mapping.field_aliases import fields_by_alias
from icontact.mapping.normalize import normalize_key


@pytest.mark.parametrize(
    ("column", "field"),
    [
        ("E-mail", "email"),
        ("EMAIL_ADDRESS", "email"),
        ("\ufeffemail", "email"),
        ("First Name", "first_name"),
        ("Prénom", "first_name"),
        ("Surname", "last_name"),
        ("Salutation", "prefix"),
        ("title", "prefix"),
        ("Address Line 1", "street"),
        ("Straße", "street"),
        ("address2", "street2"),
        ("Town / City", "city"),
        ("State/Province", "state"),
        ("zip", "postal_code"),
        ("PLZ", "postal_code"),
        ("Telephone", "phone"),
        ("Fax No", "fax"),
        ("fax number", "fax"),
        ("Company", "business"),
        ("Status", None),
        ("points", None),
    ],
)
def test_usual_spellings_are_known(column: str, field: str | None) -> None:
    mapper = ContactMapper.guess([column] if field == "email" else ["email", column])

    assert mapper.as_config().get(field or "nothing") == (column if field else None)
    assert mapper.unused == (() if field else (column,))


def test_what_is_left_over_is_said() -> None:
    mapper = ContactMapper.guess(["Shoe size", "email", None, 7, "", "country", "state"])

    assert mapper.unused == ("Shoe size", None, 7, "")
    assert mapper.sources == ("email", "state", "country")
    assert mapper.map(
        {"email": "jo@example.com", "state": "Distrito Federal", "country": "BR"}
    ) == {
        "email": "jo@example.com",
        "state": "DF",
    }


def test_of_several_addresses_and_phones_each_rows_first_one_counts() -> None:
    mapper = ContactMapper.guess(["Mobile", "Work E-mail", "Phone", "email", "Email"])

    assert mapper.as_config() == {
        "email": ["email", "Email", "Work E-mail"],
        "phone": ["Phone", "Mobile"],
    }
    assert (mapper.unused, mapper.notes) == ((), ())
    row = {"email": "", "Email": None, "Work E-mail": "jo@example.com", "Phone": "", "Mobile": "1"}
    assert mapper.map(row) == {"email": "jo@example.com", "phone": "1"}


def test_of_two_columns_the_better_spelling_wins() -> None:
    mapper = ContactMapper.guess(["email", "Company Name", "Company"])

    assert mapper.as_config() == {"email": "email", "business": "Company"}
    assert mapper.notes == ("column 'Company Name' is not used: 'Company' fills business",)


def test_a_full_name_is_taken_apart_if_it_is_all_there_is() -> None:
    mapper = ContactMapper.guess(["Name", "Full name", "email", "title"])

    assert mapper.unused == ("Name",)
    assert mapper.notes == ("column 'Full name' is taken apart into first and last name",)
    assert mapper.map(
        {"email": "jo@example.com", "Full name": "Dr. Jo Berg Jr.", "title": "Mx"}
    ) == {
        "email": "jo@example.com",
        "prefix": "Mx",
        "first_name": "Jo",
        "last_name": "Berg",
        "suffix": "Jr.",
    }


@pytest.mark.parametrize("column", ["First name", "Nachname"])
def test_a_full_name_beside_a_first_or_last_name_is_left_over(column: str) -> None:
    assert ContactMapper.guess(["email", column, "Name"]).unused == ("Name",)


def test_a_header_without_address_is_refused_with_the_columns_seen() -> None:
    with pytest.raises(MappingError) as caught:
        ContactMapper.guess(["Name", "x" * 50, *range(30)])

    message = str(caught.value)
    assert message.startswith("no column looks like the e-mail address; there are 'Name', 'xxx")
    assert "and 12 more" in message
    assert "ContactMapper({'email': 'the column'})" in message
    assert "x" * 41 not in message
    assert caught.value.field == "email"


def test_a_file_without_header_does_not_give_its_people_away() -> None:
    with pytest.raises(MappingError) as caught:
        ContactMapper.guess(["jo@example.com", "Jo", "Berg"])

    assert "first line" in str(caught.value)
    assert "Jo" not in str(caught.value)
    assert "jo@" not in str(caught.value)


def test_an_address_among_the_columns_is_never_repeated() -> None:
    mapper = ContactMapper({"email": "jo@example.com"})

    with pytest.raises(MappingError) as caught:
        mapper.map({})

    assert str(caught.value) == (
        "email: the row has no e-mail address (column (an e-mail address) is missing)"
    )


def test_a_guess_keeps_its_notes_when_checked() -> None:
    mapper = ContactMapper.guess(["email", "points"]).checked([])

    assert mapper.unused == ("points",)


def test_no_columns_at_all_are_refused() -> None:
    with pytest.raises(MappingError, match="there are nothing"):
        ContactMapper.guess([])


def test_a_spelling_means_one_field() -> None:
    spellings: list[Any] = [*fields_by_alias()]

    assert len(spellings) == len(set(spellings))
    assert all(normalize_key(spelling) == spelling for spelling in spellings)


def test_columns_named_for_custom_fields_fill_them() -> None:
    columns = ["email", "custom_fields.shoe size", "custom_fields.email", "custom_fields. ", "x"]
    mapper = ContactMapper.guess(columns)
    assert mapper.targets == ("email", "custom_fields.shoe size")
    assert mapper.unused == ("custom_fields.email", "custom_fields. ", "x")


EXPORTED = ["contact_id", "email", "first_name", "state", "status", "create_date", "bounce_count"]


def test_an_export_goes_back_as_it_is_with_its_status() -> None:
    mapper = ContactMapper.guess([*EXPORTED, "custom_fields.color", "subscriptions"])
    row = {
        "email": "jo@example.com",
        "first_name": " AT&amp;T\n",
        "state": " N.C.",
        "status": "donotcontact",
        "custom_fields.color": "a\tb",
    }
    assert mapper.map(row) == {
        "email": "jo@example.com",
        "first_name": " AT&amp;T\n",
        "state": " N.C.",
        "status": "donotcontact",
        "custom_fields": {"color": "a\tb"},
    }
    assert mapper.unused == ("contact_id", "create_date", "bounce_count")
    assert mapper.notes == (
        "the header is that of an export: its values go back as they are, the status too",
    )


def entries(*states: str) -> list[dict[str, object]]:
    return [{"list_id": place, "status": state} for place, state in enumerate(states)]


@pytest.mark.parametrize(
    ("column", "state", "refused"),
    [
        ("subscription", "normal", False),
        ("subscription", "", False),
        ("subscription", "pending", True),
        ("subscription", " unsubscribed ", True),
        ("subscriptions", [], False),
        ("subscriptions", entries("normal", "unsubscribed"), False),
        ("subscriptions", entries("pending", "unsubscribed"), True),
        ("subscriptions", json.dumps(entries("unsubscribed")), True),
        ("subscriptions", json.dumps(entries("normal")), False),
    ],
)
def test_whoever_had_left_goes_nowhere_from_an_export(
    column: str, state: object, refused: bool
) -> None:
    mapper = ContactMapper.guess([*EXPORTED, column])
    row = {"email": "jo@example.com", column: state}

    assert column not in mapper.unused
    if refused:
        with pytest.raises(DoNotContact, match=f"column '{column}' says that"):
            mapper.map(row)
    else:
        assert mapper.map(row) == {"email": "jo@example.com"}


@pytest.mark.parametrize(
    "state", [entries("asleep"), ["normal"], "[broken", "[" * 100_000, '[["normal"]]']
)
def test_a_state_of_an_export_that_cannot_be_read_is_no_yes(state: object) -> None:
    mapper = ContactMapper.guess([*EXPORTED, "subscriptions"])

    with pytest.raises(MappingError, match="not known as a yes or a no"):
        mapper.map({"email": "jo@example.com", "subscriptions": state})


def test_an_export_without_custom_fields_is_one_too() -> None:
    assert ContactMapper.guess(EXPORTED).targets == ("email", "first_name", "state", "status")


@pytest.mark.parametrize("absent", ["contact_id", "status", "create_date", "bounce_count"])
def test_what_only_looks_like_an_export_gives_no_status(absent: str) -> None:
    mapper = ContactMapper.guess([column for column in EXPORTED if column != absent])
    assert "status" not in mapper.targets


@pytest.mark.parametrize(
    "header",
    [
        *("E-mail cím", "邮箱", "电子邮件", "이메일", "Эл. почта", "電子メール"),
        "E-mailová adresa",
        *("Adresse électronique", "Dirección de correo", "Indirizzo di posta elettronica"),
        *("Correio eletrónico", "E-Mail-Anschrift", "Adres poczty elektronicznej", "Mejladress"),
        *("Meiliosoite", "Elektronik posta", "Mailadresse", "E-mail adres", "Adresă de email"),
    ],
)
def test_the_address_is_found_in_many_languages(header: str) -> None:
    assert ContactMapper.guess([header]).sources[0] == header


def test_a_postal_address_in_portuguese_is_not_the_e_mail_address() -> None:
    mapper = ContactMapper.guess(["E-mail", "Endereço"])

    assert mapper.as_config() == {"email": "E-mail", "street": "Endereço"}


@pytest.mark.parametrize("path", ["people.csv", Path("people.csv")])
def test_a_path_in_place_of_columns_is_refused(path: Any) -> None:
    with pytest.raises(TypeError, match=r"not a path.*ListPush\.guessed"):
        ContactMapper.guess(path)


def test_fields_that_are_given_win_over_the_guess() -> None:
    mapper = ContactMapper.guess(
        ["E-mail", "Town", "Work mail", "Points"],
        fields={"email": "Work mail", "custom_fields": {"score": "Points"}},
    )

    assert mapper.as_config() == {
        "email": "Work mail",
        "city": "Town",
        "custom_fields": {"score": "Points"},
    }
    assert mapper.unused == ("E-mail",)
