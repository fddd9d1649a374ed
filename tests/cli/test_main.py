"""The way in: the console script, ``python -m icontact``, and a missing extra."""

from __future__ import annotations

import io
import os
import runpy
import shlex
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import click
import pytest

import icontact
from icontact.cli import main
from icontact.cli.app import commands
from icontact.sandbox import Sandbox
from tests.cli.support import icontact as run

FULL = Path("/dev/full")
NO_SPACE = "Error: cannot write to standard output: No space left on device\n"
needs_a_full_device = pytest.mark.skipif(
    not FULL.exists(), reason="only Linux has a device that is full"
)
needs_a_shell = pytest.mark.skipif(
    not Path("/bin/sh").exists(), reason="closes streams as a shell does"
)


def exit_code(*words: str) -> object:
    with pytest.raises(SystemExit) as ended:
        main(words)
    return ended.value.code


def test_the_version(capsys: pytest.CaptureFixture[str]) -> None:
    assert exit_code("--version") == 0
    assert capsys.readouterr().out == f"icontact, version {icontact.__version__}\n"


def test_the_module_is_the_command(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["icontact", "--version"])
    with pytest.raises(SystemExit):
        runpy.run_module("icontact", run_name="__main__")
    assert icontact.__version__ in capsys.readouterr().out
    runpy.run_module("icontact.__main__", run_name="imported")


@pytest.mark.parametrize("library", ["click", "rich", "tomlkit", "tqdm"])
def test_a_missing_library_is_named_with_the_way_out(
    library: str, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    error = ModuleNotFoundError(f"No module named {library!r}", name=library)
    monkeypatch.setitem(sys.modules, "icontact.cli.app", Broken("icontact.cli.app", error))
    assert exit_code("lists") == 2
    said = capsys.readouterr().err
    assert said.startswith(f"Error: the command line needs {library}")
    assert 'pip install "icontact[cli]"' in said
    assert len(said.splitlines()) == 1


def test_output_may_be_replaced(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    assert exit_code("--version") == 0


def test_output_may_be_closed(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "stdout", None)
    assert exit_code("--version") == 2
    monkeypatch.setattr(sys, "stderr", None)
    assert exit_code("--version") == 2
    assert capsys.readouterr().err.count("standard output is closed") == 1


def test_a_missing_module_of_our_own_is_a_mistake(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "icontact.cli.app", None)
    with pytest.raises(ImportError):
        main(["lists"])


class Broken(type(sys)):  # type: ignore[misc]  # the type of modules has no better name
    """A module from which nothing can be imported."""

    def __init__(self, name: str, error: ImportError) -> None:
        super().__init__(name)
        self.error = error

    def __getattr__(self, name: str) -> object:
        raise self.error


@pytest.mark.parametrize("name", sorted(commands.commands))
def test_every_command_has_a_help_that_teaches(name: str) -> None:
    ran = run(name, "--help")
    assert ran.code == 0
    assert len(ran.out.splitlines()) > 5


@pytest.mark.parametrize(
    "words", [("--help",), ("--version",), ("lists", "--help"), ("push", "--help")]
)
@needs_a_full_device
def test_a_full_disk_under_the_help_is_a_message(words: tuple[str, ...]) -> None:
    with FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "icontact", *words],
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stderr) == (1, NO_SPACE)


@needs_a_full_device
def test_a_full_disk_under_the_result_does_not_hide_that_the_push_is_done(
    tmp_path: Path,
) -> None:
    people = tmp_path / "people.csv"
    people.write_text("email\na@example.com\n")
    with Sandbox().serve() as server, FULL.open("w") as full:
        done = subprocess.run(
            [sys.executable, "-m", "icontact", "push", people, "--list", "Newsletter"],
            env={**os.environ, "ICONTACT_BASE_URL": server.url},
            stdout=full,
            stderr=subprocess.PIPE,
            text=True,
            check=False,
        )
    assert done.returncode == 1
    assert done.stderr.endswith(
        "Error: every row has its outcome, but the result could not be written to standard "
        "output: No space left on device\n"
    )


