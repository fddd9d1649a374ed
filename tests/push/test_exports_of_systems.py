"""Whole exports as other systems write them, of invented people: who said no is not mailed.

Columns are separated by bars. A column has one value for all, or six, one for each person; ``@``
is what its person has: an address, a name, a street.
"""

from __future__ import annotations

import csv
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.errors import ConsentError
from icontact.push import ListPush
from icontact.sources import read_rows

pytestmark = pytest.mark.no_cover

PEOPLE = ("Ada Ames", "Bo Berg", "Cy Cole", "Dee Dorn", "Eve Ek", "Flo Frey")

#: By system: who arrives, and the columns.
READ = {
    "Marketo": (
        "ada bo dee flo",
        """
        Id = 1; 2; 3; 4; 5; 6 | Email Address = @e | First Name = @f | Last Name = @l | Company
        Name = @o | Job Title = | Phone Number = @p | Lead Status = | Lead Source = Web | Person
        Score = 5 | Unsubscribed = 0; 0; 1; 0; 0; 0 | Unsubscribed Reason = ; ; Clicked the link;
        ; ; | Email Invalid = 0; 0; 0; 0; 1; 0 | Email Invalid Cause = ; ; ; ; 550 user unknown; |
        Email Suspended = 0 | Email Suspended Cause = | Marketing Suspended = 0 | Black Listed = 0
        | Black Listed Cause = | Do Not Call = 0 | Created At = 2023-01-04 10:11:12 | Updated At =
        2024-01-04 10:11:12
        """,
    ),
    "AWeber": (
        "ada bo dee flo",
        """
        Email = @e | Name = @n | IP Address = 192.0.2.1 | Add Method = Sign Up Form | Ad Tracking
        = | Notes = | Message Number = 3 | Area Code = | City = @c | Country = United Kingdom |
        Postal Code = @z | Status = subscribed; subscribed; unsubscribed; subscribed;
        undeliverable; subscribed | Signup Time = 01/04/2023 10:11 | Verified Time = 01/04/2023
        10:12 | Stop Time = ; ; 02/04/2024 10:11; ; ; | Stop Status = ; ; By User; ; Bounced; |
        Tags = []
        """,
    ),
    "Drip": (
        "ada bo dee flo",
        """
        id = a1; a2; a3; a4; a5; a6 | email = @e | status = active; active; unsubscribed; active;
        removed; active | created_at = 2023-01-04T10:11:12Z | time_zone = Europe/London |
        utc_offset = 0 | visitor_uuid = | tags = customer | lead_score = 30 | prospect = false |
        lifetime_value = 0 | original_referrer = | landing_url = | ip_address = 192.0.2.1 |
        user_agent = Mozilla/5.0 | first_name = @f | last_name = @l | eu_consent = granted |
        eu_consent_message = | base_lead_score = 30 | sms_number =
        """,
    ),
    "SugarCRM": (
        "ada bo dee flo",
        """
        first_name = @f | last_name = @l | id = a1; a2; a3; a4; a5; a6 | email = @e | title = |
        account_name = @o | phone_work = @p | primary_address_street = @s | primary_address_city =
        @c | primary_address_postalcode = @z | do_not_call = 0 | email_opt_out = 0; 0; 1; 0; 0; 0
        | invalid_email = 0; 0; 0; 0; 1; 0 | dnb_principal_id = | dp_consent_last_updated = |
        dp_business_purpose = | market_interest_prediction_score = | deleted = 0 | tag = |
        assigned_user_name = admin
        """,
    ),
    "Magento": (
        "ada bo cy dee eve flo",
        """
        ID = 1; 2; 3; 4; 5; 6 | Name = @n | Email = @e | Group = General | Phone = @p | ZIP = @z |
        Country = United Kingdom | State/Province = | Customer Since = 2023-01-04 10:11:12 | Web
        Site = Main Website | Confirmed email = Confirmation Not Required | Account Created in =
        Default Store View | Billing Address = @a | Account Lock = Unlocked | Gender =
        """,
    ),
    "Raiser's Edge NXT": (
        "ada bo dee flo",
        """
        Constituent ID = 1; 2; 3; 4; 5; 6 | Name = @n | First name = @f | Last name = @l | Email
        address = @e | Email do not contact = No; No; Yes; No; No; No | Phone number = @p | Phone
        do not call = No | Address lines = @s | City = @c | ZIP = @z | Address do not mail = No |
        Requests no email = No; No; No; No; Yes; No | Solicit codes = | Inactive = No | Deceased =
        No | Constituent codes = Individual donor | Last gift date = 2024-01-04
        """,
    ),
    "DonorPerfect": (
        "ada bo dee eve flo",
        """
        DONOR_ID = 1; 2; 3; 4; 5; 6 | FIRST_NAME = @f | LAST_NAME = @l | OPT_LINE = | ADDRESS = @s
        | CITY = @c | ZIP = @z | HOME_PHONE = @p | EMAIL = @e | NOMAIL = N | NOMAIL_REASON = |
        NO_EMAIL = N; N; Y; N; N; N | NO_EMAIL_REASON = ; ; UNSUB; ; ; | DONOR_TYPE = IN | ORG_REC
        = N | RECEIPT_DELIVERY = E | GIFT_TOTAL = 20
        """,
    ),
    "CiviCRM": (
        "ada bo dee flo",
        """
        Contact ID = 1; 2; 3; 4; 5; 6 | Contact Type = Individual | Do Not Email = ; ; 1; ; ; | Do
        Not Phone = | Do Not Mail = | Do Not Sms = | Do Not Trade = | No Bulk Emails (User Opt
        Out) = 0; 0; 0; 0; 1; 0 | Preferred Communication Method = | Preferred Mail Format = Both
        | First Name = @f | Last Name = @l | Email = @e | Email On Hold = | Bulk Email Address? =
        | Use for Bulk Mail? = | Street Address = @s | City = @c | Postal Code = @z | Deceased = 0
        | Contact in Trash = 0
        """,
    ),
    "CiviCRM, on hold": (
        "ada bo dee eve flo",
        """
        Contact ID = 1; 2; 3; 4; 5; 6 | Display Name = @n | First Name = @f | Last Name = @l |
        Email = @e | Email On Hold = ; ; On Hold Bounce; ; ; | On Hold = No; No; On Hold Bounce;
        No; No; No | Hold Date = ; ; 2024-01-04 10:11:12; ; ; | Do Not Email = No | No Bulk Emails
        (User Opt Out) = No | Communication Style = Formal | Group(s) = Newsletter
        """,
    ),
    "EveryAction": (
        "ada bo dee",
        """
        VANID = 1; 2; 3; 4; 5; 6 | Contact Name = @n | First = @f | Last = @l | Street Address =
        @s | City = @c | Zip/Postal = @z | Preferred Email = @e | Email Subscription Status =
        Subscribed; Subscribed; Unsubscribed; Subscribed; Bounced; Not Subscribed | Preferred
        Phone = @p | Phone Opt-In Status = Unknown | Do Not Call = | Do Not Email = | No Mail = |
        Contact Mode = Person
        """,
    ),
    "Wild Apricot": (
        "ada bo dee flo",
        """
        User ID = 1; 2; 3; 4; 5; 6 | First name = @f | Last name = @l | Organization = @o | Email
        = @e | Phone = @p | Group participation = | Archived = no | Subscribed to emails = yes;
        yes; no; yes; yes; yes | Subscription source = Imported | Event announcements = yes; yes;
        no; yes; no; yes | Member emails and newsletters = yes; yes; no; yes; no; yes | Email
        delivery disabled = no; no; no; no; yes; no | Email delivery disabled automatically = no |
        Administration access = No | Created on = 2023-01-04 | Profile last updated = 2024-01-04 |
        Membership enabled = yes | Membership status = Active | Balance = 0
        """,
    ),
    "SurveyMonkey": (
        "ada bo dee eve flo",
        """
        Respondent ID = 1; 2; 3; 4; 5; 6 | Collector ID = 9 | Start Date = 01/04/2024 10:11:12 AM
        | End Date = 01/04/2024 10:12:12 AM | IP Address = 192.0.2.1 | Email Address = @e | First
        Name = @f | Last Name = @l | Custom Data 1 = | How satisfied are you? = Very satisfied;
        Satisfied; Very satisfied; Neither; Satisfied; Satisfied | Would you recommend us? = Yes;
        Yes; No; Yes; No; Yes | Would you like to be added to our mailing list? = Yes; Yes; No;
        Yes; Yes; Yes
        """,
    ),
    "Typeform": (
        "ada bo dee flo",
        """
        # = a1; a2; a3; a4; a5; a6 | What's your first name? = @f | And your last name? = @l |
        What's your email address? = @e | How did you hear about us? = A friend; Search; A friend;
        Fair; Search; Search | May we send you our newsletter? = 1; 1; 0; 1; ; 1 | Response Type =
        completed | Start Date (UTC) = 2024-01-04 10:11:12 | Stage Date (UTC) = | Submit Date
        (UTC) = 2024-01-04 10:12:12 | Network ID = a1b2 | Tags =
        """,
    ),
    "Keap": (
        "ada bo dee",
        """
        Id = 1; 2; 3; 4; 5; 6 | First Name = @f | Last Name = @l | Company = @o | Email = @e |
        Email Status = Unengaged Marketable; Single Opt In; Opted Out; Double Opt In; Hard Bounce;
        Non-marketable | Phone 1 = @p | Street Address 1 = @s | City = @c | Postal Code = @z |
        Tags = Customer | Person Type = Client | Lead Source = | Owner = Sam Field | Date Created
        = 2023-01-04 | Last Updated = 2024-01-04
        """,
    ),
    "Ontraport": (
        "ada bo dee",
        """
        Contact ID = 1; 2; 3; 4; 5; 6 | First Name = @f | Last Name = @l | Email = @e | Address =
        @s | City = @c | Zip Code = @z | SMS Number = | Office Phone = @p | Bulk Email Status =
        Opted-In; Opted-In; Opted-Out; Double Opted-In; Hard Bounce; Transactional Only | Bulk SMS
        Status = Opted-Out | Contact Tags = | Lead Source = | Date Added = 2023-01-04 | Last
        Activity = 2024-01-04 | Contact Owner = Sam Field
        """,
    ),
    "Braze": (
        "ada bo dee flo",
        """
        user_id = 1; 2; 3; 4; 5; 6 | braze_id = a1; a2; a3; a4; a5; a6 | first_name = @f |
        last_name = @l | email = @e | email_subscribe = opted_in; subscribed; unsubscribed;
        subscribed; subscribed; opted_in | email_opted_in_at = 2023-01-04T10:11:12Z; ; ; ; ;
        2023-01-04T10:11:12Z | email_unsubscribed_at = ; ; 2024-01-04T10:11:12Z; ; ; |
        push_subscribe = subscribed | hard_bounced_at = ; ; ; ; 2024-01-04T10:11:12Z; | gender = F
        | home_city = @c | country = GB | language = en | time_zone = Europe/London |
        random_bucket = 1234 | total_revenue = 0 | custom_attributes = {}
        """,
    ),
    "Buttondown": (
        "ada bo dee",
        """
        id = a1; a2; a3; a4; a5; a6 | email = @e | notes = | metadata = {} | tags = [] |
        referrer_url = | creation_date = 2023-01-04T10:11:12Z | secondary_id = 1; 2; 3; 4; 5; 6 |
        subscriber_type = regular; premium; unsubscribed; regular; undeliverable; unactivated |
        source = organic | ip_address = 192.0.2.1 | last_open_date = 2024-01-04 | last_click_date
        = | unsubscription_date = ; ; 2024-01-04; ; ; | unsubscription_reason = ; ; too many; ; ;
        """,
    ),
    "Discourse": (
        "ada bo dee eve flo",
        """
        id = 1; 2; 3; 4; 5; 6 | username = ada; bo; cy; dee; eve; flo | name = @n | email = @e |
        trust_level = 1 | active = true | email_digests = true; true; false; true; true; true |
        mailing_list_mode = false | email_level = 1 | last_seen_at = 2024-01-04
        """,
    ),
    "Moodle": (
        "ada bo dee flo",
        """
        id = 1; 2; 3; 4; 5; 6 | username = ada; bo; cy; dee; eve; flo | firstname = @f | lastname
        = @l | email = @e | emailstop = 0; 0; 1; 0; 0; 0 | auth = manual | confirmed = 1 |
        suspended = 0; 0; 0; 0; 1; 0 | deleted = 0 | maildisplay = 2 | mailformat = 1 | maildigest
        = 0 | autosubscribe = 1 | trackforums = 0 | city = @c | country = GB | lang = en |
        institution = @o | lastaccess = 1704363072
        """,
    ),
    "WordPress with MailPoet": (
        "ada bo dee eve flo",
        """
        user_login = ada; bo; cy; dee; eve; flo | user_email = @e | first_name = @f | last_name =
        @l | roles = customer | billing_city = @c | billing_postcode = @z | mailpoet_status =
        subscribed; subscribed; unsubscribed; subscribed; subscribed; subscribed |
        newsletter_optin = 1; 1; 0; 1; 1; 1 | wc_last_active = 1704363072
        """,
    ),
    "Gravity Forms": (
        "ada bo dee eve flo",
        """
        Name (First) = @f | Name (Last) = @l | Email = @e | Consent (Consent) = Checked; Checked;
        Not Checked; Checked; Checked; Checked | Consent (Text) = I agree to the privacy policy. |
        Consent (Description) = | Newsletter = Yes please; Yes please; ; Yes please; Yes please;
        Yes please | Created By (User Id) = | Entry Id = 1; 2; 3; 4; 5; 6 | Entry Date =
        2024-01-04 10:11:12 | Source Url = https://shop.example/form | User Agent = Mozilla/5.0 |
        User IP = 192.0.2.1
        """,
    ),
}

