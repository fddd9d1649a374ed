"""What type checkers make of the public face; read by mypy and pyright, never run.

One function per part. A line ``assert_type(expression, type)`` fails a checker that infers another
type, so a change that would surprise a typed caller shows up here. New parts add a function.
"""

from __future__ import annotations

from typing import assert_type

import icontact
from icontact import errors
from icontact.models import Contact, ContactList, ServerTime


def check_credentials(credentials: icontact.Credentials) -> None:
    assert_type(icontact.Credentials.from_env(), icontact.Credentials)
    assert_type(credentials.app_id, str)


def check_client(client: icontact.Client) -> None:
    assert_type(icontact.Client.from_env(), icontact.Client)
    assert_type(client.time(), ServerTime)
    assert_type(client.folder(), icontact.Folder)
    assert_type(client.folder(account_id=1, client_folder_id=2), icontact.Folder)
    with icontact.Client.from_env() as opened:
        assert_type(opened, icontact.Client)


def check_contacts(folder: icontact.Folder) -> None:
    pager = folder.contacts.list(last_name="S*")
    assert_type(pager, icontact.Pager[Contact])
    assert_type(pager.first(), Contact | None)
    for contact in pager:
        assert_type(contact, Contact)
        assert_type(contact.email, str)
    assert_type(folder.contacts.get(42), Contact)
    assert_type(folder.contacts.find(email="jo@example.com"), Contact | None)
    assert_type(folder.contacts.create(email="jo@example.com", city=None), Contact)


def check_lists(folder: icontact.Folder) -> None:
    assert_type(folder.lists.find(name="Newsletter"), ContactList | None)


def check_errors(problem: errors.APIError, lost: errors.TransportError) -> None:
    assert_type(problem.status, int)
    assert_type(lost.maybe_applied, bool)
    not_found: LookupError = errors.NotFound.__new__(errors.NotFound)
    late: TimeoutError = errors.RequestTimeout.__new__(errors.RequestTimeout)
    del not_found, late
