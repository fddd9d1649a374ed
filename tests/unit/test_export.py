"""Exporting contacts with their subscriptions."""

from __future__ import annotations

import csv
import gzip
import io
import json
import os
import re
import stat
import threading
from collections.abc import Callable, Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import attrs
import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.errors import ConfigError, IContactError, ServerError
from icontact.export import ContactExport, ExportProgress, ExportReport
from icontact.models import ContactStatus
from icontact.push import ListPush
from icontact.sandbox import Quirks, Sandbox
from icontact.sources import read_rows
from icontact.transport import Answer, Call
from tests.unit.support import shown

TYPES = {
    "points": "number",
    "vip": "checkbox",
    "born": "date",
    "color": "text",
    "price": "decimalTwo",
}
NAMES = [f"custom_fields.{name}" for name in TYPES]

AWKWARD = [
    '=HYPERLINK("http://example.com")',
    'a "quoted", cell',
    "two\nlines",
    "two\r\nlines",
    "one\rreturn",
    " space around ",
    "AT&amp;T",
    "Zoé 日本 🎉",
    "007",
    "null",
    "\t",
    "",
]


@pytest.fixture
def sandbox() -> Iterator[Sandbox]:
    with Sandbox() as running:
        running.seed(
            custom_fields=[{"privateName": name, "fieldType": kind} for name, kind in TYPES.items()]
        )
        yield running


@pytest.fixture
def folder(sandbox: Sandbox) -> Folder:
    return sandbox.client().folder()


def fill(sandbox: Sandbox, *people: dict[str, Any], on: tuple[str, ...] = ()) -> None:
    sandbox.seed(
        contacts=[{"email": f"p{place}@example.com", **one} for place, one in enumerate(people)],
        subscriptions=[
            {"email": f"p{place}@example.com", "status": status} for place, status in enumerate(on)
        ],
    )


def emails(rows: Any) -> list[str]:
    return [row["email"] for row in rows]


def exported(folder: Folder, **options: Any) -> list[dict[str, str]]:
    """Export to CSV, and read it with nothing of ours."""
    stream = io.BytesIO()
    folder.export(stream, **{"format": "csv", **options})
    return list(csv.DictReader(io.StringIO(stream.getvalue().decode(), newline="")))


# What comes out


def test_contacts_come_with_their_subscriptions(sandbox: Sandbox, folder: Folder) -> None:
    (other,) = sandbox.seed(lists=[{"name": "Weekly"}]).list_ids
    fill(sandbox, {"firstName": "Jo", "points": 5}, {}, on=("normal",))
    sandbox.seed(
        subscriptions=[{"email": "p0@example.com", "listId": other, "status": "unsubscribed"}]
    )
    first, second = folder.export()
    assert first["first_name"] == "Jo"
    assert first["custom_fields.points"] == "5"
    assert first["status"] == "normal"
    assert first["subscriptions"] == [
        {"list_id": sandbox.list_id, "name": "Newsletter", "status": "normal"},
        {"list_id": other, "name": "Weekly", "status": "unsubscribed"},
    ]
    assert second["subscriptions"] == []


def test_the_columns_are_icontacts_fields_in_their_order(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {})
    (row,) = folder.export()
    assert list(row) == [
        *"contact_id email prefix first_name last_name suffix street street2 city state".split(),
        *"postal_code phone fax".split(),
        *NAMES,
        *"status create_date bounce_count subscriptions".split(),
    ]


def test_csv_has_texts_and_json_for_subscriptions(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {"bounceCount": 3, "createDate": "2026-03-04 05:06:07"}, on=("pending",))
    (row,) = exported(folder)
    assert row["bounce_count"] == "3"
    assert row["create_date"] == "2026-03-04T05:06:07-05:00"
    assert row["phone"] == ""
    (subscription,) = json.loads(row["subscriptions"])
    assert subscription["status"] == "pending"


