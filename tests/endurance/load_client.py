"""One client of the load test: a process that writes, reads, gives up midway, and keeps account."""

from __future__ import annotations

import http.client
import json
import random
import socket
from collections import defaultdict
from typing import Any
from urllib.parse import urlsplit

import attrs

HEADERS = {
    "Accept": "application/json",
    "Content-Type": "application/json",
    "API-Version": "2.2",
    "API-AppId": "sandbox-app",
    "API-Username": "sandbox@example.com",
    "API-Password": "sandbox-password",
}
ORDERED = "This was ordered"
SHARED_FIELDS = ("firstName", "lastName", "city", "street")
_PATIENCE = 60


@attrs.frozen(kw_only=True)
class Target:
    """Where the clients go: the server, the client folder, the list, the contact they share."""

    url: str
    folder: str
    list_id: int
    shared_id: str


@attrs.define
class Account:
    """What a client knows in the end.

    Attributes:
        emails: The contacts whose creation was confirmed, with their ids.
        perhaps: The contacts that may have been made, the answer was not waited for.
        cities: For every contact, what its ``city`` may be now.
        subscribed: Who was put on the list.
        shared: What the one field that is this client's may be, of the contact that all write to.
        requests: How many requests were sent as a whole.
        ordered: How many of them met the fault that was ordered.
        problems: What must not have happened.
    """

    emails: dict[str, str] = attrs.field(factory=dict)
    perhaps: list[str] = attrs.field(factory=list)
    cities: dict[str, set[str]] = attrs.field(factory=lambda: defaultdict(lambda: {""}))
    subscribed: set[str] = attrs.field(factory=set)
    shared: set[str] = attrs.field(factory=lambda: {""})
    requests: int = 0
    ordered: int = 0
    problems: list[str] = attrs.field(factory=list)


class LoadClient:
    """A client with a connection of its own, and a die.

    Args:
        target: Where to go.
        number: Which of the clients; seeds the die.
    """

    def __init__(self, target: Target, number: int) -> None:
        parts = urlsplit(target.url)
        self._address = (parts.hostname or "", parts.port or 0)
        self._base = parts.path + target.folder
        self._number = number
        self._target = target
        self._dice = random.Random(number)
        self._connection = http.client.HTTPConnection(*self._address, timeout=_PATIENCE)
        self._made = 0
        self.account = Account()

    def run(self, requests: int) -> Account:
        """Send about that number of requests."""
        actions = [self.create, self.update, self.update, self.read, self.page, self.subscribe]
        actions += [self.write_shared, self.write_shared, self.cut_off, self.walk_away]
        while self.account.requests < requests:
            self._dice.choice(actions)()
        self._connection.close()
        self.account.cities = dict(self.account.cities)
        return self.account

    def create(self) -> None:
        """Create three contacts, or none where the fault strikes."""
        items = [{"email": self._new_email()} for _ in range(3)]
        answer = self._send("POST", "/contacts", items)
        if answer is not None:
            found = {row["email"]: row["contactId"] for row in answer["contacts"]}
            if list(found) != [item["email"] for item in items]:
                self.account.problems.append(f"{len(found)} of 3 contacts came back")
            self.account.emails.update(found)

    def update(self) -> None:
        """Change a contact of ours; a later answer makes earlier values impossible."""
        if email := self._one_of_ours():
            value = self._word()
            path = f"/contacts/{self.account.emails[email]}"
            if self._send("POST", path, {"city": value}) is not None:
                # What was sent and not waited for may still overtake it: see walk_away.
                late = {each for each in self.account.cities[email] if each.startswith("late")}
                self.account.cities[email] = {value, *late}

    def read(self) -> None:
        """Read a contact of ours, which has to be as we know it."""
        if email := self._one_of_ours():
            answer = self._send("GET", f"/contacts/{self.account.emails[email]}")
            if answer is not None:
                city = answer["contact"]["city"] or ""
                if city not in self.account.cities[email]:
                    self.account.problems.append(f"read {city!r} instead of what was written")

    def page(self) -> None:
        """Read a page from somewhere; its rows are in order, and of the size that it says."""
        offset = self._dice.randrange(200)
        answer = self._send("GET", f"/contacts?limit=50&offset={offset}&status=total")
        if answer is not None:
            ids = [int(row["contactId"]) for row in answer["contacts"]]
            left = max(0, answer["total"] - offset)
            if ids != sorted(set(ids)) or len(ids) != min(50, left):
                self.account.problems.append(f"a page of {len(ids)} rows with {left} left")

    def subscribe(self) -> None:
        """Put a contact of ours on the list."""
        if email := self._one_of_ours():
            ids = {"contactId": self.account.emails[email], "listId": self._target.list_id}
            if self._send("POST", "/subscriptions", [{**ids, "status": "normal"}]) is not None:
                self.account.subscribed.add(email)

    def write_shared(self) -> None:
        """Change our field of the contact that everybody writes to."""
        value, name = self._word(), SHARED_FIELDS[self._number % len(SHARED_FIELDS)]
        if self._send("POST", f"/contacts/{self._target.shared_id}", {name: value}) is not None:
            self.account.shared = {value}

    def cut_off(self) -> None:
        """Send half of a request, and go: nothing of it may be stored."""
        raw = self._raw("POST", "/contacts", [{"email": f"half.{self._new_email()}"}])
        with socket.create_connection(self._address, timeout=_PATIENCE) as connection:
            connection.sendall(raw[: len(raw) - self._dice.randrange(1, 20)])
        self.account.requests += 1

    def walk_away(self) -> None:
        """Send a whole request, and do not wait for the answer: it may be stored, or not."""
        if email := self._one_of_ours():
            value = f"late {self._word()}"
            raw = self._raw("POST", f"/contacts/{self.account.emails[email]}", {"city": value})
            self.account.cities[email].add(value)
            with socket.create_connection(self._address, timeout=_PATIENCE) as connection:
                connection.sendall(raw)
            self.account.requests += 1

    def _send(self, method: str, path: str, body: Any = None) -> Any:
        """Return the answer; ``None`` if the ordered fault came instead."""
        data = None if body is None else json.dumps(body)
        self._connection.request(method, self._base + path, data, HEADERS)
        response = self._connection.getresponse()
        text = response.read().decode()
        self.account.requests += 1
        if response.status == 500 and text == ORDERED:
            self.account.ordered += 1
            return None
        if response.status != 200 or "warnings" in text:
            self.account.problems.append(f"{method} {path}: {response.status} {text[:200]}")
            return None
        return json.loads(text)

    def _raw(self, method: str, path: str, body: Any) -> bytes:
        data = json.dumps(body).encode()
        headers = {**HEADERS, "Host": "sandbox", "Content-Length": str(len(data))}
        lines = [f"{name}: {value}" for name, value in headers.items()]
        head = "\r\n".join([f"{method} {self._base}{path} HTTP/1.1", *lines, "", ""])
        return head.encode() + data

    def _one_of_ours(self) -> str | None:
        emails = list(self.account.emails)
        return self._dice.choice(emails) if emails else None

    def _new_email(self) -> str:
        self._made += 1
        return f"client{self._number}.{self._made}@example.com"

    def _word(self) -> str:
        self._made += 1
        return f"value {self._made}"


def work(target: Target, number: int, requests: int) -> Account:
    """Be one client, in a process of its own."""
    return LoadClient(target, number).run(requests)
