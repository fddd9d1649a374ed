"""The usual mistakes: each gets a message that names the cause and what to do."""

from __future__ import annotations

import inspect
import os
import re
import subprocess
import sys
from pathlib import Path
from typing import Any

import openpyxl
import pytest

from icontact.sandbox import Sandbox
from tests.cli.support import HEADER, Ran, icontact, served, written

PAGE = Path(__file__).parents[2] / "docs" / "errors-and-remedies.rst"

#: Name and message of each mistake of the page.
MISTAKES: list[tuple[str, str]] = re.findall(
    r"""
    ^\.\.\ mistake:\ (\w+)\n\n
    \*\*.+\*\*\n\n
    \.\.\ code-block::\ text\n\n
    \ {3}(.+)\n\n
    \S
    """,
    PAGE.read_text("utf-8"),
    re.MULTILINE | re.VERBOSE,
)

pytestmark = pytest.mark.usefixtures("people")


class Mistakes:
    """One method for each mistake; it makes the mistake and returns what the command printed."""

    def __init__(self, sandbox: Sandbox, folder: Path, patch: pytest.MonkeyPatch) -> None:
        self.sandbox, self.folder, self.patch = sandbox, folder, patch

    def push(self, *lines: str, words: tuple[object, ...] = (), name: str = "people.csv") -> Ran:
        path = written(self.folder, *(lines or (HEADER, "jo@example.com,Jo,Durham")), name=name)
        return icontact("push", path, "--list", "Newsletter", *words)

    def settings(self, *lines: str) -> Ran:
        path = written(self.folder, *lines, name="icontact.toml")
        return icontact("push", self.folder / "people.csv", "--settings", path)

    def no_credentials(self) -> Ran:
        self.patch.delenv("ICONTACT_PASSWORD")
        return icontact("lists")

    def wrong_password(self) -> Ran:
        self.patch.setenv("ICONTACT_PASSWORD", "wrong")
        return icontact("lists")

    def forbidden(self) -> Ran:
        self.sandbox.faults.next(403)
        return icontact("lists")

    def several_folders(self) -> Ran:
        self.sandbox.add_client_folder(name="Second")
        return icontact("lists")

    def wrong_folder(self) -> Ran:
        return icontact("lists", "--account-id", 7, "--client-folder-id", 9)

    def refused_connection(self) -> Ran:
        self.sandbox.faults.refuse(times=100)
        return icontact("lists")

    def untrusted_certificate(self) -> Ran:
        with served("--tls") as (_, url):
            words = [sys.executable, "-m", "icontact", "lists"]
            surroundings = {**os.environ, "ICONTACT_BASE_URL": url}
            done = subprocess.run(
                words, env=surroundings, capture_output=True, text=True, check=False
            )
        return Ran(done.returncode, done.stdout, done.stderr)

    def plain_http(self) -> Ran:
        self.patch.setenv("ICONTACT_BASE_URL", "http://app.icontact.com/icp")
        return icontact("lists")

    def wrong_base_url(self) -> Ran:
        self.sandbox.faults.next(501, times=9)
        return icontact("lists")

    def throttled(self) -> Ran:
        self.sandbox.faults.next(429, times=9)
        return icontact("lists")

    def maintenance(self) -> Ran:
        self.sandbox.faults.next(503, times=9)
        return icontact("lists")

    def server_error(self) -> Ran:
        self.sandbox.faults.next(500, times=99)
        return icontact("lists")

    def no_list(self) -> Ran:
        return icontact("push", self.folder / "people.csv")

    def wrong_list(self) -> Ran:
        return icontact("push", self.folder / "people.csv", "--list", "Newsleter")

    def several_lists(self) -> Ran:
        self.sandbox.seed(lists=[{"name": "Twice"}, {"name": "Twice"}])
        return icontact("push", self.folder / "people.csv", "--list", "Twice")

    def missing_file(self) -> Ran:
        return icontact("push", self.folder / "persons.csv", "--list", "Newsletter")

    def empty_file(self) -> Ran:
        (self.folder / "people.csv").write_text("")
        return icontact("push", self.folder / "people.csv", "--list", "Newsletter")

    def wrong_encoding(self) -> Ran:
        return self.push(HEADER, "jo@example.com,Zoé,Lyon", words=("--encoding", "ascii"))

    def workbook_without_extra(self) -> Ran:
        book = openpyxl.Workbook()
        book.active.append(["email"])
        book.save(self.folder / "people.xlsx")
        self.patch.setitem(sys.modules, "python_calamine", None)
        return icontact("push", self.folder / "people.xlsx", "--list", "Newsletter")

    def no_header(self) -> Ran:
        return self.push("jo@example.com,Jo", "sam@example.com,Sam")

    def no_address_column(self) -> Ran:
        return self.push("Contact,City", "Jo,Durham")

    def same_column_twice(self) -> Ran:
        return self.push("email,name,name", "jo@example.com,Jo,Vance")

    def unread_consent(self) -> Ran:
        return self.push("email,Permission", "jo@example.com,sometimes")

    def unknown_field(self) -> Ran:
        return self.push(words=("--map", "colour=city"))

    def missing_column(self) -> Ran:
        return self.push(words=("--map", "city=citi"))

    def swapped_pair(self) -> Ran:
        return self.push("email,Notes", "jo@example.com,x", words=("--map", "Notes=score"))

    def bad_date(self) -> Ran:
        words = ("--map", "birthday=Born", "--rejects", self.folder / "fix-me.csv")
        return self.push("email,Born", "jo@example.com,03/04/1990", words=words)

    def bad_number(self) -> Ran:
        return self.push("email,score", "jo@example.com,many", words=("--map", "score=score"))

    def bad_address(self) -> Ran:
        return self.push("email", "jo(at)example.com")

    def toml_syntax(self) -> Ran:
        return self.settings('list = "Newsletter', "[mapping]")

    def toml_key(self) -> Ran:
        return self.settings('lsit = "Newsletter"')

    def locked_journal(self) -> Ran:
        journal = self.folder / "push.sqlite"
        words = ("push", self.folder / "people.csv", "--list", "Newsletter", "--journal", journal)
        found: list[Ran] = []
        receive = self.sandbox._app.receive

        def receive_and_push_again(incoming: Any) -> Any:
            if incoming.method == "POST" and not found:
                self.patch.setattr(self.sandbox._app, "receive", receive)
                found.append(icontact(*words))
            return receive(incoming)

        self.patch.setattr(self.sandbox._app, "receive", receive_and_push_again)
        icontact(*words)
        return found[0]

    def journal_of_another_file(self) -> Ran:
        journal = ("--journal", self.folder / "push.sqlite")
        self.push(words=journal)
        return self.push(HEADER, "sam@example.com,Sam,Leeds", words=journal)

    def report_over_the_file(self) -> Ran:
        return self.push(words=("--report", self.folder / "people.csv"))

    def output_exists(self) -> Ran:
        return icontact("export", "--output", self.folder / "people.csv")

    def unknown_address(self) -> Ran:
        return icontact("show", "stranger@example.com")


def pattern(message: str) -> str:
    """Return a pattern for a message, in which an ellipsis is any text."""
    words = [re.escape(part) for part in message.split("…")]
    return r"\s+".join(".*?".join(words).replace("\\ ", " ").split(" "))


@pytest.mark.parametrize(("name", "message"), MISTAKES, ids=[name for name, _ in MISTAKES])
def test_a_mistake_gets_a_message_with_the_cause_and_what_to_do(
    name: str, message: str, embedded: Sandbox, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ran: Ran = getattr(Mistakes(embedded, tmp_path, monkeypatch), name)()
    text = ran.err + ran.out
    assert re.search(pattern(message), text, re.DOTALL), text
    assert "jo@example.com" not in text
    assert "unexpected" not in text


def test_every_mistake_is_on_the_page_once() -> None:
    made = {name for name, _ in inspect.getmembers(Mistakes, inspect.isfunction)}
    made -= {"__init__", "push", "settings"}
    assert made == {name for name, _ in MISTAKES}
    # Each title of a mistake has its name above it and its message below.
    assert len(MISTAKES) == PAGE.read_text("utf-8").count("\n**") == len(made) >= 30
