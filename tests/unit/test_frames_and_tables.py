"""Listings, results and models as frames of pandas and polars, and as tables in a notebook."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from types import ModuleType, SimpleNamespace
from typing import Any

import pandas
import polars
import pytest

import icontact
from icontact import frames, models
from icontact.client import Folder
from icontact.mapping import Source
from icontact.notebook import mask, mask_address
from icontact.sandbox import Sandbox
from icontact.suppression import Suppressed, SuppressionReason


@pytest.fixture
def three(sandbox: Sandbox) -> Sandbox:
    sandbox.client().folder().custom_fields.create(
        private_name="score", field_type="number", display_to_user=False
    )
    sandbox.seed(
        contacts=[
            {"email": f"jo{place}@example.com", "firstName": "<Jocelyn>", "score": str(place)}
            for place in range(3)
        ]
    )
    return sandbox


def test_a_listing_is_a_frame_with_typed_columns(three: Sandbox, folder: Folder) -> None:
    frame = folder.contacts.list().to_frame()

    assert frame["email"].tolist() == [f"jo{place}@example.com" for place in range(3)]
    assert frame["score"].tolist() == ["0", "1", "2"]
    dtypes = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert dtypes["contact_id"] == "Int64"
    assert dtypes["email"] == dtypes["status"] == "string"
    assert dtypes["create_date"] == "datetime64[us, UTC]"
    assert "custom_fields" not in dtypes


def test_a_listing_is_a_frame_of_polars_too(three: Sandbox, folder: Folder) -> None:
    frame = folder.contacts.list().to_frame(library="polars")

    assert frame.schema["contact_id"] == polars.Int64
    assert frame.schema["create_date"] == polars.Datetime("us", "UTC")
    assert frame["score"].to_list() == ["0", "1", "2"]


def test_an_empty_listing_has_the_same_columns_and_types(folder: Folder) -> None:
    pager = folder.messages.list()

    frame = pager.to_frame()

    assert len(frame) == 0
    assert str(frame["message_id"].dtype) == "Int64"
    assert str(frame["spam_check_raw_score"].dtype) == "float64"
    assert list(pager.to_frame(library="polars").columns) == list(frame.columns)


def test_custom_fields_that_only_some_contacts_have_are_blank_elsewhere() -> None:
    contacts = [
        models.Contact(contact_id=1, custom_fields={"color": "red"}),
        models.Contact(contact_id=2, custom_fields={"size": 5, "city": "x"}, city="Cary"),
    ]

    frame = frames.to_frame(contacts)

    assert frame["color"].isna().tolist() == [False, True]
    assert frame["size"].tolist()[1] == 5
    assert frame["city"].tolist() == ["", "Cary"]
    assert frame["custom_fields.city"].tolist()[1] == "x"


def test_models_within_models_become_columns(sandbox: Sandbox) -> None:
    figures = models.Statistics(delivered=16, opens=models.Tally(unique=8, total=9))
    message = models.Message(
        message_id=1,
        spam_check=models.SpamCheck(
            raw_score=1.5, spam_details=(models.SpamDetail(spam_detail_name="X"),)
        ),
    )

    assert figures.to_frame()["opens_unique"].tolist() == [8]
    assert figures.to_frame()["clicks_unique"].isna().tolist() == [True]
    row = frames.to_frame([message, models.Message(message_id=2)]).to_dict("records")[0]
    assert row["spam_check_raw_score"] == 1.5
    assert '"spam_detail_name": "X"' in row["spam_check_spam_details"]


def test_ids_and_details_are_text_and_not_nested() -> None:
    action = models.ContactAction(action_type="Click", details={"url": "x"})
    send = models.Send(send_id=1, include_list_ids=(7, 8))

    assert action.to_frame()["details"].tolist() == ['{"url": "x"}']
    assert models.ContactAction(action_type="Click").to_frame()["details"].tolist() == [""]
    assert send.to_frame()["include_list_ids"].tolist() == ["7, 8"]


def test_mappings_become_columns_by_what_they_hold() -> None:
    rows = [
        {"day": date(2026, 1, 31), "yes": True, "number": 1, "share": 1, "mixed": 1},
        {"day": None, "yes": None, "number": None, "share": Decimal("0.5"), "mixed": "a"},
        {"mixed": False},
        {"mixed": date(2026, 1, 31)},
    ]

    frame = frames.to_frame(rows)

    found = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert found == {
        "day": "datetime64[us]",
        "yes": "boolean",
        "number": "Int64",
        "share": "float64",
        "mixed": "string",
    }
    assert frame["mixed"].tolist() == ["1", "a", "0", "2026-01-31"]
    assert frames.to_frame(rows, library="polars").schema["day"] == polars.Date
    assert len(frames.to_frame([])) == 0


def test_a_bulk_call_is_a_frame_with_one_row_for_each_row_given(
    sandbox: Sandbox, folder: Folder
) -> None:
    result = folder.contacts.create_many([{"email": "jo@example.com"}, {"email": "nonsense"}])

    frame = result.to_frame()

    assert frame["stored"].tolist() == [True, False]
    assert frame["email"].tolist()[0] == "jo@example.com"
    html = result._repr_html_()
    assert "1 of 2 rows stored." in html
    assert "j…@example.com" in html
    assert "jo@" not in html
    assert "<td" not in folder.contacts.create_many([])._repr_html_()


def test_suppressed_contacts_are_a_frame(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.seed(contacts=[{"email": "jo@example.com", "status": "donotcontact"}])
    suppressed = folder.suppressed()
    assert "nothing fetched yet" in suppressed._repr_html_()

    frame = suppressed.to_frame()

    assert frame["reason"].tolist() == ["donotcontact"]
    assert str(frame["list_id"].dtype) == "Int64"
    assert "j…@example.com" in suppressed._repr_html_()
    assert "1 row fetched" in suppressed._repr_html_()
    assert "jo@" not in suppressed._repr_html_() + repr(list(suppressed))
    gone = Suppressed(contact_id=1, email=None, reason=SuppressionReason.BOUNCED)
    assert "email=None" in repr(gone)


def test_a_pager_shows_what_was_fetched_and_asks_for_nothing(
    three: Sandbox, folder: Folder
) -> None:
    pager = folder.contacts.list(page_size=2)
    three.requests.clear()
    assert "nothing fetched yet" in pager._repr_html_()
    assert not three.requests

    next(iter(pager))
    assert "2 rows fetched so far" in pager._repr_html_()
    pager.all()
    requests = len(three.requests)
    html = pager._repr_html_()

    assert "Contact listing: 3 rows fetched<" in html
    assert "j…@example.com" in html
    assert "Jocelyn" not in html
    assert len(three.requests) == requests


def test_a_pager_that_is_read_again_shows_the_second_reading_alone(
    three: Sandbox, folder: Folder
) -> None:
    pager = folder.contacts.list(page_size=2)
    pager.all()
    pager.all()

    assert "Contact listing: 3 rows fetched<" in pager._repr_html_()


def test_a_listing_with_a_limit_is_complete_at_the_limit(three: Sandbox, folder: Folder) -> None:
    pager = folder.contacts.list(max_items=2, page_size=2)

    pager.all()

    assert "2 rows fetched<" in pager._repr_html_()


def test_all_rows_are_a_list_that_shows_as_a_table(three: Sandbox, folder: Folder) -> None:
    found = folder.contacts.list().all()

    assert isinstance(found, list)
    assert "3 rows" in found._repr_html_()
    assert found._repr_html_().count("j…@example.com") == 3
    assert len(found.to_frame()) == 3
    many = frames.ResultList(models.ContactList(list_id=n, name="<b>") for n in range(12))
    assert "12 rows, the first 10" in many._repr_html_()
    assert "&lt;b&gt;" in many._repr_html_()
    assert "0 rows" in frames.ResultList[models.Contact]()._repr_html_()


def test_a_model_shows_as_a_table_without_personal_data() -> None:
    contact = models.Contact(
        contact_id=1,
        email="jo@example.com",
        first_name="Jocelyn",
        create_date=datetime(2026, 1, 31, 8, tzinfo=UTC),
    )

    html = contact._repr_html_()

    assert "j…@example.com" in html
    assert "Jocelyn" not in html
    assert "2026-01-31 08:00:00+00:00" in html
    assert "text-align:left" in html
    assert ">unique 8<" in models.Statistics(opens=models.Tally(unique=8))._repr_html_()
    send = models.Send(send_id=1, include_list_ids=(7, 8))
    assert ">7, 8<" in send._repr_html_()


@pytest.mark.parametrize(
    ("address", "shown"),
    [
        ("jo@example.com", "j…@example.com"),
        ("", ""),
        (None, ""),
        ("Jo Miller", "J…"),
        ("Jo <jo@example.com>", "J…"),
        ("@example.com", "@…"),
    ],
)
def test_addresses_are_masked(address: str | None, shown: str) -> None:
    assert mask_address(address) == shown


def test_other_values_show_that_they_are_there() -> None:
    assert [mask(value) for value in (None, "", "red", 5)] == ["", "", "r…", "5…"]


EAST = timezone(timedelta(hours=14))


def test_subscriptions_by_day_have_no_gap(sandbox: Sandbox) -> None:
    def at(day: int) -> datetime:
        return datetime(2026, 1, day, 12, tzinfo=UTC)

    rows = [
        models.Subscription(subscription_id=str(n), list_id=7, contact_id=n, add_date=at(day))
        for n, day in enumerate((2, 2, 5))
    ]
    rows.append(models.Subscription(subscription_id="9", list_id=7, contact_id=9))

    frame = frames.by_day(rows)

    assert frame["number"].tolist() == [2, 0, 0, 1]
    assert frame["total"].tolist() == [2, 2, 2, 3]
    assert frame["day"].tolist()[0] == pandas.Timestamp("2026-01-02")
    assert frames.by_day(rows, "add_date", library="polars")["day"].to_list()[-1] == date(
        2026, 1, 5
    )
    assert frames.by_day([]).columns.tolist() == ["day", "number", "total"]
    with pytest.raises(TypeError, match="ContactList has no time"):
        frames.by_day([models.ContactList(list_id=1)])


def test_rows_of_any_class_are_counted_by_a_field_that_is_named() -> None:
    rows = [SimpleNamespace(opened=datetime(2026, 1, 2, tzinfo=UTC))]
    assert frames.by_day(rows, "opened")["number"].tolist() == [1]


def test_mappings_and_dates_are_counted_by_day() -> None:
    days = [date(2026, 1, 2), None, pandas.NaT, datetime(2026, 1, 2, tzinfo=UTC)]
    rows = [{"day": day} for day in days]
    assert frames.by_day(rows, "day")["number"].tolist() == [2]


@pytest.mark.parametrize(
    ("row", "field", "problem"),
    [
        ({"opened": 1}, None, "dict has no time: name the field that counts"),
        ({"opened": 1}, "open", "dict has no field 'open': name one that holds a time"),
        (models.Open(contact_id=1), "opened", "Open has no field 'opened': name one"),
        ({"opened": "2026-01-02"}, "opened", "opened is a str: make it a datetime or a date"),
        ({"opened": datetime(2026, 1, 2)}, "opened", "opened has no time zone"),
        ({"opened": datetime(1, 1, 1, tzinfo=EAST)}, "opened", "opened is outside the years"),
        (date(2026, 1, 2), None, "date has no time: name the field that counts"),
    ],
)
def test_rows_that_have_no_time_are_refused_with_what_to_do(
    row: Any, field: str | None, problem: str
) -> None:
    with pytest.raises((TypeError, ValueError), match=problem):
        frames.by_day([row], field)


def test_days_that_are_too_far_apart_are_refused_before_they_are_counted() -> None:
    rows = [{"at": date.min}, {"at": date.max}]
    with pytest.raises(ValueError, match=r"from 0001-01-01 to 9999-12-31.*leave out the rows"):
        frames.by_day(rows, "at")

    assert len(frames.by_day([{"at": date(1930, 1, 1)}, {"at": date(2026, 1, 1)}], "at")) == 35_065


@pytest.mark.parametrize(("module", "library"), [(pandas, "pandas"), (polars, "polars")])
def test_an_import_that_fails_within_a_library_keeps_its_own_message(
    monkeypatch: pytest.MonkeyPatch, module: ModuleType, library: Any
) -> None:
    def fail(*_: object, **__: object) -> None:
        raise ImportError("pyarrow is missing")

    monkeypatch.setattr(module, "DataFrame", fail)
    with pytest.raises(ImportError, match="pyarrow is missing"):
        frames.by_day([], library=library)


def test_an_export_is_a_frame_with_custom_fields_by_their_types(
    sandbox: Sandbox, folder: Folder
) -> None:
    for name, kind in (
        ("score", "number"),
        ("share", "decimalOne"),
        ("born", "date"),
        ("member", "checkbox"),
        ("odd", "number"),
    ):
        folder.custom_fields.create(private_name=name, field_type=kind, display_to_user=False)
    folder.lists.create(name="Other")
    sandbox.seed(
        contacts=[
            {
                "email": "jo@example.com",
                "score": "5",
                "share": "0.5",
                "born": "2000-01-31",
                "member": "1",
                "odd": "many",
            },
            {"email": "al@example.com"},
        ],
        subscriptions=[{"email": "jo@example.com"}],
    )
    export = folder.export()
    assert "nothing read yet" in export._repr_html_()

    frame = export.to_frame()

    dtypes = {name: str(dtype) for name, dtype in frame.dtypes.items()}
    assert dtypes["score"] == "Int64"
    assert dtypes["share"] == "float64"
    assert dtypes["born"] == "datetime64[us]"
    assert dtypes["member"] == "boolean"
    assert dtypes["odd"] == "string"
    assert dtypes["create_date"] == "datetime64[us, UTC]"
    assert frame["score"].tolist()[0] == 5
    assert frame["subscriptions.Newsletter"].isna().tolist() == [False, True]
    assert "subscriptions" not in dtypes
    assert export.report is not None
    assert export.report.contacts == 2
    assert "2 contacts" in export._repr_html_()
    assert export.to_frame(library="polars")["score"].to_list() == [5, None]


def test_an_export_of_one_list_has_its_subscription(sandbox: Sandbox, folder: Folder) -> None:
    sandbox.seed(
        contacts=[{"email": "jo@example.com"}], subscriptions=[{"email": "jo@example.com"}]
    )

    frame = folder.export(list="Newsletter", fields=["email", "subscription"]).to_frame()

    assert frame.to_dict("records") == [{"email": "jo@example.com", "subscription": "normal"}]


def test_a_mapper_shows_which_column_fills_which_field() -> None:
    mapper = icontact.ContactMapper.guess(
        ["E-mail", "First <Name>", "Opt Out", "other"], rows=[{"Opt Out": "yes"}]
    )

    html = mapper._repr_html_()

    assert "E-mail" in html
    assert "Opt Out" in html
    assert "not used: other" in html
    function = icontact.ContactMapper({"email": Source("<mail>", transform=str.lower)})
    assert "(function)" in function._repr_html_()
    assert "&lt;mail&gt;" in function._repr_html_()


def test_a_whole_number_that_is_too_large_for_a_column_stays_text() -> None:
    frame = frames.to_frame([{"number": 2**63}, {"number": 1}])

    assert frame["number"].tolist() == [str(2**63), "1"]


@pytest.mark.parametrize("library", ["pandas", "polars"])
def test_half_of_a_surrogate_pair_in_a_text_costs_that_letter_alone(library: Any) -> None:
    contact = models.Contact(
        contact_id=1,
        email="jo@example.com",
        first_name="Jo\ud83d",
        custom_fields={"tags": ["a\udc00", "b"]},
    )
    frame = frames.to_frame([contact], library=library)
    assert list(frame["first_name"]) == ["Jo?"]
    assert list(frame["tags"]) == ["a?, b"]
