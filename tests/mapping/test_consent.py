"""Columns that say who may be mailed: recognised, read in many words, and never passed over."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from enum import Enum
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact import ContactMapper
from icontact.errors import ConsentError, DoNotContact, MappingError, NoConsent
from icontact.mapping.consent_columns import certain_no, column_of, not_read
from icontact.mapping.consent_reading import NOT_MAILABLE

FIELDS = {"email": "email"}


def may_be_mailed(mapper: ContactMapper, row: Mapping[Any, Any]) -> bool:
    try:
        mapper.map(row)
    except DoNotContact:
        return False
    return True


def guessed(*rows: dict[str, Any]) -> ContactMapper:
    return ContactMapper.guess(list(rows[0]), rows)


@pytest.mark.parametrize(
    ("header", "yes", "no"),
    [
        ("Opt Out", "No", "Yes"),
        ("doNotContact", "0", "1"),
        ("HasOptedOutOfEmail", "false", "TRUE"),
        ("Do not allow Bulk Emails", "Allow", "Do Not Allow"),
        ("donotbulkemail", "0", "1"),
        ("Unsubscribed from all email", "No", "Yes"),
        ("Unsubscribed At", "", "2024-01-31 10:00:00"),
        ("UNSUB_TIME", "0000-00-00 00:00:00", "1/31/2024"),
        ("Email Blacklisted", "N", "Y"),
        ("Email Bounced Reason", "", "mailbox full"),
        ("Abgemeldet am", "", "31.01.2024"),
        ("Werbewiderspruch", "nein", "ja"),
        ("Désabonné", "non", "oui"),
        ("Ne pas contacter", "Non", "Oui"),
        ("Fecha de baja", "", "31/01/2024"),
        ("No contactar", "no", "sí"),
        ("Disiscritto", "no", "Sì"),
        ("Descadastrado", "não", "sim"),
        ("Uitgeschreven", "nee", "ja"),
        ("Wypisany", "nie", "tak"),
        ("Avregistrerad", "nej", "ja"),
        ("Markkinointikielto", "ei", "kyllä"),
        ("Odhlášen", "ne", "ano"),
        ("Отписан", "нет", "да"),
        ("配信停止", "いいえ", "はい"),
        ("Accepts Email Marketing", "yes", "no"),
        ("accepts_marketing", True, False),
        ("Email Opt-In", "✓", "✗"),
        ("Email Marketing Consent", "SUBSCRIBED", "NEVER_SUBSCRIBED"),
        ("Marketing contact status", "Marketing contact", "Non-marketing contact"),
        ("Subscription Status", "Active", "Unsubscribed"),
        ("email_status", "confirmed", "bounced"),
        ("status", "subscribed", "Cleaned"),
        ("Would you like to receive our newsletter?", "Yes, please", "No, thanks"),
        ("Newsletter", "1", "0"),
        ("Einwilligung Werbung", "erteilt", "abgelehnt"),
        ("Accepte la newsletter", "oui", "non"),
        ("Acepta publicidad", "Sí", "No"),
        ("Consenso marketing", "Sì", "No"),
        ("Aceita receber promoções", "Sim", "Não"),
        ("Toestemming e-mail", "ja", "nee"),
        ("Zgoda na newsletter", "TAK", "NIE"),
        ("Samtycke", "ja", "nej"),
        ("Suostumus", "Kyllä", "Ei"),
        ("Souhlas s newsletterem", "Ano", "Ne"),
        ("Согласие на рассылку", "Да", "Нет"),
        ("メルマガ", "希望する", "希望しない"),
        ("DNM", "", "X"),
        ("No Mailings", "", "x"),
        ("Removed from list", "No", "Yes"),
        ("Deleted", "false", "true"),
        ("is_banned", "0", "1"),
        ("Removed at", "", "2024-05-01"),
        ("Bounce date", "", "2024-05-01"),
        ("Bounce type", "", "Hard"),
        ("Unsubscribe source", "", "footer link"),
        ("Unsubscribe campaign", "", "May"),
        ("Deceased", "no", "yes"),
        ("Verstorben am", "", "01.02.2024"),
        ("Send Marketing Materials", "Send", "Do Not Send"),
        ("SubscribeStatus", "Active", "Unsubscribed"),
        ("sub_status", "subscribed", "cancelled"),
        ("mailing preference", "Yes please", "No thanks"),
        ("Newsletter", "Yes please", "No thank you"),
        ("May we contact you by email?", "Yes", "No"),
        ("Newsletter (yes/no)", "yes", "no"),
        ("Newsletter (ja/nein)", "ja", "nein"),
        ("Newsletter Oui/Non", "oui", "non"),
        ("¿Newsletter? (sí/no)", "sí", "no"),
        ("İYS", "ONAY", "RET"),
        ("订阅状态", "已订阅", "已退订"),
        ("Hírlevél feliratkozás", "igen", "nem"),
    ],
)
def test_a_column_about_consent_is_recognised_and_read(header: str, yes: Any, no: Any) -> None:
    rows = [{"email": "ada@example.com", header: yes}, {"email": "bo@example.com", header: no}]

    mapper = guessed(*rows)

    assert header not in mapper.unused
    assert [may_be_mailed(mapper, row) for row in rows] == [True, False]
    assert any(header[:30] in line for line in mapper.consent.lines)


@pytest.mark.parametrize("cross", list("✗✘✕✖❌×❎☓⨯╳🗴🗵🗶🗷⊠☒○◯⚪"))
def test_a_cross_permits_in_no_column(cross: str) -> None:
    """Under "Opt out" it may be the mark of a box that was ticked.

    An empty circle is a yes in Japanese forms, and elsewhere a button that was not chosen.
    """
    for header, yes in (("Opt out", ""), ("Newsletter", "✓"), ("Deleted", "no")):
        marked, other = ({"email": "ada@example.com", header: one} for one in (cross, yes))
        mapper = guessed(marked, other)
        assert [may_be_mailed(mapper, row) for row in (marked, other)] == [False, True]
    assert certain_no({"opted_out": f"{cross}\ufe0f"})


@pytest.mark.parametrize(
    "header",
    [
        *(
            "Unmailable",
            "unmarketable",
            "nonconsenting",
            "not_mailable",
            "non-mailable",
            "notMarketable",
            "isNotSubscribed",
        ),
        *("No consent", "not consented", "without consent", "Non-consent", "Consent missing"),
        *("lacks consent", "consent refused", "Consent denied", "Permission denied", "NoOptIn"),
        *("Newsletter denied", "Newsletter: declined", "Marketing declined", "Email refused"),
        *("Email prohibited", "Emails disabled", "disable_email", "Stop emails", "Stop email"),
        *("Exclude from mailings", "Excluded from marketing", "Invalid email", "Email invalid"),
        *("Objection", "Objected to marketing", "Do not promote", "do_not_solicit", "DNE"),
        *("No solicitation", "Remove me", "Left list", "Global suppression", "Deceased"),
        *("E-Mail gesperrt", "Mailingsperre", "Kontaktsperre", "Keine Einwilligung"),
        *("Einwilligung verweigert", "Newsletter nicht erwünscht", "Verstorben"),
        *("Ne souhaite pas recevoir", "Refus newsletter", "Liste rouge", "NPAI", "Décédé"),
        *("Sans consentement", "Consentement refusé", "N'accepte pas les emails"),
        *("No quiere emails", "No acepta publicidad", "Sin consentimiento", "Rechaza newsletter"),
        *("Non vuole ricevere", "Rifiuta", "Rifiuto marketing", "Senza consenso"),
        *("Não quer receber", "Não aceita e-mail", "Sem consentimento", "Recusou newsletter"),
        *("Geen toestemming", "Wil geen nieuwsbrief", "Bezwaar", "Toestemming geweigerd"),
        *("Brak zgody", "Sprzeciw", "Nie wyraża zgody", "Odmowa zgody", "Bez zgody"),
        *("Vill inte", "Vill ej ha nyhetsbrev", "Reklamspärr", "Samtycke saknas"),
        *(
            "Nej tak",
            "Intet samtykke",
            "Ikke samtykke",
            "Samtykke mangler",
            "Ønsker ikke nyhetsbrev",
        ),
        *("Kielletty", "Ei suostumusta", "Ei markkinointilupaa", "Suostumus puuttuu"),
        *("Nepřeje si", "Nesouhlas", "Bez souhlasu", "Nechce novinky"),
        *("Не рассылать", "Не присылать", "Нет согласия", "Не согласен", "Отказ от рассылки"),
        *("İzin yok", "Onay yok", "İzinsiz", "Bülten istemiyor"),
        *("メルマガ不要", "送信不可", "不要", "同意なし", "同意しない", "メルマガ拒否"),
        *("退订", "不同意", "拒收邮件", "Nincs hozzájárulás", "Leiratkozott"),
    ],
)
def test_a_header_that_negates_says_who_must_not_be_mailed(header: str) -> None:
    rows = [{"email": "a@example.com", header: "1"}, {"email": "b@example.com", header: "0"}]
    mapper = guessed(*rows)

    assert mapper.consent.keys("no") == (header,)
    assert [may_be_mailed(mapper, row) for row in rows] == [False, True]
    with pytest.raises(MappingError, match="give it as do_not_contact"):
        ContactMapper(FIELDS, consent=[header])


@pytest.mark.parametrize(
    "header",
    [
        *(
            "email enabled",
            "Okay to contact",
            "Can we email you?",
            "OK to email",
            "Keep me updated",
        ),
        *("May we contact you by email?", "Keep me informed", "Stay in touch", "Hear from us"),
        *("Would you like to hear from us?", "contact_allowed", "contact permitted"),
        *("darf angemailt werden", "Quiere recibir", "Quer receber", "Wyraża zgodę"),
        *(
            "Accord commercial",
            "İYS",
            "Consent (yes/no)",
            "consent_given",
            "Exclusive newsletter opt-in",
        ),
        "I agree to the processing of my data by you and your partners and to newsletters. " * 4,
        *("Recevoir un email", "Samtycke", "Souhlas", "Acepta newsletter (si/no)"),
    ],
)
def test_a_header_that_asks_must_be_answered_with_yes(header: str) -> None:
    rows = [{"email": "a@example.com", header: "1"}, {"email": "b@example.com", header: "0"}]
    mapper = guessed(*rows)

    assert mapper.consent.keys("yes") == (header,)
    assert [may_be_mailed(mapper, row) for row in rows] == [True, False]


@pytest.mark.parametrize(
    "header",
    [
        *("Marketing Opt", "Opt", "Opted", "Opt-in/Opt-out", "Subscribed/Unsubscribed"),
        *("Not unsubscribed", "Never opted out", "Opt-out refused", "No objection to marketing"),
        "I do not want to receive any newsletter",
        "Yes, send me the newsletter, I can unsubscribe at any time",
        "Tick here if you would rather not receive marketing emails from us",
        *("Newsletter No", "Inscrito no boletim", "Newsletter without images"),
    ],
)
def test_a_header_that_can_be_read_in_two_ways_stops(header: str) -> None:
    row = {"email": "ada@example.com", header: "yes"}
    mapper = guessed(row)

    assert [one.meaning for one in mapper.unread_consent(row, [row])] == ["unsure"]


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Lead Status", "Do Not Contact"),
        ("Lead Status", "unsubscribed?"),
        ("Lead Status", "DoNotContact"),
        ("Segment", "Blacklisted"),
        ("mailing preference", "Never mind"),
        ("Contact preference", "by post"),
        ("Follow E-mail Activity", "Do Not Allow"),
        ("Notes", "VIP. Do not e-mail!"),
        ("Tags", "vip, opted-out"),
        ("Tags", ["vip", "do-not-email"]),
        ("Lead Email Status", "Bounced"),
        ("Remark", "Asked on the phone, please do not email him"),
        ("Bemerkung", "keine Werbung"),
        ("備考", "配信停止"),
    ],
)
def test_a_value_that_says_no_stops_whatever_the_header_says(header: str, value: Any) -> None:
    row = {"email": "ada@example.com", header: value}
    mapper = guessed(row)

    with pytest.raises(ConsentError, match=r"do_not_contact.*consent.*ignore") as caught:
        mapper.require_consent_read(row, [row])
    assert caught.value.columns == (header,)


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Phone status", "Do Not Contact"),
        ("SMS", "unsubscribed"),
        ("Notes", "They do not send parcels to the islands in winter as far as we know"),
        ("Company", "No Email Please Ltd & Friends of a much longer name than that"),
        ("Profession", "Opt outfitter"),
        ("Email frequency", "Weekly"),
    ],
)
def test_a_value_about_something_else_stops_nothing(header: str, value: str) -> None:
    row = {"email": "ada@example.com", header: value}

    assert guessed(row).unread_consent(row, [row]) == ()


def test_of_a_column_with_a_refusal_only_the_refusal_is_shown() -> None:
    rows = [
        {"email": "a@example.com", "Remark": note}
        for note in ("wife of Jo Canary", "Mr Canary: do not email", "Opted out")
    ]

    (one,) = guessed(*rows).unread_consent(rows[0], rows)

    assert str(one) == ("column 'Remark' may be about who may be mailed: do not email, opted out")


def test_a_refusal_among_addresses_leaves_the_column_that_of_the_addresses() -> None:
    rows = [{"Email": cell} for cell in ("a@example.com", "b@example.com", "do not email")]

    assert guessed(*rows).sources[0] == "Email"


@pytest.mark.parametrize(
    ("value", "answer"),
    [
        ("Yes please", "mail"),
        ("Да пожалуйста", "mail"),
        ("Yes, please", "mail"),
        ("Ja bitte", "mail"),
        ("Sí, por favor", "mail"),
        ("No thanks", "no_mail"),
        ("No thank you", "no_mail"),
        ("Nein danke", "no_mail"),
        ("Yes but only by post", "unknown"),
        ("Yes, but only by post", "unknown"),
        ("Yes, not by e-mail", "unknown"),
        ("On Tuesdays", "unknown"),
        ("Never, ever", "no_mail"),
    ],
)
def test_an_answer_is_read_by_its_first_word(value: str, answer: str) -> None:
    from icontact.mapping.consent_reading import read

    assert read(value, "yes") == answer


def test_no_word_is_in_two_tables() -> None:
    from itertools import combinations

    from icontact.mapping.consent_reading import (
        BLANK,
        MAILABLE,
        NO,
        NOT_MAILABLE,
        WEAK_MAILABLE,
        WEAK_NOT_MAILABLE,
        YES,
    )

    tables = (BLANK, YES, NO, MAILABLE, NOT_MAILABLE, WEAK_MAILABLE, WEAK_NOT_MAILABLE)

    assert [one & two for one, two in combinations(tables, 2) if one & two] == []


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("SMS opt out", "yes"),
        ("HasOptedOutOfFax", "true"),
        ("Do Not Call", "Yes"),
        ("Accepts SMS Marketing", "no"),
        ("DoNotBulkPostalMail", "1"),
        ("Telefon Einwilligung", "nein"),
        ("WhatsApp opt-in", "no"),
        ("Order Status", "cancelled"),
        ("Lead Status", "working"),
        ("Status", "completed"),
        ("State", "NC"),
        ("OPTIN_IP", "1.2.3.4"),
        ("OPTIN_TIME", ""),
        ("Unsubscribe Link", "https://example.com/u/1"),
        ("Bounce Rate", "0.5"),
        ("Newsletter Name", "Weekly"),
        ("Newsletter", "Weekly; Monthly"),
        ("Options", "no"),
        ("Consent to Track", "Unchanged"),
        ("Recevoir les offres de nos partenaires", "Non"),
        ("Active", "yes"),
        ("Email verified", "1"),
        ("Confirmed", True),
        ("Verified at", "2024-05-01"),
        ("Order confirmed", "no"),
        ("Phone verified", "no"),
    ],
)
def test_a_column_about_something_else_restricts_no_one(header: str, value: object) -> None:
    row = {"email": "ada@example.com", header: value}
    mapper = guessed(row)

    assert mapper.unread_consent(row, [row]) == ()
    assert may_be_mailed(mapper, row)
    assert certain_no(row) is None


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("Do Not Mail", "Yes"),
        ("Permission", "granted by phone"),
        ("GDPR consent", "see form 12"),
        ("Newsletter", ""),
        ("Confirmed", "0"),
        ("Active", "no"),
        ("Is active", False),
        ("isEnabled", "false"),
        ("Verified", 0),
        ("Email verified", "No"),
        ("verified_email", False),
        ("customer.verified", "N"),
        ("Activo", "no"),
    ],
)
def test_a_column_that_cannot_be_read_for_sure_stops_and_names_the_options(
    header: str, value: object
) -> None:
    row = {"email": "ada@example.com", header: value}
    mapper = guessed(row)

    with pytest.raises(ConsentError) as caught:
        mapper.require_consent_read(row, [row])

    assert caught.value.columns == (header,)
    for word in (repr(header), "do_not_contact", "consent", "ignore"):
        assert word in str(caught.value)
    mapper.with_consent(ignore=[header]).require_consent_read(row, [row])
    mapper.with_consent(consent=[header]).require_consent_read(row, [row])


@pytest.mark.parametrize(
    ("header", "values", "mailed"),
    [
        ("Spam", ["yes", "no"], [False, True]),
        ("Bounces", ["3", "0"], [False, True]),
        ("Status", ["active", "inactive"], [True, False]),
        ("Subscriber", ["yes", "no"], [True, False]),
    ],
)
def test_words_show_what_a_header_of_many_meanings_is_about(
    header: str, values: list[str], mailed: list[bool]
) -> None:
    rows = [{"email": "a@example.com", header: value} for value in values]
    mapper = guessed(*rows)

    assert [may_be_mailed(mapper, row) for row in rows] == mailed


def test_a_frequency_that_may_be_never_stops() -> None:
    rows = [{"email": "a@example.com", "Email frequency": word} for word in ("Weekly", "Never")]

    assert [one.meaning for one in guessed(*rows).unread_consent(rows[0], rows)] == ["unsure"]


def test_a_blank_word_is_shown_nowhere() -> None:
    rows = [{"email": "a@example.com", "Opt out": word} for word in ("n/a", "yes")]

    assert guessed(*rows).consent.columns[0].words == {"yes": False}


def test_some_words_known_and_some_not_of_a_weak_header_stop() -> None:
    rows = [{"email": "a@example.com", "Newsletter": word} for word in ("yes", "Weekly")]

    (one,) = guessed(*rows).unread_consent(rows[0], rows)

    assert (one.meaning, str(one)) == (
        "unsure",
        "column 'Newsletter' may be about who may be mailed: yes, Weekly",
    )


def test_a_mapping_of_ones_own_has_to_say_what_consent_columns_mean() -> None:
    row = {"email": "ada@example.com", "Opt Out": "yes"}
    mapper = ContactMapper({"email": "email", "custom_fields": {"opt": "Opt Out"}})

    with pytest.raises(ConsentError, match="'Opt Out'"):
        mapper.require_consent_read(row, [row])

    stated = ContactMapper(FIELDS, do_not_contact=["Opt Out"])
    stated.require_consent_read(row, [row])
    ContactMapper(FIELDS, ignore=["Opt Out"]).require_consent_read(row, [row])
    ContactMapper({**FIELDS, "status": "Opt Out"}).require_consent_read(row, [row])
    assert not may_be_mailed(stated, row)


@pytest.mark.parametrize(
    ("options", "remedy"),
    [
        ({"do_not_contact": ["Accepts Email Marketing"]}, "give it as consent"),
        ({"do_not_contact": "Subscribed"}, "give it as consent"),
        ({"consent": ["Opt Out"]}, "give it as do_not_contact"),
        ({"consent": ["UNSUB_TIME"]}, "give it as do_not_contact"),
        ({"do_not_contact": ["A"], "consent": ["A"]}, "one of them is right"),
        ({"do_not_contact": ["A"], "ignore": ["A"]}, "one of them is right"),
        ({"consent": ["A"], "ignore": ["A"]}, "one of them is right"),
        ({"consent": 1.5}, "consent"),
        ({"consent_blank": "guess"}, "'skip' or 'push'"),
    ],
)
def test_a_name_that_says_the_opposite_is_refused_with_the_remedy(
    options: dict[str, Any], remedy: str
) -> None:
    with pytest.raises(MappingError, match=remedy):
        ContactMapper(FIELDS, **options)


def test_a_word_that_is_not_known_rejects_the_row_and_is_named() -> None:
    mapper = ContactMapper(FIELDS, do_not_contact=["Ask first"])

    with pytest.raises(MappingError) as caught:
        mapper.map({"email": "ada@example.com", "Ask first": "on Tuesdays"})

    assert not isinstance(caught.value, DoNotContact)
    for word in ("'on Tuesdays'", "'Ask first'", "Write yes or no", "ignore"):
        assert word in str(caught.value)


def test_a_word_that_may_be_personal_is_not_named() -> None:
    mapper = ContactMapper(FIELDS, do_not_contact=["Ask first"])

    for value in ("ask jo@example.com", "a" * 31):
        with pytest.raises(MappingError) as caught:
            mapper.map({"email": "ada@example.com", "Ask first": value})
        assert value not in str(caught.value)


@pytest.mark.parametrize("blank", ["", None, "n/a", "—", float("nan"), "0000-00-00"])
def test_a_blank_is_no_consent_unless_the_settings_say_so(blank: object) -> None:
    row = {"email": "ada@example.com", "Consent": blank}

    with pytest.raises(NoConsent, match='consent_blank = "push"'):
        ContactMapper(FIELDS, consent=["Consent"]).map(row)
    assert may_be_mailed(ContactMapper(FIELDS, consent=["Consent"], consent_blank="push"), row)
    assert may_be_mailed(ContactMapper(FIELDS, do_not_contact=["Opt out"]), row)


def test_a_row_without_the_column_gives_no_consent() -> None:
    assert not may_be_mailed(ContactMapper(FIELDS, consent="Consent"), {"email": "a@example.com"})


@pytest.mark.parametrize(
    ("value", "yes_column", "no_column"),
    [
        (True, "mail", "no_mail"),
        (1, "mail", "no_mail"),
        (1.0, "mail", "no_mail"),
        (Decimal(0), "no_mail", "mail"),
        (2, "unknown", "no_mail"),
        ("2", "unknown", "no_mail"),
        ("1.0", "mail", "no_mail"),
        ("'yes", "mail", "no_mail"),
        (date(2024, 1, 31), "mail", "no_mail"),
        ("31 Jan 2024", "mail", "no_mail"),
        ("Jan 31, 2024", "mail", "no_mail"),
        ("1706695200", "mail", "no_mail"),
        ("●", "unknown", "unknown"),
        ("unsubscribed", "no_mail", "no_mail"),
        ("subscribed", "mail", "mail"),
        ("active", "mail", "unknown"),
        ("pending", "no_mail", "unknown"),
        ("?", "unknown", "unknown"),
        ("perhaps", "unknown", "unknown"),
        (object(), "unknown", "unknown"),
        ("Yes: by the form", "mail", "unknown"),
        ([{"reason": 1, "channel": "email"}], "no_mail", "no_mail"),
        ([{"reason": 3, "channel": "sms"}], "blank", "blank"),
        ({"channel": "email", "reason": 2}, "no_mail", "no_mail"),
        ('[{"channel": "email"}]', "no_mail", "no_mail"),
        ([{"status": "unsubscribed"}, {"status": "normal"}], "mail", "unknown"),
        ([{"status": "unsubscribed"}], "no_mail", "no_mail"),
        (["normal"], "unknown", "unknown"),
        ("[]", "blank", "blank"),
        ("[broken", "unknown", "unknown"),
    ],
)
def test_each_kind_of_value_is_read(value: object, yes_column: str, no_column: str) -> None:
    from icontact.mapping.consent_reading import read

    assert (read(value, "yes"), read(value, "no")) == (yes_column, no_column)


def test_permission_that_is_only_implied_is_left_to_the_person_who_pushes() -> None:
    """It ends after a time, and Constant Contact's file does not say when it began."""
    header = "Email permission status"
    words = ["Express", "Implied", "Implicit", "Temporary hold", "temp_hold", "No permissions set"]
    rows = [{"email": "ada@example.com", header: word} for word in words]
    mapper = guessed(*rows)

    assert mapper.apply(rows[0]).email == "ada@example.com"
    for row in rows[1:3]:
        with pytest.raises(MappingError, match=r"word 'Impli.*Write yes or no"):
            mapper.map(row)
    assert not any(may_be_mailed(mapper, row) for row in rows[3:])


