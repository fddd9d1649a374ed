"""Reading files: encodings, delimiters, headers, ragged and broken rows."""

from __future__ import annotations

import codecs
import io
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from icontact.errors import ConfigError
from icontact.sources import BadRow, read_rows
from tests.cli.support import opened, rows_of

JO = {"email": "jo@example.com", "name": "Jo"}


def refusal(content: bytes, **options: object) -> str:
    with pytest.raises(ConfigError) as caught:
        rows_of(content, **options)
    return str(caught.value)


# Encodings


@pytest.mark.parametrize(
    ("encoding", "name"),
    [
        ("utf-8", "utf-8"),
        ("utf-8-sig", "utf-8-sig"),
        ("utf-16", "utf-16"),
        ("utf-32", "utf-32"),
        ("cp1252", "cp1252"),
    ],
)
def test_an_encoding_is_recognised(encoding: str, name: str) -> None:
    rows = opened("email,name\njo@example.com,Zoé\n".encode(encoding))
    assert rows.columns == ("email", "name")
    assert list(rows) == [{"email": "jo@example.com", "name": "Zoé"}]
    assert rows.encoding == name


def test_utf_16_of_the_other_byte_order_is_recognised() -> None:
    content = codecs.BOM_UTF16_BE + "email,name\njo@example.com,Jo\n".encode("utf-16-be")
    assert rows_of(content) == [JO]


def test_windows_1252_is_noted() -> None:
    rows = opened("email,name\njo@example.com,Zoé\n".encode("cp1252"))
    list(rows)
    (note,) = rows.notes
    assert "Windows-1252" in note


@pytest.mark.parametrize("mark", ["utf-16-le", "utf-16-be"])
def test_utf_16_without_a_byte_order_mark_is_named(mark: str) -> None:
    content = "email,name\n".encode(mark)
    assert f"give the encoding {mark}" in refusal(content)
    assert rows_of("email,name\njo@example.com,Jo\n".encode(mark), encoding=mark) == [JO]


def test_of_mixed_encodings_the_minority_is_rejected() -> None:
    mostly_utf8 = "email,name\na@b.cc,Zoé\nd@e.ff,Åsa\n".encode() + b"g@h.ii,\xe9\n"
    assert rows_of(mostly_utf8)[2] == "the row has bytes that are not UTF-8"
    mostly_1252 = b"email,name\na@b.cc,\xe9\nd@e.ff,\xe5\n" + "g@h.ii,Zoé\nx@y.zz,Jo\n".encode()
    reason = "the row is in UTF-8, and most of the file is in Windows-1252"
    assert rows_of(mostly_1252)[2:] == [reason, {"email": "x@y.zz", "name": "Jo"}]


def test_bytes_that_windows_1252_lacks_are_rejected() -> None:
    content = b"email,name\na@b.cc,\xe9\nd@e.ff,\x81\n"
    assert rows_of(content)[1] == "the row has bytes that are not Windows-1252"


def test_a_given_encoding_that_does_not_fit_is_an_error_that_names_the_line() -> None:
    content = b"email,name\njo@example.com,Jo\na@b.cc,\xe9\n"
    assert refusal(content, encoding="utf-8").startswith("people.csv, line 3: the row has bytes")
    assert "line 1" in refusal(b"email,\xe9\n", encoding="ascii")


def test_a_given_encoding_may_bring_its_mark() -> None:
    assert rows_of("email,name\njo@example.com,Jo\n".encode("utf-8-sig"), encoding="utf-8") == [JO]


@pytest.mark.parametrize("name", ["klingon", "rot13", "idna"])
def test_an_encoding_that_is_none_for_text_is_refused(name: str) -> None:
    assert name in refusal(b"email,name\n", encoding=name)


@pytest.mark.parametrize(
    ("magic", "what"),
    [(b"PK\x03\x04", "Excel"), (b"\xd0\xcf\x11\xe0", "old Excel"), (b"\x1f\x8b", "compressed")],
)
def test_content_that_is_not_text_is_named(magic: bytes, what: str) -> None:
    assert what in refusal(magic + bytes(range(256)))


