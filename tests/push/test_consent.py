"""What an input says about who may be mailed is read, or nothing is written."""

from __future__ import annotations

import csv
import gzip
import io
import json
import re
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.errors import ConfigError, ConsentError, MappingError
from icontact.push import ListPush, PushSettings
from icontact.sandbox import Sandbox
from icontact.sources import read_rows

HEADER = "Email,Name,Opt Out"
LINES = "ada@example.com,Ada,no\nbo@example.com,Bo,yes\ncy@example.com,Cy,\n"


@pytest.fixture
def path(tmp_path: Path) -> Path:
    path = tmp_path / "people.csv"
    path.write_text(f"{HEADER}\n{LINES}")
    return path


def push_of(folder: Folder, **options: Any) -> ListPush:
    return ListPush(folder, "Newsletter", mapper=ContactMapper({"email": "Email"}, **options))


def on_the_list(folder: Folder) -> list[str]:
    ids = {one.contact_id for one in folder.subscriptions.list() if one.status == "normal"}
    return sorted(one.email for one in folder.contacts.list() if one.contact_id in ids)


def frame() -> Any:
    pandas = pytest.importorskip("pandas")
    return pandas.DataFrame(
        [line.split(",") for line in LINES.splitlines()], columns=HEADER.split(",")
    )


def polars_frame() -> Any:
    polars = pytest.importorskip("polars")
    return polars.DataFrame(
        [line.split(",") for line in LINES.splitlines()], schema=HEADER.split(","), orient="row"
    )


@pytest.mark.parametrize("make", [frame, polars_frame])
def test_a_frame_whose_consent_is_not_read_stops_before_anything_is_written(
    sandbox: Sandbox, folder: Folder, make: Any
) -> None:
    push = push_of(folder)

    for call in (push.plan, push.run):
        with pytest.raises(ConsentError, match="'Opt Out'"):
            call(make())

    assert {one.method for one in sandbox.requests} == {"GET"}
    assert push_of(folder, do_not_contact=["Opt Out"]).run(make()).counts["created"] == 2
    assert on_the_list(folder) == ["ada@example.com", "cy@example.com"]


def test_a_file_stops_too_by_its_path_as_text_or_not(folder: Folder, path: Path) -> None:
    for given in (path, str(path)):
        with pytest.raises(ConsentError, match="do_not_contact"):
            push_of(folder).run(given)

    assert push_of(folder, ignore=["Opt Out"]).run(str(path)).counts["created"] == 3


def test_a_cursor_stops_too(folder: Folder) -> None:
    with closing(sqlite3.connect(":memory:")) as database:
        cursor = database.execute("SELECT 'ada@example.com' AS Email, 'yes' AS unsubscribed")

        with pytest.raises(ConsentError, match="'unsubscribed'"):
            push_of(folder).run(cursor)


def test_a_dict_reader_stops_too(folder: Folder) -> None:
    reader = csv.DictReader(
        io.StringIO("Email,newsletter\nada@example.com,no\njo@example.com,yes\n")
    )
    with pytest.raises(ConsentError, match="'newsletter'"):
        push_of(folder).run(reader)
    assert folder.contacts.list().count() == 0


def test_a_frame_without_rows_is_no_error(folder: Folder) -> None:
    assert len(push_of(folder).run(frame().iloc[:0]).outcomes) == 0


def test_settings_of_a_file_state_the_columns(
    sandbox: Sandbox, folder: Folder, path: Path, tmp_path: Path
) -> None:
    toml = tmp_path / "icontact.toml"
    toml.write_text(
        'list = "Newsletter"\nopt_out = "unsubscribe"\n[mapping]\nemail = "Email"\n'
        '[mapping.options]\ndo_not_contact = ["Opt Out"]\n'
    )
    sandbox.seed(
        contacts=[{"email": "bo@example.com"}], subscriptions=[{"email": "bo@example.com"}]
    )

    push = ListPush.from_settings(PushSettings.from_toml(toml), client=sandbox.client())
    report = push.run(path)

    assert [one.status for one in report.outcomes] == ["created", "updated", "created"]
    assert on_the_list(folder) == ["ada@example.com", "cy@example.com"]


