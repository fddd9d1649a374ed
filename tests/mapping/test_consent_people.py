"""A no in a form's answer, a note, a tag or a column that was made by hand is read, or stops."""

from __future__ import annotations

import pytest

from icontact import ContactMapper
from icontact.errors import ConsentError, MappingError
from icontact.mapping.consent_columns import LaterRows

pytestmark = pytest.mark.no_cover

#: By header; its refusals are separated by bars, and one that lets people be mailed comes last.
REFUSALS = {
    # Questions and columns of forms that name e-mails or a newsletter
    "reason": "550 5.1.1 user unknown | 550 No such user here | Mailbox unavailable | Sale",
    "activated": "0 | 1672827072",
    "Open to emails?": "no | yes",
    "May we add you to our mailing list?": "No | Not yet | Yes",
    "Parish bulletin by email": "N | no | Y",
    "Receive Email Marketing": "False | no | True",
    "Mail?": "n | nein | ja",
    "Invite?": "no | yes",
    "E-Mail-Versand erlaubt": "N | nein | J",
    "Dürfen wir Sie per E-Mail kontaktieren?": "Nein | lieber nicht | Ja",
    "Pouvons-nous vous contacter par courriel ?": "Non | non merci | Oui",
    "Comunicazioni via email": "no | sì",
    "Correo promocional": "no | sí",
    "Enviar e-mail": "não | sim",
    "Mogen wij u mailen?": "Nee | liever niet | Ja",
    "Czy możemy się z Tobą kontaktować mailowo?": "Nie | Tak",
    "Får vi kontakta dig via e-post?": "Nej | Ja",
    "Má vi kontakte dig på e-mail?": "Nej tak | Ja",
    "Saako sinulle lähettää sähköpostia?": "Ei | Ei saa | Kyllä",
    "Zasílání e-mailů": "ne | nechci | ano",
    "Súhlas so zasielaním noviniek": "Nie | nesúhlasím | Áno",
    "E-mail küldhető": "Nem kérem | igen",
    "Doriți să primiți newsletterul nostru?": "Nu | Nu, mulțumesc | Da",
    "Бажаєте отримувати розсилку?": "Ні | Ні, дякую | Так",
    "Съгласие за имейл маркетинг": "Не | Несъгласен | Да",
    "Ali želite prejemati e-novice?": "Ne | Ne, hvala | Da",
    "Συγκατάθεση για email": "Όχι | Δεν συμφωνώ | Ναι",
    "メール配信可否": "否 | 不要 | 可",
    "訂閱電子報": "否 | 取消訂閱 | 是",
    "메일수신여부": "N | 거부 | 아니오 | Y",
    "الموافقة على البريد الإلكتروني": "لا | غير موافق | نعم",
    "אישור דיוור": "לא | לא תודה | כן",
    "Persetujuan email": "Tidak | Tidak setuju | Ya",
    "Bạn có muốn nhận bản tin không?": "Không | Không, cảm ơn | Có",
    "Kas soovite uudiskirja?": "Ei | Ei, aitäh | Jah",
    "Bulletin": "no | N | yes",
    "Mailversand": "nein | gesperrt | ja",
    "Nyhedsmail": "nej | ja",
    "Suscripción email": "no | sí",
    "邮件推送": "关闭 | 退订 | 是",
    "eBulletin": "no | N | yes",
    "Communications - Email": "No | Yes",
    "LOPD": "no acepta | sí",
    "配信フラグ": "停止 | 解除 | 配信中",
    "이메일 수신여부": "수신거부 | Y",
    # Notes
    "Notes": "no more newsletters pls | wants off the list | I don't want any emails | vegetarian",
    "Bemerkung": "raus aus Verteiler | will keinen NL | bitte löschen | Vegetarier",
    "Remarques": "ne veut plus de mails | retirer de la liste | aucun mail SVP | végétarien",
    "Observaciones": "quitar de la lista | no más emails | vegetariano",
    "Annotazioni": "non vuole email | togliere dalla mailing list | vegetariano",
    "Observações": "tirar da lista | sem e-mails | vegetariano",
    "Opmerkingen": "geen nieuwsbrief meer | van de lijst halen | vegetariër",
    "Uwagi": "nie chce maili | usunąć z listy | wegetarianin",
    "Anmärkning": "inga mejl | ta bort från listan | vegetarian",
    "Poznámky": "bez newsletteru | nechce maily | vegetarián",
    "Комментарий": "не хочет писем | убрать из рассылки | вегетарианец",
    "Next step": "Please do not write to her | wishes no further contact | Call back",
    "Order note": "Please don't add me to any mailing list | Leave at the door",
    "Sales notes": (
        "Please make sure that she is never again sent any of our emails | "
        "He said to Sam on the phone in May that he does not want our newsletter any longer | "
        "Likes to be called in the morning because she works in the afternoon and at night"
    ),
    "Gesprächsnotiz": (
        "Möchte unsere E-Mails ab dem neuen Jahr nicht mehr bekommen | "
        "Hat ausdrücklich darum gebeten, dass wir ihm keine E-Mails mehr schicken | "
        "Ruft wieder an, sobald die neue Heizung eingebaut ist und sie nicht mehr friert"
    ),
    "Account memo": (
        "Kindly remove this lady from the newsletter at once | pls stop sending me offers | ok"
    ),
    "Gesprächsvermerk": "will nix mehr von uns hören | nett",
    "Remarque": "demande à être retirée de la liste de diffusion | sympa",
    "Comentarios": "por favor no me escriban más | bien",
    "Marketing subscription": "terminated | running",
    "E-appeal": "Suppress | Include",
    "Contact rule": "Post only | Any",
    "Emails to member": "Bounces | fine",
    "Merknad": "vil ikke ha flere e-poster | vegetarianer",
    "Not": "mail atılmasın | vejetaryen",
    # Words of their own below a header that names e-mails or contact
    "Newsletter sign-up": "Did not sign up | Signed up",
    "Marketing emails?": "Not happy to receive | Happy to receive",
    "Newsletter recipient": "not a recipient | recipient",
    "Mailshots": "do not include | exclude | include",
    "Prayer chain emails": "takes no part | takes part",
    "Email reminders & news": "Not consented | Consented",
    "Promotional emails": "Unticked | Ticked",
    "Comunicaciones comerciales": "Rechaza | Acepta",
    "Nyhetsbrev": "tackat nej | ja",
    "Розсилка": "відписаний | підписаний",
    "Newsletter": "dezabonat | Dissent | abonat",
    "Marketing prefs": "None of the above | Email",
    "Comm Prefs": "Thank-you letters only | No contact | All",
    "Preferred contact": "None | Neither | none of these | Email",
    "Preferred channel": "No communication | Phone",
    "Canal préféré": "Aucun | Téléphone",
    "Preferowany kontakt": "żaden | telefon",
    "Contact policy": "No contact at all | Standard",
    "Property alerts": "Stop | Daily",
    "Future communications": "Decline all | Accept all",
    "Updates from organiser": "Not wanted | Wanted",
    "Send me deals": "No | Yes",
    "Contact me about future events": "No | Yes",
    "Happy to be contacted": "No | Yes",
    "Receives e-letter": "N | Y",
    "Allow eMarketing": "0 | 1",
    "Privacy 2": "Non acconsento | Acconsento",
    "Lawful basis": "Objected | Consent",
    "Marketing suspension": "Suspended | ",
    "Do you want to hear from us? (kept informed)": "No | Yes",
    # Statuses of one letter
    "Email status": "U | S",
    "Status": "U | B | S",
    # Tags, labels, lists and statuses
    "Lead disposition": "DNC - legal | Hostile - remove | Warm",
    "Action": "Remove | Keep",
    "Last event": "spamreport | click",
    "Deliverability": "Undeliverable | Deliverable",
    "Contactability": "Not contactable | Contactable",
    "Ticket subject": "Unsubscribe me please | Invoice",
    "ad_user_data": "CONSENT_DENIED | CONSENT_GRANTED",
    "Tags": "#unsubscribed, vip | vip; hard-bounce | dnc | NoEmail | vip",
    "Labels": "Opt-outs ::: * myContacts | Bounced ::: * myContacts | * myContacts",
    "Etiquetas": "Bajas ::: * myContacts | Amigos",
    "Segment": "Suppression list | Désabonnés | Abgemeldete | Customers",
    "Kundenstatus": "gesperrt | Werbesperre | aktiv",
    # Columns in which those are marked who are to be taken off
    "Remove": "x | yes | ",
    "Delete?": "x | ",
    "Entfernen": "x | ja | ",
    "À supprimer": "x | oui | ",
    "Da cancellare": "x | ",
    "Eliminar": "sí | ",
    "Usunąć": "tak | ",
    "Ta bort": "x | ",
    "Удалить": "да | ",
    "削除": "済 | ",
    # Systems
    "Denylisted": "true | false",
    "No longer contact (by any channel)": "1 | 0",
    "Agreed to contact": "No | Yes",
    "delivery_status": "by_user | by_bounces | enabled",
    "Mailability status": "Not mailable | Mailable",
    "Kunde gesperrt": "Ja | Nein",
    "Mktg": "N | Y",
    "Datenschutz": "widersprochen | abgelehnt | zugestimmt",
}