# Delimiters


@pytest.mark.parametrize("mark", [",", ";", "\t", "|"])
def test_a_delimiter_is_recognised(mark: str) -> None:
    rows = opened(f'"last, first|or;so"{mark}email\nJo{mark}jo@example.com\n'.encode())
    assert rows.delimiter == mark
    assert rows.columns == ("last, first|or;so", "email")


def test_the_line_that_excel_names_its_delimiter_in_is_understood() -> None:
    content = b"sep=;\r\nemail;name\r\njo@example.com;Jo\r\n"
    rows = opened(content)
    assert list(rows) == [JO]
    assert rows.line_of(0) == 3


@pytest.mark.parametrize(("given", "mark"), [("tab", "\t"), ("\\t", "\t"), ("^", "^")])
def test_a_delimiter_may_be_given(given: str, mark: str) -> None:
    assert rows_of(f"email{mark}name\njo@example.com{mark}Jo\n".encode(), delimiter=given) == [JO]


@pytest.mark.parametrize("given", ["", ";;", '"', "\n", "a"])
def test_a_delimiter_that_cannot_be_one_is_refused(given: str) -> None:
    assert "delimiter must be one mark" in refusal(b"email\n", delimiter=given)


def test_a_single_column_is_enough() -> None:
    assert rows_of(b"email\njo@example.com\n") == [{"email": "jo@example.com"}]


# Headers


@pytest.mark.parametrize("content", [b"", b"\n\n", b"\xef\xbb\xbf", b",,\n"])
def test_an_empty_file_is_refused(content: bytes) -> None:
    assert "is empty" in refusal(content)


def test_blank_lines_before_the_header_are_passed_over() -> None:
    rows = opened(b"\n\n email , name \njo@example.com,Jo\n")
    assert list(rows) == [JO]
    assert rows.line_of(0) == 4


def test_a_header_without_rows_is_not_an_error() -> None:
    assert rows_of(b"email,name\n") == []


def test_of_columns_of_one_name_the_first_is_read_and_noted() -> None:
    rows = opened(b"email,name,name,city,city\njo@example.com,Jo,x,Durham,y\n")
    assert list(rows) == [{"email": "jo@example.com", "name": "Jo", "city": "Durham"}]
    assert rows.columns == ("email", "name", "city")
    assert rows.duplicate_columns == {"name": (2, 3), "city": (4, 5)}
    assert rows.notes == (
        "several columns are named 'name' (columns 2, 3): only the first one is read",
        "several columns are named 'city' (columns 4, 5): only the first one is read",
    )


def test_columns_without_a_name_are_not_read_and_noted() -> None:
    rows = opened(b"email,,name,\njo@example.com,x,Jo,y\n")
    assert list(rows) == [JO]
    assert rows.notes == ("columns without a name are not read: 2, 4",)


def test_a_header_with_an_unclosed_quotation_mark_is_refused() -> None:
    assert "header cannot be read" in refusal(b'email,"name\njo@example.com,Jo\n')


def test_a_header_with_nul_characters_is_refused() -> None:
    assert "NUL" in refusal(b"email,na\0me\n")


def test_ten_thousand_columns_are_read() -> None:
    names = ["email", *(f"column number {number}" for number in range(10_000))]
    content = ",".join(names) + "\njo@example.com" + "," * 10_000 + "\n"
    assert len(opened(content.encode()).columns) == 10_001
    assert rows_of(content.encode())[0]["email"] == "jo@example.com"


# Rows


def test_a_row_with_too_few_cells_is_filled_and_noted() -> None:
    rows = opened(b"email,name,city\njo@example.com,Jo\na@b.cc\n")
    assert list(rows) == [JO, {"email": "a@b.cc"}]
    assert "in 2 rows the last cells are missing" in rows.notes[0]
    assert rows.notes[0].endswith("lines 2, 3")