def test_rows_that_come_one_by_one_are_skipped_for_a_certain_no(folder: Folder) -> None:
    rows = [
        {"Email": "ada@example.com", "unsubscribed": False},
        {"Email": "bo@example.com", "unsubscribed": True},
        {"Email": "cy@example.com", "doNotEmail": 1},
        {"Email": "dee@example.com", "status": "cleaned"},
        {"Email": "", "unsubscribed": True},
        {"Email": "eve@example.com", "Newsletter": "no"},
    ]

    report = push_of(folder).run(rows)

    assert [one.status for one in report.outcomes] == [
        "created",
        "skipped",
        "skipped",
        "skipped",
        "skipped",
        "created",
    ]
    assert "opted out: column 'unsubscribed'" in report.outcomes[1].reason
    assert push_of(folder).one(rows[1]).status == "skipped"
    (note,) = (note for note in report.notes if note.startswith("not read"))
    assert "'Newsletter'" in note
    assert push_of(folder, ignore=["unsubscribed"]).one(rows[1]).status == "created"


def test_a_certain_no_keeps_other_rows_of_the_person_away(folder: Folder) -> None:
    rows = [{"Email": "ada@example.com", "unsubscribed": True}, {"Email": "ADA@example.com"}]

    for given in (rows, rows[::-1]):
        assert push_of(folder).run(given).counts["skipped"] == 2
    assert on_the_list(folder) == []


def test_a_row_without_consent_keeps_other_rows_of_the_person_away(folder: Folder) -> None:
    rows = [{"Email": "ada@example.com", "Consent": ""}, {"Email": "ADA@example.com"}]

    report = push_of(folder, consent=["Consent"]).run(rows)

    assert report.counts["skipped"] == 2
    assert report.opted_out_on_list == 0


