"""How people spell the columns of a contact file, best spelling first."""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping

#: Field -> spellings as `squeeze` leaves them. ``country`` is no field of iContact's (API 6.1);
#: it helps to read states.
SPELLINGS: Mapping[str, tuple[str, ...]] = {
    "email": tuple(
        "email emailaddress mail mailaddress emailid primaryemail emailprimary email1 "
        "contactemail useremail workemail emailwork businessemail emailadresse mailadresse "
        "adresseemail courriel correo correoelectronico indirizzoemail epost eposta".split()
    ),
    "prefix": tuple(
        "prefix salutation nameprefix prefixname honorific honorificprefix courtesytitle anrede "
        "civilite titel title".split()
    ),
    "first_name": tuple(
        "firstname givenname forename first fname contactfirstname vorname prenom voornaam "
        "nombre nome".split()
    ),
    "last_name": tuple(
        "lastname surname familyname last lname contactlastname nachname familienname "
        "nomdefamille nom achternaam apellidos apellido cognome sobrenome".split()
    ),
    "suffix": tuple("suffix namesuffix suffixname honorificsuffix".split()),
    "street": tuple(
        "street street1 streetaddress streetaddress1 streetline1 address1 addressline1 addr1 "
        "addressstreet mailingstreet address strasse strasseundhausnummer adresse adresse1 rue "
        "direccion calle indirizzo via endereco straat".split()
    ),
    "street2": tuple(
        "street2 streetaddress2 streetline2 address2 addressline2 addr2 addressstreet2 "
        "mailingstreet2 apartment apt suite unit adresszusatz adresse2 complementadresse "
        "direccion2".split()
    ),
    "city": tuple(
        "city town citytown towncity locality cityname mailingcity addresscity ort stadt wohnort "
        "ville ciudad citta cidade plaats".split()
    ),
    "state": tuple(
        "state stateprovince stateregion province region stateorprovince statecode mailingstate "
        "addressstate bundesland kanton canton provincia estado provincie county".split()
    ),
    "postal_code": tuple(
        "postalcode zip zipcode postcode zippostalcode zippostal postalzip mailingpostalcode "
        "addresszip plz postleitzahl codepostal codigopostal cap cep eircode pincode".split()
    ),
    "phone": tuple(
        "phone phonenumber telephone telephonenumber tel phone1 primaryphone homephone mobile "
        "mobilephone mobilenumber cell cellphone telefon telefonnummer telefono telefone "
        "handy mobil gsm portable".split()
    ),
    "fax": tuple("fax faxnumber telefax faxnummer".split()),
    "business": tuple(
        "business company companyname businessname organization organisation organizationname "
        "organisationname employer firma unternehmen firmenname societe entreprise empresa azienda "
        "bedrijf businessphone workphone officephone".split()
    ),
    "country": tuple("country countryname countrycode land pays pais paese".split()),
}

#: Columns that hold the whole name.
FULL_NAME = tuple("fullname name contactname displayname customername personname".split())

#: Spelling -> (field, rank): the lower rank is the better spelling.
BY_SPELLING: Mapping[str, tuple[str, int]] = {
    spelling: (field, rank)
    for field, spellings in SPELLINGS.items()
    for rank, spelling in enumerate(spellings)
}


def unaccented(text: str) -> str:
    """Return the text in lower case and without accents: ``"Île"`` and ``"ile"`` meet."""
    decomposed = unicodedata.normalize("NFKD", text.casefold())
    return "".join(mark for mark in decomposed if not unicodedata.combining(mark))


def squeeze(text: str) -> str:
    """Return the letters and digits alone, in lower case and without accents.

    >>> squeeze("E-Mail Address")
    'emailaddress'
    """
    return "".join(letter for letter in unaccented(text) if letter.isalnum())
