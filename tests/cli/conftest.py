from __future__ import annotations

from pathlib import Path

import pytest

from icontact.cli import connection
from icontact.sandbox import APP_ID, PASSWORD, USERNAME, Sandbox
from icontact.transport import RetryPolicy
from tests.cli.support import HEADER, written

VARIABLES = ("BASE_URL", "ACCOUNT_ID", "CLIENT_FOLDER_ID", "DEBUG")


@pytest.fixture(autouse=True)
def environment(monkeypatch: pytest.MonkeyPatch) -> None:
    """The sandbox's credentials, nothing else of iContact's, and no waiting for repeats."""
    monkeypatch.setenv("ICONTACT_APP_ID", APP_ID)
    monkeypatch.setenv("ICONTACT_USERNAME", USERNAME)
    monkeypatch.setenv("ICONTACT_PASSWORD", PASSWORD)
    for name in VARIABLES:
        monkeypatch.delenv(f"ICONTACT_{name}", raising=False)
    monkeypatch.setattr(connection, "RETRY", RetryPolicy.never())


@pytest.fixture
def embedded(sandbox: Sandbox) -> Sandbox:
    """An iContact in this process, with a custom field of each common type."""
    types = {"score": "number", "vip": "checkbox", "birthday": "date", "color": "text"}
    sandbox.seed(
        custom_fields=[{"privateName": name, "fieldType": kind} for name, kind in types.items()]
    )
    return sandbox


@pytest.fixture
def people(tmp_path: Path) -> Path:
    """A small file in which nothing is wrong."""
    return written(
        tmp_path,
        HEADER,
        "jo@example.com,Jo,Durham",
        "zoé@example.com,Zoé,Lyon".replace("zoé@", "zoe@"),
        "sam@example.com,Sam,Leeds",
    )