def test_the_lines_say_how_each_word_is_read() -> None:
    rows = [
        {"email": "a@example.com", "Opt out": "Yes", "News": "x", "UNSUB_TIME": "2024-01-01"},
        {"email": "b@example.com", "Opt out": "no", "News": "x", "UNSUB_TIME": ""},
    ]
    mapper = guessed(*rows).with_consent(consent=["News"], ignore=["Tags"], rows=rows)

    assert str(mapper.consent).split("\n") == [
        "consent: column 'Opt out' says who must not be mailed: Yes → not mailed, no → mailed",
        "consent: column 'UNSUB_TIME' says who must not be mailed: any entry → not mailed",
        "consent: column 'News' must say yes: x → mailed",
        "consent: a blank where a column must say yes → not mailed",
        "consent: not read: 'Tags'",
    ]
    assert "blank where a column must say yes → mailed" in str(
        mapper.with_consent(consent_blank="push").consent
    )
    assert str(ContactMapper(FIELDS).consent) == "no column says who may be mailed"
    assert repr(ContactMapper(FIELDS, consent="a").consent).startswith("<ConsentCheck: ")


def test_what_is_given_wins_over_what_was_guessed() -> None:
    row = {"email": "a@example.com", "Newsletter": "yes", "Opt out": "yes"}
    mapper = guessed(row).with_consent(do_not_contact=["Newsletter"], ignore=["Opt out"])

    assert mapper.consent.keys("no") == ("Newsletter",)
    assert mapper.consent.keys("yes") == ()
    assert mapper.consent.ignored == ("Opt out",)
    assert may_be_mailed(mapper, {**row, "Newsletter": "no"})
    free = guessed({"email": "a@example.com", "Opt out": "yes"}).with_consent(ignore=["Opt out"])
    assert may_be_mailed(free, row)


