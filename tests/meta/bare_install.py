"""Import the whole core from an installed wheel, in an environment without any extra."""

from __future__ import annotations

import importlib
import importlib.util
import pkgutil
import subprocess
import sys
from pathlib import Path

import icontact

EXTRAS = (
    "click",
    "dlt",
    "pandas",
    "prometheus_client",
    "pytest",
    "python_calamine",
    "redis",
    "responses",
    "rich",
    "tomlkit",
    "tqdm",
    "trustme",
    "werkzeug",
)
# What stands on extras; each says which one when it is missing.
ABOVE_THE_CORE = ("icontact.cli", "icontact.sandbox", "icontact.testing", "icontact.__main__")


def main() -> int:
    """Import what needs no extra, and see that the command line asks for its own politely."""
    home = Path(icontact.__file__).resolve()
    assert "site-packages" in home.parts, f"{home} is not an installed package"
    present = [name for name in EXTRAS if importlib.util.find_spec(name)]
    assert not present, f"this environment is not bare: {present}"
    for module in pkgutil.walk_packages(icontact.__path__, "icontact.", onerror=lambda _: None):
        if not module.name.startswith(ABOVE_THE_CORE):
            importlib.import_module(module.name)
    done = subprocess.run(
        [sys.executable, "-m", "icontact", "--help"], capture_output=True, text=True, check=False
    )
    assert done.returncode != 0, done
    assert "Traceback" not in done.stderr, done.stderr
    assert "icontact[cli" in done.stderr, done.stderr
    return 0


if __name__ == "__main__":
    sys.exit(main())
