"""Headers that say no in ways that mail tools, CRMs and lawyers of many countries write them."""

from __future__ import annotations

import pytest

from icontact import ContactMapper
from icontact.errors import ConsentError, DoNotContact
from tests.mapping.test_consent_headers import meaning

#: By topic; headers are separated by bars.
SAY_NO = {
    "Consent that was withdrawn": """
Rücknahme der Einwilligung | Entzug der Einwilligung | Retrait consentement |
Retrait du consentement RGPD | Date de retrait du consentement | Retiro del consentimiento |
Ritiro del consenso | Data ritiro consenso | Intrekking toestemming |
Datum intrekking toestemming | Odwołanie zgody | Återtaget samtycke |
Tilbagetrækning af samtykke | Tilbagekaldt samtykke | Tilbakekalling av samtykke |
Suostumus peruttu | Отзыв согласия | Отозвал согласие | Loss of consent | Retracted consent |
Consent retracted | Consent rescinded
    """,
    "A newsletter that was left": """
Wypis z newslettera | Wypisał się z newslettera | Sortie de la newsletter | Départ newsletter |
Salida del boletín | Uscita dalla newsletter | Saída da newsletter | Saiu da newsletter |
Uittreding nieuwsbrief | Utträde nyhetsbrev | Lämnat nyhetsbrev | Udmeldelse nyhedsbrev |
Udmeldt nyhedsbrev | Poistunut uutiskirjeeltä | Newsletter Abgang | Newsletter verlassen |
Exited newsletter | Newsletter exit | Newsletter churned | Newsletter departure |
Newsletter end date
    """,
    "A newsletter that was refused": """
Avböjer nyhetsbrev | Avböjde utskick | Nekar nyhetsbrev | Odrzuca newsletter |
Kieltäytyy uutiskirjeestä | Kieltäytynyt markkinoinnista | Wijst nieuwsbrief af |
Lehnt Newsletter ab | Verzichtet auf Newsletter | Verzicht auf Newsletter |
Verzichtet auf Werbung | Renonce à la newsletter | Renuncia al boletín | Renúncia newsletter |
Ziet af van nieuwsbrief | Avstår från nyhetsbrev | Avstår nyhetsbrev | Undanbedes nyhetsbrev |
Undanber sig reklam | Frabeder sig reklame | Frabeder nyhedsbrev | Lemond hírlevél |
Turned down newsletter | Waives newsletter | Avoid newsletter | Against newsletter |
Dislikes newsletter
    """,
    "Removed from a list": """
Removido da lista | Retiré de la liste | Eliminado de la lista | Rimosso dalla lista |
Von der Liste entfernt | Aus Verteiler entfernt | Aus Verteiler gestrichen |
Aus Newsletter entfernt | Verwijderd van lijst | Usunięty z listy | Borttagen från listan |
Fjernet fra liste | Deleted from list | Dropped from list | Struck from list | Kicked from list |
Eliminado del boletín | Rimosso dalla newsletter | Removido da newsletter | Borttagen nyhetsbrev
    """,
    "Addresses that take no mail": """
Email erroné | Falsche E-Mail | E-Mail falsch | E-Mail fehlerhaft | Email errata |
Correo erróneo | Correo inválido | Email non valida | Ongeldig e-mail | E-mail ongeldig |
Nieprawidłowy e-mail | Ogiltig e-post | Ugyldig e-mail | Ugyldig e-post |
Virheellinen sähköposti | Neplatný e-mail | Неверный email | Email faulty | Email incorrect |
Email broken | Email failed | E-Mail unzustellbar | Email no longer valid |
Email non-deliverable | email1_is_bad
    """,
    "Bounces": """
Rebond | Rebond définitif | Rebonds | Rebote | Rebotes | Correo rebotado | Rimbalzo | Rimbalzato |
Email rimbalzata | Odbicie | Odbity | Studs | Studsat | Rückläufer | Unzustellbar |
Nicht zustellbar | Zustellfehler | Bouncegrund | Bounce hard | Bounce class | Bounce category |
permanent_bounce | permfail | Gebounct | Pomppaus | Correo devuelto | Bounce status |
bounceStatus
    """,
    "Complaints": """
Marked spam | Plainte | Plainte spam | Queja spam | Segnalazione spam | Segnalato come spam |
Spam-Beschwerde | Spambeschwerde | Beschwerde | Spam gemeldet | Als Spam markiert | Signalé spam |
Signalé comme spam | Marcado como spam | Denúncia de spam | Gemarkeerd als spam | Spamklacht |
Oznaczony jako spam | Zgłoszenie spam | Skarga spam | Markerad som spam | Skräppostanmälan |
Reported as junk | Reported abuse | FBL | feedback_loop | Junk | spam_trap | Honeypot | Spamtrap |
marked_as_junk | Quarantine | In quarantine | Email quarantine | Quarantäne | Quarantaine |
hs_email_quarantined
    """,
    "Blocked people, and lists of them": """
Zablokowany e-mail | E-mail zablokowany | Czarna lista | Na czarnej liście | Svartlistad |
Svartelista | Sortlistet | Svartelistet | Musta lista | Černá listina | Zwarte lijst |
Op zwarte lijst | Schwarze Liste | Negativliste | Ausschlussliste | Exclusion list |
Do not include in campaigns | Bloquer emails | Bloquear correos | Blocca email | Blokuj e-mail |
Blokkeer mail | Blockera mejl | Stummgeschaltet | Muted | Snoozed | Email snooze | Email frozen |
Sending blocked | Sending disabled | sending_disabled | Disable sending | On Hold | Hold |
temp_hold
    """,
    "Rights of the person": """
ShouldForget | Forget | Forget me | Forget this individual | To be deleted | Delete requested |
Deletion requested | deletion_requested_at | Erase my data | Anonymized | Anonymised |
anonymized_at | Anonymisiert | Anonymisé | Redacted | GDPR redact | Löschantrag | Löschanfrage |
Lösch-Anfrage | Löschung beantragt | Datenlöschung | Demande d'effacement | Droit à l'oubli |
Derecho al olvido | Derecho de supresión | Derecho de oposición | Oposición | Oposição |
Solicitud de supresión | Diritto all'oblio | Recht op vergetelheid | Verzoek tot verwijdering |
Prawo do bycia zapomnianym | Żądanie usunięcia | Rätt att bli glömd | Begäran om radering |
Do not process | Processing objection
    """,
    "With what a system writes before its fields": """
x_studio_no_mailing | contact.blocked | x_studio_blocked | custom_field[blocked] |
attributes.deleted | contact:removed | Contact - Blocked | lead.invalid | properties.opt |
subscriber_deleted | cf_no_mail | custom_nomail | contact.ne_plus_contacter | cf_off_list |
mc_bounce | hs_bounce | wp_user_no_news | cf_ndr | cf_abuse
    """,
    "The state of a refusal": """
Unsubscribe status | Opt-out status | Blacklist status | Suppression status | Bounce status |
Complaint status | Do not email status | Abmeldestatus | Opt out Estado | DNC status
    """,
    "Consent that is not there yet, or is over": """
Awaiting double opt-in | opt_in_pending | Opt-in pending | Pending opt-in | Consent pending |
Consent awaited | Consent requested | Awaiting consent | Consent required | Consent needed |
Needs consent | Opt-in requested | Opt-in email sent | Double opt-in sent | Newsletter pending |
Newsletter unconfirmed | Einwilligung ausstehend | Einwilligung offen | Einwilligung angefragt |
Opt-in ausstehend | Double-Opt-in offen | Newsletter unbestätigt | Opt-in unbestätigt |
Consentement en attente | Opt-in en attente | Consentimiento pendiente | Opt-in pendiente |
Consenso in attesa | Consentimento pendente | Toestemming in afwachting | Zgoda oczekująca |
Zgoda niepotwierdzona | Samtycke väntar | Obekräftat samtycke | Obekräftad prenumeration |
Suostumus odottaa | Souhlas čeká | Согласие ожидает | Consent unknown | Opt-in unknown |
Consent to be requested | Opt-in unconfirmed | Unverified opt-in | Consent unverified |
Consent outstanding | Consent incomplete | Ask for consent | Request consent |
Consent request sent | Consent reminder sent | Consent questionable | Consent doubtful |
Consent unclear
    """,
}

