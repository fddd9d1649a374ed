"""Reading contacts, against bare `requests` and `json.loads` over the same pages."""

from __future__ import annotations

import json
from collections.abc import Callable

import icontact
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


def run(*, quick: bool) -> list[Figure]:
    """Compare without latency, with it, and with pages side by side."""
    # A page less than full at the end, so that no request is needed to learn that it is over.
    rows, page_size, latency = (490, 100, 0.01) if quick else (49_990, 500, 0.1)
    figures = []
    with serving(contacts=rows) as server:
        folder = server.folder()
        bare = bare_loop(server, rows, page_size)
        alone, four = ours(folder, page_size, 1), ours(folder, page_size, 4)
        if {bare(), alone(), four()} != {rows}:
            raise RuntimeError("not everybody read all contacts, so their times mean nothing")
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
