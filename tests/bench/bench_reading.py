"""Reading contacts, against bare `requests` and `json.loads` over the same pages."""

from __future__ import annotations

import json
from collections.abc import Callable

import icontact
from icontact.models import ContactList
from icontact.transport import Answer, Call
from tests.bench.figures import Figure, best_times
from tests.bench.server import Served, serving


def bare_loop(server: Served, rows: int, page_size: int) -> Callable[[], int]:
    """Return a function that reads all pages as one would by hand, and counts the rows."""
    session = server.session()
    url = f"{server.url}/{server.path}/contacts"

    def read() -> int:
        count = 0
        for offset in range(0, rows, page_size):
            params: dict[str, str | int] = {"status": "total", "limit": page_size, "offset": offset}
            answer = session.get(url, params=params, timeout=(5, 30), allow_redirects=False)
            count += len(json.loads(answer.content)["contacts"])
        return count

    return read


def ours(folder: icontact.Folder, page_size: int, workers: int) -> Callable[[], int]:
    """Return a function that iterates the listing, and counts the rows."""
    return lambda: sum(1 for _ in folder.contacts.list(page_size=page_size, workers=workers))


def requests_of(rows: int) -> int:
    """Return how many requests a listing of a server without a cap takes by default."""
    asked = 0

    def send(call: Call, /) -> Answer:
        nonlocal asked
        asked += 1
        paging = dict(call.params)
        limit, offset = int(paging["limit"]), int(paging["offset"])
        found = [{"listId": number} for number in range(offset, min(offset + limit, rows))]
        payload = {"lists": found, "limit": limit, "offset": offset, "total": rows}
        size = 500 * len(found)  # about as long as contacts are
        return Answer(status=200, payload=payload, call=call.summary(), body_bytes=size)

    listing = icontact.Pager(send, Call("GET", "a/1/c/2/lists"), ContactList, "lists")
    if sum(len(page) for page in listing.pages()) != rows:
        raise RuntimeError("not all rows were read")
    return asked


def run(*, quick: bool) -> list[Figure]:
    """Compare without latency, with it, and with pages side by side."""
    many, most = (100_000, 13) if quick else (1_000_000, 110)
    requests = Figure(f"requests to read {many:,} rows", requests_of(many), unit="", target=most)
    # A page less than full at the end, so that no request is needed to learn that it is over.
    rows, page_size, latency = (490, 100, 0.01) if quick else (49_990, 500, 0.1)
    figures = [requests]
    with serving(contacts=rows) as server:
        folder = server.folder()
        bare = bare_loop(server, rows, page_size)
        alone, four = ours(folder, page_size, 1), ours(folder, page_size, 4)
        if {bare(), alone(), four()} != {rows}:
            raise RuntimeError("not all contacts were read, so the times mean nothing")
        without, plain, side = best_times(bare, alone, four, rounds=1 if quick else 3)
        figures.append(
            Figure(
                f"reading {rows:,} contacts / bare requests",
                plain / without,
                target=2.0,
                detail=f"{plain:.2f} s against {without:.2f} s; with 4 workers {side:.2f} s",
            )
        )
        server.latency(latency)
        without, plain, side = best_times(bare, alone, four, rounds=1 if quick else 2)
        milliseconds = f"{latency * 1e3:.0f} ms latency"
        figures.append(
            Figure(
                f"the same with {milliseconds}",
                plain / without,
                target=1.1,
                detail=f"{plain:.2f} s against {without:.2f} s",
            )
        )
        figures.append(
            Figure(
                f"bare requests / workers=4, {milliseconds}",
                without / side,
                least=3.0,
                detail=f"{without:.2f} s against {side:.2f} s",
            )
        )
    return figures
