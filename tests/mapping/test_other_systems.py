"""Headers as other systems write them: the right fields are read, with no mapping given."""

from __future__ import annotations

from typing import Any

import pytest

from icontact import ContactMapper
from icontact.errors import MappingError


def mapped(header: str, *lines: str) -> list[dict[str, Any]]:
    columns = header.split(",")
    rows = [dict(zip(columns, line.split(","), strict=True)) for line in lines]
    mapper = ContactMapper.guess(columns, rows)
    return [dict(mapper.map(row)) for row in rows]


JO = {"email": "jo@example.com", "first_name": "Jo", "last_name": "Vance"}
HOME = {"street": "5 Home Rd", "city": "Durham", "state": "NC", "postal_code": "27701"}


@pytest.mark.parametrize(
    ("header", "line", "fields"),
    [
        pytest.param(
            "Salutation,First Name,Last Name,Mailing Street,Mailing City,Mailing State/Province,"
            "Mailing Zip/Postal Code,Mailing Country,Phone,Fax,Email,Account Name",
            "Ms.,Jo,Vance,5 Home Rd,Durham,NC,27701,US,919 555,919 556,jo@example.com,Acme",
            {**JO, **HOME, "prefix": "Ms.", "phone": "919 555", "fax": "919 556",
             "business": "Acme"},
            id="Salesforce",
        ),
        pytest.param(
            "Order Number,Billing First Name,Billing Last Name,Billing Email,Billing Phone,"
            "Billing Address 1,Billing Address 2,Billing City,Billing State,Billing Postcode,"
            "Shipping First Name,Shipping Address 1,Shipping City",
            "1001,Jo,Vance,jo@example.com,919 555,5 Home Rd,Apt 2,Durham,NC,27701,Al,9 Other,Cary",
            {**JO, **HOME, "street2": "Apt 2", "phone": "919 555"},
            id="WooCommerce",
        ),
        pytest.param(
            "Name,Given Name,Family Name,E-mail 1 - Type,E-mail 1 - Value,E-mail 2 - Value,"
            "Phone 1 - Type,Phone 1 - Value,Address 1 - Street,Address 1 - City,"
            "Address 1 - Region,Address 1 - Postal Code,Organization 1 - Name",
            "Jo Vance,Jo,Vance,Home,jo@example.com,j@example.com,Mobile,919 555,5 Home Rd,Durham,"
            "NC,27701,Acme",
            {**JO, **HOME, "phone": "919 555", "business": "Acme"},
            id="Google",
        ),
        pytest.param(
            "First Name,Last Name,Company,Business Street,Business City,Business State,"
            "Business Postal Code,Home Street,Home City,Home State,Home Postal Code,"
            "Business Phone,Home Phone,Mobile Phone,E-mail Address,E-mail 2 Address",
            "Jo,Vance,Acme,,,,,5 Home Rd,Durham,NC,27701,,,919 555,,jo@example.com",
            {**JO, **HOME, "phone": "919 555", "business": "Acme"},
            id="Outlook",
        ),
        pytest.param(
            "First Name,Last Name,Email,Default Address Company,Default Address Address1,"
            "Default Address City,Default Address Province Code,Default Address Zip,Phone",
            "Jo,Vance,jo@example.com,Acme,5 Home Rd,Durham,NC,'27701,'+1 919 555",
            {**JO, **HOME, "phone": "+1 919 555", "business": "Acme"},
            id="Shopify",
        ),
        pytest.param(
            "Record ID,First Name,Last Name,Email,Phone Number,Mobile Phone Number,Street Address,"
            "City,State/Region,Postal Code,Company Name",
            "1,Jo,Vance,jo@example.com,,919 555,5 Home Rd,Durham,NC,27701,Acme",
            {**JO, **HOME, "phone": "919 555", "business": "Acme"},
            id="HubSpot",
        ),
        pytest.param(
            "Anrede,Vorname,Nachname,Firma,Straße und Hausnummer,PLZ / ZIP,Ort,Telefon (privat),"
            "E-Mail-Adresse",
            "Frau,Jo,Vance,Acme,5 Home Rd,27701,Durham,919 555,jo@example.com",
            {**JO, "prefix": "Frau", "street": "5 Home Rd", "city": "Durham",
             "postal_code": "27701", "phone": "919 555", "business": "Acme"},
            id="German",
        ),
        pytest.param(
            "Rechnungsadresse Straße,Rechnungsadresse PLZ,Rechnungsadresse Ort,"
            "Lieferadresse Straße,Lieferadresse Ort,E-Mail,Vorname,Nachname",
            ",,,5 Home Rd,Durham,jo@example.com,Jo,Vance",
            {**JO, "street": "5 Home Rd", "city": "Durham"},
            id="German shop",
        ),
        pytest.param(
            "Civilité,Prénom,Nom,Adresse de facturation - Rue,Adresse de facturation - Ville,"
            "Code postal,Téléphone portable,Adresse e-mail,Société",
            "Mme,Jo,Vance,5 Home Rd,Durham,27701,919 555,jo@example.com,Acme",
            {**JO, "prefix": "Mme", "street": "5 Home Rd", "city": "Durham", "phone": "919 555",
             "business": "Acme"},
            id="French",
        ),
        pytest.param(
            "Nombre,Apellidos,Correo electrónico,Teléfono móvil,Dirección,Población,Provincia,"
            "Código postal,Razón social",
            "Jo,Vance,jo@example.com,919 555,5 Home Rd,Durham,NC,27701,Acme",
            {**JO, **HOME, "phone": "919 555", "business": "Acme"},
            id="Spanish",
        ),
        pytest.param(
            "Nome,Cognome,Indirizzo e-mail,Cellulare,Indirizzo,Città,Provincia,CAP,Ragione sociale",
            "Jo,Vance,jo@example.com,919 555,5 Home Rd,Durham,NC,27701,Acme",
            {**JO, **HOME, "phone": "919 555", "business": "Acme"},
            id="Italian",
        ),
        pytest.param(
            "Imię,Nazwisko,Adres e-mail,Telefon komórkowy,Ulica,Miasto,Kod pocztowy",
            "Jo,Vance,jo@example.com,919 555,5 Home Rd,Durham,27701",
            {**JO, "street": "5 Home Rd", "city": "Durham", "postal_code": "27701",
             "phone": "919 555"},
            id="Polish",
        ),
        pytest.param(
            "Förnamn,Efternamn,E-postadress,Mobilnummer,Gatuadress,Postnummer,Ort",
            "Jo,Vance,jo@example.com,919 555,5 Home Rd,27701,Durham",
            {**JO, "street": "5 Home Rd", "city": "Durham", "postal_code": "27701",
             "phone": "919 555"},
            id="Swedish",
        ),
        pytest.param(
            "姓,名,メールアドレス,電話番号,郵便番号,都道府県,市区町村,住所",
            "Vance,Jo,jo@example.com,919 555,27701,NC,Durham,5 Home Rd",
            {**JO, **HOME, "phone": "919 555"},
            id="Japanese",
        ),
        pytest.param(
            "Имя,Фамилия,Электронная почта,Телефон,Город,Индекс",
            "Jo,Vance,jo@example.com,919 555,Durham,27701",
            {**JO, "city": "Durham", "postal_code": "27701", "phone": "919 555"},
            id="Russian",
        ),
        pytest.param(
            "Customer Name,Customer Email,Customer Phone",
            "Jo Vance,jo@example.com,919 555",
            {**JO, "phone": "919 555"},
            id="Stripe",
        ),
        pytest.param(
            "Name,Email,Financial Status,Billing Name,Billing Street,Billing City,Billing Zip",
            "#1001,jo@example.com,paid,Jo Vance,5 Home Rd,Durham,27701",
            {**JO, "street": "5 Home Rd", "city": "Durham", "postal_code": "27701"},
            id="Shopify orders",
        ),
        pytest.param(
            "Title,First Name,Last Name,Email",
            "Head of Sales,Jo,Vance,jo@example.com",
            JO,
            id="Title of a position",
        ),
        pytest.param(
            "Title,First Name,Last Name,Email",
            "Prof. Dr.,Jo,Vance,jo@example.com",
            {**JO, "prefix": "Prof. Dr."},
            id="Title before a name",
        ),
        pytest.param(
            "Email,E-mail,First Name,Last Name",
            "yes,jo@example.com,Jo,Vance",
            JO,
            id="A column of e-mail that holds none",
        ),
    ],
)  # fmt: skip
def test_the_fields_of_another_system_arrive(
    header: str, line: str, fields: dict[str, Any]
) -> None:
    (found,) = mapped(header, line)

    assert {name: found.get(name) for name in fields} == fields
    assert set(found) - set(fields) <= {"state", "postal_code", "street2"}


