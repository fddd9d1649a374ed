"""The sandbox's work on contacts, against bare `sqlite3` and `json` doing as much.

Requests go through the WSGI application in the process, so that no socket is in the times: parsing,
routing, credentials, rules, history and the answer are.
"""

from __future__ import annotations

import gc
import io
import json
import sqlite3
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

from icontact.sandbox import APP_ID, PASSWORD, USERNAME, Sandbox
from icontact.sandbox.store import schema
from tests.bench.figures import Figure, best_times

if TYPE_CHECKING:
    from _typeshed.wsgi import WSGIEnvironment

PAGE = 500
KEYS = (
    "email firstName lastName prefix suffix fax phone street street2 city state postalCode"
    " createDate status bounceCount contactId"
).split()
BARE_TABLE = (
    "CREATE TABLE contacts (contactId INTEGER PRIMARY KEY, "
    + ", ".join(f"{key} TEXT" for key in KEYS if key != "contactId")
    + ")"
)
BARE_PAGE = (
    f"SELECT {', '.join(KEYS[:-1])}, CAST(contactId AS TEXT) FROM contacts"
    " ORDER BY contactId LIMIT ? OFFSET ?"
)


class Prompter:
    """Speaks to a sandbox through its WSGI application."""

    def __init__(self, sandbox: Sandbox) -> None:
        self._app = sandbox.wsgi()
        self._folder = f"/icp/a/{sandbox.account_id}/c/{sandbox.client_folder_id}"
        self._base: WSGIEnvironment = {
            "CONTENT_TYPE": "application/json",
            "HTTP_ACCEPT": "application/json",
            "HTTP_API_VERSION": "2.2",
            "HTTP_API_APPID": APP_ID,
            "HTTP_API_USERNAME": USERNAME,
            "HTTP_API_PASSWORD": PASSWORD,
        }

    def __call__(self, method: str, path: str, query: str = "", body: bytes = b"") -> bytes:
        """Send a request below the client folder, and return the body of a 200."""
        environ = {
            **self._base,
            "REQUEST_METHOD": method,
            "PATH_INFO": self._folder + path,
            "QUERY_STRING": query,
            "CONTENT_LENGTH": str(len(body)),
            "wsgi.input": io.BytesIO(body),
        }
        statuses: list[str] = []

        def start_response(status: str, headers: object, exc_info: object = None) -> Any:
            statuses.append(status)

        answer = b"".join(self._app(environ, start_response))
        if statuses != ["200 OK"]:
            raise RuntimeError(f"{method} {path}: {statuses} {answer[:200]!r}")
        return answer


def run(*, quick: bool) -> list[Figure]:
    """Compare pages, writes, and small with large sandboxes."""
    rounds = 3 if quick else 15
    return [
        *pages(2_000 if quick else 100_000, rounds),
        *writes(rounds * 3),
        *growth(2_000 if quick else 1_000_000, rounds),
        *lookups(2_000 if quick else 100_000, rounds),
    ]


def pages(contacts: int, rounds: int) -> list[Figure]:
    """A page of 500, against the same rows from a bare table, as the same JSON."""
    sandbox = Sandbox()
    sandbox.seed_contacts(contacts)
    ask = Prompter(sandbox)
    whole = json.loads(ask("GET", "/contacts", f"limit={contacts}"))["contacts"]
    bare = sqlite3.connect(":memory:")
    bare.execute(BARE_TABLE)
    marks = ", ".join(f":{key}" for key in KEYS)
    insert = f"INSERT INTO contacts ({', '.join(KEYS)}) VALUES ({marks})"
    bare.executemany(insert, whole)
    bare.commit()

    def ours(offset: int) -> bytes:
        return ask("GET", "/contacts", f"limit={PAGE}&offset={offset}&status=total")

    def by_hand(offset: int) -> str:
        rows = bare.execute(BARE_PAGE, (PAGE, offset)).fetchall()
        found = [dict(zip(KEYS, row, strict=True)) for row in rows]
        return json.dumps(
            {"contacts": found, "limit": PAGE, "offset": offset, "total": contacts},
            separators=(",", ":"),
        )

    if json.loads(ours(0)) != json.loads(by_hand(0)):
        raise RuntimeError("the two pages differ, so their times mean nothing")
    with settled():
        us, them = work_of(lambda: ours(0), lambda: by_hand(0), rounds=rounds * 4)
    sandbox.close()
    bare.close()
    return [
        ratio(f"page of {PAGE} out of {contacts:,} / sqlite3 and json.dumps", us, them, 3),
    ]


