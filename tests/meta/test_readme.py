"""What README.rst says that its code prints is what it prints."""

from __future__ import annotations

import re
import textwrap
from pathlib import Path

import pytest

from icontact.sandbox import Sandbox

README = (Path(__file__).parents[2] / "README.rst").read_text(encoding="utf-8")
BLOCK = r"\n\n((?:    .*\n|\n)+)"


def block_after(words: str) -> str:
    found = re.search(re.escape(words) + BLOCK, README)
    assert found is not None
    return textwrap.dedent(found[1]).strip()


def test_the_ten_lines_print_what_the_readme_shows(
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

    assert capsys.readouterr().out.strip() == block_after("That prints, against an empty list::")
