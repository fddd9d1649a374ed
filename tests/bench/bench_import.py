"""`import icontact`, against `import requests`."""

from __future__ import annotations

import os
import subprocess
import sys
import tempfile
from functools import partial

from tests.bench.figures import Figure, best_times


def python(code: str, cache: str) -> None:
    """Run a line in a new interpreter, whose modules are compiled once, as where users run them."""
    environ = {**os.environ, "PYTHONPYCACHEPREFIX": cache}
    environ.pop("PYTHONDONTWRITEBYTECODE", None)
    subprocess.run([sys.executable, "-c", code], check=True, env=environ)


def run(*, quick: bool) -> list[Figure]:
    """Compare two imports, the interpreter's own start taken off."""
    first_use = (
        "import icontact; client = icontact.Client(app_id='a', username='b', password='cccc');"
        " client.folder(account_id=1, client_folder_id=2).contacts;"
        " icontact.ContactMapper({'email': 'mail'})"
    )
    lines = ("import icontact", "import requests", "pass", first_use)
    with tempfile.TemporaryDirectory() as cache:
        for line in lines:
            python(line, cache)
        ours, requests, bare, used = best_times(
            *(partial(python, line, cache) for line in lines), rounds=3 if quick else 15
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
            "folder, contacts and mapper / import requests",
            (used - bare) / (requests - bare),
            target=1.8,
            detail=f"{(used - bare) * 1e3:.0f} ms",
        ),
    ]