@pytest.mark.parametrize(
    ("words", "done"),
    [
        (("lists",), ""),
        (("lists", "--json"), ""),
        (("show", "jo@example.com"), ""),
        (("suppressed", "--json"), ""),
        (("export",), ""),
        (("completion", "bash"), ""),
        (("lists", "create", "Weekly"), "note: created the list 'Weekly' (205304)\n"),
        (("lists", "create", "Weekly", "--json"), "note: created the list 'Weekly' (205304)\n"),
        (("fields", "create", "color", "--type", "text"), "note: created the custom field 'color'"),
        (
            ("unsubscribe", "jo@example.com", "--list", "Newsletter"),
            "note: j•••@example.com is unsubscribed from 'Newsletter' (205303)\n",
        ),
        (("export", "--output", "all.csv"), "note: all.csv was written: 1 contact\n"),
        (("init", "--yes", "--list", "Newsletter", "--columns", "in.csv"), "note: written to "),
        (("suppressed", "--to-csv", "no.csv"), "note: "),
    ],
    ids=lambda words: " ".join(words) if isinstance(words, tuple) else "",
)
@needs_a_full_device
def test_a_full_disk_under_the_result_names_standard_output_and_what_was_done(
    words: tuple[str, ...], done: str, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    (tmp_path / "in.csv").write_text("email\njo@example.com\n")
    with Sandbox().serve() as server, FULL.open("w") as full:
        monkeypatch.setenv("ICONTACT_BASE_URL", server.url)
        assert run("push", tmp_path / "in.csv", "--list", "Newsletter").code == 0
        ran = subprocess.run(
            [sys.executable, "-m", "icontact", *words],
            env={**os.environ, "PYTHONIOENCODING": "utf-8"},
            cwd=tmp_path,
            stdout=full,
            stderr=subprocess.PIPE,
            encoding="utf-8",
            check=False,
        )
    assert ran.returncode == 1
    assert done in ran.stderr
    assert ran.stderr.endswith(NO_SPACE)


def helps(command: click.Command, *words: str) -> Iterator[tuple[str, ...]]:
    yield (*words, "--help")
    if isinstance(command, click.Group):
        for name, inner in command.commands.items():
            yield from helps(inner, *words, name)


@pytest.mark.parametrize("columns", [60, 80])
@pytest.mark.parametrize("words", list(helps(commands)), ids=" ".join)
def test_the_help_of_options_fits_a_narrow_terminal(
    words: tuple[str, ...],
    columns: int,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("COLUMNS", str(columns))
    assert exit_code(*words) == 0
    options = capsys.readouterr().out.split("Options:\n")[1].splitlines()

    assert max(map(len, options)) <= columns
    texts = [len(line) - len(line.lstrip()) for line in options if line.startswith("    ")]
    assert max(texts, default=0) <= columns * 0.4


def test_without_words_the_help_is_shown() -> None:
    ran = run("--help")
    assert "icontact demo" in ran.out
    assert set(commands.commands) == {
        "completion",
        "demo",
        "doctor",
        "export",
        "fields",
        "folders",
        "init",
        "lists",
        "push",
        "queue",
        "sandbox",
        "show",
        "suppressed",
        "unsubscribe",
    }


def test_a_terminal_without_some_letters_still_works() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "icontact", "demo", "-v"],
        env={"PYTHONIOENCODING": "latin-1", "PATH": ""},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"a???@example.com" in done.stdout


def closed(redirection: str, *words: str) -> subprocess.CompletedProcess[str]:
    """Run a command with one of its streams closed by the shell."""
    command = shlex.join([sys.executable, "-m", "icontact", *words])
    return subprocess.run(
        ["/bin/sh", "-c", f"{command} {redirection}"],
        env={**os.environ, "PYTHONUTF8": "1"},
        capture_output=True,
        text=True,
        check=False,
    )


@needs_a_shell
def test_without_standard_output_nothing_is_begun() -> None:
    done = closed(">&-", "demo")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: standard output is closed, so nothing can be shown; "
        "to see nothing use > /dev/null\n",
    )
    assert closed(">&- 2>&-", "demo").returncode == 2


@needs_a_shell
def test_without_standard_input_there_is_nothing_to_read() -> None:
    done = closed("<&-", "push", "-", "--list", "Newsletter")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: standard input is closed: give the name of a file instead of -\n",
    )


@needs_a_shell
def test_without_standard_input_init_names_the_option_that_answers(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    with Sandbox().serve() as server:
        monkeypatch.setenv("ICONTACT_BASE_URL", server.url)
        done = closed("<&-", "init", "--preset", "mautic")
    assert (done.returncode, done.stderr) == (
        2,
        "Error: the input ended before an answer to 'Which list (its name or id)': --list gives "
        "it, and nothing was written\n",
    )


@needs_a_shell
def test_without_standard_error_a_push_goes_on(
    people: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    with Sandbox().serve() as server:
        monkeypatch.setenv("ICONTACT_BASE_URL", server.url)
        done = closed("2>&-", "push", str(people), "--list", "Newsletter")
    assert (done.returncode, "3 created" in done.stdout) == (0, True)


@needs_a_shell
def test_a_list_that_the_locale_lost_is_said_at_once() -> None:
    done = closed("", "push", "people.csv", "--list", "Zo\udce9")
    assert done.returncode == 2
    assert "is not in the encoding of the locale" in done.stderr


def test_no_library_is_loaded_before_the_command_can_handle_ctrl_c() -> None:
    code = (
        "import icontact.cli, sys; print({'attr', 'click', 'requests'}.intersection(sys.modules))"
    )
    assert subprocess.check_output([sys.executable, "-c", code], text=True) == "set()\n"


def test_ctrl_c_while_libraries_are_loaded_shows_no_traceback(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    class Stopping:
        def __getattr__(self, name: str) -> object:
            raise KeyboardInterrupt

    monkeypatch.setitem(sys.modules, "icontact.cli.app", Stopping())

    assert exit_code("--version") == 130
    assert capsys.readouterr().err == ""
