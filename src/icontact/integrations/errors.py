"""What can go wrong between another system and us."""

from __future__ import annotations

from icontact.errors import IContactError

__all__ = ["MauticError", "SignatureError"]


class SignatureError(IContactError, ValueError):
    """A web hook's body is not signed with our secret: it is a forgery, or was changed on the way.

    Attributes:
        missing: Whether there was no signature at all.
    """

    missing: bool

    def __init__(self, message: str, *, missing: bool = False) -> None:
        super().__init__(message)
        self.missing = missing


class MauticError(IContactError):
    """Mautic answered with an error, or with something that is not its API's answer.

    Attributes:
        status: The HTTP status.
    """

    status: int

    def __init__(self, message: str, *, status: int) -> None:
        super().__init__(message)
        self.status = status
