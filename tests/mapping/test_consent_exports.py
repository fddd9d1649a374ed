"""Exports of mail tools, shops and CRMs, with no mapping: only people who may be mailed arrive.

The headers are as the systems write them, as far as could be found; the rows are invented.
"""

from __future__ import annotations

import csv
import io
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.errors import DoNotContact, MappingError

EXPORTS: dict[str, tuple[str, list[str]]] = {
    "Salesforce": (
        "Email,First Name,HasOptedOutOfEmail,HasOptedOutOfFax,DoNotCall\n"
        "a@x.example,A,false,true,true\nb@x.example,B,true,false,false\n",
        ["a"],
    ),
    "Dynamics": (
        "Email,Do not allow Bulk Emails,Do not allow Phone Calls\n"
        "a@x.example,Allow,Do Not Allow\nb@x.example,Do Not Allow,Allow\n",
        ["a"],
    ),
    "Zoho CRM": (
        "Email,Last Name,Email Opt Out,Unsubscribed Mode,Unsubscribed Time\n"
        "a@x.example,A,false,,\nb@x.example,B,true,Manual,2024-01-05 10:00:00\n"
        "c@x.example,C,false,,2024-01-05 10:00:00\n",
        ["a"],
    ),
    "Klaviyo": (
        "Email,First Name,Email Marketing Consent,SMS Marketing Consent,Email Suppressions\n"
        "a@x.example,A,SUBSCRIBED,UNSUBSCRIBED,\nb@x.example,B,NEVER_SUBSCRIBED,,\n"
        "c@x.example,C,UNSUBSCRIBED,,\nd@x.example,D,SUBSCRIBED,,HARD_BOUNCE\n",
        ["a"],
    ),
    "Brevo": (
        "EMAIL,FIRSTNAME,EMAIL_BLACKLISTED,SMS_BLACKLISTED,DOUBLE_OPT-IN\n"
        "a@x.example,A,No,Yes,Yes\nb@x.example,B,Yes,No,Yes\nc@x.example,C,No,No,No\n",
        ["a"],
    ),
    "MailerLite": (
        "Subscriber,Email,Status,Subscribed,Unsubscribed at,Opt-in IP\n"
        ",a@x.example,Active,2024-01-01,,1.2.3.4\n"
        ",b@x.example,Unsubscribed,2024-01-01,2024-02-01,\n"
        ",c@x.example,Bounced,2024-01-01,,\n",
        ["a"],
    ),
    "ActiveCampaign": (
        "Email,First Name,Status,Bounced Hard,Subscription Date\n"
        "a@x.example,A,Active,0,2024-01-01\nb@x.example,B,Unsubscribed,0,2024-01-01\n"
        "c@x.example,C,Unconfirmed,0,2024-01-01\n",
        ["a"],
    ),
    "Constant Contact": (
        "Email address,First name,Email permission status,Email update source\n"
        "a@x.example,A,Express,Import\nb@x.example,B,Unsubscribed,Contact\n"
        "c@x.example,C,Pending confirmation,Form\n",
        ["a"],
    ),
    "Campaign Monitor": (
        "Email,Name,State,Consent to Track,Consent to Send SMS\n"
        "a@x.example,Ann,Active,Unchanged,No\nb@x.example,Bo,Unsubscribed,Unchanged,No\n"
        "c@x.example,Cy,Deleted,Unchanged,No\n",
        ["a"],
    ),
    "AWeber": (
        "Email,Name,Status,Stop Time,Stop Status\n"
        "a@x.example,Ann,subscribed,,\nb@x.example,Bo,unsubscribed,2024-01-01,user\n",
        ["a"],
    ),
    "Shopify": (
        "First Name,Email,Accepts Email Marketing,Accepts SMS Marketing,Tax Exempt\n"
        "A,a@x.example,yes,no,no\nB,b@x.example,no,yes,no\n",
        ["a"],
    ),
    "Squarespace": (
        "Email Address,First Name,Subscriber Since,Accepts Marketing\n"
        "a@x.example,A,2024-01-01,TRUE\nb@x.example,B,2024-01-01,FALSE\n",
        ["a"],
    ),
    "Ghost": (
        "id,email,name,note,subscribed_to_emails,complimentary_plan\n"
        "1,a@x.example,Ann,,true,false\n2,b@x.example,Bo,,false,false\n",
        ["a"],
    ),
    "CleverReach, German": (
        "E-Mail;Vorname;Registriert;Aktiviert;Abgemeldet;Bounced\n"
        "a@x.example;A;01.01.2024;01.01.2024;;\nb@x.example;B;01.01.2024;01.01.2024;05.02.2024;\n",
        ["a"],
    ),
    "Shopware, German": (
        "E-Mail-Adresse;Vorname;Newsletter abonniert\na@x.example;A;Ja\nb@x.example;B;Nein\n",
        ["a"],
    ),
    "PrestaShop, French": (
        "Adresse e-mail;Prénom;Inscrit à la newsletter;Recevoir les offres de nos partenaires\n"
        "a@x.example;A;Oui;Oui\nb@x.example;B;Non;Oui\n",
        ["a"],
    ),
    "Acumbamail, Spanish": (
        "Correo electrónico,Nombre,Estado,Fecha de baja\n"
        "a@x.example,A,Activo,\nb@x.example,B,Dado de baja,2024-01-31\n"
        "c@x.example,C,Rebotado,\n",
        ["a"],
    ),
    "MailUp, Italian": (
        "Indirizzo email,Nome,Stato iscrizione,Data disiscrizione\n"
        "a@x.example,A,Iscritto,\nb@x.example,B,Disiscritto,31/01/2024\n"
        "c@x.example,C,In attesa,\n",
        ["a"],
    ),
    "E-goi, Portuguese": (
        "E-mail,Primeiro Nome,Estado da inscrição,Removido em\n"
        "a@x.example,A,Ativo,\nb@x.example,B,Descadastrado,2024-01-31\n",
        ["a"],
    ),
    "Lightspeed, Dutch": (
        "E-mailadres,Voornaam,Nieuwsbrief,Toestemming\n"
        "a@x.example,A,ja,ja\nb@x.example,B,nee,ja\nc@x.example,C,ja,nee\n",
        ["a"],
    ),
    "FreshMail, Polish": (
        "Adres e-mail;Imię;Status zapisu;Data rezygnacji\n"
        "a@x.example;A;aktywny;\nb@x.example;B;wypisany;2024-01-31\n",
        ["a"],
    ),
    "UniSender, Russian": (
        "Email,Имя,Статус подписки\na@x.example,А,активен\nb@x.example,Б,отписан\n",
        ["a"],
    ),
    "Blastmail, Japanese": (
        "メールアドレス,姓,配信停止\na@x.example,A,\nb@x.example,B,はい\n",
        ["a"],
    ),
    "Mailchimp, cleaned members": (
        "Email Address,First Name,OPTIN_TIME,CLEAN_TIME,CLEAN_CAMPAIGN_TITLE\n"
        "a@x.example,A,2023-01-01 10:00:00,2024-01-05 10:00:00,January\n",
        [],
    ),
    "Intercom": (
        "Email,Name,Unsubscribed from Emails,Marked email as spam,Has hard bounced\n"
        "a@x.example,Ann,false,false,false\nb@x.example,Bo,false,true,false\n",
        ["a"],
    ),
    "HubSpot, confirmation": (
        "Email,First Name,Marketing email confirmation status,Is globally ineligible\n"
        "a@x.example,A,Confirmed,false\nb@x.example,B,Pending,false\n"
        "c@x.example,C,Denied,false\nd@x.example,D,Confirmed,true\n",
        ["a"],
    ),
    "Salesforce, individuals": (
        "Email,First Name,Don't Market,Don't Process\n"
        "a@x.example,A,false,false\nb@x.example,B,true,false\nc@x.example,C,false,true\n",
        ["a"],
    ),
    "Eloqua": (
        "Email Address,First Name,Email Address Bounceback,isSubscribed\n"
        "a@x.example,A,No,true\nb@x.example,B,Yes,true\n",
        ["a"],
    ),
    "MailPoet": (
        "Email,First name,Global status\n"
        "a@x.example,A,Subscribed\nb@x.example,B,Bounced\nc@x.example,C,Inactive\n",
        ["a"],
    ),
    "Mindbody": (
        "Email,First Name,SendPromotionalEmails\na@x.example,A,True\nb@x.example,B,False\n",
        ["a"],
    ),
    "CleverReach, dates": (
        "email,firstname,registered,deactivated\n"
        "a@x.example,A,1690000000,0\nb@x.example,B,1690000000,1700000000\n",
        ["a"],
    ),
    "rapidmail, German": (
        "email;firstname;status\na@x.example;A;aktiv\nb@x.example;B;Hardbounce\n",
        ["a"],
    ),
    "A club, German": (
        "E-Mail;Vorname;Werbung erwünscht;Status\na@x.example;A;ja;aktiv\n"
        "b@x.example;B;nein;aktiv\nc@x.example;C;ja;verstorben\n",
        ["a"],
    ),
}


@pytest.mark.parametrize("system", EXPORTS)
def test_only_people_who_may_be_mailed_arrive(system: str) -> None:
    text, mailed = EXPORTS[system]
    delimiter = ";" if text.partition("\n")[0].count(";") else ","
    rows: list[dict[str, Any]] = [*csv.DictReader(io.StringIO(text), delimiter=delimiter)]
    mapper = ContactMapper.guess(list(rows[0]), rows)

    mapper.require_consent_read(list(rows[0]), rows)
    arrived = []
    for row in rows:
        try:
            arrived.append(mapper.map(row)["email"][0])
        except DoNotContact:
            continue
        except MappingError as error:
            raise AssertionError(str(error)) from error

    assert arrived == mailed