def test_a_row_takes_one_address_as_a_whole() -> None:
    header = "Email,Billing Street,Billing City,Billing Country,Shipping Street,Shipping City"

    one, other, both, none = mapped(
        header,
        "a@example.com,1 First St,,,9 Last Rd,Cary",
        "b@example.com,,,,9 Last Rd,Cary",
        "c@example.com,1 First St,Durham,US,9 Last Rd,Cary",
        "d@example.com,,,US,,",
    )

    assert one == {"email": "a@example.com", "street": "1 First St"}
    assert other == {"email": "b@example.com", "street": "9 Last Rd", "city": "Cary"}
    assert both == {"email": "c@example.com", "street": "1 First St", "city": "Durham"}
    assert none == {"email": "d@example.com"}


def test_groups_of_addresses_stand_in_a_file_and_come_back_from_it() -> None:
    mapper = ContactMapper.guess(
        ["Email", "Home Street", "Home State", "Home Country", "Work Street", "Work City"]
    )
    again = ContactMapper.from_config(mapper.as_config())

    assert mapper.as_config()["options"]["addresses"] == [
        {"street": "Home Street", "state": "Home State", "country": "Home Country"},
        {"street": "Work Street", "city": "Work City"},
    ]
    assert again.fingerprint == mapper.fingerprint
    assert set(mapper.targets) == {"email", "street", "state", "city"}
    assert "Home Country" in mapper.sources
    assert mapper.missing(["Email", "Work City"]) == ()
    assert "Work Street" in mapper.missing(["Email"])
    row = {"Email": "a@example.com", "Home State": "Bayern", "Home Country": "DE"}
    assert mapper.map(row)["state"] == "Bayern"
    assert mapper.explain(row)["state"].used == "Home State"
    assert mapper.map(mapper.sample("a@example.com"))["street"]


