"""pytest fixtures over the embedded iContact.

Opt in, in a ``conftest.py``:

.. code-block:: python

    pytest_plugins = ["icontact.testing"]

Each test gets an iContact of its own, which is gone after it; nothing leaves the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from icontact.client import Client, Folder
from icontact.sandbox import Sandbox, Server

__all__ = ["icontact_client", "icontact_folder", "icontact_sandbox", "icontact_server"]


@pytest.fixture
def icontact_sandbox() -> Iterator[Sandbox]:
    """An embedded iContact with one account, one client folder and one list, for one test."""
    with Sandbox() as sandbox:
        yield sandbox
    sandbox.close()


@pytest.fixture
def icontact_client(icontact_sandbox: Sandbox) -> Iterator[Client]:
    """A client of that iContact."""
    with icontact_sandbox.client() as client:
        yield client


@pytest.fixture
def icontact_folder(icontact_client: Client) -> Folder:
    """Its client folder."""
    return icontact_client.folder()


@pytest.fixture
def icontact_server(icontact_sandbox: Sandbox) -> Iterator[Server]:
    """That iContact, served over HTTP on this machine, with its control URL."""
    with icontact_sandbox.serve(control=True) as server:
        yield server
