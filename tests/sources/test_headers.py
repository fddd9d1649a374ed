"""The header of a file: what may be above it, columns of the same name, and how it is named."""

from __future__ import annotations

import io
from typing import Any

import pytest

from icontact.errors import ConfigError
from icontact.sources import BadRow, RowFile, read_rows

LINKEDIN = (
    'Notes:\n"When exporting your data, you may notice that some fields are empty, '
    'which is on purpose."\n\nFirst Name,Last Name,URL,Email Address,Company\n'
    "Ada,Lovelace,https://example.com/ada,ada@example.com,Engines\n"
    "Grace,Hopper,https://example.com/grace,,Compilers\n"
)


def opened(content: str, **options: Any) -> RowFile:
    return read_rows(io.BytesIO(content.encode()), name="people.csv", **options)


def refusal(content: str, **options: Any) -> str:
    with pytest.raises(ConfigError) as caught:
        opened(content, **options)
    return str(caught.value)


def test_remarks_above_the_header_are_passed_over_and_noted() -> None:
    rows = opened(LINKEDIN)
    assert rows.columns == ("First Name", "Last Name", "URL", "Email Address", "Company")
    assert [dict(row)["Email Address"] for row in rows if isinstance(row, dict)] == [
        "ada@example.com",
        "",
    ]
    assert rows.notes == ("line 4 is the header; the lines above it were not read",)
    assert (rows.line_of(0), rows.line_of(1)) == (5, 6)


@pytest.mark.parametrize(
    "above",
    [
        "Report generated 2026-03-04\n",
        "Contacts\n\n",
        "Contacts;;;\n;;;\n",
        "Exported by;jo@example.org\nExported on;4 March 2026\n\n",
        "Subscribers, all of them, on Friday\n",
        "sep=;\nSubscribers\n",
        "\ufeffContacts\n",
        '"Several\nlines; in one\ncell"\n',
        "Email\n",
    ],
)
def test_a_title_of_any_kind_is_told_from_the_header(above: str) -> None:
    rows = opened(f"{above}First name;Last name;E-mail;Town\nJo;Vance;jo@example.com;Durham\n")
    assert rows.delimiter == ";"
    assert list(rows) == [
        {"First name": "Jo", "Last name": "Vance", "E-mail": "jo@example.com", "Town": "Durham"}
    ]
    assert "is the header" in rows.notes[0]


@pytest.mark.parametrize(
    "content",
    [
        "Kanal,Kontakt,Ort\nEmail,jo@example.com,Durham\nPhone,,Lyon\n",
        "who,how\nJo,Email\nAnn,Phone\n",
        "Email,Name\njo@example.com,Jo\nEmail,Name,Town\n",
        "Email\njo@example.com\nEmail,Town\n",
        "Kontakt,,Ort\nJo,Email,Durham\n",
    ],
)
def test_a_row_that_reads_like_a_header_is_not_taken_for_it(content: str) -> None:
    rows = opened(content)
    assert rows.columns == tuple(filter(None, content.partition("\n")[0].split(",")))
    assert not any("is the header" in note for note in rows.notes)


def test_a_first_line_that_cannot_be_the_header_is_an_error_that_names_the_likely_one() -> None:
    said = refusal("Liste vom 4. Mai\nName,Ort,Kontakt\nJo,Durham,jo@example.com\n")
    assert said == (
        "people.csv: line 1 is not the header, since most lines below it have more cells. Give "
        "the line of the header: header_line=… (--header-line)"
    )
    said = refusal("Report\n1,2,3\nEmail,Town\njo@example.com,Durham\nann@example.com,Lyon\n")
    assert "line 1 is not the header" in said
    assert said.endswith(
        "Line 3 looks like the header; if it is, give header_line=3 (--header-line)"
    )


def test_the_line_of_the_header_can_be_given() -> None:
    content = "Report\n\na,b\nName;Contact\nJo;jo@example.com\n"
    rows = opened(content, header_line=4)
    assert list(rows) == [{"Name": "Jo", "Contact": "jo@example.com"}]
    assert rows.line_of(0) == 5
    assert opened(LINKEDIN, header_line=1).columns == ("Notes:",)


def test_a_line_of_the_header_that_is_not_there_is_refused() -> None:
    assert "people.csv has no header on line 9" in refusal("a,b\n1,2\n", header_line=9)
    assert "it is shorter" in refusal("a,b\n", header_line=2)
    assert "counted from 1" in refusal("a,b\n1,2\n", header_line=0)


def test_lines_that_are_quoted_as_a_whole_are_named() -> None:
    said = refusal('"Email,""First Name"",City"\n"jo@example.com,""Jo"",Durham"\n')
    assert "every line is one cell in quotation marks" in said
    assert opened('"Name, first"\n').columns == ("Name, first",)


