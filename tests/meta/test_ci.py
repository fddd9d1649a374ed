"""What .ci/run does for every Python on a machine, and for the reader of README.rst."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.rst").read_text("utf-8")
RUN = (ROOT / ".ci" / "run").read_text("utf-8")
PYTHONS = ROOT / ".ci" / "pythons"
COMMANDS = re.findall(r"^    (python3 -m venv .*)$", README, re.M)

needs_bash = pytest.mark.skipif(
    os.name != "posix" or shutil.which("bash") is None, reason="bash is not here"
)


def test_both_commands_of_the_readme_make_their_environment_and_use_it() -> None:
    assert len(COMMANDS) == 2
    for command in COMMANDS:
        made, *others = command.split(" && ")
        assert made == "python3 -m venv .venv"
        assert all(other.startswith(".venv/bin/") for other in others)
    assert ".venv*/" in (ROOT / ".gitignore").read_text("utf-8").splitlines()


@pytest.mark.parametrize("command", COMMANDS)
def test_continuous_integration_runs_the_commands_of_the_readme_to_the_letter(command: str) -> None:
    assert f"='{command}'\n" in RUN


def a_python(path: Path, version: str, *, venv: bool = True) -> None:
    """Make a program that passes for a Python of some version."""
    path.parent.mkdir(parents=True, exist_ok=True)
    short = ".".join(version.split(".")[:2])
    path.write_text(
        "#!/bin/sh\n"
        f'case "$2" in *ensurepip*) exit {0 if venv else 1} ;; esac\n'
        f'echo "{short} {path.resolve()} {version}"\n',
        "utf-8",
    )
    path.chmod(0o755)


def listed(home: Path, *tested: str, **env: str) -> tuple[list[str], list[str]]:
    """Return what is listed, and what is said about the others."""
    done = subprocess.run(
        ["bash", str(PYTHONS), *tested],
        env={"PATH": f"{home / 'bin'}:/usr/bin:/bin", "HOME": str(home), **env},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    ours = str(home)
    lines = [line.replace(ours, "~") for line in done.stdout.splitlines() if ours in line]
    return lines, [line.replace(ours, "~") for line in done.stderr.splitlines() if ours in line]


@needs_bash
def test_pythons_are_found_on_the_path_and_where_pyenv_and_uv_keep_them(tmp_path: Path) -> None:
    a_python(tmp_path / "bin" / "python3.14", "3.14.0")
    a_python(tmp_path / ".pyenv" / "versions" / "3.12.1" / "bin" / "python", "3.12.1")
    a_python(tmp_path / ".local/share/uv/python/cpython-3.13.9-x/bin/python3", "3.13.9")
    found, _ = listed(tmp_path, "3.11")
    assert sorted(found) == [
        "3.12 ~/.pyenv/versions/3.12.1/bin/python",
        "3.13 ~/.local/share/uv/python/cpython-3.13.9-x/bin/python3",
        "3.14 ~/bin/python3.14",
    ]


@needs_bash
def test_what_is_found_and_not_used_is_named_with_the_reason(tmp_path: Path) -> None:
    versions = tmp_path / "elsewhere" / "versions"
    for version in ("3.10.13", "3.12.1", "3.12.10", "3.15.0"):
        a_python(versions / version / "bin" / "python", version)
    a_python(versions / "3.13.0" / "bin" / "python", "3.13.0", venv=False)
    a_python(versions / "3.11.7" / "bin" / "python", "3.11.7")
    broken = tmp_path / "bin" / "python3.14"
    broken.parent.mkdir()
    broken.write_text("#!/bin/sh\nexit 127\n", "utf-8")
    broken.chmod(0o755)
    found, said = listed(tmp_path, "3.11", PYENV_ROOT=str(tmp_path / "elsewhere"))
    assert found == ["3.12 ~/elsewhere/versions/3.12.10/bin/python"]
    assert sorted(line.partition(", since")[2] for line in said) == [
        " another 3.11 is tested.",
        " another 3.12 is tested.",
        " it does not start.",
        " it has no venv or no ensurepip.",
    ]


@needs_bash
def test_a_python_with_two_names_is_one(tmp_path: Path) -> None:
    a_python(tmp_path / "bin" / "python3.13", "3.13.0")
    (tmp_path / ".pyenv" / "versions" / "3.13.0" / "bin").mkdir(parents=True)
    (tmp_path / "bin" / "python3").symlink_to("python3.13")
    assert listed(tmp_path, "3.11") == (["3.13 ~/bin/python3.13"], [])
