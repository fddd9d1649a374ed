from __future__ import annotations

import os
import shutil
import sys
import tempfile
from pathlib import Path

import nox
from nox.command import CommandFailed

nox.needs_version = ">=2025.5.1"
nox.options.default_venv_backend = "uv|virtualenv"
nox.options.reuse_venv = "yes"
# Every session runs on the Python that runs nox. One set of environments for each, since nox does
# not look what an environment that it uses again was made with.
nox.options.envdir = f".nox/{sys.version_info[0]}.{sys.version_info[1]}"
nox.options.error_on_missing_interpreters = True
nox.options.sessions = ["lint", "types", "tests", "docs", "examples"]

PROJECT = nox.project.load_toml("pyproject.toml")
EXTRAS = "cli,sandbox,pandas,tls,redis,excel,notebook,metrics,dlt"
#: Two processes; who is done takes over half of what the other one still has. With 0 the tests run
#: in the process of pytest itself: that is less work, where other sessions keep the cores busy.
PARALLEL = ("-n", os.environ.get("ICONTACT_TEST_PROCESSES", "2"), "--dist", "worksteal")
SPELLED = ("src", "docs", "tests", "changelog.d", "README.rst", "CHANGELOG.rst", "CONTRIBUTING.rst")

# Where the environment forbids bytecode, every process of every test would compile all it imports
# anew, and every pytest all tests: that is a good part of the time that the sessions take.
os.environ.pop("PYTHONDONTWRITEBYTECODE", None)


def group(name: str) -> list[str]:
    """The tools that pyproject.toml lists for a session."""
    return list(nox.project.dependency_groups(PROJECT, name))


def install(session: nox.Session, *groups: str) -> None:
    """Install the project, editable, with all its extras and the tools of some groups."""
    tools = {requirement for name in groups for requirement in group(name)}
    wanted = ["-e", f".[{EXTRAS}]", *sorted(tools)]
    if session.venv_backend == "virtualenv":
        # nox found no uv, which takes a quarter of the time that pip takes.
        try:
            session.install("uv")
            session.run("uv", "pip", "install", *wanted)
        except CommandFailed:
            session.warn("Not with uv, for the reason above: pip takes over.")
        else:
            return
    session.install(*wanted)


@nox.session
def lint(session: nox.Session) -> None:
    """Style, layers, docstrings, spelling, plain words, changelog."""
    session.install(*group("lint"))
    session.run("ruff", "check", ".")
    session.run("ruff", "format", "--check", ".")
    session.run("lint-imports", "--no-cache", env={"PYTHONPATH": "src"})
    session.run("interrogate", "src")
    session.run("codespell", *SPELLED)
    session.run("python", "tests/meta/plain_words.py")
    session.run("towncrier", "build", "--draft", "--version", PROJECT["project"]["version"])


@nox.session
def types(session: nox.Session) -> None:
    """mypy and pyright, on the library, on its users' view of it, and on the tests."""
    install(session, "types")
    # pyright runs on the node that comes as a wheel, whatever else the machine has.
    env = {"PYRIGHT_PYTHON_GLOBAL_NODE": "0", "PYRIGHT_PYTHON_IGNORE_WARNINGS": "1"}
    session.run("mypy")
    session.run("pyright", env=env)
    session.run("pyright", "--verifytypes", "icontact", "--ignoreexternal", env=env)


@nox.session
def tests(session: nox.Session) -> None:
    """The tests, with branch coverage; arguments go to pytest instead."""
    install(session, "tests")
    if session.posargs:
        session.log("A part of the tests: coverage is measured and held only without arguments.")
        session.run("python", "-m", "pytest", *session.posargs)
        return
    session.run("python", "-m", "pytest", *PARALLEL, "--cov", "--cov-report=term")


@nox.session(reuse_venv=False)
def minimums(session: nox.Session) -> None:
    """All tests at the lowest versions that pyproject.toml admits."""
    session.install("uv")
    test_at_the_floors(session, f".[{EXTRAS}]")


#: The tests that call each dependency. `minimums` runs all of them.
TESTS_OF_DEPENDENCIES = (
    "tests/cli/test_completion.py",
    "tests/cli/test_main.py",
    "tests/cli/test_push.py",
    "tests/contract",
    "tests/integrations/test_dlt.py",
    "tests/integrations/test_metrics.py",
    "tests/integrations/test_servers.py",
    "tests/mapping",
    "tests/push/test_frames_and_tables.py",
    "tests/push/test_outcomes.py",
    "tests/push/test_row_sources.py",
    "tests/sandbox/test_certificate.py",
    "tests/sandbox/test_http.py",
    "tests/sandbox/test_in_process.py",
    "tests/sources",
    "tests/transport",
    "tests/unit/test_connections.py",
    "tests/unit/test_frames_and_tables.py",
    "tests/unit/test_wire.py",
)