def test_json_lines_keep_types(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {"firstName": "Zoé"}, {})
    stream = io.BytesIO()
    folder.export(stream, format="jsonl")
    first, _ = [json.loads(line) for line in stream.getvalue().decode().splitlines()]
    assert isinstance(first["contact_id"], int)
    assert first["bounce_count"] is None
    assert first["subscriptions"] == []
    assert "Zoé" in stream.getvalue().decode()


def test_a_date_comes_out_in_one_form_whatever_it_is_kept_in(
    sandbox: Sandbox, folder: Folder
) -> None:
    kept = ["2026-03-04", "03/04/2026", "2026-03-04 00:00:00", "4. März", ""]
    fill(sandbox, *({"born": one} for one in kept))
    iso = "2026-03-04"
    found = [row["custom_fields.born"] for row in exported(folder)]
    assert found == [iso, iso, iso, "4. März", ""]


def test_what_no_file_can_hold_does_not_break_it(folder: Folder) -> None:
    found = {"contactId": "1", "email": "jo@example.com", "firstName": "\ud800x", "vip": True}
    answer = {"contacts": [found], "total": 1, "limit": 500, "offset": 0}
    (row,) = exported(scripted(folder, contacts=[answer]))
    assert (row["first_name"], row["custom_fields.vip"]) == ("?x", "1")


# Which contacts


PEOPLE = ("normal", "donotcontact", "normal", "bounced", "normal")


@pytest.mark.parametrize(
    ("status", "places"),
    [
        (None, [0, 1, 2, 3, 4]),
        ("total", [0, 1, 2, 3, 4]),
        ("normal", [0, 2, 4]),
        (ContactStatus.BOUNCED, [3]),
        ("unlisted", [2, 3, 4]),
        ("pending", []),
    ],
)
@pytest.mark.parametrize("population", ["listed", "observed"])
def test_people_of_a_status_are_found_listed_or_not(
    status: str | None, places: list[int], population: Any
) -> None:
    with Sandbox(quirks=Quirks(default_population=population)) as sandbox:
        fill(sandbox, *({"status": one} for one in PEOPLE), on=("normal", "normal", "unsubscribed"))
        found = emails(sandbox.client().folder().export(status=status))
    assert sorted(found) == [f"p{place}@example.com" for place in places]


def test_of_one_list_everybody_comes_who_is_or_was_on_it(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {}, {}, {}, {}, on=("normal", "unsubscribed", "pending"))
    rows = []
    for given in ("Newsletter", sandbox.list_id):
        rows = list(folder.export(list=given))
        found = {row["email"]: row["subscription"] for row in rows}
        assert found == {
            "p0@example.com": "normal",
            "p1@example.com": "unsubscribed",
            "p2@example.com": "pending",
        }
    assert "subscriptions" not in rows[0]


def test_a_list_and_a_status_must_both_hold(sandbox: Sandbox, folder: Folder) -> None:
    statuses = ({"status": one} for one in ("normal", "bounced", "bounced", "bounced"))
    fill(sandbox, *statuses, on=("normal", "normal", "unsubscribed"))
    found = emails(folder.export(list="Newsletter", status="bounced"))
    assert found == ["p1@example.com", "p2@example.com"]


def test_a_server_that_takes_one_value_only_is_asked_for_people_one_by_one() -> None:
    with Sandbox(quirks=Quirks(comma_lists="ids")) as sandbox:
        fill(sandbox, {}, {}, on=("unsubscribed", "unsubscribed"))
        folder = sandbox.client().folder()
        assert len(list(folder.export(list="Newsletter"))) == 2


def test_deleted_people_are_not_listed_and_that_is_said(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {}, {}, on=("normal", "normal"))
    first, _ = folder.contacts.list()
    folder.contacts.delete(first.contact_id)
    for target in (None, "Newsletter"):
        export = folder.export(list=target)
        assert emails(export) == ["p1@example.com"]
        assert export.report is not None
        (note,) = [one for one in export.report.notes if "deleted" in one]
        assert note.endswith(": 1")


