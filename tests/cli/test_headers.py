"""Pushing files whose header is not plain: remarks above it, columns of the same name."""

from __future__ import annotations

from pathlib import Path

import openpyxl
import pytest

from icontact import ContactMapper
from icontact.errors import ConfigError
from icontact.push import ListPush
from icontact.sandbox import Sandbox
from icontact.sources import read_rows
from tests.cli.support import icontact, written


def test_a_file_with_remarks_above_its_header_is_pushed(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "Contacts", "", "Email,First Name", "jo@example.com,Jo")
    ran = icontact("push", path, "--list", "Newsletter")
    assert ran.code == 0
    assert "line 3 is the header" in ran.out + ran.err
    assert [one["firstName"] for one in embedded.state.contacts()] == ["Jo"]


def test_an_error_about_columns_names_the_likely_line_of_the_header(
    embedded: Sandbox, tmp_path: Path
) -> None:
    path = written(tmp_path, "Exported,by,Jo", "Email,Name", "jo@example.com,Jo")
    for words in ((), ("--map", "email=Email")):
        ran = icontact("push", path, "--list", "Newsletter", *words)
        assert ran.code == 2
        assert "Line 2 looks like the header; if it is, give header_line=2" in ran.err
    ran = icontact("push", path, "--list", "Newsletter", "--header-line", "2")
    assert ran.code == 0


def test_columns_of_one_name_that_are_not_read_disturb_nothing(
    embedded: Sandbox, tmp_path: Path
) -> None:
    path = written(tmp_path, "Email,Tags,Tags", "jo@example.com,x,y")
    ran = icontact("push", path, "--list", "Newsletter")
    assert ran.code == 0
    assert "several columns are named 'Tags' (columns 2, 3)" in ran.out + ran.err


@pytest.mark.parametrize("words", [(), ("--map", "email=Email", "--map", "city=City")])
def test_columns_of_one_name_that_are_read_stop_the_push(
    embedded: Sandbox, tmp_path: Path, words: tuple[str, ...]
) -> None:
    path = written(tmp_path, "Email,City,Name,City", "jo@example.com,Durham,Jo,Lyon")
    ran = icontact("push", path, "--list", "Newsletter", *words)
    assert ran.code == 2
    assert "several columns are named 'City' (columns 2, 4), and the mapping reads" in ran.err
    assert not embedded.state.contacts()


def test_columns_of_one_name_stop_a_push_of_ones_own(sandbox: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "mail,mail", "jo@example.com,ann@example.com")
    mapper = ContactMapper({"email": "mail"})
    with sandbox.client() as client:
        push = ListPush(client.folder(), sandbox.list_id, mapper=mapper)
        for rows in (path, read_rows(path)):
            with pytest.raises(ConfigError, match=r"named 'mail'"):
                push.run(rows)


def test_a_workbook_is_pushed(embedded: Sandbox, tmp_path: Path) -> None:
    book = openpyxl.Workbook()
    book.worksheets[0].append(["About this file"])
    people = book.create_sheet("People")
    people.append(["Email", "First Name", "Zip"])
    people.append(["jo@example.com", "Jo", 2139])
    path = tmp_path / "people.xlsx"
    book.save(path)
    ran = icontact("push", path, "--list", "Newsletter", "--sheet", "People")
    assert ran.code == 0
    (contact,) = embedded.state.contacts()
    assert (contact["firstName"], contact["postalCode"]) == ("Jo", "2139")
    assert "zeros at its front may be lost" in ran.out + ran.err
    ran = icontact("push", path, "--list", "Newsletter")
    assert ran.code == 2
    assert "no column looks like the e-mail address" in ran.err