def test_a_delimiter_that_is_not_in_the_header_is_named() -> None:
    said = refusal("Email,First Name\njo@example.com,Jo\n", delimiter=";")
    assert said.endswith("the header has no ';' between its names, but ',': give no delimiter")


def test_names_of_columns_may_be_broken_over_lines() -> None:
    assert opened('"E-mail\n(work)",  First   Name\n').columns == ("E-mail (work)", "First Name")


def test_a_quoted_header_may_follow_a_byte_order_mark() -> None:
    assert opened('\ufeff"Email","Name"\n').columns == ("Email", "Name")


def test_delimiters_at_the_end_of_every_line_do_no_harm() -> None:
    rows = opened("Email;Name;\njo@example.com;Jo;\n")
    assert list(rows) == [{"Email": "jo@example.com", "Name": "Jo"}]


@pytest.mark.parametrize("mark", [",", ";", "\t"])
def test_the_delimiter_is_the_one_that_makes_a_column_of_addresses(mark: str) -> None:
    others = "," if mark == ";" else ";"
    assert opened(f"Name{others * 3} x{mark}E-mail\n").columns[1:] == ("E-mail",)


@pytest.mark.parametrize(
    ("head", "what"),
    [
        ("%PDF-1.7", "a PDF"),
        ("BEGIN:VCARD\nFN:Jo", "a file of vCards"),
        ("SQLite format 3\0", "an SQLite database"),
        ("PAR1", "a Parquet file"),
    ],
)
def test_a_file_of_another_kind_is_named(head: str, what: str) -> None:
    assert what in refusal(head)


def test_a_file_with_tabs_may_be_called_csv() -> None:
    assert opened("Email\tName\tTown, street\n").columns == (
        "Email",
        "Name",
        "Town, street",
    )


def test_a_row_that_is_joined_to_the_header_is_noted() -> None:
    rows = read_rows(io.BytesIO(b"Email;Name;Townjo@example.com;Jo;Durham\nann@example.com;;;;\n"))
    assert len(list(rows)) == 1
    assert rows.notes == (
        "the header holds an e-mail address: it may be a row, or be joined to one by a missing "
        "line break",
    )


ADA_AND_BO = [
    {"Email": "ada@example.com", "Name": "Ada"},
    {"Email": "bo@example.com", "Name": "Bo"},
]


@pytest.mark.parametrize(
    ("again", "row"),
    [
        ("Email,Name", "bo@example.com,Bo"),
        ("email , NAME", "bo@example.com,Bo"),
        ("E-mail,Full name", "bo@example.com,Bo"),
        ('\ufeff"Email","Name"', "bo@example.com,Bo"),
        ("Name,Email", "Bo,bo@example.com"),
        ("\ufeffName,Email", "Bo,bo@example.com"),
    ],
)
def test_a_line_that_names_the_columns_again_is_the_header_of_the_rows_below(
    again: str, row: str
) -> None:
    rows = opened(f"Email,Name\nada@example.com,Ada\n{again}\n{row}\n")
    assert list(rows) == ADA_AND_BO
    assert rows.notes == (
        "line 3 names the columns again: not pushed, but read as the header of the rows below",
    )
    assert rows.line_of(1) == 4


@pytest.mark.parametrize("again", ["Email,City", "Name,Email,Phone", "Opt out,Email"])
def test_rows_below_a_header_of_other_columns_are_not_read(again: str) -> None:
    row = ",".join("bo@example.com" if one == "Email" else "yes" for one in again.split(","))
    rows = opened(f"Email,Name\nada@example.com,Ada\n{again}\n{row}\nEmail,Name\nbo@example.com,Bo")
    first, bad, last = rows
    assert [first, last] == ADA_AND_BO
    assert isinstance(bad, BadRow)
    assert bad.reason.startswith("the row is below line 3, which names other columns")
    assert bad.cells["Email"] == "bo@example.com"
    assert bad.addresses == ("bo@example.com",)


@pytest.mark.parametrize(
    "row", ["Bo,,Email", "Mobile,,Email", "Email,Phone,bo@example.com", ",,", "Name,Bo,", "Name,,"]
)
def test_the_word_email_in_the_row_of_a_person_is_not_a_header(row: str) -> None:
    rows = opened(f"Name,Email,Contact by\n{row}\nada@example.com,ada@example.com,Post\n")
    assert list(rows)[-1] == {
        "Name": "ada@example.com",
        "Email": "ada@example.com",
        "Contact by": "Post",
    }
    assert not any("again" in note for note in rows.notes)
