"""What pyproject.toml promises is what the package is."""

from __future__ import annotations

import importlib.metadata
import importlib.resources
import subprocess
import sys
import tomllib
from pathlib import Path
from typing import Any

import pytest

import icontact

ROOT = Path(__file__).parents[2]
PROJECT: dict[str, Any] = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))
EXTRAS = (
    "click",
    "dlt",
    "pandas",
    "prometheus_client",
    "pytest",
    "python_calamine",
    "redis",
    "responses",
    "rich",
    "tomlkit",
    "tqdm",
    "trustme",
    "werkzeug",
)


def test_the_version_is_the_same_everywhere() -> None:
    declared = PROJECT["project"]["version"]
    assert icontact.__version__ == declared
    assert importlib.metadata.version("icontact") == declared


def test_the_type_marker_is_shipped() -> None:
    assert importlib.resources.files("icontact").joinpath("py.typed").is_file()


def test_the_console_script_exists() -> None:
    (script,) = importlib.metadata.entry_points(group="console_scripts", name="icontact")
    assert callable(script.load())


def test_the_core_needs_three_libraries() -> None:
    names = {requirement.split(">=")[0] for requirement in PROJECT["project"]["dependencies"]}
    assert names == {"requests", "attrs", "cattrs", "tzdata"}


def test_every_requirement_has_a_floor_to_test_against() -> None:
    extras = PROJECT["project"]["optional-dependencies"].values()
    for requirement in [*PROJECT["project"]["dependencies"], *(r for some in extras for r in some)]:
        assert ">=" in requirement, f"{requirement!r}: the minimums session needs a lowest version"


def test_importing_the_package_loads_no_extra() -> None:
    program = "import icontact, sys; print(*sorted(sys.modules))"
    done = subprocess.run(
        [sys.executable, "-c", program], capture_output=True, text=True, check=True
    )
    assert not set(EXTRAS) & set(done.stdout.split())


def test_every_public_name_of_the_package_can_be_imported() -> None:
    assert len(set(icontact.__all__)) == len(icontact.__all__)
    for name in icontact.__all__:
        assert hasattr(icontact, name), name


@pytest.mark.parametrize("name", ["LICENSE", "README.rst", "CHANGELOG.rst", "CONTRIBUTING.rst"])
def test_the_papers_are_there(name: str) -> None:
    assert (ROOT / name).read_text("utf-8").strip()
