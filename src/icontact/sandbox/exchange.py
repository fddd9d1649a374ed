"""What passes between a server and the application: a request, an answer, and a refusal."""

from __future__ import annotations

import ipaddress
from collections.abc import Mapping
from typing import Any

import attrs

from icontact.sandbox import error_texts

MAX_BODY_BYTES = 16 * 1024 * 1024
"""The longest body by default."""

_HTML = "<html><head><title>{title}</title></head><body><h1>{title}</h1></body></html>"


@attrs.frozen(kw_only=True)
class IncomingRequest:
    """One request, as every server hands it to the application.

    ``path`` is the part below the base URL, percent-decoded, with its leading slash. Header names
    are lower-cased. A body that is too long is not kept.
    """

    method: str
    path: str
    query: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    too_long: bool = False


@attrs.frozen(kw_only=True)
class OutgoingResponse:
    """One answer: status, headers, the bytes of the body, and how many seconds late it is."""

    status: int
    body: bytes = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict)
    delay: float = 0.0


def html_page(status: int, title: str) -> OutgoingResponse:
    """Return a page of HTML, as a gateway sends it."""
    headers = {"Content-Type": "text/html; charset=utf-8"}
    return OutgoingResponse(status=status, headers=headers, body=_HTML.format(title=title).encode())


class Refusal(Exception):
    """What a rule refuses: an HTTP status and the sentences for ``errors``.

    In a collection POST the refusal of one item becomes warnings beside the others (API 2.7).

    Attributes:
        warnings: Sentences beside the errors, such as about the account.
    """

    def __init__(self, status: int, *texts: str) -> None:
        super().__init__(status, *texts)
        self.status = status
        self.texts = texts
        self.warnings: tuple[str, ...] = ()

    def payload(self) -> dict[str, Any]:
        """Return the body of the answer: ``errors``, and ``warnings`` if there are any."""
        errors = {"errors": list(self.texts)}
        return {**errors, "warnings": list(self.warnings)} if self.warnings else errors


def invalid(field: str, because: str = "") -> Refusal:
    """Return the refusal of a value that a field does not take."""
    return Refusal(400, error_texts.not_valid(field, because))


def is_loopback(host: str) -> bool:
    """Say whether a name or an address of a host leads to this machine only."""
    try:
        return host == "localhost" or ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
