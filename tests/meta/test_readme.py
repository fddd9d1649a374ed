"""README.rst: its code runs, its links lead to files, its install lines work."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from icontact.sandbox import Sandbox

ROOT = Path(__file__).parents[2]
README = (ROOT / "README.rst").read_text(encoding="utf-8")
BLOCK = r"\n\n((?:    .*\n|\n)+)"


def block_after(words: str) -> str:
    found = re.search(re.escape(words) + BLOCK, README)
    assert found is not None
    return textwrap.dedent(found[1]).strip()


def test_the_ten_lines_plan_and_push(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    with Sandbox() as sandbox:
        credentials = sandbox.credentials
        monkeypatch.setenv("ICONTACT_APP_ID", credentials.app_id)
        monkeypatch.setenv("ICONTACT_USERNAME", credentials.username)
        monkeypatch.setenv("ICONTACT_PASSWORD", credentials.password)
        for name in ("BASE_URL", "ACCOUNT_ID", "CLIENT_FOLDER_ID"):
            monkeypatch.delenv(f"ICONTACT_{name}", raising=False)
        exec(block_after(".. code-block:: python"), {})

    printed = capsys.readouterr().out.strip()
    assert printed == block_after(".. code-block:: text")


def test_links_of_the_readme_lead_to_files_of_the_project() -> None:
    links = re.findall(r"<((?!http)[^<>\s]+\.rst)>`_", README)
    assert len(links) > 10
    assert [link for link in links if not (ROOT / link).is_file()] == []


def test_install_lines_work_before_the_package_is_on_an_index() -> None:
    pages = [ROOT / "README.rst", *ROOT.glob("docs/**/*.rst")]
    command = r"^\s*(?:\$|RUN|-) [^\n]*pip install [^\n]*?[\"' ]icontact\b"
    by_name = re.compile(command, re.MULTILINE)
    wrong = [page.name for page in pages if by_name.search(page.read_text("utf-8"))]
    assert wrong == []
