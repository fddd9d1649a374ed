"""Mautic to iContact and back, while the processes in between are killed.

Contacts of Mautic are pushed; some unsubscribe in iContact, some bounce. iContact's web hooks reach
a receiver, which is killed twice after it marked a person, and web hooks are lost meanwhile; then
the rest is carried over by a process that is killed twice, too. In the end Mautic's marks are
iContact's suppressions, each was set once, nothing came back as an echo, and the next push mails
none of these people.
"""

from __future__ import annotations

import http.client
import json
import os
import subprocess
import sys
import threading
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from icontact.client import Folder
from icontact.integrations import mautic
from icontact.push import ListPush
from icontact.sandbox import Recipients, Sandbox
from tests.endurance.closed_loop_process import TOKEN
from tests.endurance.mautic_receiver import MAPPING, SECRET
from tests.integrations.fake_mautic import FakeMautic
from tests.integrations.support import encoded

ROOT = Path(__file__).parents[2]
PATIENCE = 600.0


class Processes:
    """Starts the processes, and kills the one that works after a number of marks."""

    def __init__(self, folder: Path, server: Any, url: str) -> None:
        self._folder, self._url = folder, url
        self._environment = {
            **os.environ,
            "PYTHONPATH": f"{ROOT}{os.pathsep}{ROOT / 'src'}",
            "ICONTACT_BASE_URL": server.url,
            "ICONTACT_APP_ID": server.credentials.app_id,
            "ICONTACT_USERNAME": server.credentials.username,
            "ICONTACT_PASSWORD": server.credentials.password,
        }
        self.port = 0
        self.kills = 0
        self.current: subprocess.Popen[str] | None = None

    def _start(self, *words: str) -> subprocess.Popen[str]:
        self.current = subprocess.Popen(
            [sys.executable, "-m", "tests.endurance.closed_loop_process", *words],
            stdout=subprocess.PIPE,
            text=True,
            cwd=self._folder,
            env=self._environment,
        )
        return self.current

    def start_receiver(self) -> None:
        process = self._start("receiver", str(self.port), self._url)
        assert process.stdout is not None
        self.port = int(process.stdout.readline())

    def kill(self) -> None:
        """As with ``kill -9``, while its request is under way."""
        assert self.current is not None
        self.kills += 1
        self.current.kill()

    def ended(self) -> int:
        """Wait for the process, and return its exit code."""
        assert self.current is not None
        code = self.current.wait(PATIENCE)
        assert self.current.stdout is not None
        self.current.stdout.close()
        return code

    def carry(self) -> int:
        self._start("carry", self._url)
        return self.ended()

    def post(self, path: str, body: bytes, **headers: str) -> int | None:
        """Post a web hook; it is not repeated if no answer comes."""
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
        try:
            connection.request("POST", path, body, {"Content-Type": "application/json", **headers})
            return connection.getresponse().status
        except OSError:
            return None
        finally:
            connection.close()

    def waiting(self) -> int:
        """How many events wait in the receiver, on both sides."""
        found = 0
        for path in ("/healthz", "/suppressions"):
            connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=30)
            connection.request("GET", path)
            found += json.loads(connection.getresponse().read())["events"]["waiting"]
            connection.close()
        return found


@contextmanager
def killed_after(processes: Processes, fake: FakeMautic, *marks: int) -> Iterator[threading.Event]:
    """Kill the working process after these marks, before it learns that they were set."""
    deaths, dead = {*marks}, threading.Event()

    def hook(kind: str, entry: dict[str, Any]) -> None:
        body = encoded({f"mautic.{kind}": [entry]})
        sender = threading.Thread(
            target=processes.post,
            args=("/mautic", body),
            kwargs={"Webhook-Signature": mautic.sign(body, SECRET)},
        )
        if len(fake.marked) in deaths:
            deaths.discard(len(fake.marked))
            processes.kill()
            dead.set()
        else:
            sender.start()

    fake.hook = hook
    yield dead
    assert not deaths, "a process was to be killed and was not"


def bounce(sandbox: Sandbox, folder: Folder, contact_ids: list[int]) -> None:
    """Mail these contacts; every address bounces for good."""
    newsletter = folder.lists.create(name="Bouncing").list_id
    for contact_id in contact_ids:
        folder.subscriptions.subscribe(contact_id=contact_id, list_id=newsletter)
    campaign = folder.campaigns.create(
        name="News",
        from_name="Jo",
        from_email="jo@example.com",
        subscription_management=0,
        click_track_mode=False,
        use_account_address=True,
        archive_by_default=False,
    )
    message = folder.messages.create(
        campaign_id=campaign.campaign_id,
        message_type="normal",
        subject="News",
        text_body="News",
    )
    folder.sends.create(message_id=message.message_id, include_list_ids=[newsletter])
    sandbox.advance(hours=1)