def test_the_options_stand_in_a_file_and_come_back_from_it(tmp_path: Path) -> None:
    path = tmp_path / "icontact.toml"
    path.write_text(
        '[mapping]\nemail = "email"\n[mapping.options]\ndo_not_contact = ["A", "B"]\n'
        'consent = ["C"]\nconsent_blank = "push"\nignore = ["D"]\n'
    )

    mapper = ContactMapper.from_toml(path)

    assert mapper.as_config()["options"] == {
        "do_not_contact": ["A", "B"],
        "consent": ["C"],
        "consent_blank": "push",
        "ignore": ["D"],
    }
    again = ContactMapper.from_config(mapper.as_config())
    assert again.fingerprint == mapper.fingerprint != ContactMapper(FIELDS).fingerprint
    assert set(mapper.missing(["email", "A"])) == {"B", "C"}
    assert {"A", "B", "C"} <= set(mapper.sources)


def test_a_sample_may_be_mailed() -> None:
    mapper = ContactMapper(FIELDS, do_not_contact=["A"], consent=["B"])

    assert may_be_mailed(mapper, mapper.sample("ada@example.com"))


@pytest.mark.parametrize(
    "row",
    [
        {"doNotEmail": 1},
        {"unsubscribed": True},
        {"opted_out": "yes"},
        {"unsubscribed_at": "2024-01-31"},
        {"accepts_marketing": False},
        {"subscription_status": "unsubscribed"},
        {"status": "Cleaned"},
        {"newsletter": "opted out"},
        {"doNotContact": [{"channel": "email", "reason": 1}]},
        {"lead_status": "Do Not Contact"},
        {"not_mailable": 1},
        {"deleted": True},
        {"banned_at": "2024-05-01"},
        {"tags": ["vip", "Do Not Contact"]},
        {"tags": ("do_not_email",)},
        {"tags": '["vip", "Do Not Contact"]'},
        {"note": b"do not contact"},
        {"status": ["unsubscribed"]},
        {"status": '["cleaned"]'},
        {"status": b"bounced"},
        {"Status__c": "Bounced"},
        {"opted_out": "\u2713!"},
        {"opted_out": "(\u2713)"},
        {"accepts_marketing": "\u2717."},
    ],
)
def test_a_row_that_comes_by_itself_says_a_certain_no(row: dict[str, Any]) -> None:
    (key,) = row

    assert repr(key) in (certain_no(row) or "")
    assert certain_no(row, {key}) is None


