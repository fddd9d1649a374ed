"""``icontact completion``: scripts for shells, and what they complete."""

from __future__ import annotations

import os
import stat
import subprocess
import sys
import threading
import time
from pathlib import Path

import pytest
from click.shell_completion import ShellComplete

from icontact.cli import completion
from icontact.cli.app import commands
from icontact.client import Client
from icontact.sandbox import Sandbox
from tests.cli.support import icontact, written


@pytest.fixture(autouse=True)
def cache(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """The folder of the cache."""
    folder = tmp_path / "cache"
    monkeypatch.setenv("XDG_CACHE_HOME", str(folder))
    return folder / "icontact"


def completed(*words: object) -> list[str]:
    """Return what the last word may become."""
    *before, last = map(str, words)
    shell = ShellComplete(commands, {}, "icontact", "_ICONTACT_COMPLETE")
    return [item.value for item in shell.get_completions(before, last)]


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_every_shell_gets_a_script(shell: str) -> None:
    ran = icontact("completion", shell)
    assert ran.code == 0
    assert f"_ICONTACT_COMPLETE={shell}_complete" in ran.out


def test_a_shell_without_a_script_is_refused() -> None:
    ran = icontact("completion", "tcsh")
    assert (ran.code, "'bash', 'zsh', 'fish'" in ran.err) == (2, True)


def test_commands_are_completed() -> None:
    assert completed("un") == ["unsubscribe"]
    assert completed("lists", "") == ["create"]


def test_options_and_files_are_completed() -> None:
    assert "--dry-run" in completed("push", "--d")
    assert completed("push", "") == [""]  # the shell itself completes files


def test_list_names_are_completed_with_ids_where_a_name_needs_quotes(embedded: Sandbox) -> None:
    ids = embedded.seed(lists=[{"name": "News desk"}, {"name": "2024"}]).list_ids
    words = ("push", "people.csv", "--list")
    assert completed(*words, "") == ["Newsletter", *map(str, ids)]
    assert completed(*words, "News") == ["Newsletter", str(ids[0])]
    assert completed(*words, str(ids[1])[:-1]) != []


def test_names_are_asked_for_once_in_five_minutes(
    embedded: Sandbox, cache: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    words = ("export", "--list", "")
    assert completed(*words) == ["Newsletter"]
    asked = len(embedded.requests)
    embedded.seed(lists=[{"name": "Second"}])
    assert completed(*words) == ["Newsletter"]
    assert len(embedded.requests) == asked
    (file,) = cache.iterdir()
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    os.utime(file, (1, 1))
    assert completed(*words) == ["Newsletter", "Second"]
    file.write_text("{not json")
    assert completed(*words) == ["Newsletter", "Second"]


def test_fields_and_columns_are_completed(embedded: Sandbox, tmp_path: Path) -> None:
    path = written(tmp_path, "Mail,Opt out,Opinion", "jo@example.com,,")
    words = ("push", path, "--map")
    assert completed(*words, "c") == ["city=", "color="]
    assert completed(*words, "city=O") == ["city=Opt out", "city=Opinion"]
    assert completed("push", path, "--do-not-contact", "Opt") == ["Opt out"]
    assert completed("push", tmp_path / "none.csv", "--consent", "") == []


@pytest.mark.parametrize("missing", ["ICONTACT_APP_ID", "server"])
def test_a_shell_sees_no_error(
    missing: str, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.delenv("ICONTACT_APP_ID")
    if missing == "server":
        monkeypatch.setenv("ICONTACT_APP_ID", "x")
        monkeypatch.setenv("ICONTACT_BASE_URL", "http://127.0.0.1:1/icp")
    assert completed("push", "x.csv", "--list", "") == []
    assert completed("push", "x.csv", "--map", "zz") == []
    assert capfd.readouterr() == ("", "")


def test_a_server_that_does_not_answer_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(completion, "_PATIENCE", 0.01)

    def never(*_: object, **__: object) -> None:
        threading.Event().wait(30)

    monkeypatch.setattr(Client, "from_env", never)
    before = time.monotonic()
    assert completed("export", "--list", "") == []
    assert time.monotonic() - before < 10


def test_bash_completes_a_list_name(monkeypatch: pytest.MonkeyPatch) -> None:
    with Sandbox().serve() as server:
        monkeypatch.setenv("ICONTACT_BASE_URL", server.url)
        done = subprocess.run(
            [sys.executable, "-m", "icontact"],
            env={
                **os.environ,
                "_ICONTACT_COMPLETE": "bash_complete",
                "COMP_WORDS": "icontact push people.csv --list New",
                "COMP_CWORD": "4",
            },
            capture_output=True,
            text=True,
            check=False,
        )
    assert (done.returncode, done.stdout, done.stderr) == (0, "plain,Newsletter\n", "")