#: Headers and words of a web page, or read in a wrong encoding.
GARBLED = [
    ("D&eacute;sabonn&eacute;", "Désabonné"),
    ("Opt&nbsp;out", "Opt\u00a0out"),
    ("Newsletter&#32;abbestellt", "Newsletter abbestellt"),
    *(
        (word.encode("utf-8").decode(encoding, "surrogateescape"), word)
        for encoding in ("cp1252", "latin-1")
        for word in ("Désabonné", "Widerspruch gegen Werbung für Kunden", "Não enviar", "Отписан")
        if encoding == "latin-1" or word != "Отписан"
    ),
]

OTHER_CHANNELS = """
Telefonwerbung gesperrt | Postwerbung gesperrt | Briefwerbung gesperrt | Faxwerbung unerwünscht |
Opt-out telefonico | Opt-out cartaceo | Voice opt out | IVR opt-out | RCS opt out |
Messenger opt out |
Catalog opt out | Katalog abbestellt | Flyer opt-out | Snail mail opt out | USPS do not mail |
Landline opt out | Texting opt out | txt opt out
"""

OTHERS = """
Outstanding Balance | Payment pending | Awaiting payment | Refund requested | Seat hold |
Hold music |
Account locked | Liefersperre | Zahlungssperre | Retrait en magasin | Date de départ |
Data uscita |
Saldo pendiente | Salida prevista | Retirada na loja | Utträdesdatum | Exit survey |
Departure date |
Downloads | Down payment | Weight loss | Churn risk | Messenger ID | Junk food | Valid until |
Reminder sent |
Last Stay-in-Touch Request Date | User preferences | Customer offers | Contact source |
Cancelled orders
"""

