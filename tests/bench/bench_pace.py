"""A server that allows 600 requests a minute and does not say so, against the ideal time.

Time is virtual, so the figures do not depend on the machine. The ideal is the number of requests
divided by the rate that is allowed. The true minimum is a little lower: every server here lets a
first minute's worth through at once.
"""

from __future__ import annotations

from collections.abc import Callable
from functools import partial

from tests.bench.figures import Figure
from tests.transport.simulator import (
    FixedWindow,
    LeakyServer,
    Run,
    Server,
    SlidingWindow,
)
from tests.transport.simulator import (
    run as go,
)

PER_MINUTE = 600
LATENCY = 0.05

SERVERS: dict[str, Callable[[int], Server]] = {
    "fixed window": FixedWindow,
    "fixed window, met late": partial(FixedWindow, phase=47.0),
    "sliding window": SlidingWindow,
    "token bucket": LeakyServer,
}


def figures_of(name: str, result: Run, requests: int) -> list[Figure]:
    """Return the time and the share of refusals of one run."""
    ideal = requests * 60 / PER_MINUTE
    if result.given_up or len(result.admitted_at) != requests:
        raise RuntimeError(f"{name}: not every request went through")
    return [
        Figure(
            f"{name}: time / ideal",
            result.seconds / ideal,
            target=1.2,
            detail=f"{result.seconds:.0f} s against {ideal:.0f} s for {requests:,} requests",
        ),
        Figure(
            f"{name}: refused requests",
            100 * result.refused / (requests + result.refused),
            unit="%",
            target=5.0,
            detail=f"{result.refused} refused",
        ),
    ]


def run(*, quick: bool) -> list[Figure]:
    """Try each way to count, alone and with four threads that share one limiter."""
    requests = 1_000 if quick else 3_000
    figures = []
    for name, server in SERVERS.items():
        for workers in (1, 4):
            result = go(server(PER_MINUTE), requests, workers=workers, latency=LATENCY)
            threads = f"{workers} thread{'s' if workers > 1 else ''}"
            figures += figures_of(f"{name}, {threads}", result, requests)
    return figures