def test_a_note_names_ten_lines_at_most() -> None:
    rows = opened(b"email,name\n" + b"a@b.cc\n" * 12)
    list(rows)
    assert rows.notes[0].endswith("10, 11 and 2 more")


def test_a_row_with_too_many_cells_is_rejected() -> None:
    reason, row = rows_of(b"email,name\nx@y.zz,Jo,Ann\njo@example.com,Jo\n")
    assert reason.startswith("the row has 3 cells and the header 2")
    assert row == JO


def test_blank_cells_too_many_do_no_harm() -> None:
    assert rows_of(b"email,name\njo@example.com,Jo, ,\n") == [JO]


def test_blank_rows_are_no_rows_and_noted() -> None:
    rows = opened(b"email,name\n\n , \njo@example.com,Jo\n,\n")
    assert list(rows) == [JO]
    assert rows.notes == ("passed over: 2 rows of blank cells",)
    assert rows.line_of(0) == 4


def test_nul_characters_reject_their_row_alone() -> None:
    assert rows_of("email,name\nx@y.zz,J\0o\nx@y.zz,é\0\njo@example.com,Jo\n".encode()) == [
        "the row has NUL characters, which are not text",
        "the row has NUL characters, which are not text",
        JO,
    ]


def test_line_breaks_within_cells_count_as_lines() -> None:
    rows = opened(b'email,name\nx@y.zz,"J\no"\njo@example.com,Jo\n')
    assert list(rows) == [{"email": "x@y.zz", "name": "J\no"}, JO]
    assert (rows.line_of(0), rows.line_of(1), rows.line_of(2)) == (2, 4, None)


def test_carriage_returns_alone_end_lines() -> None:
    assert rows_of(b"email,name\rjo@example.com,Jo\r") == [JO]


def test_an_unclosed_quotation_mark_costs_one_row() -> None:
    rows = opened(b'email,name\nx@y.zz,"Ann\njo@example.com,Jo\n')
    assert list(rows) == [BadRow("a quotation mark is opened and not closed"), JO]
    assert [rows.line_of(0), rows.line_of(1)] == [2, 3]


def test_a_quotation_mark_that_a_later_row_closes_costs_one_row() -> None:
    reason, row = rows_of(b'email,name\nx@y.zz,"Ann\njo@example.com,"Jo"\n')
    assert "amid a quoted cell" in reason
    assert row == JO


def test_what_may_be_a_part_of_a_broken_row_is_not_pushed() -> None:
    content = b'email,name\nx@y.zz,"see\na@b.cc\n"so" she said\njo@example.com,Jo\na@b.cc\n'
    assert rows_of(content)[1:] == [
        "the row may be a part of the broken row of line 2",
        "a quotation mark stands amid a quoted cell: it must be doubled there, and a delimiter "
        "must follow the closing one",
        JO,
        {"email": "a@b.cc"},
    ]


def test_a_very_long_cell_rejects_its_row_alone() -> None:
    content = b"email,name\nx@y.zz," + b"x" * 200_000 + b"\njo@example.com,Jo\n"
    reason, row = rows_of(content)
    assert "longer than 131072 characters" in reason
    assert row == JO


# JSON


@pytest.mark.parametrize("name", ["people.jsonl", "people.ndjson", "people.json", "the input"])
def test_json_lines_are_read(name: str) -> None:
    content = b'\xef\xbb\xbf\n{"email": "jo@example.com", "name": "Jo"}\n\n{"n": 1}\n'
    assert rows_of(content, name=name) == [JO, {"n": 1}]


