"""What a push may be given: frames, cursors, query results, paths, and what is refused."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterator
from datetime import datetime
from pathlib import Path
from typing import Any

import pandas as pd
import polars as pl
import pytest
import sqlalchemy as sa

from icontact import ContactMapper
from icontact.errors import ConfigError
from icontact.models import CustomField
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from icontact.sources import BadRow, RowFile, TableRows, as_rows, read_rows
from tests.push.support import MakePush

JO = {"email": "jo@example.com", "score": 5}
ANN = {"email": "ann@example.com", "score": None}


def test_an_iterable_of_mappings_is_what_it_was() -> None:
    rows = iter([JO])
    assert as_rows(rows) is rows
    listed = [JO]
    assert as_rows(listed) is listed
    with read_rows(io.BytesIO(b"email\njo@example.com\n")) as file:
        assert as_rows(file) is file


def test_a_path_is_read_as_a_file(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"email,name\njo@example.com,Zo\xe9\n")
    rows = as_rows(path)
    assert list(rows) == [{"email": "jo@example.com", "name": "Zoé"}]
    assert isinstance(rows, RowFile)
    assert "Windows-1252" in rows.notes[0]


def test_a_path_to_nothing_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match="cannot read"):
        as_rows(tmp_path / "absent.csv")


def refusal(rows: Any) -> str:
    with pytest.raises(TypeError) as caught:
        as_rows(rows)
    assert "jo@example.com" not in str(caught.value)
    return str(caught.value)


@pytest.mark.parametrize(
    ("given", "kind"),
    [
        (JO, "dict"),
        (b"jo@example.com", "bytes"),
        (bytearray(b"jo@example.com"), "bytearray"),
        (pd.Series(JO), "Series"),
        (pl.Series("email", ["jo@example.com"]), "Series"),
    ],
)
def test_one_thing_is_no_rows(given: Any, kind: str) -> None:
    said = refusal(given)
    assert said.startswith(
        f"rows must be an iterable of mappings, not one {kind}: push [row] or use one(row)"
    )
    assert "read_rows" in said
    assert "the path of a file" in said


def test_what_cannot_be_iterated_is_no_rows() -> None:
    assert refusal(7) == "rows must be an iterable of mappings, not int"


def test_an_open_file_is_no_rows() -> None:
    assert "read_rows(file)" in refusal(io.StringIO("email\njo@example.com\n"))


def test_a_frame_that_is_not_known_is_no_rows() -> None:
    class Frame:
        columns = ("email",)

        def to_dict(self) -> None: ...

    assert refusal(Frame()) == 'rows came as a frame: push frame.to_dict("records")'


# pandas


def frame_of(*rows: dict[str, Any]) -> pd.DataFrame:
    return pd.DataFrame(list(rows))


def test_a_pandas_frame_is_taken_with_none_for_what_is_missing() -> None:
    frame = pd.DataFrame(
        {
            "email": ["jo@example.com", None],
            "score": [5, None],
            "whole": pd.array([5, None], dtype="Int64"),
            "when": [pd.Timestamp("2026-03-04 05:06:07.123456789"), pd.NaT],
            "vip": [True, False],
        }
    )
    first, second = as_rows(frame)
    assert first == {
        "email": "jo@example.com",
        "score": 5.0,
        "whole": 5,
        "when": datetime(2026, 3, 4, 5, 6, 7, 123456),
        "vip": True,
    }
    assert type(first["when"]) is datetime
    assert second == {"email": None, "score": None, "whole": None, "when": None, "vip": False}


def test_whole_numbers_that_pandas_made_floats_go_out_as_whole_numbers() -> None:
    (row, _) = as_rows(frame_of(JO, ANN))
    mapper = ContactMapper(
        {"email": "email", "phone": "score", "custom_fields": {"a": "score", "b": "score"}}
    )
    fields = [
        CustomField(private_name="a", field_type="number"),
        CustomField(private_name="b", field_type="text"),
    ]
    assert mapper.checked(fields).map(row) == {  # type: ignore[arg-type]  # no bad row
        "email": "jo@example.com",
        "phone": "5",
        "custom_fields": {"a": "5", "b": "5"},
    }


def test_an_index_with_a_name_is_a_column() -> None:
    frame = frame_of(JO, ANN).set_index("email")
    assert list(as_rows(frame)) == [JO, ANN]
    assert list(as_rows(frame_of(JO))) == [JO]


def test_a_frame_is_taken_in_slices_without_losing_a_row() -> None:
    frame = pd.DataFrame({"email": [f"jo{place}@example.com" for place in range(1201)]})
    assert list(as_rows(frame)) == [{"email": email} for email in frame["email"]]


def test_of_columns_of_one_name_in_a_frame_the_first_is_read() -> None:
    frame = pd.DataFrame([["jo@example.com", 5, 6]], columns=["email", "score", "score"])
    rows = as_rows(frame)
    assert isinstance(rows, TableRows)
    assert rows.duplicate_columns == {"score": (2, 3)}
    assert list(rows) == [JO]


def test_an_index_counts_before_a_column_of_its_name() -> None:
    index = pd.Index(["jo@example.com"], name="email")
    rows = as_rows(pd.DataFrame({"email": [1], "score": [5]}, index=index))
    assert isinstance(rows, TableRows)
    assert rows.duplicate_columns == {"email": (1, 2)}
    assert list(rows) == [JO]


def test_a_frame_whose_columns_of_one_name_are_read_stops_the_push(sandbox: Sandbox) -> None:
    frame = pd.DataFrame([["jo@example.com", "x", "y"]], columns=["email", "city", "city"])
    with sandbox.client() as client:
        folder = client.folder()
        push = ListPush(folder, sandbox.list_id, mapper={"email": "email", "city": "city"})
        with pytest.raises(ConfigError, match=r"several columns are named 'city' \(columns 2, 3\)"):
            push.run(frame)
        push = ListPush(folder, sandbox.list_id, mapper={"email": "email"})
        assert push.run(frame).counts["created"] == 1


def test_a_derived_frame_is_a_frame() -> None:
    class Derived(pd.DataFrame):
        pass

    assert list(as_rows(Derived([JO]))) == [JO]


# polars


def test_a_polars_frame_is_taken_with_none_for_nan() -> None:
    frame = pl.DataFrame({"email": ["jo@example.com", None], "score": [float("nan"), 5.0]})
    rows = [{"email": "jo@example.com", "score": None}, {"email": None, "score": 5.0}]
    assert list(as_rows(frame)) == rows
    assert list(as_rows(frame.lazy())) == rows


def test_a_lazy_frame_of_an_older_polars_is_computed_at_once() -> None:
    class LazyFrame:
        def collect(self) -> pl.DataFrame:
            return pl.DataFrame([JO])

    LazyFrame.__module__ = "polars.lazyframe.frame"
    assert list(as_rows(LazyFrame())) == [JO]


# Databases


@pytest.fixture
def database() -> Iterator[sqlite3.Connection]:
    connection = sqlite3.connect(":memory:")
    connection.execute("CREATE TABLE people (email TEXT, score INTEGER)")
    connection.executemany("INSERT INTO people VALUES (:email, :score)", [JO, ANN])
    yield connection
    connection.close()


def test_a_cursor_is_read(database: sqlite3.Connection) -> None:
    assert list(as_rows(database.execute("SELECT * FROM people"))) == [JO, ANN]
    database.row_factory = sqlite3.Row
    assert list(as_rows(database.execute("SELECT * FROM people"))) == [JO, ANN]
    database.row_factory = lambda cursor, row: {"email": row[0]}
    (row, _) = as_rows(database.execute("SELECT * FROM people"))
    assert row == {"email": "jo@example.com"}


def test_a_cursor_is_read_a_few_hundred_rows_at_a_time(database: sqlite3.Connection) -> None:
    numbers = "WITH RECURSIVE n(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM n LIMIT 1200)"
    cursor = database.execute(f"{numbers} SELECT n FROM n")
    rows = iter(as_rows(cursor))
    assert next(rows) == {"n": 1}
    assert cursor.fetchone() == (501,)
    assert sum(1 for _ in rows) == 1198


def test_a_cursor_without_a_query_is_refused(database: sqlite3.Connection) -> None:
    with pytest.raises(ConfigError, match="execute a query"):
        list(as_rows(database.cursor()))


def test_of_columns_of_one_name_in_a_query_the_first_is_read(database: sqlite3.Connection) -> None:
    rows = as_rows(database.execute("SELECT email, 1 AS email, 5 AS score FROM people LIMIT 1"))
    assert isinstance(rows, TableRows)
    assert rows.duplicate_columns == {"email": (1, 2)}
    assert list(rows) == [JO]


@pytest.mark.parametrize("row", ["jo@example.com", 7, ("jo@example.com",)])
def test_what_a_cursor_makes_of_a_row_in_vain_is_a_bad_row(
    database: sqlite3.Connection, row: Any
) -> None:
    database.row_factory = lambda cursor, cells: row
    (first, _) = as_rows(database.execute("SELECT * FROM people"))
    kind = type(row).__name__
    assert first == BadRow(f"the cursor gave a {kind} in place of a row of 2 cells")


def test_what_a_database_raises_is_raised_where_rows_are_read() -> None:
    class Failing:
        description = (("email",),)
        batches = iter([[("jo@example.com",)]])

        def fetchmany(self, size: int) -> list[tuple[str]]:
            for batch in self.batches:
                return batch
            raise sqlite3.OperationalError("the connection is gone")

    rows = iter(as_rows(Failing()))
    assert next(rows) == {"email": "jo@example.com"}
    with pytest.raises(sqlite3.OperationalError, match="gone"):
        next(rows)


def test_a_result_of_sqlalchemy_is_read() -> None:
    with sa.create_engine("sqlite://").connect() as connection:
        query = "SELECT 'jo@example.com' AS email, 5 AS score"
        (row,) = as_rows(connection.execute(sa.text(query)))
        assert dict(row) == JO  # type: ignore[arg-type]  # no bad row
        rows = as_rows(connection.execute(sa.text("SELECT 1 AS a, 2 AS a")))
        assert isinstance(rows, TableRows)
        assert rows.duplicate_columns == {"a": (1, 2)}
        assert list(rows) == [{"a": 1}]
    connection.engine.dispose()


def test_a_file_that_was_read_before_is_noted(make_push: MakePush, tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email\njo@example.com\n", encoding="utf-8")
    rows, push = read_rows(path), make_push({"email": "email"})
    push.plan(rows)

    assert push.run(rows).notes[0].startswith("no row came: what can be read only once")
    path.write_text("email\n", encoding="utf-8")
    assert push.run(read_rows(path)).notes == push.run(path).notes == ()