@pytest.mark.parametrize(
    "row",
    [
        {"unsubscribed": False},
        {"status": "new"},
        {"newsletter": "no"},
        {"opted_out": "perhaps"},
        {"doNotContact": []},
        {"phone_status": "Do Not Contact"},
        {"note": "do not email before noon"},
        {"deleted": "0"},
        {"archived": "box 12"},
        {"status": ["unsubscribed", "subscribed"]},
        {"status": []},
        {"tags": ["vip", 5, None]},
        {"phone_tags": ["Do Not Contact"]},
        {"note": "[do not mail] was on the envelope of a letter to another person"},
        {1: "yes"},
        {"": "yes"},
    ],
)
def test_what_is_only_likely_does_not_skip_a_row(row: dict[Any, Any]) -> None:
    assert certain_no(row) is None


class Said(Enum):
    REFUSED = "no"
    GONE = 0
    OPEN = "false"
    LEFT = "do not contact"


@pytest.mark.parametrize("value", ["false", " False ", b"false", bytearray(b"FALSE"), Said.OPEN])
def test_the_word_false_of_mautic_s_import_column_is_not_known_in_every_shape(
    value: object,
) -> None:
    with pytest.raises(MappingError, match="not known"):
        ContactMapper(FIELDS).map({"email": "ada@example.com", "doNotEmail": value})


