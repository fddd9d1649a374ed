"""The way in: the console script, ``python -m icontact``, and a missing extra."""

from __future__ import annotations

import io
import runpy
import subprocess
import sys

import pytest

import icontact
from icontact.cli import main
from icontact.cli.app import commands
from tests.cli.support import icontact as run


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


@pytest.mark.parametrize("library", ["click", "rich", "tqdm"])
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


def test_without_words_the_help_is_shown() -> None:
    ran = run("--help")
    assert "icontact demo" in ran.out
    assert set(commands.commands) == {
        "demo",
        "doctor",
        "fields",
        "folders",
        "lists",
        "push",
        "sandbox",
    }


def test_a_terminal_that_lacks_letters_is_no_reason_to_fail() -> None:
    done = subprocess.run(
        [sys.executable, "-m", "icontact", "demo"],
        env={"PYTHONIOENCODING": "latin-1", "PATH": ""},
        capture_output=True,
        check=False,
    )
    assert (done.returncode, done.stderr) == (0, b"")
    assert b"a???@example.com" in done.stdout