@pytest.mark.parametrize(
    ("options", "said"),
    [
        ({"status": "deleted"}, "no deleted contacts"),
        ({"status": "normals"}, "did you mean 'normal'"),
        ({"status": "unlisted", "list": "Newsletter"}, "cannot be combined"),
        ({"fields": ["emial"]}, "did you mean 'email'"),
        ({"fields": ["email", "email"]}, "named twice"),
        ({"fields": []}, "no field at all"),
        ({"fields": "email"}, "several names"),
        ({"fields": ["subscription"]}, "no field 'subscription'"),
    ],
)
def test_what_cannot_be_meant_is_refused_before_anything_is_asked(
    folder: Folder, sandbox: Sandbox, options: dict[str, Any], said: str
) -> None:
    sandbox.requests.clear()
    with pytest.raises(ConfigError, match=said):
        folder.export(**options)
    assert not sandbox.requests


@pytest.mark.parametrize("name", ["Newsleter", 4])
def test_a_list_that_there_is_not_is_an_error(folder: Folder, name: str | int) -> None:
    with pytest.raises(ConfigError, match="there is no list"):
        list(folder.export(list=name))


# Which columns


def test_columns_can_be_chosen(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {"points": 5, "color": "red"})
    (row,) = folder.export(fields=["custom_fields.color", "email"])
    assert list(row.items()) == [("custom_fields.color", "red"), ("email", "p0@example.com")]
    (row,) = folder.export(fields=["custom_fields.color", "custom_fields", "email"])
    assert list(row) == ["custom_fields.color", *(n for n in NAMES if "color" not in n), "email"]


def test_what_is_not_wanted_is_not_asked_for(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {})
    sandbox.requests.clear()
    assert len(list(folder.export(fields=["email"]))) == 1
    assert [one.path.rpartition("/")[2] for one in sandbox.requests] == ["contacts"]


@pytest.mark.parametrize("types", [TYPES, {}])
def test_a_custom_field_that_there_is_not_is_an_error(types: dict[str, str]) -> None:
    with Sandbox() as sandbox:
        sandbox.seed(custom_fields=[{"privateName": name} for name in types])
        folder = sandbox.client().folder()
        with pytest.raises(ConfigError, match=r"no custom field 'colour'; (did you mean|it has n)"):
            list(folder.export(fields=["email", "custom_fields.colour"]))


def test_business_is_left_out_and_said_unless_it_is_asked_for(
    sandbox: Sandbox, folder: Folder
) -> None:
    fill(sandbox, {"business": "Acme"}, {})
    export = folder.export()
    assert all("business" not in row for row in export)
    assert export.report is not None
    (note,) = export.report.notes
    assert note.startswith("listings do not show business, so it was left out")
    for options in ({"details": True}, {"fields": ["email", "business"]}):
        rows = exported(folder, **options)
        assert [row["business"] for row in rows] == ["Acme", ""]


def test_business_comes_by_itself_where_listings_show_it() -> None:
    with Sandbox(quirks=Quirks(business_in_listings=True)) as sandbox:
        fill(sandbox, {"business": "Acme"}, {})
        sandbox.requests.clear()
        export = sandbox.client().folder().export()
        assert [row["business"] for row in export] == ["Acme", ""]
        assert export.report is not None
        assert (export.report.notes, export.report.requests) == ((), 4)


def test_custom_fields_that_listings_hide_are_never_taken_for_blank() -> None:
    with Sandbox(quirks=Quirks(custom_fields_in_listings=False)) as sandbox:
        sandbox.seed(custom_fields=[{"privateName": "color"}])
        fill(sandbox, {"color": "red"}, {"color": "blue"})
        folder = sandbox.client().folder()
        export = folder.export()
        assert all("custom_fields.color" not in row for row in export)
        assert export.report is not None
        assert any("do not show custom fields" in note for note in export.report.notes)
        for options in ({"details": True}, {"fields": ["custom_fields"]}):
            rows = folder.export(**options)
            assert [row["custom_fields.color"] for row in rows] == ["red", "blue"]


