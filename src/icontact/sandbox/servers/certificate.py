"""A certificate for the occasion: for one server, trusted by no one, gone when it closes."""

from __future__ import annotations

import atexit
import os
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path

import attrs

_PREFIX, _SUFFIX = "icontact-sandbox-", ".pem"


@attrs.frozen
class Temporary:
    """A server's side of TLS, and the file that a client can verify it by.

    Attributes:
        certificate: The file with the authority's certificate.
        context: The server's side.
    """

    certificate: str
    context: ssl.SSLContext = attrs.field(repr=False)
    _file: _ClaimedFile = attrs.field(repr=False)

    def remove(self) -> None:
        """Remove the file, if it is still there."""
        self._file.remove()


def temporary(*hosts: str) -> Temporary:
    """Make an authority and a certificate for some hosts and for the names of loopback.

    Raises:
        ImportError: If trustme is not installed.
    """
    try:
        import trustme
    except ImportError:
        raise ImportError('tls=True needs trustme: pip install "icontact[tls]"') from None
    _remove_files_of_killed_processes()
    authority = trustme.CA()
    names = dict.fromkeys([*hosts, "localhost", "127.0.0.1", "::1"])
    issued = authority.issue_cert(*names)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    # It can only be loaded from a file. This one is of the kind that the next server clears away,
    # in case this process is killed just now.
    file = _ClaimedFile(issued.private_key_and_cert_chain_pem.bytes())
    try:
        context.load_cert_chain(file.path)
    finally:
        file.remove()
    kept = _ClaimedFile(authority.cert_pem.bytes())
    return Temporary(kept.path, context, kept)


class _ClaimedFile:
    """A file in the temporary folder that its process claims for as long as it lives.

    A process that is killed loses its claim with its life, so that others can tell its files from
    those in use, whatever number it had, and in whichever container.
    """

    def __init__(self, content: bytes) -> None:
        self._owner = os.getpid()
        self._descriptor, self.path = _new_file()
        os.write(self._descriptor, content)
        atexit.register(self.remove)

    def remove(self) -> None:
        """Remove the file, if it is still there; a child process leaves it alone."""
        atexit.unregister(self.remove)
        if self._descriptor >= 0 and os.getpid() == self._owner:
            os.close(self._descriptor)
            self._descriptor = -1
            Path(self.path).unlink(missing_ok=True)


def _new_file() -> tuple[int, str]:
    while True:
        descriptor, path = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX)
        # A server that starts at this moment may have found the file before it was claimed.
        if _claim(descriptor) and Path(path).exists():
            return descriptor, path
        os.close(descriptor)


def _remove_files_of_killed_processes() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*{_SUFFIX}"):
        # Not those of other users, and not what is gone by now.
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                if _claim(descriptor):
                    path.unlink()
            finally:
                os.close(descriptor)


def _claim(descriptor: int) -> bool:
    """Claim an open file, unless another process has; the claim ends with the process."""
    try:
        import fcntl
    except ImportError:
        # Windows has no such claims. There, the files of processes that were killed stay.
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
