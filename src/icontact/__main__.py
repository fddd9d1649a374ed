"""``python -m icontact``: the same as the command ``icontact``."""

from __future__ import annotations

from icontact.cli import main

if __name__ == "__main__":
    main()