def test_answers_that_show_no_blank_custom_fields_are_taken_at_their_word(folder: Folder) -> None:
    contact = {"contactId": "1", "email": "jo@example.com"}
    listing = {"contacts": [contact], "total": 1, "limit": 500, "offset": 0}
    fake = scripted(folder, contacts=[listing, {"contact": contact}])
    (row,) = fake.export(fields=None)
    assert row["custom_fields.color"] is None


@pytest.mark.parametrize("gone", [True, False])
def test_somebody_deleted_meanwhile_is_left_out_and_said(
    sandbox: Sandbox, folder: Folder, gone: bool
) -> None:
    fill(sandbox, {}, {})
    first, _ = folder.contacts.list()

    def meanwhile(call: Call) -> None:
        if call.path.endswith(f"/contacts/{first.contact_id}"):
            if gone:
                raise_not_found(folder)
            folder.contacts.delete(first.contact_id)

    export = watched(folder, meanwhile).export(details=True)
    assert emails(export) == ["p1@example.com"]
    assert export.report is not None
    assert export.report.notes == ("deleted while they were read, and left out: 1",)


def raise_not_found(folder: Folder) -> None:
    folder.contacts.get(4)


# No contact is missed


class Script:
    """Answers with what it was given, by the last part of the path; else as iContact does."""

    def __init__(self, inner: Any, answers: dict[str, list[Any]]) -> None:
        self.inner, self.answers = inner, answers

    def send(self, call: Call, /) -> Answer:
        parts = call.path.split("/")
        waiting = self.answers.get(parts[4])
        if not waiting:
            return self.inner.send(call)  # type: ignore[no-any-return]  # of whatever it wraps
        return Answer(status=200, payload=waiting.pop(0), warnings=(), call=call.summary())


class Watch:
    """Calls something before every request."""

    def __init__(self, inner: Any, before: Callable[[Call], None]) -> None:
        self.inner, self.before = inner, before

    def send(self, call: Call, /) -> Answer:
        self.before(call)
        return self.inner.send(call)  # type: ignore[no-any-return]  # of whatever it wraps


def scripted(folder: Folder, **answers: list[Any]) -> Folder:
    script: Any = Script(folder.transport, answers)
    return Folder(script, folder.account_id, folder.client_folder_id)


def watched(folder: Folder, before: Callable[[Call], None]) -> Folder:
    watch: Any = Watch(folder.transport, before)
    return Folder(watch, folder.account_id, folder.client_folder_id)


def page(*ids: int, total: int | None, key: str = "contacts") -> dict[str, Any]:
    rows = [{"contactId": str(one), "email": f"p{one}@example.com"} for one in ids]
    if key == "subscriptions":
        rows = [{**row, "listId": "7", "subscriptionId": f"7_{row['contactId']}"} for row in rows]
    return {key: rows, "total": total, "limit": 2, "offset": 0}


def ids_of(export: ContactExport) -> list[int]:
    return [row["contact_id"] for row in export]


def test_people_that_a_deletion_shifts_out_of_sight_are_found(folder: Folder) -> None:
    # Number 1 is deleted after the first page, so 3 moves to where it is not looked for any more.
    first = [page(1, 2, total=4), page(4, total=3)]
    again = [page(2, 3, total=3), page(4, total=3)]
    export = scripted(folder, contacts=[*first, *again]).export(fields=["contact_id"])
    assert ids_of(export) == [1, 2, 4, 3]
    assert export.report is not None
    assert export.report.complete
    assert export.report.contacts == 4


def test_a_total_that_lags_behind_is_said_and_costs_one_more_reading(folder: Folder) -> None:
    # The page without its row is asked for three times.
    lagging = [page(1, 2, total=3), *[page(total=3)] * 3]
    export = scripted(folder, contacts=[*lagging, *lagging]).export(fields=["contact_id"])
    assert ids_of(export) == [1, 2]
    assert export.report is not None
    assert export.report.complete
    (note,) = export.report.notes
    assert note.startswith("iContact says that there are 3 contacts and lists 2")