@pytest.mark.parametrize(
    ("addresses", "said"),
    [
        ("Home Street", "a list of tables"),
        (["Home Street"], "is a table"),
        ([{"phone": "Phone"}], "phone is not a field of a postal address"),
        ([{"city": "A"}], "in addresses as well"),
    ],
)
def test_groups_that_are_none_are_refused(addresses: Any, said: str) -> None:
    with pytest.raises(MappingError, match=said):
        ContactMapper({"email": "email", "city": "city"}, addresses=addresses)


@pytest.mark.parametrize(
    "value",
    [
        "jo@example.com, mo@example.com",
        "jo@example.com;mo@example.com",
        "jo@example.com / mo@example.com",
        "jo@example.com ::: mo@example.com",
        "jo@example.com\nmo@example.com",
        "Jo Vance <jo@example.com>, Mo <mo@example.com>",
    ],
)
def test_of_several_addresses_in_a_cell_the_first_is_taken_with_a_note(value: str) -> None:
    mapper = ContactMapper({"email": "email"})

    mapped = mapper.apply({"email": value})

    assert mapped.email == "jo@example.com"
    assert mapped.notes == ("email: 2 addresses in one value: the first is taken",)
    strict = ContactMapper({"email": "email"}, several_addresses="reject")
    with pytest.raises(MappingError, match="holds 2 addresses"):
        strict.map({"email": value})
    assert strict.as_config()["options"] == {"several_addresses": "reject"}
    assert strict.fingerprint != mapper.fingerprint


def test_two_at_signs_in_one_word_are_no_two_addresses() -> None:
    with pytest.raises(MappingError, match="more than one @"):
        ContactMapper({"email": "email"}).map({"email": "jo@mo@example.com"})