CONFIRMED = """
DOI | DOI confirmed | doi_confirmed | email_confirmed | is_confirmed_subscriber |
subscription_confirmed |
Inscription confirmée | Suscripción confirmada | Iscrizione confermata | Zapis potwierdzony |
Inschrijving bevestigd | Bekräftad prenumeration | valid_email | Email valid
"""


SAY_YES = """
Subscribe me | Email updates | Join our mailing list | Get email updates | Updates by email |
News by email | Email news | Email alerts | Email offers | Promo emails | Promotional offers |
Special offers by email | Receive special offers | Include in mailing | On the mailing list |
Email subscriber | Marketing approval | Approved for marketing | Contact me | Contact by email |
Enable emails | Email notifications | Stay informed | Consiente envío | Consenso dato |
Privacy accettata | Subskrypcja | Odběr novinek | Odběratel | Prenumeration | Abonnent |
Im Verteiler | E-Mail-Verteiler | Mailings gewünscht | Infomail | Rundbrief |
E-Mail-Info gewünscht | Kontakterlaubnis | Werbung ja | Abonné e-mail | Lettre d'information |
Actualités par e-mail | Autorisation e-mail | Autorise e-mail | Accepte la prospection |
Suscriptor | Envío de publicidad | Permiso e-mail | Permite e-mail | Assinante |
Mag gemaild worden | Mailing toegestaan | E-mail toegestaan | Suoramarkkinointi sallittu |
user_meta.newsletter | user newsletter
"""

#: Those that are about consent whatever their cells hold.
CERTAIN = {"Consenso dato", "user_meta.newsletter", "user newsletter"}


def headers(text: str) -> list[str]:
    return [one.strip() for one in text.split("|")]


@pytest.mark.parametrize("topic", SAY_NO)
def test_a_yes_below_a_header_that_refuses_never_lets_a_person_be_mailed(topic: str) -> None:
    found = {one: meaning(one) for one in headers(SAY_NO[topic])}

    assert {one: said for one, said in found.items() if said not in ("no", "unsure")} == {}


@pytest.mark.parametrize("header", headers(OTHER_CHANNELS))
def test_a_refusal_of_another_channel_restricts_no_one(header: str) -> None:
    assert meaning(header) is None


@pytest.mark.parametrize("header", headers(OTHERS))
def test_words_of_orders_and_travel_are_not_about_consent(header: str) -> None:
    assert meaning(header) is None


