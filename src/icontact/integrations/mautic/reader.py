"""A client for Mautic's REST API: it reads contacts, and marks them as do-not-contact."""

from __future__ import annotations

import csv
import io
import unicodedata
from collections.abc import Iterator, Sequence
from contextlib import suppress
from typing import Any, Self
from uuid import uuid4

from icontact.addresses import canonical_address
from icontact.auth import Private
from icontact.errors import ConfigError, DecodeError, PagingError
from icontact.integrations.errors import MauticError
from icontact.integrations.mautic.connection import Connection
from icontact.integrations.mautic.contacts import as_row, locate
from icontact.integrations.suppression_target import TargetContact
from icontact.sources.mautic_contacts import whole

#: Mautic's numbers for the reasons of a do-not-contact entry.
_REASONS = {"unsubscribed": 1, "bounced": 2, "manual": 3}

#: Addresses in one search: a query of them still fits into a URL.
_AT_ONCE = 50

#: Steps back in a row without a new contact.
_MOST_STEPS_BACK = 100

#: Contradictions in a row before they are an error.
_MOST_DOUBTS = 2

_UNRELIABLE = (
    "Mautic's pages of contacts repeat themselves or are not in the order of the ids: contacts "
    "would be missed"
)
_TOO_FAST = (
    "contacts leave Mautic's list faster than it can be read, so that some would be missed; try "
    "again later"
)