#: By system: the columns that stop the push, the option that says what they mean, who arrives with
#: it, and all columns.
STOPPED = {
    "SendGrid bounces": (
        "status, reason",
        "do_not_contact",
        "",
        """
        status = 5.1.1 | reason = 550 5.1.1 user unknown | email = @e | created = 1704363072
        """,
    ),
    "Mailgun bounces": (
        "error",
        "do_not_contact",
        "",
        """
        email = @e | code = 550 | error = 550 5.1.1 The email account that you tried to reach does
        not exist | created_at = Thu, 04 Jan 2024 10:11:12 UTC
        """,
    ),
    "Mailman 2": (
        "nomail [reason]",
        "do_not_contact",
        "ada bo dee flo",
        """
        member address = @e | member name = @n | mod = off | hide = off | nomail [reason] = off;
        off; on [U]; off; on [B]; off | ack = off | not metoo = off | nodupes = on | digest = off
        | plain = off | language = English
        """,
    ),
    "Sympa": (
        "reception",
        "do_not_contact",
        "",
        """
        email = @e | gecos = @n | reception = mail; mail; nomail; digest; mail; mail | visibility
        = noconceal | date = 2023-01-04 | update_date = 2024-01-04 | bounce_score = 0 | subscribed
        = 1 | suspend = 0
        """,
    ),
    "CleverReach": (
        "activated",
        "consent",
        "ada bo dee flo",
        """
        email = @e | registered = 1672827072 | activated = 1672827072; 1672827072; 1672827072;
        1672827072; 0; 1672827072 | deactivated = 0; 0; 1704363072; 0; 0; 0 | bounced = 0 | source
        = import | firstname = @f | lastname = @l | conversion_rate = 0 | rating = 3
        """,
    ),
    "Customer.io": (
        "cio_subscription_preferences.topics.topic_1",
        "consent",
        "ada bo dee flo",
        """
        cio_id = a1; a2; a3; a4; a5; a6 | id = 1; 2; 3; 4; 5; 6 | email = @e | created_at =
        1672827072 | first_name = @f | last_name = @l | unsubscribed = false; false; true; false;
        false; false | cio_subscription_preferences.topics.topic_1 = true; true; true; true;
        false; true | suppressed = false | plan = free | city = @c | timezone = Europe/London
        """,
    ),
    "Newsletter plugin": (
        "Status",
        "consent",
        "",
        """
        Email = @e | Name = @f | Surname = @l | Gender = n | Status = C; C; U; C; B; S | Date =
        2023-01-04 10:11:12 | Token = a1; a2; a3; a4; a5; a6 | News = 1 | Country = GB | Region =
        | City = @c
        """,
    ),
    "Newsletter plugin, without a letter U": (
        "Status",
        "consent",
        "",
        """
        Email = @e | Name = @f | Surname = @l | Gender = n | Status = C; C; S; C; C; C | Date =
        2023-01-04 10:11:12 | Token = a1; a2; a3; a4; a5; a6 | News = 1 | Country = GB | City = @c
        """,
    ),
}