def test_a_listing_that_never_holds_still_is_not_called_complete(folder: Folder) -> None:
    pages = [page(place, total=place + 5) for place in range(1, 4)]
    ends = [page(total=place + 6) for place in range(1, 4)]
    # A page without its rows is asked for again.
    moving = [
        one for short, end in zip(pages, ends, strict=True) for one in (short, short, end, end, end)
    ]
    export = scripted(folder, contacts=moving).export(fields=["contact_id"])
    assert ids_of(export) == [1, 2, 3]
    assert export.report is not None
    assert not export.report.complete
    assert "some may be missing" in str(export.report)


def test_a_listing_without_totals_is_taken_at_its_word(folder: Folder) -> None:
    pages = [page(1, 2, total=None), page(3, total=None)]
    export = scripted(folder, contacts=pages).export(fields=["contact_id"])
    assert ids_of(export) == [1, 2, 3]
    assert export.report is not None
    assert (export.report.complete, export.report.notes) == (True, ())


def test_subscriptions_that_are_shifted_out_of_sight_are_found(folder: Folder) -> None:
    subscriptions = [
        page(1, 2, total=3, key="subscriptions"),
        page(total=2, key="subscriptions"),
        page(2, 3, total=2, key="subscriptions"),
    ]
    contacts = [page(1, 2, total=3), page(3, total=3)]
    fake = scripted(folder, contacts=contacts, subscriptions=subscriptions)
    rows = list(fake.export(fields=["contact_id", "subscriptions"]))
    assert [len(row["subscriptions"]) for row in rows] == [1, 1, 1]
    assert rows[0]["subscriptions"] == [{"list_id": 7, "name": None, "status": "normal"}]


def test_somebody_who_joins_a_list_meanwhile_has_no_known_subscription(folder: Folder) -> None:
    fake = scripted(folder, contacts=[page(9, total=1)])
    (row,) = fake.export(list="Newsletter", fields=["contact_id", "subscription"])
    assert row == {"contact_id": 9, "subscription": None}


def test_a_person_who_is_listed_twice_comes_once(folder: Folder) -> None:
    export = scripted(folder, contacts=[page(1, 2, total=3), page(2, total=3)]).export(
        fields=["contact_id"]
    )
    assert ids_of(export) == [1, 2]


def test_it_takes_two_listings_of_requests_and_two_more(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, *({} for _ in range(1200)), on=("normal",) * 1200)
    report = folder.export(io.BytesIO(), format="csv")
    assert isinstance(report, ExportReport)
    assert (report.contacts, report.subscriptions, report.requests) == (1200, 1200, 2 + 2 + 2)


def test_progress_is_told_after_every_page(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, *({} for _ in range(1200)))
    seen: list[ExportProgress] = []
    assert len(list(folder.export(progress=seen.append))) == 1200
    assert [(one.done, one.total) for one in seen] == [(1000, 1200), (1200, 1200)]


def test_rows_may_be_taken_by_another_thread(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {}, {})
    rows = iter(folder.export())
    next(rows)
    taken: list[Any] = []
    thread = threading.Thread(target=lambda: taken.extend(rows))
    thread.start()
    thread.join()
    assert emails(taken) == ["p1@example.com"]


def test_an_export_shows_no_one(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, {})
    export = folder.export()
    list(export)
    assert "@" not in repr(export) + repr(export.report)
    assert repr(ContactExport.__new__(ContactExport)) == "ContactExport(None)"


