"""What passes between a door and the application: a request, an answer, and a refusal."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import attrs

MAX_BODY_BYTES = 16 * 1024 * 1024
"""The longest body that is taken, unless a sandbox is told otherwise."""


@attrs.frozen(kw_only=True)
class IncomingRequest:
    """One request, as every door hands it to the application.

    ``path`` is what follows the base URL, percent-decoded, from its leading slash on. Header names
    are lower-cased. Of a body that was longer than the door takes, nothing is kept but the fact.
    """

    method: str
    path: str
    query: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict, repr=False)
    body: bytes = attrs.field(default=b"", repr=False)
    too_long: bool = False


@attrs.frozen(kw_only=True)
class OutgoingResponse:
    """One answer, ready to be sent: status, headers, the bytes of the body, and how late it is."""

    status: int
    body: bytes = attrs.field(repr=False)
    headers: Mapping[str, str] = attrs.field(factory=dict)
    delay: float = 0.0


class Refusal(Exception):
    """A rule says no: an HTTP status and the sentences for ``errors``.

    In a collection POST the refusal of one item becomes warnings beside the others (API 2.7).

    Attributes:
        warnings: What is said beside the errors, such as about the account.
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