def test_at_the_floors(session: nox.Session, project: str, *paths: str) -> None:
    # First the floors alone, then the tools, which have to get along with them.
    session.run("uv", "pip", "install", "--resolution", "lowest-direct", project)
    session.run("uv", "pip", "install", *group("tests"))
    session.run("python", "-m", "pytest", *PARALLEL, *(session.posargs or paths))


@nox.session
def properties(session: nox.Session) -> None:
    """Every model, both ways, with a thousand examples each."""
    install(session, "tests")
    env = {"ICONTACT_TEST_EXAMPLES": os.environ.get("ICONTACT_TEST_EXAMPLES", "1000")}
    session.run("python", "-m", "pytest", *PARALLEL, "tests/unit/test_wire.py", env=env)


@nox.session
def fuzz(session: nox.Session) -> None:
    """Fuzz a target: ``nox -s fuzz -- wire --seconds 600``; without one, the tests of all."""
    install(session, "tests", "fuzz")
    if session.posargs:
        session.run("python", "-m", "tests.fuzz", *session.posargs)
    else:
        session.run("python", "-m", "pytest", "tests/fuzz")


@nox.session
def mutation(session: nox.Session) -> None:
    """Judge a sample of mutants of a package by its tests: ``nox -s mutation -- wire``."""
    install(session, "tests", "mutation")
    session.run("python", "-m", "tests.mutation", *session.posargs)


@nox.session
def endurance(session: nox.Session) -> None:
    """Load, chaos and kill -9: small by default, at full size with ICONTACT_ENDURANCE=full."""
    install(session, "tests")
    session.run("python", "-m", "pytest", *PARALLEL, *(session.posargs or ["tests/endurance"]))


@nox.session
def docs(session: nox.Session) -> None:
    """The documentation, whose notebooks are run; a warning is an error."""
    install(session, "docs")
    target = Path("docs/_build/html")
    session.run("sphinx-build", "-W", "--keep-going", "-n", "-E", "-q", "docs", str(target))
    session.log(f"Written: {target / 'index.html'}")


@nox.session
def examples(session: nox.Session) -> None:
    """Every code block of README, docs and docstrings, run with the sandbox."""
    install(session, "examples")
    places = session.posargs or ["README.rst", "docs", "src"]
    session.run(
        "python", "-m", "pytest", "-p", "tests.examples.plugin", "-p", "no:doctest", *places
    )


@nox.session(reuse_venv=False)
def package(session: nox.Session) -> None:
    """Build, look inside, and test what is installed, with the lowest dependencies."""
    session.install("uv", *group("package"))
    with tempfile.TemporaryDirectory() as folder:
        # build makes the wheel from the sdist, so both are put to the test.
        session.run("python", "-m", "build", "--no-isolation", "--outdir", folder)
        session.run("python", "tests/meta/artifacts.py", folder)
        check_that_a_second_build_is_the_same(session, Path(folder))
        compare_with_the_last_release(session)
        (wheel,) = Path(folder).glob("*.whl")
        # In an environment of its own: the tools of this session bring packages along.
        bare = Path(folder) / "bare"
        session.run("uv", "venv", "--quiet", "--python", sys.executable, str(bare))
        python = str(bare / ("Scripts/python.exe" if os.name == "nt" else "bin/python"))
        session.run("uv", "pip", "install", "--python", python, str(wheel))
        session.run(python, "tests/meta/bare_install.py", external=True)
        wanted = f"icontact[{EXTRAS}] @ {wheel.as_uri()}"
        test_at_the_floors(session, wanted, *TESTS_OF_DEPENDENCIES)


def check_that_a_second_build_is_the_same(session: nox.Session, first: Path) -> None:
    with tempfile.TemporaryDirectory() as folder:
        session.run("python", "-m", "build", "--no-isolation", "--outdir", folder, silent=True)
        for path in sorted(first.iterdir()):
            if path.read_bytes() != (Path(folder) / path.name).read_bytes():
                session.error(f"{path.name} is not the same when it is built again")
    session.log("Built twice, with the same bytes.")


def compare_with_the_last_release(session: nox.Session) -> None:
    """Fail if a public name of the last release is gone or takes other arguments."""
    command = ("git", "describe", "--tags", "--abbrev=0", "--match", "v*")
    tag = None
    if shutil.which("git"):
        tag = session.run(*command, external=True, silent=True, success_codes=(0, 128))
    if not tag or not tag.startswith("v"):
        session.log("There is no release yet to compare the public names with.")
        return
    session.run("griffe", "check", "icontact", "--search", "src", "--against", tag.strip())


@nox.session
def supply(session: nox.Session) -> None:
    """Licences and known weaknesses of all that is installed; the latter asks PyPI itself."""
    install(session, "supply")
    session.run("pip-licenses", "--partial-match", "--fail-on", "GPL;AGPL;Proprietary")
    session.run("pip-audit", "--progress-spinner", "off", "--skip-editable")


@nox.session
def bench(session: nox.Session) -> None:
    """The benchmarks, side by side in one run; `--quick` for a smoke test."""
    install(session)
    session.run("python", "-m", "tests.bench", *session.posargs)