@pytest.mark.parametrize(
    ("field", "value", "sent", "note"),
    [
        ("phone", "9.19E+09", "9.19E+09", "scientific notation"),
        ("phone", "4,9E+11", "4,9E+11", "scientific notation"),
        ("phone", "+4.9E+11", "+4.9E+11", "scientific notation"),
        ("phone", 9195550001, "9195550001", "came as a number"),
        ("fax", 1.0, "1", "came as a number"),
        ("postal_code", 2169, "2169", "came as a number"),
        ("phone", "27713.0", "27713", "came as a number"),
        ("postal_code", " 2169,0 ", "2169", "came as a number"),
        ("street", "27713.0", "27713.0", ""),
        ("phone", "919.555.0", "919.555.0", ""),
        ("phone", "'+1 919 555", "+1 919 555", ""),
        ("postal_code", "'02169", "02169", ""),
        ("last_name", "'t Hooft", "'t Hooft", ""),
        ("business", "'47 Brand", "'47 Brand", ""),
        ("street", "'12/3", "12/3", ""),
    ],
)
def test_what_a_spreadsheet_did_to_a_number_is_noted(
    field: str, value: object, sent: str, note: str
) -> None:
    mapped = ContactMapper({"email": "email", field: "x"}).apply(
        {"email": "jo@example.com", "x": value}
    )

    assert dict(mapped.fields)[field] == sent
    assert bool(mapped.notes) is bool(note)
    assert note in " ".join(mapped.notes)


@pytest.mark.parametrize(
    "value",
    ["0000-00-00", "00-00-0000", "0000-00-00 00:00:00", "00/00/0000", "00.00.0000", "00.00.00"],
)
def test_a_date_of_zeros_is_blank(value: str) -> None:
    mapper = ContactMapper({"email": "email", "custom_fields": {"birthday": "born"}})

    assert mapper.map({"email": "jo@example.com", "born": value}) == {"email": "jo@example.com"}


def test_a_value_that_does_not_fit_costs_its_field_with_a_note() -> None:
    mapper = ContactMapper({"email": "email", "city": "city", "phone": "phone"})
    row = {"email": "jo@example.com", "city": ["Durham"], "phone": "1"}

    mapped = mapper.apply(row)

    assert mapped.fields == {"email": "jo@example.com", "phone": "1"}
    (note,) = mapped.notes
    assert note.startswith("city: left out: came as a list")
    assert note.endswith("(column 'city')")
    assert mapper.explain(row).ok
    assert mapper.explain(row)["city"].outcome == "left out"


def test_for_some_fields_such_a_value_may_reject_the_row() -> None:
    fields: dict[str, Any] = {
        "email": "email",
        "city": "city",
        "custom_fields": {"score": "points"},
    }
    for invalid in ({"city": "reject"}, "reject"):
        mapper = ContactMapper(fields, invalid=invalid)  # type: ignore[arg-type]  # both are
        with pytest.raises(MappingError, match="city: came as"):
            mapper.map({"email": "jo@example.com", "city": ["Durham"]})
        assert ContactMapper.from_config(mapper.as_config()).fingerprint == mapper.fingerprint

    mapper = ContactMapper(fields, invalid={"score": "reject"})
    with pytest.raises(MappingError, match="score: came as"):
        mapper.map({"email": "jo@example.com", "points": [1]})
    assert mapper.map({"email": "jo@example.com", "city": [1]}) == {"email": "jo@example.com"}


def test_an_address_that_does_not_fit_always_rejects_the_row() -> None:
    with pytest.raises(MappingError):
        ContactMapper({"email": "email"}, invalid="leave_out").map({"email": "nowhere"})


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"invalid": "forget"}, "'leave_out' or 'reject'"),
        ({"invalid": {"city": "forget"}}, "'leave_out' or 'reject'"),
        ({"invalid": {"citty": "reject"}}, "did you mean 'city'"),
        ({"several_addresses": "all"}, "'first' or 'reject'"),
    ],
)
def test_an_option_that_cannot_be_is_refused(options: dict[str, Any], said: str) -> None:
    with pytest.raises(MappingError, match=said):
        ContactMapper({"email": "email", "city": "city"}, **options)