def test_columns_of_json_are_those_of_the_first_rows() -> None:
    rows = read_rows(io.BytesIO(b'{"a": 1}\n[1]\n{"b": 2, "a": 3}\n'), name="people.jsonl")
    assert (rows.columns, rows.complete, rows.delimiter) == (("a", "b"), False, None)
    assert [row for row in rows if isinstance(row, dict)] == [{"a": 1}, {"b": 2, "a": 3}]
    assert [rows.line_of(0), rows.line_of(2)] == [1, 3]
    assert rows.notes == ()


def test_bad_lines_of_json_are_rejected_alone() -> None:
    lines = ["nope", "[1]", '"x"', "7", "true", "null", "[" * 100_000, '{"a": 1}']
    kinds = ("a list", "a text", "a number", "a truth value", "null")
    no_json = "the line is not JSON: one object a line is needed, like {…}"
    assert rows_of("\n".join(lines).encode(), name="people.jsonl") == [
        no_json,
        *(f"the row is {kind}, and a contact must be an object, like {{…}}" for kind in kinds),
        no_json,
        {"a": 1},
    ]


@pytest.mark.parametrize(
    ("line", "reason"),
    [
        ('{"a": "x", "b": 1, "a": "y"}', "the row has the key 'a' twice"),
        ('{"b": [{"a": 1, "a": 1}]}', "the row has the key 'a' twice"),
        (
            '{"jo@b.cc": 1, "jo@b.cc": 1}',
            "the row has the key (an e-mail address) twice",
        ),
        ('{"a": 1e400}', "the row has a number that is too large"),
        ('{"a": -1e400}', "the row has a number that is too large"),
        ('{"a": [NaN]}', "the row has NaN, which is not a number"),
        ('{"a": Infinity}', "the row has Infinity, which is not a number"),
        ("NaN", "the row has NaN, which is not a number"),
        ('{"a": ' + "[" * 21 + "]" * 21 + "}", "the row is nested more than 20 levels deep"),
        ('{"a": ' * 21 + "1" + "}" * 21, "the row is nested more than 20 levels deep"),
        ('{"a": ' * 600 + "1" + "}" * 600, "the row is nested more than 20 levels deep"),
    ],
)
def test_json_that_would_not_be_kept_as_it_stands_is_rejected(line: str, reason: str) -> None:
    good = '{"a": 1.5, "b": ["x"]}'
    (in_line, after), in_list = (
        rows_of(f"{line}\n{good}".encode(), name="people.jsonl"),
        rows_of(f"[{line}, {good}]".encode(), name="people.json"),
    )
    assert in_line.startswith(reason)
    assert in_list == [in_line, after]
    assert after == {"a": 1.5, "b": ["x"]}


def test_json_may_be_nested_twenty_levels_deep() -> None:
    line = '{"a": ' * 20 + "1" + "}" * 20
    assert isinstance(rows_of(line.encode(), name="people.jsonl")[0], dict)


@pytest.mark.parametrize(
    "content", ['{\n"email": "jo@example.com",\n"name": "Jo"\n}\n', "\ufeff\n{\n\n}"]
)
def test_one_object_over_several_lines_is_one_row_and_noted(content: str) -> None:
    rows = read_rows(io.BytesIO(content.encode()), name="people.json")
    assert list(rows) in ([JO], [{}])
    assert rows.notes == ("the file is one object of JSON, and was read as one row",)
    assert rows.line_of(0) is None


def test_a_broken_first_line_of_json_costs_one_row() -> None:
    content = b'{"email": "x@y.zz"\n{"email": "jo@example.com", "name": "Jo"}\n'
    assert rows_of(content, name="the input")[1:] == [JO]


def test_bytes_that_do_not_fit_reject_their_line_of_json() -> None:
    content = '{"a": "é"}\n'.encode() + b'{"a": "\xe9"}\n'
    assert rows_of(content, name="people.jsonl") == [
        {"a": "é"},
        "the row has bytes that are not UTF-8",
    ]