CASES = [
    (header, refusal.strip(), words.split("|")[-1].strip())
    for header, words in REFUSALS.items()
    for refusal in words.split("|")[:-1]
]

#: Headers and cells that say nothing on who may be mailed, though they have such words.
HARMLESS = [
    ("Notes", "No reply to my email"),
    ("Notes", "not on the guest list"),
    ("Notes", "did not get the newsletter"),
    ("Notes", "no e-mail yet"),
    ("Notes", "T-shirt size e-mailed"),
    ("Would you recommend us?", "No"),
    ("Bemerkung", "hat Newsletter nicht bekommen"),
    ("Lead status", "Not contacted"),
    ("Campaign", "Unsubscribe winback 2024"),
    ("utm_campaign", "unsubscribe-survey"),
    ("Company", "Blacklist Records"),
    ("Email subject", "Please don't unsubscribe"),
    ("Email opened", "no"),
    ("Email replied", "no"),
    ("Invoice by email", "no"),
    ("Household email", "no"),
    ("Certificate mailed?", "No"),
    ("Mailing country", "NO"),
    ("Order status", "blocked"),
    ("Tags", "no-show, stop-smoking"),
    ("Invited?", "No"),
    ("Over 18?", "No"),
    ("Remove", ""),
    ("Mailing address same as billing?", "no"),
    ("Contact person?", "no"),
    ("Contact sport?", "no"),
    ("Email on file", "no"),
    ("Send gift?", "no"),
    ("Ticket emailed", "no"),
    ("Was our email helpful?", "no"),
    ("Baja California", "no"),
    ("Newsletter editor", "no"),
    ("Mail merge", "no"),
    ("Donation in memory of deceased", "no"),
    ("Contact owner", "None"),
    ("Person - Closed deals", "0"),
    ("Email Status", "Unengaged Marketable"),
    ("Bulk Email Status", "Double Opted-In"),
    ("Status", "A"),
    ("Order note", "Please do not leave it outside since the dog likes to bite boxes"),
    ("Notes", "Asked for the invoice by email and not by post because of the letter box"),
    ("Notes", "She wants a written quote for the kitchen, no later than Friday"),
    ("Notes", "Requested that all mail go to the office and not to the home"),
    ("Notes", "Please call her on Tuesday since she did not know what our offer is about"),
]