class Mautic:
    """A small client for Mautic's contacts: it reads them, and sets do-not-contact.

    It is a target of :func:`icontact.integrations.sync.suppressed`.

    .. code-block:: python

        mautic = Mautic("https://mautic.example.com", username="api", password="…")

    In Mautic, *Configuration > API Settings* must say that the API is enabled, and HTTP basic
    authentication, too, unless a token of OAuth 2 is given.

    Args:
        url: Mautic's address: ``https``; plain ``http`` only for this machine.
        username: A user who may see contacts, and edit them for :meth:`do_not_contact`.
        password: That user's password.
        token: An access token of OAuth 2 instead of both.
        page_size: Contacts a request.
        timeout: Seconds to connect, and seconds to wait for the answer's next byte.
        user_agent: Put before the library's own name.

    Raises:
        ConfigError: If the address or the credentials cannot be used.
    """

    def __init__(
        self,
        url: str,
        *,
        username: str | None = None,
        password: str | None = None,
        token: str | None = None,
        page_size: int = 100,
        timeout: tuple[float, float] = (5, 30),
        user_agent: str | None = None,
    ) -> None:
        username, password, token = (
            Private(one) if isinstance(one, str) else one for one in (username, password, token)
        )
        self._connection = Connection(
            url,
            username=username,
            password=password,
            token=token,
            timeout=timeout,
            user_agent=user_agent,
        )
        self.url: str = self._connection.url
        if isinstance(page_size, bool) or not isinstance(page_size, int) or page_size < 1:
            raise ConfigError("page_size must be a whole number from 1 on")
        self._page_size = page_size

    def __repr__(self) -> str:
        return f"Mautic({vars(self).get('url')!r})"

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._connection.close()

    def contact(self, contact_id: int) -> dict[str, Any]:
        """Return one contact, as :func:`icontact.integrations.mautic.contact` does.

        Raises:
            ValueError: If the id is not one.
            MauticError: If Mautic refuses, or answers something else. 404: it does not have it.
            TransportError: If no usable answer came.
        """
        answer = self._connection.send("GET", f"api/contacts/{_checked_id(contact_id)}")
        return self._page({"contacts": [answer.get("contact")]})[0]

    def contacts(
        self, *, segment: str | None = None, search: str | None = None
    ) -> Iterator[dict[str, Any]]:
        """Yield contacts as rows for a push, page by page, by their ids. Visitors are left out.

        No contact that is there all the time is missed, even if others come or go meanwhile.

        Args:
            segment: Only contacts of this segment, by its alias.
            search: Mautic's search, such as ``"email:*@example.com"``; with a segment both hold.

        Raises:
            ConfigError: If the segment is blank.
            MauticError: If Mautic refuses, ignores the segment or searches as a whole, or answers
                something else.
            TransportError: If no usable answer came. Pushing from the start again is safe.
            PagingError: If Mautic repeats a page, is not done by its own count, or contacts leave
                faster than they can be read.
        """
        if segment is not None and not (isinstance(segment, str) and segment.strip()):
            raise ConfigError(
                "segment must be the alias of a segment; leave it out for all contacts"
            )
        if segment:
            self._refuse_ignored_search(search, segment)
        elif search:
            self._refuse_ignored_search(None, "")
        for row in self._rows({"search": _search(search, segment)}):
            if row.get("email"):
                yield row

    def find(self, emails: str | Sequence[str]) -> Iterator[TargetContact]:
        """Yield the contacts that have one of these addresses. One address may have several.

        Args:
            emails: An address, or several; 50 of them take one request.

        Raises:
            MauticError: If Mautic refuses, ignores the filter, or answers something else.
            TransportError: If no usable answer came.
            PagingError: If the pages of one answer do not fit together.
        """
        emails = [emails] if isinstance(emails, str) else emails
        for start in range(0, len(emails), _AT_ONCE):
            some = emails[start : start + _AT_ONCE]
            wanted = {_without_accents(email) for email in some}
            line = io.StringIO()
            csv.writer(line, lineterminator="").writerow(some)
            query = {"where[0][col]": "email", "where[0][expr]": "in"}
            query["where[0][val]"] = line.getvalue()
            answer = self._connection.send(
                "GET", "api/contacts", query=dict(query, limit=str(4 * _AT_ONCE))
            )
            rows = self._page(answer)
            if (whole(answer.get("total")) or 0) > len(rows):
                rows = list(self._rows(query))
            matching = [row for row in rows if _without_accents(row.get("email") or "") in wanted]
            if rows and not matching:
                raise MauticError(
                    "200: Mautic ignored the search by address, and answered with other contacts",
                    status=200,
                )
            for row in matching:
                yield TargetContact(
                    contact_id=row["mauticContactId"],
                    email=str(row["email"]),
                    do_not_contact=bool(row["do_not_contact"]),
                )

    def do_not_contact(
        self, contact_id: int, *, reason: str = "unsubscribed", comment: str = ""
    ) -> None:
        """Set do-not-contact for e-mail. It is safe to repeat, and nothing here lifts it.

        Args:
            contact_id: The contact's id in Mautic; :meth:`find` finds it by address.
            reason: ``"unsubscribed"``, ``"bounced"`` or ``"manual"``.
            comment: A text that Mautic shows beside the entry.

        Raises:
            ValueError: If the reason is unknown, or the id is not one.
            MauticError: If Mautic refuses. 404: it does not have the contact.
            TransportError: If no usable answer came.
        """
        if reason not in _REASONS:
            raise ValueError(f"reason: must be one of {', '.join(_REASONS)}")
        data = {"reason": _REASONS[reason], "comments": comment}
        path = f"api/contacts/{_checked_id(contact_id)}/dnc/email/add"
        self._connection.send("POST", path, data=data)

    def mark(self, contact: TargetContact, *, reason: str, comment: str) -> None:
        """Set do-not-contact for a contact that :meth:`find` found."""
        self.do_not_contact(int(contact.contact_id), reason=reason, comment=comment)

    def _refuse_ignored_search(self, search: str | None, segment: str) -> None:
        """Raise an error if Mautic finds contacts in a segment that cannot exist.

        A Mautic that does not understand a search may answer with all contacts.
        """
        query = {"search": _search(search, f"{uuid4().hex}{segment}"), "limit": "1"}
        answer = self._connection.send("GET", "api/contacts", query=query)
        if self._page(answer) or whole(answer.get("total")):
            raise MauticError(
                "200: Mautic ignored the search: it answered with contacts for a segment that does "
                "not exist. No contact was read; check what its own list shows for this search",
                status=200,
            )

    def _rows(self, query: dict[str, Any]) -> Iterator[dict[str, Any]]:
        """Yield the contacts of a search, page by page, in the order of their ids.

        Each page begins with the last contact of the page before. If an earlier contact left, the
        later ones moved up, and another contact is there: then the page before is read again.
        """
        # A page needs room for another contact than the one that it begins with.
        size = max(self._page_size, 2)
        query.update(orderBy="id", orderByDir="asc", limit=str(size))
        start, last_id, steps_back, doubts = 0, -1, 0, 0
        before: tuple[int, list[int]] = (0, [])
        while True:
            answer = self._connection.send(
                "GET", "api/contacts", query=dict(query, start=str(start))
            )
            page = self._page(answer)
            ids = [-1 if (one := row["mauticContactId"]) is None else one for row in page]
            # This may happen once, if a contact came; and always, if Mautic ignores the start.
            doubts += ids == before[1] and start != before[0]
            if doubts > _MOST_DOUBTS or ids != sorted(set(ids)) or min(ids, default=0) < 0:
                raise PagingError(_UNRELIABLE)
            if start and (not ids or ids[0] > last_id):
                steps_back += 1
                if steps_back > _MOST_STEPS_BACK:
                    raise PagingError(_TOO_FAST)
                before, start = (0, []), max(0, start - self._page_size)
                continue
            new = [row for row, one in zip(page, ids, strict=True) if one > last_id]
            yield from new
            there, total = start + len(ids), whole(answer.get("total"))
            if new:
                last_id, steps_back, doubts = ids[-1], 0, 0
            elif len(ids) < size:
                if total is None or total <= there:
                    return
                # A contact may have left between counting and reading: ask again.
                doubts += 1
                if doubts > _MOST_DOUBTS:
                    raise PagingError(
                        f"Mautic counts {total} contacts, and gave {there}: "
                        "contacts would be missed"
                    )
            before, start = (start, ids), max(there - 1, start)

    def _page(self, answer: dict[str, Any]) -> list[dict[str, Any]]:
        found = answer.get("contacts")
        if isinstance(found, dict):
            found = list(found.values())
        with suppress(DecodeError):
            if isinstance(found, list):
                return [as_row(locate(one), self.url) for one in found]
        raise MauticError("200: the answer holds no contacts as Mautic's API has them", status=200)


def _checked_id(contact_id: object) -> int:
    """Return the id of a contact, which may be text: what else is in a path may lead elsewhere."""
    number = whole(contact_id)
    if number is None or number < 1:
        raise ValueError(
            "contact_id must be a whole number from 1 on; find(address) gives those of an address"
        )
    return number


def _search(search: str | None, segment: str | None) -> str:
    """Return Mautic's search for contacts, without visitors, that match both."""
    terms = (search, segment and f"segment:{segment}", "!is:anonymous")
    return " ".join(term for term in terms if term)


def _without_accents(email: str) -> str:
    """Return an address without accents: Mautic's database compares it in this way."""
    text = unicodedata.normalize("NFKD", canonical_address(email))
    return "".join(letter for letter in text if not unicodedata.combining(letter))
