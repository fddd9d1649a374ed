"""`import icontact`, against `import requests`."""

from __future__ import annotations

import subprocess
import sys
from functools import partial

from tests.bench.figures import Figure, best_times


def python(code: str) -> None:
    """Run a line in a new interpreter."""
    subprocess.run([sys.executable, "-c", code], check=True)


def run(*, quick: bool) -> list[Figure]:
    """Compare two imports, the interpreter's own start taken off."""
    # The last line loads all that a program needs that reads contacts.
    first_use = "import icontact; import icontact.resources"
    lines = ("import icontact", "import requests", "pass", first_use)
    ours, requests, bare, used = best_times(
        *(partial(python, line) for line in lines), rounds=3 if quick else 15
    )
    detail = f"{(ours - bare) * 1e3:.0f} ms against {(requests - bare) * 1e3:.0f} ms"
    return [
        Figure(
            "import icontact / import requests",
            (ours - bare) / (requests - bare),
            target=1.5,
            detail=detail,
        ),
        Figure(
            "import icontact and its resources / import requests",
            (used - bare) / (requests - bare),
            detail=f"{(used - bare) * 1e3:.0f} ms; no target",
        ),
    ]