@pytest.mark.parametrize(
    "value",
    [
        "do not contact",
        b"Do not contact",
        Said.LEFT,
        ["vip", b"do_not_contact"],
        [[Said.LEFT]],
        '["vip", "do not contact"]',
        '[{"tag": "do not contact"}]',
        '["vip", {"tag": "do not contact"}]',
        '[[[["do not contact"]]]]',
        '{"tag": "do not contact"}',
    ],
    ids=repr,
)
def test_a_refusal_in_any_column_is_found_in_every_shape_of_a_value(value: object) -> None:
    row = {"email": "ada@example.com", "Remark": value}

    (found,) = ContactMapper(FIELDS).unread_consent(list(row), [row])

    assert (found.column, list(found.words)) == ("Remark", ["do not contact"])


@pytest.mark.parametrize("value", ["unsubscribed", b"Unsubscribed", ["unsubscribed"]], ids=repr)
def test_a_mail_tool_s_word_shows_in_every_shape_what_a_column_is_about(value: object) -> None:
    row = {"email": "ada@example.com", "state": value}

    (found,) = ContactMapper(FIELDS).unread_consent(list(row), [row])

    assert (found.column, found.meaning) == ("state", "yes")


@pytest.mark.parametrize(
    "value",
    [
        b"no",
        b"0",
        bytearray(b"unsubscribed"),
        memoryview(b"false"),
        ["no"],
        ("unsubscribed",),
        {"value": False},
        {"status": "denied"},
        {"status": False},
        '{"email": false}',
        '["no"]',
        "n\u200bo",
        "un\u00adsubscribed",
        "\u202eno\u202c",
        Said.REFUSED,
        Said.GONE,
        Fraction(0),
        "unsubscribed (2024-01-31)",
        "Unsubscribed: hard bounce",
        "opted-out 2024-01-31",
        "Withdrawn on 3 May",
        "Not anymore",
        "nope",
        "stop",
    ],
    ids=lambda value: type(value).__name__,
)
@pytest.mark.parametrize("key", ["marketing_consent", "email_status"])
def test_a_refusal_is_read_in_every_shape_of_a_value(key: str, value: object) -> None:
    assert repr(key) in (certain_no({key: value}) or "")
    mapper = ContactMapper(FIELDS, consent=[key])
    with pytest.raises(DoNotContact):
        mapper.map({"email": "ada@example.com", key: value})