def rows_of(header: str, *words: str) -> list[dict[str, str]]:
    return [{"email": f"{at}@example.com", header: word} for at, word in enumerate(words)]


def is_let_pass(rows: list[dict[str, str]]) -> bool:
    """Return whether the last row is pushed with the mapping that is guessed."""
    mapper = ContactMapper.guess(rows[0], rows)
    try:
        mapper.require_consent_read(rows[0], rows)
        mapper.map(rows[-1])
    except (ConsentError, MappingError):
        return False
    return True


@pytest.mark.parametrize(("header", "refusal", "other"), CASES)
def test_a_refusal_of_a_file_as_people_write_it_is_not_pushed(
    header: str, refusal: str, other: str
) -> None:
    assert not is_let_pass(rows_of(header, other, refusal))


@pytest.mark.parametrize(("header", "refusal", "other"), CASES)
def test_a_refusal_below_the_first_rows_is_seen(header: str, refusal: str, other: str) -> None:
    *first, last = rows_of(header, other, other, refusal)
    mapper = ContactMapper.guess(first[0], first)
    if mapper.unread_consent(first[0], first):
        return  # the push stops

    if LaterRows(first[0], first).refusing_column(last, mapper.consent_keys) is None:
        assert mapper.consent.check(last) is not None


@pytest.mark.parametrize(
    ("header", "words"),
    [
        ("Preferred contact", ["yes", "no"]),  # of several people
        ("Price alerts", ["12", "0"]),
    ],
)
def test_counts_and_marks_of_a_person_restrict_no_one(header: str, words: list[str]) -> None:
    assert is_let_pass(rows_of(header, *words))


@pytest.mark.parametrize(("header", "word"), HARMLESS)
def test_a_cell_about_something_else_lets_its_row_pass(header: str, word: str) -> None:
    rows = rows_of(header, "other", word)

    assert is_let_pass(rows)
    assert LaterRows(rows[0], rows[:1]).refusing_column(rows[1], {"email"}) is None