def drained(processes: Processes) -> None:
    pause, end = threading.Event(), time.monotonic() + PATIENCE
    while processes.waiting():
        assert time.monotonic() < end
        pause.wait(0.05)


def test_the_closed_loop(tmp_path: Path, full: bool) -> None:
    people, leaving, bouncing = (1000, 100, 40) if full else (60, 12, 6)
    recipients = Recipients(bounce_rate=1.0, hard_bounce_share=1.0)
    fake = FakeMautic()
    started = time.monotonic()
    for number in range(people):
        fake.add(f"person{number}@example.com")
    with Sandbox(recipients=recipients).serve(port=0) as server, fake.serve() as url:
        folder = server.client().folder()
        crm = fake.client(url)
        push = ListPush(folder, "Newsletter", mapper=MAPPING)
        assert push.run(crm.contacts()).counts["created"] == people
        contacts = {one.email: one.contact_id for one in folder.contacts.list()}
        left = [f"person{number}@example.com" for number in range(leaving)]
        lost = [f"person{number}@example.com" for number in range(leaving, leaving + bouncing)]
        bounce(server.sandbox, folder, [contacts[email] for email in lost])
        processes = Processes(tmp_path, server, url)
        processes.start_receiver()
        try:
            # iContact's web hooks, and the receiver that is killed twice while it marks people.
            with killed_after(processes, fake, leaving // 6, leaving // 3) as dead:
                for email in left:
                    if dead.is_set():
                        processes.ended()
                        dead.clear()
                        processes.start_receiver()
                    folder.subscriptions.unsubscribe(
                        contact_id=contacts[email], list_id=push.list.list_id
                    )
                    entry = {
                        "contact": {"contactId": str(contacts[email])},
                        "list": {"listId": str(push.list.list_id)},
                    }
                    processes.post(
                        f"/icontact/{TOKEN}/contact_unsubscribed", json.dumps([entry]).encode()
                    )
                    if processes.current and processes.current.poll() is None and not dead.is_set():
                        _drained_or_dead(processes, dead)
            receiver_kills = processes.kills
            writes_before = sum(one.method != "GET" for one in server.sandbox.requests)
            drained(processes)
            processes.kill()
            processes.ended()
            # The rest, by a process that is killed twice, too.
            there = len(fake.marked)
            with killed_after(processes, fake, there + 2, there + 4):
                codes = [processes.carry() for _ in range(4)]
            assert codes.count(-9) == 2
            assert codes[-1] == 0
            assert receiver_kills == 2
            assert fake.blocked == {*left, *lost}
            assert set(fake.marked.values()) == {1}
            assert len(fake.marked) == leaving + bouncing
            # Nothing came back to iContact, and nothing does when the receiver reads what is left.
            processes.start_receiver()
            drained(processes)
            assert sum(one.method != "GET" for one in server.sandbox.requests) == writes_before
            assert_the_next_push_mails_no_one_of_them(push, crm, {*left, *lost}, people)
        finally:
            processes.kill()
            processes.ended()
    print(  # noqa: T201  (figures for the report)
        f"{people} contacts, {leaving} unsubscribed, {bouncing} bounced: {len(fake.marked)} marks, "
        f"each once, {receiver_kills} + 2 kills, {time.monotonic() - started:.1f} s"
    )


def _drained_or_dead(processes: Processes, dead: threading.Event) -> None:
    """Wait until the receiver has dealt with its events, or was killed over it."""
    end = time.monotonic() + PATIENCE
    while not dead.wait(0.02):
        assert time.monotonic() < end
        try:
            if not processes.waiting():
                return
        except (OSError, http.client.HTTPException, json.JSONDecodeError):
            # The kill may cut off an answer before its headers end, so that its body looks empty.
            continue


def assert_the_next_push_mails_no_one_of_them(
    push: ListPush, crm: mautic.Mautic, suppressed: set[str], people: int
) -> None:
    report = push.run(crm.contacts())
    skipped = {one.email for one in report.outcomes if one.status == "skipped"}
    assert skipped == suppressed
    assert report.counts["unchanged"] == people - len(suppressed)
    reasons = {one.email: str(one.reason) for one in push.folder.suppressed()}
    assert {*reasons} == suppressed
