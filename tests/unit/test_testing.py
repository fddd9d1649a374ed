"""The fixtures for other people's tests."""

from __future__ import annotations

from icontact import Client, Folder
from icontact.sandbox import Sandbox
from icontact.testing import icontact_client, icontact_folder, icontact_sandbox

__all__ = ["icontact_client", "icontact_folder", "icontact_sandbox"]


def test_the_fixtures_belong_together(
    icontact_sandbox: Sandbox, icontact_client: Client, icontact_folder: Folder
) -> None:
    assert icontact_folder.contacts.list().all() == []
    icontact_folder.contacts.create(email="jo@example.com")
    assert len(icontact_sandbox.state.contacts()) == 1
    assert icontact_client.folder().contacts.list().count() == 1


def test_each_test_has_an_icontact_of_its_own(icontact_folder: Folder) -> None:
    assert icontact_folder.contacts.list().count() == 0
