"""The processes of the closed loop. A test can kill each of them.

``receiver PORT MAUTIC``: takes web hooks of both sides, prints its port, works in the background.
``carry MAUTIC``: carries over what iContact knows, and prints the report.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable
from typing import Any
from wsgiref.simple_server import make_server

from icontact import Client, ContactMapper
from icontact.integrations import sync
from icontact.integrations.mautic import Mautic
from icontact.integrations.receiver import receiver, suppression_receiver
from icontact.integrations.suppression_events import SuppressionIntegration
from icontact.integrations.triggers import ContactTrigger, PushIntegration
from icontact.push import ListPush
from tests.endurance.mautic_receiver import MAPPING, RETRY, SECRET, NoLimit, Quiet, Server
from tests.integrations.fake_mautic import PASSWORD, USERNAME

TOKEN = "closed-loop-token-0123456789"


def crm_at(url: str) -> Mautic:
    return Mautic(url, username=USERNAME, password=PASSWORD)


def carry(url: str) -> None:
    folder = Client.from_env(retry=RETRY, limiter=NoLimit()).folder()
    plan = sync.suppressed(folder, to=crm_at(url), state="suppressed.sqlite")
    sys.stdout.write(f"{plan.apply()}\n")


def receive(port: str, url: str) -> None:
    folder = Client.from_env(retry=RETRY, limiter=NoLimit()).folder()
    push = ListPush(folder, "Newsletter", mapper=ContactMapper(MAPPING))
    pauses: Any = {"first_pause": 0.1, "longest_pause": 0.5}
    triggers = PushIntegration(
        push, [ContactTrigger("saved")], "triggers.sqlite", follow_unsubscribes=True, **pauses
    )
    suppressions = SuppressionIntegration(
        folder, to=crm_at(url), state="suppressed.sqlite", store="hooks.sqlite", **pauses
    )
    from_mautic = receiver(triggers, secret=SECRET)
    from_icontact = suppression_receiver(suppressions, token=TOKEN, health_path="/suppressions")

    def application(environ: dict[str, Any], start_response: Any) -> Iterable[bytes]:
        ours = environ["PATH_INFO"].startswith(("/icontact", "/suppressions"))
        return (from_icontact if ours else from_mautic)(environ, start_response)

    with make_server("127.0.0.1", int(port), application, Server, Quiet) as server:
        sys.stdout.write(f"{server.server_port}\n")
        sys.stdout.flush()
        server.serve_forever()


if __name__ == "__main__":
    if sys.argv[1] == "receiver":
        receive(*sys.argv[2:])
    else:
        carry(sys.argv[2])
