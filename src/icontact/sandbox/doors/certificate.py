"""A certificate for the occasion: for one server, trusted by nobody, gone when it closes."""

from __future__ import annotations

import os
import ssl
import tempfile
from pathlib import Path

import attrs


@attrs.frozen
class Temporary:
    """A server's side of TLS, and the file that a client can verify it by.

    Attributes:
        certificate: The file with the authority's certificate.
        context: The server's side.
    """

    certificate: str
    context: ssl.SSLContext = attrs.field(repr=False)

    def remove(self) -> None:
        """Remove the file, if it is still there."""
        Path(self.certificate).unlink(missing_ok=True)


def temporary(*hosts: str) -> Temporary:
    """Make an authority and a certificate for some hosts and for the names of loopback.

    Raises:
        ImportError: If trustme is not installed.
    """
    try:
        import trustme
    except ImportError:
        raise ImportError('tls=True needs trustme: pip install "icontact[tls]"') from None
    authority = trustme.CA()
    names = dict.fromkeys([*hosts, "localhost", "127.0.0.1", "::1"])
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*names).configure_cert(context)
    descriptor, path = tempfile.mkstemp(prefix="icontact-sandbox-", suffix=".pem")
    with os.fdopen(descriptor, "wb") as file:
        file.write(authority.cert_pem.bytes())
    return Temporary(certificate=path, context=context)