def value_of(value: str, at: int) -> str:
    first, last = PEOPLE[at].split()
    people = {
        "@e": f"{first.lower()}@example.com",
        "@f": first,
        "@l": last,
        "@n": PEOPLE[at],
        "@s": f"{at + 1} Mill Street",
        "@c": "York",
        "@z": f"YO{at + 1} 7AB",
        "@p": f"+44 20 7946 001{at}",
        "@o": "Example Ltd",
        "@a": f"{at + 1} Mill Street York",
    }
    return people.get(value, value)


@pytest.fixture
def write(tmp_path: Path) -> Callable[[str], Path]:
    def written(columns: str) -> Path:
        named = [one.rpartition(" =") for one in " ".join(columns.split()).split(" | ")]
        values = {name: [one.strip() for one in said.split(";")] for name, _, said in named}
        path = tmp_path / "people.csv"
        with path.open("w", newline="", encoding="utf-8") as file:
            writer = csv.writer(file)
            writer.writerow(values)
            for at in range(len(PEOPLE)):
                cells = [said[at if len(said) > 1 else 0] for said in values.values()]
                writer.writerow([value_of(cell, at) for cell in cells])
        return path

    return written


def arrived(folder: Folder) -> list[str]:
    ids = {one.contact_id for one in folder.subscriptions.list() if one.status == "normal"}
    people = (one.email for one in folder.contacts.list() if one.contact_id in ids)
    return sorted(one.partition("@")[0] for one in people)