@pytest.mark.parametrize(
    "value", [b"yes", b"1", ["yes"], {"value": True}, "y\u200bes", Fraction(1)], ids=repr
)
def test_a_yes_in_a_column_that_refuses_is_read_in_every_shape_of_a_value(value: object) -> None:
    assert "'unsubscribed'" in (certain_no({"unsubscribed": value}) or "")


@pytest.mark.parametrize(
    "value", ["Unsubscribed: no", "bounced: never", "unsubscribed - nein"], ids=repr
)
def test_a_refusal_that_is_denied_is_not_known(value: str) -> None:
    assert certain_no({"email_status": value}) is None
    with pytest.raises(MappingError, match="not known"):
        ContactMapper(FIELDS, consent=["email_status"]).map(
            {"email": "ada@example.com", "email_status": value}
        )


def test_many_keys_are_forgotten_again() -> None:
    for number in range(10_050):
        assert certain_no({f"key {number}": "yes"}) is None


KNOWN_REFUSALS = st.sampled_from(
    [
        ("Opt Out", "Yes"),
        ("doNotEmail", "1"),
        ("Unsubscribed At", "2024-05-01"),
        ("Accepts Marketing", "no"),
        ("Email Consent", "false"),
        *(("status", word) for word in sorted(NOT_MAILABLE)),
        *(("Subscription Status", word.upper()) for word in sorted(NOT_MAILABLE)),
    ]
)
OTHERS = st.dictionaries(
    st.sampled_from(["Name", "Newsletter", "Opt In", "Tags", "Permission", "Bounced", "City"]),
    st.one_of(st.none(), st.booleans(), st.text(max_size=12), st.sampled_from(["yes", "no", "x"])),
)


@given(no=KNOWN_REFUSALS, others=OTHERS)
def test_a_known_no_wins_whatever_else_a_row_says(
    no: tuple[str, str], others: dict[str, Any]
) -> None:
    header, word = no
    row = {"email": "ada@example.com", **others, header: word}

    assert not may_be_mailed(guessed(row), row)


def test_an_error_about_columns_counts_them() -> None:
    column = column_of("Opt Out", [{"Opt Out": "yes"}])
    assert column is not None
    assert str(not_read([column])).startswith("a column about consent is not read: ")
    assert str(not_read([column, column])).startswith("2 columns about consent are not read: ")
