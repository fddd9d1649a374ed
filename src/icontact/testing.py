"""pytest fixtures over the embedded iContact.

Opt in, in a ``conftest.py``:

.. code-block:: python

    pytest_plugins = ["icontact.testing"]

Each test gets an iContact of its own; nothing leaves the process.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from icontact.client import Client, Folder
from icontact.sandbox import Sandbox

__all__ = ["icontact_client", "icontact_folder", "icontact_sandbox"]


@pytest.fixture
def icontact_sandbox() -> Iterator[Sandbox]:
    """An embedded iContact with one account, one client folder and one list, for one test."""
    with Sandbox() as sandbox:
        yield sandbox


@pytest.fixture
def icontact_client(icontact_sandbox: Sandbox) -> Iterator[Client]:
    """A client of that iContact."""
    with icontact_sandbox.client() as client:
        yield client


@pytest.fixture
def icontact_folder(icontact_client: Client) -> Folder:
    """Its client folder."""
    return icontact_client.folder()
