"""A receiver in a process of its own, so that it can be killed. Arguments: the store, and the port.

It prints its port as soon as it answers, and pushes in the background.
"""

from __future__ import annotations

import sys
from socketserver import ThreadingMixIn
from wsgiref.simple_server import WSGIRequestHandler, WSGIServer, make_server

from icontact import Client, ContactMapper, RetryPolicy
from icontact.integrations.receiver import receiver
from icontact.integrations.triggers import ContactTrigger, PointTrigger, PushIntegration, Rule
from icontact.push import ListPush

SECRET = "s3cret-of-the-hook"
MAPPING = {"email": "email", "first_name": "firstname", "city": "city"}
VIP = "VIP"
MINIMUM = 100

#: The pauses of the real thing, divided by a hundred.
RETRY = RetryPolicy(attempts=3, base=0.01, cap=0.05, throttled_pause=0.02)


class NoLimit:
    """Holds nothing back: what is tried is what comes after the service's refusal."""

    def acquire(self, cost: int = 1) -> float:
        return 0.0


class Server(ThreadingMixIn, WSGIServer):
    daemon_threads = True
    request_queue_size = 100


class Quiet(WSGIRequestHandler):
    def log_message(self, *_: object) -> None:
        pass


def main(store: str, port: str) -> None:
    client = Client.from_env(retry=RETRY, limiter=NoLimit())

    def push() -> ListPush:
        return ListPush(client.folder(), "Newsletter", mapper=ContactMapper(MAPPING))

    rules: list[Rule] = [
        ContactTrigger("saved"),
        ContactTrigger("form_submitted"),
        PointTrigger(minimum=MINIMUM, list=VIP),
    ]
    integration = PushIntegration(
        push, rules, store, follow_unsubscribes=True, first_pause=0.1, longest_pause=0.5
    )
    application = receiver(integration, secret=SECRET)
    application.start()
    with make_server("127.0.0.1", int(port), application, Server, Quiet) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    main(*sys.argv[1:])
