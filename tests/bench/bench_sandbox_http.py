"""A small GET from the sandbox over loopback, against a bare werkzeug application.

Both servers run in this process, a thread for each connection; the client is another process, so
that it does not share an interpreter with what is measured. It speaks through ``http.client``, with
the headers of the API. Werkzeug's server closes the connection after each answer; so the pair that
is held to the target opens one for each request on both sides. The sandbox with a connection that
is kept, as most clients have it, is shown beside it.
"""

from __future__ import annotations

import logging
import subprocess
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from functools import partial
from urllib.parse import urlsplit

from werkzeug import Request, Response
from werkzeug.serving import make_server

from icontact.sandbox import Sandbox
from tests.bench.figures import Figure, best_times

CLIENT = """
import http.client, sys
headers = {
    "Accept": "application/json", "API-Version": "2.2", "API-AppId": "sandbox-app",
    "API-Username": "sandbox@example.com", "API-Password": "sandbox-password",
}
for line in sys.stdin:
    port, path, calls, kept = line.split()
    connection = http.client.HTTPConnection("127.0.0.1", int(port))
    for _ in range(int(calls)):
        connection.request("GET", path, headers=headers)
        answer = connection.getresponse()
        answer.read()
        assert answer.status == 200, answer.status
        if kept == "no":
            connection.close()
    connection.close()
    print("done", flush=True)
"""


@Request.application
def constant(request: Request) -> Response:
    """Answer as much as a contact is."""
    return Response("{" + " " * 330 + "}", content_type="application/json")


@contextmanager
def bare() -> Iterator[int]:
    """Serve the constant by werkzeug, and yield the port."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    server = make_server("127.0.0.1", 0, constant, threaded=True)
    thread = threading.Thread(target=server.serve_forever, args=(0.05,))
    thread.start()
    yield server.port
    server.shutdown()
    thread.join()
    server.server_close()


@contextmanager
def client() -> Iterator[Callable[[int, str, int, str], None]]:
    """Start the other process, and yield what makes it ask."""
    command = [sys.executable, "-c", CLIENT]
    with subprocess.Popen(
        command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as process:
        to, back = process.stdin, process.stdout
        if to is None or back is None:
            raise RuntimeError("the client has no pipes")

        def ask(port: int, path: str, calls: int, kept: str) -> None:
            to.write(f"{port} {path} {calls} {kept}\n")
            to.flush()
            if back.readline() != "done\n":
                raise RuntimeError("the client failed")

        yield ask
        to.close()


def run(*, quick: bool) -> list[Figure]:
    """Compare reading one contact with reading a constant of its length."""
    calls = 20 if quick else 300
    with ExitStack() as stack:
        port = stack.enter_context(bare())
        server = stack.enter_context(Sandbox().serve())
        ask = stack.enter_context(client())
        sandbox = server.sandbox
        (contact_id,) = sandbox.seed_contacts(1)
        path = f"/icp/a/{sandbox.account_id}/c/{sandbox.client_folder_id}/contacts/{contact_id}"
        own_port = urlsplit(server.url).port or 0
        ours, theirs, kept = best_times(
            partial(ask, own_port, path, calls, "no"),
            partial(ask, port, "/", calls, "no"),
            partial(ask, own_port, path, calls, "yes"),
            rounds=2 if quick else 9,
        )
    us = 1e6 / calls
    return [
        Figure(
            "sandbox, a contact over HTTP / bare werkzeug, a constant",
            ours / theirs,
            target=2.5,
            detail=f"{ours * us:.0f} µs against {theirs * us:.0f} µs, a connection for each",
        ),
        Figure(
            "sandbox, a kept connection / the same werkzeug",
            kept / theirs,
            target=2.5,
            detail=f"{kept * us:.0f} µs",
        ),
    ]
