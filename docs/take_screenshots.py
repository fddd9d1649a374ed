"""Take pictures of built pages in Chromium: wide and narrow, light and dark.

    python -m nox -s docs
    python docs/take_screenshots.py index getting-started notebooks/know-your-lists

The pictures go to ``docs/_build/screenshots``, to be looked at; they are not committed.
"""

from __future__ import annotations

import shutil
import subprocess
import sys
import tempfile
from itertools import product
from pathlib import Path

BUILD = Path(__file__).parent / "_build"
WIDTHS = (1300, 390)
HEIGHT = 2000
#: Chromium needs them to run without a screen, without an account and without the network.
FLAGS = (
    "--headless --no-sandbox --disable-gpu --hide-scrollbars --no-first-run --disable-sync "
    "--disable-quic --disable-background-networking --disable-component-update"
).split()
DARK = ("--blink-settings=preferredColorScheme=0",)


def take(browser: str, page: Path, width: int, *, dark: bool, target: Path) -> None:
    """Write a picture of a page. A frame makes it narrow, since a window has a minimum width."""
    with tempfile.TemporaryDirectory() as folder:
        frame = Path(folder) / "frame.html"
        style = f"border:0;width:{width}px;height:{HEIGHT}px"
        frame.write_text(
            f'<body style="margin:0"><iframe src="{page.as_uri()}" style="{style}">', "utf-8"
        )
        command = (
            *(browser, *FLAGS, *(DARK if dark else ())),
            f"--user-data-dir={folder}/profile",
            f"--window-size={max(width, 500)},{HEIGHT}",
            f"--screenshot={target}",
            frame.as_uri(),
        )
        # The command is put together above, from the names of our own pages.
        subprocess.run(command, check=True, stderr=subprocess.DEVNULL)  # noqa: S603


def main() -> None:
    """Take four pictures of each page that is named."""
    browser = shutil.which("chromium") or shutil.which("google-chrome")
    if browser is None:
        raise SystemExit("Chromium is not installed: apt-get install chromium")
    target = BUILD / "screenshots"
    target.mkdir(parents=True, exist_ok=True)
    for name, width, dark in product(sys.argv[1:] or ["index"], WIDTHS, (False, True)):
        page = BUILD / "html" / f"{name}.html"
        if not page.is_file():
            raise SystemExit(f"{page} is not there: build the pages first, nox -s docs")
        picture = f"{name.replace('/', '-')}-{width}-{'dark' if dark else 'light'}.png"
        take(browser, page, width, dark=dark, target=target / picture)


if __name__ == "__main__":
    main()