@pytest.mark.parametrize("one_list", [None, "Newsletter"])
@pytest.mark.parametrize("to_file", [True, False])
def test_an_error_on_the_way_shows_no_one(
    sandbox: Sandbox, folder: Folder, tmp_path: Path, one_list: str | None, to_file: bool
) -> None:
    fill(sandbox, *({"firstName": "Jocelyn"} for _ in range(1001)), on=("normal",) * 1001)
    pages = iter(range(9))

    def fail(call: Call) -> None:
        if call.path.endswith("/contacts") and next(pages) == 1:
            sandbox.faults.next(status=500, times=50)

    fake = watched(folder, fail)
    with pytest.raises(ServerError) as caught:
        if to_file:
            fake.export(tmp_path / "people.csv", list=one_list)
        else:
            list(fake.export(list=one_list))
    assert "Jocelyn" not in shown(caught.value)
    assert not re.search(r"p\d+@example.com", shown(caught.value))


# Files


def test_a_file_is_private_and_whole(sandbox: Sandbox, folder: Folder, tmp_path: Path) -> None:
    fill(sandbox, {}, {})
    report = folder.export(tmp_path / "people.csv")
    assert report.contacts == 2
    assert str(report).startswith("2 contacts; ")
    (path,) = tmp_path.iterdir()
    assert stat.S_IMODE(path.stat().st_mode) == 0o600
    assert path.read_bytes().count(b"\r\n") == 3


@pytest.mark.parametrize("name", ["p.csv.gz", "p.jsonl.gz", "P.NDJSON.GZ"])
def test_a_file_is_gzipped_by_its_name(
    sandbox: Sandbox, folder: Folder, tmp_path: Path, name: str
) -> None:
    fill(sandbox, {})
    folder.export(str(tmp_path / name))
    content = gzip.decompress((tmp_path / name).read_bytes())
    assert b"p0@example.com" in content
    assert content.startswith(b"{") == ("csv" not in name)


