"""pytest fixtures with the sandbox.

Enable them in a ``conftest.py``:

.. code-block:: python

    pytest_plugins = ["icontact.testing"]

Each test gets a sandbox of its own. No request leaves the machine.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from icontact.client import Client, Folder
from icontact.sandbox import Sandbox, Server

__all__ = ["icontact_client", "icontact_folder", "icontact_sandbox", "icontact_server"]


@pytest.fixture
def icontact_sandbox() -> Iterator[Sandbox]:
    """A sandbox with one account, one client folder and one list, for one test."""
    with Sandbox() as sandbox:
        yield sandbox
    sandbox.close()


@pytest.fixture
def icontact_client(icontact_sandbox: Sandbox) -> Iterator[Client]:
    """A client of that sandbox, which does not wait."""
    with icontact_sandbox.client() as client:
        yield client


@pytest.fixture
def icontact_folder(icontact_client: Client) -> Folder:
    """Its client folder."""
    return icontact_client.folder()


@pytest.fixture
def icontact_server(icontact_sandbox: Sandbox) -> Iterator[Server]:
    """That sandbox, served over HTTP on this machine, with its control URL."""
    with icontact_sandbox.serve(control=True) as server:
        yield server
