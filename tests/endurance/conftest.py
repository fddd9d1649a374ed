"""How much the proofs are to take on."""

from __future__ import annotations

import os

import pytest


@pytest.fixture(scope="session")
def full() -> bool:
    """Whether to run at the size that is promised, instead of one that is quick."""
    return os.environ.get("ICONTACT_ENDURANCE") == "full"