def writes(rounds: int) -> list[Figure]:
    """A POST of 500, against `json.loads` and one `executemany`."""
    sandbox = Sandbox()
    ask = Prompter(sandbox)
    batches = count()
    # The same tables with the same indexes, without checks and history.
    bare = sqlite3.connect(":memory:")
    bare.executescript(schema.TABLES)

    def contacts_body(batch: int) -> bytes:
        rows = [
            {
                "email": f"user{batch}.{place}@example.com",
                "firstName": f"First{place}",
                "lastName": f"Last{place}",
                "city": "Durham",
                "state": "NC",
            }
            for place in range(PAGE)
        ]
        return json.dumps(rows).encode()

    def subscriptions_body(ids: list[str]) -> bytes:
        rows = [{"contactId": each, "listId": sandbox.list_id, "status": "normal"} for each in ids]
        return json.dumps(rows).encode()

    bodies = [contacts_body(next(batches)) for _ in range(rounds)]
    waiting, waiting_bare = iter(bodies), iter(bodies)
    answers: list[bytes] = []

    def ours() -> None:
        answers.append(ask("POST", "/contacts", body=next(waiting)))

    def by_hand() -> None:
        with bare:
            bare.executemany(
                "INSERT INTO contacts"
                " (folderId, createDate, email, firstName, lastName, city, state)"
                " VALUES (1, '2012-06-09 15:46:52', :email, :firstName, :lastName, :city, :state)",
                json.loads(next(waiting_bare)),
            )

    with settled():
        us, them = work_of(ours, by_hand, rounds=rounds)
    figures = [ratio(f"POST of {PAGE} new contacts / json.loads and executemany", us, them, 4)]

    again, again_bare = iter(bodies), iter(bodies)

    def update() -> None:
        ask("POST", "/contacts", body=next(again).replace(b"Durham", b"Raleigh"))

    def update_by_hand() -> None:
        with bare:
            bare.executemany(
                "UPDATE contacts SET firstName = :firstName, lastName = :lastName, city = :city,"
                " state = :state WHERE folderId = 1 AND email = :email AND status <> 'deleted'",
                json.loads(next(again_bare).replace(b"Durham", b"Raleigh")),
            )

    with settled():
        us, them = work_of(update, update_by_hand, rounds=rounds)
    figures.append(ratio(f"POST of {PAGE} known contacts / json.loads and executemany", us, them))

    made = [json.loads(answer)["contacts"] for answer in answers]
    joined = [subscriptions_body([row["contactId"] for row in rows]) for rows in made]
    waiting, waiting_bare = iter(joined), iter(joined)

    def subscribe() -> None:
        ask("POST", "/subscriptions", body=next(waiting))

    def subscribe_by_hand() -> None:
        with bare:
            bare.executemany(
                "INSERT INTO subscriptions (folderId, contactId, listId, status, addDate)"
                " VALUES (1, :contactId, :listId, :status, 1339271212)",
                json.loads(next(waiting_bare)),
            )

    with settled():
        us, them = work_of(subscribe, subscribe_by_hand, rounds=rounds)
    figures.append(ratio(f"POST of {PAGE} subscriptions / json.loads and executemany", us, them, 4))
    if len(sandbox.state.subscriptions()) != PAGE * rounds:
        raise RuntimeError("not everything was subscribed, so the times mean nothing")
    sandbox.close()
    bare.close()
    return figures


def growth(contacts: int, rounds: int) -> list[Figure]:
    """A page of a large file, against one of a file with 10,000, at the start and near the end."""
    few = 10_000 if contacts > 10_000 else contacts // 2
    figures = []
    with tempfile.TemporaryDirectory() as folder:
        sizes = {}
        askers = {}
        for number in (few, contacts):
            path = Path(folder) / f"{number}.sqlite"
            sandbox = Sandbox(db=path)
            sandbox.seed_contacts(number)
            askers[number] = Prompter(sandbox)
            sizes[number] = path.stat().st_size / number
        places: dict[str, Callable[[int], int]] = {
            "first": lambda number: 0,
            "middle": lambda number: number // 2,
            "last": lambda number: number - PAGE,
        }
        for name, place in places.items():

            def page(number: int, place: Callable[[int], int] = place) -> bytes:
                query = f"limit={PAGE}&offset={place(number)}&status=total"
                return askers[number]("GET", "/contacts", query)

            if len(json.loads(page(contacts))["contacts"]) != PAGE:
                raise RuntimeError("the page is not full, so its time means nothing")
            with settled():
                many, some = work_of(lambda: page(contacts), lambda: page(few), rounds=rounds * 2)
            figures.append(
                ratio(f"the {name} page out of {contacts:,} / out of {few:,}", many, some, 2)
            )
        figures.append(
            Figure(f"file of {contacts:,} contacts, bytes a contact", sizes[contacts], "B")
        )
    return figures


def lookups(contacts: int, rounds: int) -> list[Figure]:
    """Looking contacts up, one and many at once, in a small and a large sandbox."""
    few = contacts // 100
    askers = {}
    ids = {}
    for number in (few, contacts):
        sandbox = Sandbox()
        ids[number] = sandbox.seed_contacts(number)
        (small,) = sandbox.seed(lists=[{"name": "Small"}]).list_ids
        sandbox.seed(
            subscriptions=[{"contactId": each, "listId": small} for each in ids[number][:10]]
        )
        askers[number] = (Prompter(sandbox), small)
    emails = quote(",".join(f"contact{place}@example.com" for place in range(1, 11)))

    def queries(number: int) -> dict[str, str]:
        first = ",".join(str(each) for each in ids[number][:10])
        return {
            "email=": "email=contact7@example.com",
            "email= with ten": f"email={emails}",
            "contactId= with ten": f"contactId={first}",
            "listId= of ten": f"listId={askers[number][1]}",
        }

    figures = []
    for name in queries(few):

        def look(number: int, name: str = name) -> bytes:
            return askers[number][0]("GET", "/contacts", queries(number)[name])

        with settled():
            many, some = work_of(lambda: look(contacts), lambda: look(few), rounds=rounds * 2)
        figures.append(ratio(f"{name} among {contacts:,} / among {few:,}", many, some, 2))
    return figures


def work_of(*candidates: Callable[[], object], rounds: int) -> tuple[float, ...]:
    """Time the work alone: nothing here waits, and a busy machine would lengthen what is long."""
    return best_times(*candidates, rounds=rounds, clock=time.process_time)


def ratio(what: str, ours: float, theirs: float, target: float | None = None) -> Figure:
    """Return a figure with both times in words."""
    detail = f"{ours * 1e3:.2f} ms against {theirs * 1e3:.2f} ms"
    return Figure(what, ours / theirs, target=target, detail=detail)


@contextmanager
def settled() -> Iterator[None]:
    """Keep the garbage collector out of the times."""
    gc.collect()
    gc.disable()
    try:
        yield
    finally:
        gc.enable()