def test_a_file_that_is_there_is_replaced_only_on_request(folder: Folder, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("mine")
    with pytest.raises(ConfigError, match="there already"):
        folder.export(path)
    assert path.read_text() == "mine"
    folder.export(path, overwrite=True)
    assert path.read_text().startswith("contact_id,")


def test_an_export_that_breaks_off_leaves_nothing(
    sandbox: Sandbox, folder: Folder, tmp_path: Path
) -> None:
    fill(sandbox, {})
    path = tmp_path / "people.csv"
    path.write_text("mine")
    sandbox.faults.next(status=500, times=50)
    with pytest.raises(IContactError):
        folder.export(path, overwrite=True)
    assert [*tmp_path.iterdir()] == [path]
    assert path.read_text() == "mine"


@pytest.mark.parametrize(
    ("name", "options", "said"),
    [
        ("people", {}, "is not clear"),
        ("people.xlsx", {}, "is not clear"),
        ("people.csv", {"format": "xlsx"}, "is not 'xlsx'"),
        ("absent/people.csv", {}, "cannot write .*: No such file"),
    ],
)
def test_what_cannot_be_written_is_refused(
    folder: Folder, tmp_path: Path, name: str, options: dict[str, Any], said: str
) -> None:
    with pytest.raises(ConfigError, match=said):
        folder.export(tmp_path / name, **options)


def test_a_stream_has_to_be_open_for_bytes_and_stays_open(folder: Folder) -> None:
    text: Any = io.StringIO()
    with pytest.raises(ConfigError, match="mode 'wb'"):
        folder.export(text, format="csv")
    stream = io.BytesIO()
    folder.export(stream, format="csv")
    assert not stream.closed


def test_a_pipe_is_written_to(sandbox: Sandbox, folder: Folder, tmp_path: Path) -> None:
    fill(sandbox, {})
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    read: list[str] = []
    reader = threading.Thread(target=lambda: read.append(pipe.read_text()))
    reader.start()
    folder.export(pipe)
    reader.join()
    assert json.loads(read[0])["email"] == "p0@example.com"


def test_a_pipe_that_breaks_stays_where_it_is(
    sandbox: Sandbox, folder: Folder, tmp_path: Path
) -> None:
    pipe = tmp_path / "pipe.jsonl"
    os.mkfifo(pipe)
    reader = threading.Thread(target=pipe.read_text)
    reader.start()
    sandbox.faults.next(status=500, times=50)
    with pytest.raises(IContactError):
        folder.export(pipe)
    reader.join()
    assert pipe.exists()


def test_a_reader_who_goes_away_is_the_error(sandbox: Sandbox, folder: Folder) -> None:
    fill(sandbox, *({"street": "x" * 200} for _ in range(400)))
    reading, writing = os.pipe()
    os.close(reading)
    stream = os.fdopen(writing, "wb")
    with pytest.raises(BrokenPipeError):
        folder.export(stream, format="csv")
    with suppress(BrokenPipeError):
        stream.close()


def test_a_folder_without_anybody_gives_a_header(folder: Folder, tmp_path: Path) -> None:
    report = folder.export(tmp_path / "people.csv", fields=["email", "custom_fields.color"])
    assert (tmp_path / "people.csv").read_text().splitlines() == ["email,custom_fields.color"]
    assert report.columns == ("email", "custom_fields.color")


# There and back


@pytest.mark.parametrize("name", ["people.csv", "people.jsonl", "people.csv.gz"])
@pytest.mark.parametrize("details", [False, True])
def test_what_was_exported_can_be_pushed_back_and_changes_nothing(
    sandbox: Sandbox, folder: Folder, tmp_path: Path, name: str, details: bool
) -> None:
    custom = {"points": "5", "vip": "1", "born": "03/04/2026", "price": "5.10"}
    people: list[dict[str, Any]] = [
        {"firstName": text, "street": text, "state": text[:10], "color": text, "business": text}
        for text in AWKWARD
    ]
    people += [custom, {**custom, "points": "-7", "vip": "0", "born": "2026-12-31"}, {}]
    people += [{"status": "donotcontact", "firstName": "Don't"}, {"status": "bounced"}]
    fill(sandbox, *people, on=(*["normal"] * 10, *["unsubscribed"] * 2, *["normal"] * 5))
    before = sandbox.state.contacts(), sandbox.state.subscriptions()
    folder.export(tmp_path / name, list="Newsletter", details=details)
    with read_rows(tmp_path / name) as rows:
        mapper = ContactMapper.guess(rows.columns)
        report = ListPush(folder, "Newsletter", mapper=mapper).run(rows)
    assert {name: count for name, count in report.counts.items() if count} == {
        "unchanged": 13,
        "skipped": 4,
    }
    assert (sandbox.state.contacts(), sandbox.state.subscriptions()) == before
    assert not [one for one in sandbox.requests if one.method != "GET"]


def test_what_was_exported_arrives_the_same_in_an_empty_folder(
    sandbox: Sandbox, folder: Folder
) -> None:
    people = [{"firstName": text, "color": text} for text in AWKWARD if text.strip()]
    fill(sandbox, *people, {"status": "donotcontact"}, {"born": "2026-03-04", "price": "5.10"})
    rows = list(folder.export())
    with Sandbox() as other:
        other.seed(
            custom_fields=[{"privateName": name, "fieldType": kind} for name, kind in TYPES.items()]
        )
        there = other.client().folder()
        push = ListPush(there, "Newsletter", mapper=ContactMapper.guess(rows[0]))
        push.run(rows)
        drop = ("contact_id", "create_date", "subscriptions")
        wanted = [{key: row[key] for key in row if key not in drop} for row in rows]
        found = [{key: row[key] for key in row if key not in drop} for row in there.export()]
        assert sorted(map(str, found)) == sorted(map(str, wanted))
        (suppressed,) = there.export(status="donotcontact")
        assert suppressed["subscriptions"] == []


def test_the_report_is_data(folder: Folder) -> None:
    report = folder.export(io.BytesIO(), format="csv")
    assert set(attrs.asdict(report)) >= {"contacts", "columns", "complete", "notes", "requests"}
