"""Reads the usual mistakes with their messages and remedies; makes a page of the docs of them."""

from __future__ import annotations

import tomllib
from itertools import groupby
from pathlib import Path

import attrs

__all__ = ["REMEDIES", "Remedy", "page"]


@attrs.frozen(kw_only=True)
class Remedy:
    """A mistake, the message that it gets (``…`` is for what varies), and what to do.

    The chapter is the title above it on the page; the name is for tests.
    """

    chapter: str
    name: str
    mistake: str
    message: str
    remedy: str


_FILE = Path(__file__).parent / "data" / "remedies.toml"

#: All of them, in the order of the page.
REMEDIES: tuple[Remedy, ...] = tuple(
    Remedy(**one) for one in tomllib.loads(_FILE.read_text("utf-8"))["remedies"]
)

_HEAD = """\
Errors and remedies
===================

The usual mistakes, the message that each of them gets, and what to do. An ellipsis (``…``) marks
what varies in a message. After a request, the message ends with the request and iContact's answer
in brackets.

.. This page is made by ``python -m icontact.cli.remedies``; a test compares them.
"""


def page() -> str:
    """Return the page of the docs."""
    parts = [_HEAD]
    for title, chapter in groupby(REMEDIES, lambda one: one.chapter):
        parts += [title, "-" * len(title), ""]
        for one in chapter:
            message = f".. code-block:: text\n\n   {one.message}\n"
            parts.append(f"**{one.mistake}**\n\n{message}\n{one.remedy}\n")
    return "\n".join(parts)


if __name__ == "__main__":
    import sys

    sys.stdout.write(page())
