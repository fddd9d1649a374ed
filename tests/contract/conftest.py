"""Where the contract is held against: both servers of the sandbox, and a live account on request.

For a live account, which is only read, set ``ICONTACT_CONTRACT_APP_ID``, ``…_USERNAME`` and
``…_PASSWORD``; where the credentials open several, ``…_ACCOUNT_ID`` and ``…_CLIENT_FOLDER_ID``;
and ``…_BASE_URL`` to ask another server than iContact. The usual ``ICONTACT_`` variables are not
enough, so that the real service is not asked by mistake; and where ``CI`` is set it is never asked.
"""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager

import attrs
import pytest

import icontact
from icontact.sandbox import Sandbox

PREFIX = "ICONTACT_CONTRACT_"
SEEDED = [
    {"email": "ann@example.com", "firstName": "Ann", "lastName": "Bell", "color": "red"},
    {"email": "bob@example.com", "firstName": "Bob", "lastName": "Cole"},
    {"email": "cat@example.com", "firstName": "Cat", "lastName": "Bell", "status": "donotcontact"},
]


@attrs.frozen
class Party:
    """One side of the contract: a client and its folder, and the sandbox if it is one."""

    client: icontact.Client
    folder: icontact.Folder
    sandbox: Sandbox | None = None


def furnished() -> Sandbox:
    sandbox = Sandbox()
    sandbox.seed(custom_fields=[{"privateName": "color"}], contacts=SEEDED)
    sandbox.seed(subscriptions=[{"email": "ann@example.com"}])
    return sandbox


@contextmanager
def in_process() -> Iterator[Party]:
    with furnished() as sandbox, sandbox.client(retry=icontact.RetryPolicy.never()) as client:
        yield Party(client, client.folder(), sandbox)
    sandbox.close()


@contextmanager
def over_http() -> Iterator[Party]:
    with (
        furnished().serve() as server,
        server.client(retry=icontact.RetryPolicy.never()) as client,
    ):
        yield Party(client, client.folder(), server.sandbox)
    server.sandbox.close()


@contextmanager
def live() -> Iterator[Party]:
    given = {name: os.environ.get(f"{PREFIX}{name}") for name in ("APP_ID", "USERNAME", "PASSWORD")}
    if os.environ.get("CI") or not all(given.values()):
        pytest.skip(f"a live account is only asked where {PREFIX}APP_ID and so on are set, not CI")
    credentials = icontact.Credentials(
        app_id=str(given["APP_ID"]),
        username=str(given["USERNAME"]),
        password=str(given["PASSWORD"]),
    )
    ids = [os.environ.get(f"{PREFIX}{name}") for name in ("ACCOUNT_ID", "CLIENT_FOLDER_ID")]
    base_url = os.environ.get(f"{PREFIX}BASE_URL", "https://app.icontact.com/icp")
    with icontact.Client(credentials, base_url=base_url) as client:
        account_id, folder_id = (int(each) if each else None for each in ids)
        yield Party(client, client.folder(account_id=account_id, client_folder_id=folder_id))


SERVERS = {"in process": in_process, "over http": over_http}


@pytest.fixture(scope="module", params=[*SERVERS, "live"])
def reader(request: pytest.FixtureRequest) -> Iterator[Party]:
    """An account that is only read: shared, and possibly a live one."""
    with {**SERVERS, "live": live}[request.param]() as party:
        yield party


@pytest.fixture(params=SERVERS)
def writer(request: pytest.FixtureRequest) -> Iterator[Party]:
    """A sandbox of one's own."""
    with SERVERS[request.param]() as party:
        yield party