def test_a_list_of_json_is_read() -> None:
    content = '[{"a": "é"},\n'.encode() + b'{"a": "\xe9"},\n 7]'
    rows = read_rows(io.BytesIO(content), name="people.json")
    assert list(rows) == [
        {"a": "é"},
        BadRow("the row has bytes that are not UTF-8"),
        BadRow("the row is a number, and a contact must be an object, like {…}"),
    ]
    assert rows.line_of(0) is None


@pytest.mark.parametrize(
    ("content", "what"),
    [
        (b'[{"a": 1},\n{"a" 2}]', "line 2: Expecting ':' delimiter"),
        (b"[" * 100_000, "nesting"),
        (b"[" + b"1" * 5000 + b"]", "digits"),
    ],
)
def test_a_list_of_json_that_is_none_is_refused(content: bytes, what: str) -> None:
    assert what in refusal(content, name="people.json")


def test_json_without_a_row_is_refused() -> None:
    assert "is empty" in refusal(b"\n", name="people.jsonl")
    assert "is empty" in refusal(b"[]", name="people.json")


# Files


def test_a_file_is_opened_by_its_path_and_closed(tmp_path: Path) -> None:
    path = tmp_path / "people.csv"
    path.write_text("email,name\njo@example.com,Jo\n", "utf-8")
    with read_rows(path) as rows:
        assert list(rows) == [JO]
        assert repr(rows) == f"<RowFile {path}: 2 columns, utf-8>"
    with read_rows(str(path)) as rows:
        assert list(rows) == [JO]


def test_rows_are_read_when_they_are_asked_for() -> None:
    rows = opened(b"email,name\njo@example.com,Jo\n" + b"x@y.zz,Ann\n" * 3)
    assert next(rows) == JO
    assert rows.line_of(1) is None


def test_a_pipe_is_read() -> None:
    reading, writing = os.pipe()
    with os.fdopen(writing, "wb") as pipe:
        pipe.write(b"email,name\njo@example.com,Jo\n")
    with read_rows(os.fdopen(reading, "rb")) as rows:
        assert rows.name == "the input"
        assert list(rows) == [JO]


def test_a_file_that_cannot_be_read_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ConfigError, match=r"cannot read .*absent\.csv: No such file"):
        read_rows(tmp_path / "absent.csv")
    with pytest.raises(ConfigError, match="Is a directory"):
        read_rows(tmp_path)


def test_a_mistake_of_the_program_goes_through() -> None:
    with pytest.raises(AttributeError):
        read_rows(None)  # type: ignore[arg-type]  # as a caller without types may


def test_the_marking_of_bytes_is_for_reading_only() -> None:
    with pytest.raises(UnicodeEncodeError):
        "é".encode("ascii", "icontact-marking")


VISIBLE = b'a@b.cc email , ; | " { } [ ] sep=; 1 \xe9 \xc3\xa9 \xef\xbb\xbf \xff\xfe'.split()
PIECES = st.sampled_from([*VISIBLE, b"\t", b"\n", b"\r\n", b"\r", b"\0", b" "])


@given(st.lists(PIECES, max_size=40).map(b"".join), st.sampled_from(["x.csv", "x.jsonl", "x"]))
def test_whatever_a_file_holds_it_is_rows_or_one_clear_error(content: bytes, name: str) -> None:
    try:
        rows = read_rows(io.BytesIO(content), name=name)
    except ConfigError as error:
        assert "\n" not in str(error)
        return
    found = list(rows)
    assert all(isinstance(row, dict | BadRow) for row in found)
    lines = [line for place in range(len(found)) if (line := rows.line_of(place))]
    assert lines == sorted(set(lines))


def test_a_broken_row_costs_no_other_row() -> None:
    good = [{"email": f"jo{number}@example.com", "name": "Jo"} for number in range(200)]
    lines = [f"{row['email']},{row['name']}" for row in good]
    for place in (0, 57, 120, 199):
        lines.insert(place, 'x@y.zz,"Ann')
    found = rows_of("\n".join(["email,name", *lines]).encode())
    assert [row for row in found if isinstance(row, dict)] == good
