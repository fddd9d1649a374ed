"""The protocol of a CRM, shop or file that learns of suppressed people."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Protocol

import attrs

__all__ = [
    "COMMENT_PREFIX",
    "PlannedMark",
    "SuppressedPerson",
    "SuppressionTarget",
    "TargetContact",
    "place_of",
]

#: The comment of each mark begins with it, so that a mark that comes back is recognised.
COMMENT_PREFIX = "iContact:"


@attrs.frozen(kw_only=True)
class TargetContact:
    """A contact of the other system. Its ``repr`` does not show the address.

    Attributes:
        contact_id: Its id in that system.
        email: Its address there.
        do_not_contact: Whether that system does not mail the contact already.
    """

    contact_id: int | str
    email: str = attrs.field(repr=False)
    do_not_contact: bool = False


@attrs.frozen(kw_only=True)
class SuppressedPerson:
    """A person suppressed in iContact. The ``repr`` does not show the address.

    Attributes:
        email: The address.
        contact_id: The contact's id in iContact.
        reason: ``unsubscribed``, ``bounced``, ``donotcontact`` or ``deleted``.
        list_id: The list, if the person unsubscribed from one.
    """

    email: str = attrs.field(repr=False)
    contact_id: int
    reason: str
    list_id: int | None = None


@attrs.frozen(kw_only=True)
class PlannedMark(SuppressedPerson):
    """A person to be marked in the other system.

    Attributes:
        targets: The ids of the contacts to mark there.
    """

    targets: tuple[int | str, ...] = ()


class SuppressionTarget(Protocol):
    """What :func:`icontact.integrations.sync.suppressed` needs of the other system.

    An error of either method ends the run, and the next run goes on from there. If a target has an
    attribute ``url`` or ``path``, the state file belongs to that place alone.
    """

    def find(self, emails: Sequence[str]) -> Iterable[TargetContact]:
        """Return all contacts that have one of these addresses, without minding the case."""
        ...

    def mark(self, contact: TargetContact, *, reason: str, comment: str) -> None:
        """Note that a contact must not be mailed. Repeating it must change nothing.

        Args:
            contact: What :meth:`find` returned.
            reason: ``"unsubscribed"``, ``"bounced"`` or ``"manual"``.
            comment: A sentence for people that says where the mark comes from.
        """
        ...


def place_of(target: SuppressionTarget) -> str:
    """Return a target's address or file, in words; empty if it has neither."""
    if url := getattr(target, "url", None):
        return str(url)
    path = getattr(target, "path", None)
    return "" if path is None else str(Path(path).absolute())
