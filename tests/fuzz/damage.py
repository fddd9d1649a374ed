"""What happens to files: bytes are changed, pages change places, the end is cut off."""

from __future__ import annotations

from typing import Any, Literal

import attrs
from hypothesis import strategies as st

PAGE = 4096


@attrs.frozen
class Damage:
    """One thing that happens to a file, at a place between 0 and 1 of its length."""

    kind: Literal["flip", "write", "delete", "insert", "cut", "swap", "blank"]
    place: float
    other: float = 0.0
    content: bytes = b""

    def apply(self, content: bytes) -> bytes:
        """Return the content after the damage."""
        at = int(self.place * len(content))
        new = self.content
        if self.kind == "cut":
            return content[:at]
        if self.kind == "flip" and at < len(content):
            changed = bytes([content[at] ^ (1 << int(self.other * 8) % 8)])
            return content[:at] + changed + content[at + 1 :]
        if self.kind == "write":
            return content[:at] + new + content[at + len(new) :]
        if self.kind == "insert":
            return content[:at] + new + content[at:]
        if self.kind == "delete":
            return content[:at] + content[at + 1 + int(self.other * 8) :]
        return self._pages(content)

    def _pages(self, content: bytes) -> bytes:
        pages = [content[start : start + PAGE] for start in range(0, len(content), PAGE)]
        if not pages:
            return content
        first, second = (int(place * len(pages)) % len(pages) for place in (self.place, self.other))
        if self.kind == "swap":
            pages[first], pages[second] = pages[second], pages[first]
        else:
            pages[first] = bytes(len(pages[first]))
        return b"".join(pages)


PLACES = st.floats(0, 1, exclude_max=True)
SOME_BYTES = st.binary(min_size=1, max_size=4) | st.sampled_from(
    [b'"', b'""', b"\n", b"\r", b"\r\n", b",", b";", b"\t", b"\0", b"\xff", b"\\", b"{", b"}", b"["]
)


def damages(*kinds: str) -> st.SearchStrategy[Damage]:
    """Draw a damage of one of these kinds."""
    names: Any = st.sampled_from(kinds)
    return st.builds(Damage, names, PLACES, PLACES, SOME_BYTES)


#: What may happen to a database on a disk.
TO_A_DATABASE = damages("flip", "flip", "write", "delete", "insert", "cut", "swap", "blank")