@pytest.mark.parametrize("header", headers(CONFIRMED))
def test_a_subscription_has_to_be_confirmed(header: str) -> None:
    assert meaning(header) == "yes"


@pytest.mark.parametrize(("garbled", "meant"), GARBLED)
def test_a_garbled_header_is_read_as_it_was_meant(garbled: str, meant: str) -> None:
    assert meaning(garbled) == meaning(meant) == "no"


def test_letters_that_only_look_garbled_stay() -> None:
    assert meaning("NÃO ENVIAR") == "no"
    assert meaning("R&D; notes") is None
    assert meaning("SÃO PAULO") is None


def test_a_garbled_word_refuses() -> None:
    rows = [
        {"email": "ada@example.com", "Status": "dÃ©sabonnÃ©"},
        {"email": "bo@example.com", "Status": "abonnÃ©"},
    ]
    mapper = ContactMapper.guess(rows[0], rows)

    assert mapper.map(rows[1]) == {"email": "bo@example.com"}
    with pytest.raises(DoNotContact):
        mapper.map(rows[0])


@pytest.mark.parametrize("header", ["Do you want our mail?", "Wants the newsletter"])
def test_a_question_about_our_mail_is_about_consent(header: str) -> None:
    assert meaning(header) == "yes"


@pytest.mark.parametrize("header", headers(SAY_YES))
def test_a_no_below_a_header_that_offers_mail_is_read(header: str) -> None:
    assert meaning(header) == "yes"


@pytest.mark.parametrize("header", sorted({*headers(SAY_YES)} - CERTAIN))
def test_other_values_below_such_a_header_restrict_no_one(header: str) -> None:
    rows = [{"email": "ada@example.com", header: "Kunden 2024"}]
    ContactMapper.guess(rows[0], rows).require_consent_read(rows[0], rows)


@pytest.mark.parametrize(
    "header",
    [
        *("безРассылки", "fărăNewsletter", "souhlasČeká", "ejÖnskatUtskickNyhetsbrev"),
        *("Exclude (yes/no)", "Rebond (oui/non)", "Muted [Y/N]", "Отказ (да/нет)"),
        *("contact.blocked", "custom_fields[blocked]", "Person - Muted", "12. Blocked"),
    ],
)
def test_however_a_header_is_written_it_refuses(header: str) -> None:
    assert meaning(header) in ("no", "unsure")


@pytest.mark.parametrize(
    "header",
    ["Contact: Email updates", "Person - Subskrypcja", "7. Infomail", "properties.emailUpdates"],
)
def test_what_stands_before_a_field_does_not_hide_what_it_offers(header: str) -> None:
    assert meaning(header) == "yes"


@pytest.mark.parametrize(
    ("note", "said"),
    [
        ("do not use emailjo@example.com please", ": not email"),
        ("Please never again send anything to Jo-Mailing@Example.com", ": never mailing. "),
        ("kindly do not send the newsletter to Jona Newsletterson", ": not newsletter newsletter"),
        ("please remove Emailjona from the list", ": remove email"),
        ("Abmeldungjona keine Newsletterjona", ": keine newsletter"),
    ],
)
def test_the_message_shows_no_more_of_a_note_than_words_for_it(note: str, said: str) -> None:
    rows = [{"Email": "a@example.com", "Note": one} for one in (note, "late", "tea")]
    with pytest.raises(ConsentError) as caught:
        ContactMapper.guess(["Email", "Note"]).require_consent_read(["Email", "Note"], rows)
    assert "jo" not in str(caught.value).lower()
    assert "son" not in str(caught.value).replace("consent", "").lower()
    assert said in str(caught.value)


@pytest.mark.parametrize("header", ["Preferred contact", "Alerts", "Appeals"])
def test_of_a_column_that_may_hold_names_only_what_says_no_is_shown(header: str) -> None:
    rows = [{"Email": "a@example.com", header: one} for one in ("Jo", "no", "Ann Lee")]
    with pytest.raises(ConsentError) as caught:
        ContactMapper.guess(["Email", header]).require_consent_read(["Email", header], rows)
    assert f"column '{header}' may be about who may be mailed: no. Say" in str(caught.value)
