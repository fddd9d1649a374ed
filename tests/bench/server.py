"""An embedded iContact in a process of its own, so that it shares no lock with what is measured.

.. code-block:: python

    with serving(contacts=50_000) as server:
        folder = server.folder()
        server.latency(0.1)
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import attrs
import requests

import icontact

ROOT = Path(__file__).parents[2]


@attrs.frozen
class Served:
    """A sandbox in another process: where it is, and how to tell it something."""

    process: subprocess.Popen[str] = attrs.field(repr=False)
    url: str
    account_id: int
    client_folder_id: int
    list_id: int
    headers: dict[str, str] = attrs.field(repr=False)

    @property
    def path(self) -> str:
        """The path of the client folder, without a slash at either end."""
        return f"a/{self.account_id}/c/{self.client_folder_id}"

    def client(self, **options: Any) -> icontact.Client:
        """Return a client that no limit holds back."""
        credentials = icontact.Credentials(
            app_id=self.headers["API-AppId"],
            username=self.headers["API-Username"],
            password=self.headers["API-Password"],
        )
        settings = {"limiter": icontact.Unlimited(), **options}
        return icontact.Client(credentials, base_url=self.url, **settings)

    def folder(self, **options: Any) -> icontact.Folder:
        """Return the client folder, without a request."""
        client = self.client(**options)
        return client.folder(account_id=self.account_id, client_folder_id=self.client_folder_id)

    def session(self) -> requests.Session:
        """Return a bare session of requests with the headers that iContact wants."""
        session = requests.Session()
        session.headers.update(self.headers)
        session.trust_env = False
        return session

    def latency(self, seconds: float) -> None:
        """Let every answer from now on come so much later."""
        self._tell(f"latency {seconds}")

    def reset(self) -> None:
        """Put everything back to how it was at the beginning; the latency stays."""
        self._tell("reset")

    def _tell(self, what: str) -> None:
        assert self.process.stdin is not None
        assert self.process.stdout is not None
        self.process.stdin.write(f"{what}\n")
        self.process.stdin.flush()
        if self.process.stdout.readline() != "done\n":
            raise RuntimeError(f"the server did not do: {what}")


@contextmanager
def serving(
    *, contacts: int = 0, subscribed: bool = False, latency: float = 0.0
) -> Iterator[Served]:
    """Start a sandbox in another process, wait until it answers, and end it afterwards.

    Args:
        contacts: How many there are at the beginning.
        subscribed: Whether they are on the list.
        latency: Seconds by which every answer is late.
    """
    command = [sys.executable, "-m", "tests.bench.server", "--contacts", str(contacts)]
    if subscribed:
        command.append("--subscribed")
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True, cwd=ROOT
    ) as process:
        try:
            assert process.stdout is not None
            served = Served(process, **json.loads(process.stdout.readline()))
            if latency:
                served.latency(latency)
            yield served
        finally:
            process.terminate()


def main() -> None:
    """Serve until the other end of the standard input is closed."""
    from icontact.sandbox import Sandbox

    parser = argparse.ArgumentParser(prog="python -m tests.bench.server", description=__doc__)
    parser.add_argument("--contacts", type=int, default=0)
    parser.add_argument("--subscribed", action="store_true")
    options = parser.parse_args()
    sandbox = Sandbox()
    sandbox.requests.keep(100)
    if options.contacts:
        list_id = sandbox.list_id if options.subscribed else None
        sandbox.seed_contacts(options.contacts, list_id=list_id)
    beginning = sandbox.snapshot()
    credentials = sandbox.credentials
    with sandbox.serve() as server:
        about = {
            "url": server.url,
            "account_id": sandbox.account_id,
            "client_folder_id": sandbox.client_folder_id,
            "list_id": sandbox.list_id,
            "headers": {
                "Accept": "application/json",
                "API-Version": "2.2",
                "API-AppId": credentials.app_id,
                "API-Username": credentials.username,
                "API-Password": credentials.password,
            },
        }
        print(json.dumps(about), flush=True)
        for line in sys.stdin:
            what, _, value = line.partition(" ")
            if what == "latency":
                sandbox.faults.clear()
                if float(value):
                    sandbox.faults.slow(float(value), times=None)
            elif what.strip() == "reset":
                sandbox.restore(beginning)
            print("done", flush=True)


if __name__ == "__main__":
    main()
