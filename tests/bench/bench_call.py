"""One call through the in-process sandbox, against bare `requests` through the same sandbox."""

from __future__ import annotations

import requests

from icontact.models import Contact
from icontact.sandbox import Sandbox
from tests.bench.figures import Figure, best_times


def run(*, quick: bool) -> list[Figure]:
    """Compare reading one contact; what the sandbox itself needs is in both times."""
    calls = 20 if quick else 300
    with Sandbox() as sandbox, requests.Session() as session:
        folder = sandbox.client().folder()
        contact_id = folder.contacts.create(email="jo@example.com").contact_id
        credentials = sandbox.credentials
        session.headers.update(
            {
                "Accept": "application/json",
                "API-Version": "2.2",
                "API-AppId": credentials.app_id,
                "API-Username": credentials.username,
                "API-Password": credentials.password,
            }
        )
        url = (
            f"https://app.icontact.com/icp/a/{sandbox.account_id}/c/{sandbox.client_folder_id}"
            f"/contacts/{contact_id}"
        )

        def ours() -> list[Contact]:
            return [folder.contacts.get(contact_id) for _ in range(calls)]

        def bare() -> list[object]:
            return [
                session.get(url, timeout=(5, 30), allow_redirects=False).json()
                for _ in range(calls)
            ]

        with_us, without = best_times(ours, bare, rounds=2 if quick else 7)
    detail = (
        f"{with_us / calls * 1e6:.0f} µs against {without / calls * 1e6:.0f} µs; "
        f"own time {(with_us - without) / calls * 1e6:.0f} µs"
    )
    return [Figure("contacts.get / bare requests, same sandbox", with_us / without, detail=detail)]
