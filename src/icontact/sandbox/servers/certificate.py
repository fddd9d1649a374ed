"""A temporary certificate for one server, which is removed when the server closes."""

from __future__ import annotations

import atexit
import os
import ssl
import tempfile
from contextlib import suppress
from pathlib import Path

_PREFIX, _SUFFIX = "icontact-sandbox-", ".pem"


class TemporaryCertificate:
    """An authority and a certificate for some hosts and for the names of loopback.

    The file is claimed by its process as long as it lives. A process that is killed loses its
    claim, so that other processes know which files are not in use any more.

    Attributes:
        context: The server's side of TLS.
        path: The file with the authority's certificate, for a client to verify the server by.

    Raises:
        ImportError: trustme is not installed.
    """

    def __init__(self, *hosts: str) -> None:
        try:
            import trustme
        except ImportError:
            raise ImportError('tls=True needs trustme: pip install "icontact[tls]"') from None
        _remove_files_of_killed_processes()
        authority = trustme.CA()
        issued = authority.issue_cert(*dict.fromkeys([*hosts, "localhost", "127.0.0.1", "::1"]))
        self.context: ssl.SSLContext = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self._owner = os.getpid()
        self.path: str
        self._descriptor, self.path = _claimed_file()
        atexit.register(self.remove)
        try:
            # The key can only be loaded from a file. If this process is killed meanwhile, the next
            # server removes it.
            os.write(self._descriptor, issued.private_key_and_cert_chain_pem.bytes())
            self.context.load_cert_chain(self.path)
            os.ftruncate(self._descriptor, 0)
            os.lseek(self._descriptor, 0, os.SEEK_SET)
            os.write(self._descriptor, authority.cert_pem.bytes())
        except BaseException:
            self.remove()
            raise

    def remove(self) -> None:
        """Remove the file, if it still exists; a child process keeps it."""
        atexit.unregister(self.remove)
        if self._descriptor >= 0 and os.getpid() == self._owner:
            os.close(self._descriptor)
            self._descriptor = -1
            Path(self.path).unlink(missing_ok=True)


def _claimed_file() -> tuple[int, str]:
    """Make a file in the temporary folder, and return its descriptor and its path."""
    while True:
        descriptor, path = tempfile.mkstemp(prefix=_PREFIX, suffix=_SUFFIX)
        # A server that starts at this moment may have found the file before it was claimed.
        if _claim(descriptor) and Path(path).exists():
            return descriptor, path
        os.close(descriptor)


def _remove_files_of_killed_processes() -> None:
    for path in Path(tempfile.gettempdir()).glob(f"{_PREFIX}*{_SUFFIX}"):
        # Files of other users stay, and a file may be gone by now.
        with suppress(OSError):
            descriptor = os.open(path, os.O_RDWR | getattr(os, "O_NOFOLLOW", 0))
            try:
                if _claim(descriptor):
                    path.unlink()
            finally:
                os.close(descriptor)


def _claim(descriptor: int) -> bool:
    """Claim an open file until the process ends, unless another process claims it."""
    try:
        import fcntl
    except ImportError:
        # Windows has no such claims: the files of killed processes stay there.
        return True
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        return False
    return True