@pytest.mark.parametrize("system", READ)
def test_who_may_be_mailed_arrives(
    folder: Folder, write: Callable[[str], Path], system: str
) -> None:
    people, columns = READ[system]
    path = str(write(columns))
    ListPush.guessed(folder, "Newsletter", path).run(path)
    assert arrived(folder) == people.split()


@pytest.mark.parametrize("system", STOPPED)
def test_a_doubt_stops_the_push_until_its_columns_are_explained(
    folder: Folder, write: Callable[[str], Path], system: str
) -> None:
    named, option, people, columns = STOPPED[system]
    path = str(write(columns))
    with pytest.raises(ConsentError) as caught:
        ListPush.guessed(folder, "Newsletter", path).run(path)
    assert caught.value.columns == tuple(named.split(", "))
    rows = read_rows(path)
    first, header = rows.first_rows(), rows.columns
    rows.close()
    guessed = ContactMapper.guess(header, first)
    meant: dict[str, Any] = {option: list(caught.value.columns)}
    mapper = guessed.with_consent(rows=first, **meant)
    ListPush(folder, "Newsletter", mapper=mapper).run(path)
    assert arrived(folder) == people.split()


@pytest.mark.parametrize(
    ("header", "first", "later"),
    [
        ("Solicit codes", "", "NOEM"),
        ("NOMAIL", "N", "Y"),
        ("NOMAIL_REASON", "", "MOVED"),
        ("Email Suspended Cause", "", "Spam trap"),
        ("status", "2.0.0", "5.1.1"),
        ("Error", "", "550 5.1.1 The account does not exist"),
        ("SMTP answer", "", "no such mailbox here"),
        ("Error", "", "Unknown user"),
        ("email_topics.subscription_preferences.topic_7", "true", "false"),
    ],
)
def test_a_column_that_says_nothing_of_the_first_people_holds_a_later_one(
    folder: Folder, tmp_path: Path, header: str, first: str, later: str
) -> None:
    path = tmp_path / "people.csv"
    lines = [f"p{at}@example.com,{first if at < 120 else later}" for at in range(121)]
    path.write_text("\n".join([f"email,{header}", *lines]))
    ListPush.guessed(folder, "Newsletter", str(path)).run(str(path))
    people = arrived(folder)
    assert ("p120" in people, len(people)) == (False, 120)


