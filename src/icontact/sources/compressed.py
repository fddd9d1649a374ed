"""Files that are compressed with gzip, unpacked while they are read."""

from __future__ import annotations

import gzip
import io
import zlib
from typing import Any, BinaryIO, cast

_MAGIC = b"\x1f\x8b"
_PART = 8 * 1024

#: What becomes of the row at which a file breaks off.
DAMAGED = (
    "the compressed file is cut off or damaged here: this row and all after it cannot be read; "
    "fetch or make the file again"
)


class _InSmallParts:
    """A compressed file, read a little at a time, however much is asked for.

    What has been unpacked is lost where damage is found in the same part of the file. Python's own
    parts are 8 KiB until 3.11, and 128 KiB since.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self.seek = stream.seek

    def read(self, size: int) -> bytes:
        return self._stream.read(min(size, _PART))


class _Unzipped(io.RawIOBase):
    """The content of a gzip file. Where it cannot be unpacked any further, it ends.

    Attributes:
        damaged: Whether it ended for that reason, so that what was read last may not be whole.
    """

    def __init__(self, stream: BinaryIO) -> None:
        self._stream = stream
        self._content = gzip.GzipFile(fileobj=cast("BinaryIO", _InSmallParts(stream)), mode="rb")
        self.damaged = False

    def readable(self) -> bool:
        return True

    def seekable(self) -> bool:
        return True

    def readinto(self, buffer: Any) -> int:
        if self.damaged:
            return 0
        try:
            found = self._content.read1(len(buffer))
        except (EOFError, zlib.error, gzip.BadGzipFile):
            # What was unpacked before has been handed out already, or is lost with its block.
            self.damaged = True
            return 0
        buffer[: len(found)] = found
        return len(found)

    def seek(self, offset: int, whence: int = io.SEEK_SET) -> int:
        self.damaged = False
        return self._content.seek(offset, whence)

    def tell(self) -> int:
        return self._content.tell()

    def close(self) -> None:
        self._content.close()
        self._stream.close()
        super().close()


def unzipped(stream: BinaryIO) -> BinaryIO:
    """Return a file's content: unpacked if its first bytes say that it is compressed."""
    magic = stream.read(len(_MAGIC))
    stream.seek(0)
    if magic != _MAGIC:
        return stream
    return cast("BinaryIO", io.BufferedReader(_Unzipped(stream), 2**16))


def damaged(text: Any) -> bool:
    """Tell whether a text ended only because its file could not be unpacked any further."""
    buffer: Any = getattr(text, "buffer", None)
    return bool(getattr(getattr(buffer, "raw", None), "damaged", False))
