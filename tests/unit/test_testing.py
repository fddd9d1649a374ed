"""The fixtures for other people's tests."""

from __future__ import annotations

import requests

from icontact import Client, Folder
from icontact.sandbox import Sandbox, Server
from icontact.testing import (
    icontact_client,
    icontact_folder,
    icontact_sandbox,
    icontact_server,
)

__all__ = ["icontact_client", "icontact_folder", "icontact_sandbox", "icontact_server"]


def test_the_fixtures_belong_together(
    icontact_sandbox: Sandbox, icontact_client: Client, icontact_folder: Folder
) -> None:
    assert icontact_folder.contacts.list().all() == []
    icontact_folder.contacts.create(email="jo@example.com")
    assert len(icontact_sandbox.state.contacts()) == 1
    assert icontact_client.folder().contacts.list().count() == 1


def test_each_test_has_an_icontact_of_its_own(icontact_folder: Folder) -> None:
    assert icontact_folder.contacts.list().count() == 0


def test_the_same_icontact_is_served_over_http(
    icontact_server: Server, icontact_folder: Folder
) -> None:
    icontact_folder.contacts.create(email="jo@example.com")
    with icontact_server.client() as client:
        assert client.folder().contacts.list().count() == 1
    state = requests.get(f"{icontact_server.control_url}/state/contacts", timeout=5).json()
    assert len(state["contacts"]) == 1


def test_a_server_of_another_test_left_nothing(icontact_server: Server) -> None:
    assert icontact_server.sandbox.state.contacts() == []