@pytest.mark.parametrize(
    "header", ["Opt in/out", "Consent requested", "Opt-in pending", "Allow mail", "Mail opt-in"]
)
def test_a_blank_where_a_yes_may_be_missing_stops_the_push(
    folder: Folder, tmp_path: Path, header: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"email,{header}\nada@example.com,\nbo@example.com,\n")
    with pytest.raises(ConsentError):
        ListPush.guessed(folder, "Newsletter", str(path)).run(str(path))


@pytest.mark.parametrize(
    ("header", "value"),
    [
        ("App version", "5.1.1"),
        ("Last modified by", "Unknown User"),
        ("Host status", "5.1.1.2"),
        ("Notes", "550 pounds for the roof"),
        ("Notes", "Room 5.1.12 on the second floor"),
        ("Reason", "Needs 550 chairs"),
        ("Notes", "5.1.24 called and will come"),
        ("Status", "S"),
        ("Closed deals", "0"),
        ("Won deals", "0"),
        ("maildisplay", "0"),
        ("Do not mail", "No"),
        ("unsubscribedChannelIds", "[]"),
        ("Consent message", ""),
        ("Added to list", "Spring fair"),
    ],
)
def test_what_only_looks_like_a_no_stops_nothing(
    folder: Folder, tmp_path: Path, header: str, value: str
) -> None:
    path = tmp_path / "people.csv"
    path.write_text(f"email,{header}\nada@example.com,{value}\nbo@example.com,{value}\n")
    ListPush.guessed(folder, "Newsletter", str(path)).run(str(path))
    assert arrived(folder) == ["ada", "bo"]