def test_no_consent_unsubscribes_no_one(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.seed(
        contacts=[{"email": "ada@example.com"}], subscriptions=[{"email": "ada@example.com"}]
    )
    push = ListPush(
        folder,
        "Newsletter",
        mapper=ContactMapper({"email": "Email"}, consent=["Consent"]),
        opt_out="unsubscribe",
    )

    assert push.one({"Email": "ada@example.com", "Consent": ""}).status == "skipped"
    assert on_the_list(folder) == ["ada@example.com"]


@pytest.mark.parametrize(
    "damaged",
    [
        "ada@example.com.",
        "ada\u200b@example.com",
        "ada＠example.com",
        "ada @example.com",
        "'ada@example.com'",
        "ada@example.com (old)",
        "Ada: ADA@EXAMPLE.COM!",
        "ada@example.com#",
        "@@ ada@example.com",
    ],
)
@pytest.mark.parametrize("said", ["yes", "perhaps"])
@pytest.mark.parametrize("order", [1, -1])
def test_a_refusal_under_a_damaged_address_counts_for_its_person(
    folder: Folder, damaged: str, said: str, order: int
) -> None:
    rows = [{"Email": damaged, "Opt Out": said}, {"Email": "Ada@example.com", "Opt Out": "no"}]
    rows.append({"Email": "bo@example.com", "Opt Out": "no"})

    push_of(folder, do_not_contact="Opt Out").run(rows[::order])

    assert on_the_list(folder) == ["bo@example.com"]


@pytest.mark.parametrize("said", ["yes", "perhaps"])
@pytest.mark.parametrize("order", [1, -1])
@pytest.mark.parametrize(
    "refusing",
    [
        {"Email": "ada@example.com; Ada.L@Example.com", "Second": ""},
        {"Email": "ada@example.com", "Second": "ada.l@example.com"},
        {"Email": "", "Second": "Ada <ada.l@example.com>, ada@example.com"},
        {"Email": "nothing", "Second": "ada.l@example.com / ada@example.com"},
        {"Email": "ada@example.com/ada.l@example.com", "Second": ""},
        {"Email": "ada@example.com:::ada.l@example.com", "Second": ""},
        {"Email": "ada@example.com. Ada.L @example.com.", "Second": ""},
        {"Email": f"ada@example.com {'x' * 120_000} <ada.l@example.com>", "Second": ""},
        {"Email": ["ada@example.com", "ada.l@example.com"], "Second": ""},
    ],
)
def test_a_refusal_counts_for_each_address_of_its_row(
    folder: Folder, refusing: dict[str, Any], said: str, order: int
) -> None:
    mapper = ContactMapper({"email": ["Email", "Second"]}, do_not_contact="Opt Out")
    rows = [
        {**refusing, "Opt Out": said},
        {"Email": "ada.l@example.com", "Second": "", "Opt Out": "no"},
        {"Email": "ADA.L@example.com", "Second": "", "Opt Out": "no"},
        {"Email": "bo@example.com", "Second": "cy@example.com", "Opt Out": "no"},
        {"Email": "cy@example.com", "Second": "", "Opt Out": "no"},
    ]

    report = ListPush(folder, "Newsletter", mapper=mapper).run(rows[::order])

    assert on_the_list(folder) == ["bo@example.com", "cy@example.com"]
    assert report.counts["skipped"] + report.counts["rejected"] == 3


def test_a_cell_that_cannot_be_shown_as_text_costs_no_other_row(folder: Folder) -> None:
    class NoText:
        def __str__(self) -> str:
            raise RuntimeError

    mapper = ContactMapper({"email": ["Email", "Second"]}, do_not_contact="Opt Out")
    rows: list[dict[str, Any]] = [
        {"Email": "ada@example.com", "Second": NoText(), "Opt Out": "yes"},
        {"Email": NoText(), "Second": "", "Opt Out": "perhaps"},
        {"Email": "bo@example.com", "Second": "", "Opt Out": "no"},
    ]

    report = ListPush(folder, "Newsletter", mapper=mapper).run(rows)

    assert [one.status for one in report.outcomes] == ["rejected", "rejected", "created"]


def test_the_outcome_says_that_another_row_refuses(folder: Folder) -> None:
    rows = [
        {"Email": "ada@example.com, ada.l@example.com", "Opt Out": "yes"},
        {"Email": "ada.l@example.com", "Opt Out": "no"},
    ]

    report = push_of(folder, do_not_contact="Opt Out").run(rows)

    assert report.outcomes[1].status == "skipped"
    assert report.outcomes[1].codes == ("opted_out",)
    assert "another row, which has this address beside another one" in report.outcomes[1].reason


def test_a_row_that_gives_a_status_counts_for_each_of_its_addresses(folder: Folder) -> None:
    mapper = ContactMapper({"email": "Email", "status": "State"})
    rows = [
        {"Email": "ada@example.com, ada.l@example.com", "State": "donotcontact"},
        {"Email": "ada.l@example.com", "State": ""},
    ]

    ListPush(folder, "Newsletter", mapper=mapper).run(rows)

    assert on_the_list(folder) == []


def test_a_damaged_address_is_never_pushed(folder: Folder) -> None:
    rows = [{"Email": "ada@example.com (old)", "Opt Out": "no"}, {"Email": "no address at all"}]

    report = push_of(folder, do_not_contact="Opt Out").run(rows)

    assert report.counts["rejected"] == 2
    assert on_the_list(folder) == []


def test_a_refusal_without_any_address_restricts_no_one(folder: Folder) -> None:
    rows = [
        {"Email": "unknown", "Opt Out": "yes"},
        {"Email": "@.", "Opt Out": "yes"},
        {"Email": None, "Opt Out": "yes"},
        {"Email": "bo@example.com", "Opt Out": "no"},
    ]

    report = push_of(folder, do_not_contact="Opt Out").run(rows)

    assert report.counts["skipped"] == 3
    assert on_the_list(folder) == ["bo@example.com"]


def late(path: Path, header: str, usual: str, word: str, many: int = 120) -> Path:
    lines = [f'y{number}@example.com,"{usual}"' for number in range(many)]
    path.write_text("\n".join([f"Email,{header}", *lines, f'no@example.com,"{word}"', ""]))
    return path


@pytest.mark.parametrize(
    ("header", "usual", "word"),
    [
        ("Tags", "vip", "vip, unsubscribed"),
        ("Categories", "Kunden", "Kunden;Keine Werbung"),
        ("Labels", "* myContacts", "* myContacts ::: Do not email"),
        ("Notes", "", "möchte keine Werbung"),
        ("Notes", "called in May", "Please do not contact her"),
        ("Status", "active", "unsubscribed by user"),
        ("Status", "aktiv", "gelöscht"),
        ("Status", "aktiv", "Gel&ouml;scht"),
        ("Tags", "vip", json.dumps(["vip", "отписан по телефону"]).replace('"', '""')),
        ("State", "Active", "Deleted"),
        ("Lists", "Newsletter (Active)", "Newsletter (Unsubscribed)"),
        ("Active", "yes", "no"),
        ("Confirmed", "1", "0"),
    ],
)
def test_a_refusal_below_the_first_rows_is_not_pushed(
    folder: Folder, path: Path, header: str, usual: str, word: str
) -> None:
    report = push_of(folder).run(late(path, header, usual, word))

    assert report.counts["created"] == 120
    assert "no@example.com" not in on_the_list(folder)
    (refused,) = [one for one in report.outcomes if one.email == "no@example.com"]
    assert refused.status == "rejected"
    assert repr(header) in str(refused.reason)
    assert push_of(folder, ignore=[header]).run(path).counts["created"] == 1


@pytest.mark.parametrize(
    ("header", "usual", "word"),
    [
        ("Order status", "paid", "cancelled"),
        ("Status", "paid", "cancelled"),
        ("SMS", "active", "do not contact"),
        ("City", "Bonn", "Removed"),
        ("Notes", "", "He left; call again"),
    ],
)
def test_other_words_below_the_first_rows_restrict_no_one(
    folder: Folder, path: Path, header: str, usual: str, word: str
) -> None:
    assert push_of(folder).run(late(path, header, usual, word)).counts["created"] == 121


def test_a_key_that_only_later_rows_have_is_looked_at(folder: Folder, tmp_path: Path) -> None:
    rows: list[dict[str, Any]] = [{"Email": f"y{number}@example.com"} for number in range(120)]
    rows += [
        {"Email": "n1@example.com", "tags": ["vip", "opted out"]},
        {"Email": "n2@example.com", "Do not mail": "Yes"},
        {"Email": "n3@example.com", "preferences": {"newsletter": False}},
        {"Email": "y120@example.com", "newsletter": True, "tags": ["vip"], "phone": None},
    ]
    path = tmp_path / "people.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))

    assert push_of(folder).run(path).counts["created"] == 121
    assert not [email for email in on_the_list(folder) if email[0] == "n"]


def test_flags_that_only_later_rows_have_are_looked_at(folder: Folder, tmp_path: Path) -> None:
    header = "Newsletter topics"
    rows: list[dict[str, Any]] = [
        {"Email": f"y{number}@example.com", header: None} for number in range(120)
    ]
    rows += [
        {"Email": "n1@example.com", header: {"news": False, "offers": False}},
        {"Email": "n2@example.com", header: {"news": False, "offers": True}},
    ]
    path = tmp_path / "people.jsonl"
    path.write_text("\n".join(map(json.dumps, rows)))

    assert push_of(folder).run(path).counts["rejected"] == 2
    assert len(on_the_list(folder)) == 120


def workbook(path: Path, *names: str) -> Path:
    openpyxl = pytest.importorskip("openpyxl")
    book = openpyxl.Workbook()
    del book["Sheet"]
    for name in names:
        sheet = book.create_sheet(name)
        sheet.append(["Email"])
        sheet.append([f"{name.split()[0].lower()}@example.com"])
    book.save(path)
    return path


@pytest.mark.parametrize(
    "names",
    [
        ("Unsubscribed",),
        ("Subscribed", "Unsubscribed"),
        ("Opt-outs", "People"),
        ("Aktiv", "Abgemeldete 2024"),
        ("Contacts", "Do Not Mail"),
        ("Contacts", "Bounces"),
    ],
)
def test_a_sheet_of_people_who_said_no_stops_until_one_is_chosen(
    folder: Folder, tmp_path: Path, names: tuple[str, ...]
) -> None:
    path = workbook(tmp_path / "people.xlsx", *names)

    with pytest.raises(ConfigError, match=r"must not be mailed.*--sheet"):
        push_of(folder).run(path)

    assert folder.contacts.list().count() == 0
    with read_rows(path, sheet=names[0]) as rows:
        assert push_of(folder).run(rows).counts["created"] == 1


@pytest.mark.parametrize("names", [("Subscribed", "Leads"), ("Not unsubscribed", "Opt-ins")])
def test_other_sheets_stop_no_push(folder: Folder, tmp_path: Path, names: tuple[str, ...]) -> None:
    assert push_of(folder).run(workbook(tmp_path / "a.xlsx", *names)).counts["created"] == 1


@pytest.mark.parametrize("title", ["Unsubscribed contacts", "Abmeldungen 2024", "do not mail"])
def test_a_title_of_people_who_said_no_stops_until_the_header_is_chosen(
    folder: Folder, path: Path, title: str
) -> None:
    path.write_text(f"Report\n{title}\n\nEmail,Name\nada@example.com,Ada\n")

    with pytest.raises(ConfigError, match=r"line 2, above the header.*--header-line"):
        push_of(folder).run(path)

    with read_rows(path, header_line=4) as rows:
        assert push_of(folder).run(rows).counts["created"] == 1


@pytest.mark.parametrize(
    "title", ["Newsletter subscribers", "All contacts, without those who have unsubscribed"]
)
def test_other_titles_stop_no_push(folder: Folder, path: Path, title: str) -> None:
    path.write_text(f'"{title}"\n\nEmail,Name\nada@example.com,Ada\n')
    assert push_of(folder).run(path).counts["created"] == 1


REFUSING_NAMES = """
unsubscribed_members_export_ab12.csv unsubscribed_email_audience_export_b3eca53876.csv
nonsubscribed_segment_export_0a1b2c3d4e.csv cleaned_members_export_ab12.csv
cleaned_segment_export_1a10653875.csv cleaned_email_audience_export.csv bounced-contacts.tsv
do_not_contact.csv suppression-list.csv suppressions.csv optouts.csv Opt-Outs-2024-03.csv
abgemeldet.csv Unsubscribes.CSV UnsubscribedMembers.txt newsletter-désabonnés.csv dnc.csv
deleted_and_unsubscribed.csv unsubscribed-and-not-confirmed.csv blacklist.csv not-subscribed.csv
2024_hard_bounces.csv unsubscribe-reasons.csv removed_subscribers.csv stoplist.csv robinsonliste.csv
remove-from-list.csv
"""


@pytest.mark.parametrize("name", REFUSING_NAMES.split())
def test_a_file_named_as_one_of_people_who_said_no_stops_until_it_has_another_name(
    folder: Folder, tmp_path: Path, name: str
) -> None:
    path = tmp_path / name
    path.write_text("Email,Name\nada@example.com,Ada\n")

    with pytest.raises(ConfigError, match=r"must not be mailed.*rename the file"):
        push_of(folder).run(path)

    assert folder.contacts.list().count() == 0
    assert push_of(folder).run(path.rename(tmp_path / "members.csv")).counts["created"] == 1


HARMLESS_NAMES = """
subscribed_members.csv resubscribed.csv not-unsubscribed.csv all-except-optouts.csv
active_without_bounced.csv cleaned_contacts.csv cleaned.csv march-optin.csv sms_unsubscribed.csv
do-not-call.csv email-not-opened.csv rejects.csv abonnenten-ohne-abgemeldete.csv
subscribed_email_audience_export_b3eca53876.csv newsletter.csv sun_subscribers.csv
fun-subscriptions.csv robinson_family.csv smith-robinson-wedding.csv bus-stops.csv
"""


@pytest.mark.parametrize("name", HARMLESS_NAMES.split())
def test_files_of_other_names_stop_no_push(folder: Folder, tmp_path: Path, name: str) -> None:
    path = tmp_path / "unsubscribed" / name
    path.parent.mkdir()
    path.write_text("Email,Name\nada@example.com,Ada\n")
    assert push_of(folder).run(path).counts["created"] == 1


@pytest.mark.parametrize("name", ["unsubscribed.csv.gz", "unsubscribed.jsonl", "unsubscribed.xlsx"])
def test_the_name_of_a_file_of_any_kind_counts(folder: Folder, tmp_path: Path, name: str) -> None:
    path = tmp_path / name
    if name.endswith("x"):
        workbook(path, "People")
    elif name.endswith("z"):
        path.write_bytes(gzip.compress(b"Email\nada@example.com\n"))
    else:
        path.write_text('{"Email": "ada@example.com"}\n')

    with pytest.raises(ConfigError, match="must not be mailed"):
        push_of(folder).run(path)

    with path.open("rb") as file, pytest.raises(ConfigError, match="must not be mailed"):
        push_of(folder).run(read_rows(file))
    called = read_rows(io.BytesIO(path.read_bytes()), name=name)
    with pytest.raises(ConfigError, match="must not be mailed"):
        push_of(folder).run(called)
    assert push_of(folder).run(read_rows(io.BytesIO(path.read_bytes()))).counts["created"] == 1


def test_a_sheet_or_a_header_that_was_chosen_does_not_change_the_name_of_the_file(
    folder: Folder, tmp_path: Path
) -> None:
    path = workbook(tmp_path / "unsubscribed.xlsx", "People")
    with pytest.raises(ConfigError, match="must not be mailed"):
        push_of(folder).run(read_rows(path, sheet="People", header_line=1))


@pytest.mark.parametrize(
    ("header", "no", "created"),
    [("Opt Out", "no", 2), ("Opt Out", "", None), ("Deceased", "no", None)],
)
def test_a_column_that_says_who_opted_out_and_who_did_not_counts_more_than_the_name_of_the_file(
    folder: Folder, tmp_path: Path, header: str, no: str, created: int | None
) -> None:
    path = tmp_path / "shop_optout_email.csv"
    path.write_text(f"Email,{header}\nada@example.com,{no}\nbo@example.com,yes\ncy@example.com,\n")
    push = push_of(folder, do_not_contact=[header])
    if created is None:
        with pytest.raises(ConfigError, match="must not be mailed"):
            push.run(path)
    else:
        assert push.run(path).counts["created"] == created


def test_a_file_whose_columns_refuse_all_its_people_needs_no_other_name(
    folder: Folder, tmp_path: Path
) -> None:
    path = tmp_path / "unsubscribed_members_export.csv"
    path.write_text("Email,UNSUB_TIME\nada@example.com,2024-03-01\nbo@example.com,2024-03-02\n")

    report = ListPush.guessed(folder, "Newsletter", path).run(path)

    assert report.counts["skipped"] == 2
    assert all("UNSUB_TIME" in outcome.reason for outcome in report.outcomes)


def test_in_such_a_file_a_later_row_that_its_columns_let_pass_is_rejected(
    folder: Folder, tmp_path: Path
) -> None:
    path = tmp_path / "unsubscribed_members_export.csv"
    lines = [f"n{number}@example.com,2024-03-01" for number in range(120)]
    path.write_text("\n".join(["Email,UNSUB_TIME", *lines, "late@example.com,", ""]))

    report = ListPush.guessed(folder, "Newsletter", path).run(path)

    assert report.counts["created"] == 0
    assert "rename the file" in str(report.outcomes[120].reason)


def test_a_file_of_rejects_may_have_any_name(folder: Folder, tmp_path: Path) -> None:
    given, rejects = tmp_path / "people.csv", tmp_path / "newsletter-rejected-bounced.csv"
    given.write_text("Email,Name\nada@example,Ada\n")
    push_of(folder).run(given).rejects_to_csv(rejects)
    rejects.write_text(rejects.read_text().replace("ada@example,", "ada@example.com,"))

    assert push_of(folder).run(rejects).counts["created"] == 1


@pytest.mark.parametrize("first_rows", [0, 120])
def test_the_reason_of_a_reject_is_not_read_as_a_refusal(
    folder: Folder, tmp_path: Path, first_rows: int
) -> None:
    rows: list[Any] = [{"Email": f"{at}@example.com", "Opt Out": "no"} for at in range(first_rows)]
    refused = push_of(folder, do_not_contact="Opt Out").run(
        [
            *({**row, "Email": f"{row['Email']}@"} for row in rows),
            {"Email": "ada@example.com", "Opt Out": "1.5 times"},
        ]
    )
    rejects = tmp_path / "rejects.csv"
    assert refused.rejects_to_csv(rejects) == first_rows + 1

    # The one wrong cell of each row is corrected.
    rejects.write_text(rejects.read_text().replace("@,", ",").replace(",1.5 times,", ",no,"))

    report = push_of(folder, do_not_contact="Opt Out").run(rejects)
    assert report.counts["created"] == first_rows + 1, report.by_reason()


def test_a_time_in_seconds_is_read_alike_as_a_number_and_as_its_text() -> None:
    mapper = ContactMapper({"email": "email"}, consent=["Consent"])

    for given in (1_700_000_000, "1700000000"):
        assert mapper.map({"email": "ada@example.com", "Consent": given})["email"]
    with pytest.raises(MappingError, match="not known as a yes or a no"):
        mapper.map({"email": "ada@example.com", "Consent": 17})


@pytest.mark.parametrize(
    ("header", "usual", "refusing"),
    [
        ("Email,Name,", "Ada,", "Bo,unsubscribed"),
        ("Email,Name,,Town", "Ada,,Bonn", "Bo,Do not contact,Bonn"),
        ("Email,Tags,Tags", "vip,old", "vip,opted out"),
    ],
)
def test_a_refusal_in_a_column_that_has_no_name_of_its_own_counts(
    folder: Folder, path: Path, header: str, usual: str, refusing: str
) -> None:
    path.write_text(f"{header}\nada@example.com,{usual}\nbo@example.com,{refusing}\n")

    report = push_of(folder).run(path)

    assert on_the_list(folder) == ["ada@example.com"]
    assert report.counts["skipped"] == 1
    assert "opted out: column 'column 3'" in str(report.outcomes[1].reason)


def test_a_refusal_beyond_the_header_keeps_other_rows_of_the_person_away(
    folder: Folder, path: Path
) -> None:
    path.write_text("Email,Name\nbo@example.com,Bo\nbo@example.com,Bo,unsubscribed\n")

    assert push_of(folder).run(path).counts["created"] == 0
    assert on_the_list(folder) == []


@pytest.mark.parametrize("line", ["Unsubscribed", "Opt-outs,", ",Abgemeldete 2024"])
def test_rows_below_a_line_that_refuses_are_not_pushed(
    folder: Folder, path: Path, line: str
) -> None:
    path.write_text(
        f"Email,Name\nada@example.com,Ada\n\n{line}\nEmail,Name\nbo@example.com,Bo\nada@example.com,\n"
    )

    report = push_of(folder).run(path)

    assert on_the_list(folder) == []
    assert "below a line" in str(report.outcomes[3].reason)


@pytest.mark.parametrize(
    "line", ["Subscribed", "Bo,", ",Newsletter", ",", "eve@example.com,Opt-outs"]
)
def test_other_lines_keep_no_row_below_them_away(folder: Folder, path: Path, line: str) -> None:
    path.write_text(f"Email,Name\nada@example.com,Ada\n\n{line}\nbo@example.com,Bo\n")

    push_of(folder).run(path)

    assert {"ada@example.com", "bo@example.com"} <= set(on_the_list(folder))


DUPLICATES = [
    ("Status", "subscribed", "cleaned"),
    ("Status", "active", "deactivated"),
    ("Subscription", "active", "bounced"),
    ("Newsletter", "yes", "no"),
    ("Opt out", "no", "yes"),
]


@pytest.mark.parametrize("words", DUPLICATES)
@pytest.mark.parametrize("kind", ["csv", "frame", "cursor"])
def test_the_second_column_of_a_name_about_consent_must_be_read_or_ignored(
    folder: Folder, path: Path, kind: str, words: tuple[str, str, str]
) -> None:
    name, yes, no = words
    names = ["Email", name, name]
    rows = [["ada@example.com", "", yes], ["bo@example.com", "", no]]
    database = sqlite3.connect(":memory:")

    def table() -> Any:
        if kind == "csv":
            path.write_text("\n".join(map(",".join, [names, *rows])) + "\n")
            return path
        if kind == "frame":
            return pytest.importorskip("pandas").DataFrame(rows, columns=names)
        return database.execute(
            f'SELECT column1 AS "Email", column2 AS "{name}", column3 AS "{name}" '
            "FROM (VALUES (?, ?, ?), (?, ?, ?))",
            [*rows[0], *rows[1]],
        )

    second = f"{name} (column 3)"
    with pytest.raises(ConsentError, match=re.escape(second)) as caught:
        push_of(folder, ignore=name).run(table())
    assert str(caught.value).endswith(f"give its name with the position: '{second}'")
    option = "do_not_contact" if name == "Opt out" else "consent"
    report = push_of(folder, ignore=name, **{option: second}).run(table())
    assert on_the_list(folder) == ["ada@example.com"]
    assert report.counts["skipped"] == 1
    push_of(folder, ignore=[name, second]).run(table())
    assert on_the_list(folder) == ["ada@example.com", "bo@example.com"]
    database.close()


@pytest.mark.parametrize(
    ("encoding", "row"),
    [
        *[
            (encoding, ("Email,Status", "Active", no))
            for encoding in ("cp1251", "koi8-r", "iso8859-5", "mac_cyrillic")
            for no in ("Отписан", "не писать", "удалён")
        ],
        ("cp1251", ("Email,Newsletter", "yes", "нет")),
        ("cp1251", ("Email,Newsletter", "yes", "Не")),
        ("cp866", ("Email,Status", "Active", "не писать")),
        ("mac_roman", ("Email,Statut", "Inscrit", "Désinscrit")),
        ("mac_roman", ("Email,Tags", "vip", "désabonné")),
        ("cp850", ("Email,Statut", "Inscrit", "Désinscrit")),
        ("cp850", ("Email,Status", "Active", "gelöscht")),
        ("cp850", ("Email,Tags", "vip", "não enviar")),
        ("cp1253", ("Email,Newsletter", "yes", "όχι")),
        ("cp1255", ("Email,Newsletter", "yes", "לא")),
        ("gbk", ("Email,Status", "Active", "退订")),
        ("euc_kr", ("Email,Status", "Active", "수신거부")),
    ],
)
def test_a_row_that_was_read_in_a_wrong_encoding_mails_no_one(
    folder: Folder, path: Path, encoding: str, row: tuple[str, str, str]
) -> None:
    header, yes, no = row
    lines = [header, f"ada@example.com,{yes}", "bo@example.com,", f"bo@example.com,{no}"]
    path.write_bytes("\n".join(lines).encode(encoding))
    columns = header.split(",")

    report = push_of(folder, ignore=columns[1]).run(path)

    assert on_the_list(folder) == ["ada@example.com"]
    assert "give its encoding" in str(report.outcomes[2].reason)
    again = push_of(folder, ignore=columns[1]).run(read_rows(path, encoding=encoding))
    assert "encoding" not in str(again.outcomes[2].reason)


@pytest.mark.parametrize("encoding", ["cp1251", "koi8-r", "mac_roman", "cp850"])
def test_a_header_that_was_read_in_a_wrong_encoding_stops_the_push(
    folder: Folder, path: Path, encoding: str
) -> None:
    header = "Désinscrit" if encoding in ("mac_roman", "cp850") else "Отписан"
    path.write_bytes(f"Email,{header}\nbo@example.com,1\n".encode(encoding))

    with pytest.raises(ConfigError, match="give its encoding"):
        push_of(folder).run(path)


def test_the_usual_words_of_windows_1252_are_read(folder: Folder, path: Path) -> None:
    words = (
        "Müller|Straße|cœur|Šárka Žižková|l’été|« Oui » – « non »|Jean–Luc|iPhone™|Þórður|Guðrún|"
        "Hämäläinen|Öö|São João|coração|année créée|Peña|¿Qué?|¡Olé!|l·l|1 000 €|50°C|100m²Wohnung|"
        "3½|§5|äöü|M.ª|d´accord|„Gut“|Marke®|ÉCOLE|CRÉÉE|ŽIŽEK|L‘hôtel|Croÿ|£500|blåbærsyltetøy|Å"
    ).split("|")
    lines = [f"p{place}@example.com,{word}" for place, word in enumerate(words)]
    path.write_bytes("\n".join(["Email,Note", *lines]).encode("cp1252"))

    assert push_of(folder).run(path).counts["created"] == len(words)


def test_a_refusal_below_a_second_header_keeps_its_person_away(folder: Folder, path: Path) -> None:
    path.write_text("Email,Name\nbo@example.com,Bo\nEmail,Opt out\nbo@example.com,yes\n")

    assert push_of(folder).run(path).counts["rejected"] == 1
    assert on_the_list(folder) == []


@pytest.mark.parametrize(
    "header",
    [
        "Photo consent",
        "Consent to be photographed",
        "photo_video_consent",
        "Photo consent withdrawn",
        "No photo consent",
        "Medical consent",
        "ConsentForTreatment",
        "Vaccination consent given",
        "Einwilligung Fotos",
        "Consentement médical",
        "Autorización de imagen",
        "Toestemming foto's",
        "Zgoda na wizerunek",
        "Samtykke til bilder",
    ],
)
def test_consent_to_photos_or_a_treatment_says_nothing_of_mail(
    folder: Folder, path: Path, header: str
) -> None:
    path.write_text(f"Email,{header}\nada@example.com,yes\nbo@example.com,no\ncy@example.com,\n")
    assert push_of(folder).run(path).counts["created"] == 3

    push = push_of(folder)
    assert push.one({"Email": "di@example.com", header: "no"}).status == "created"
    assert push.one({"Email": "ed@example.com", header: "unsubscribed"}).status == "skipped"


@pytest.mark.parametrize(
    "header",
    [
        "Photo newsletter consent",
        "Consent to photos and e-mail",
        "Medical news consent",
        "Medical consent and marketing",
        "Photo opt-out",
        "Unsubscribed from photos",
        "Photo subscribed",
        "Consent",
        "Consent to use",
        "Consent and contact for treatment",
    ],
)
def test_consent_that_may_be_to_mail_must_be_read_beside_photos_or_a_treatment(
    folder: Folder, path: Path, header: str
) -> None:
    path.write_text(f"Email,{header}\nada@example.com,yes\nbo@example.com,no\n")
    with pytest.raises(ConsentError):
        push_of(folder).run(path)
