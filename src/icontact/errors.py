"""The errors that this library raises, one class for each thing that a caller would do differently.

::

    IContactError
    ├── ConfigError(ValueError)          credentials, ids, base URL or settings are wrong: fix them
    │   └── ConsentError                 columns about consent are not read: .columns
    ├── TransportError                   no usable answer: look at .maybe_applied
    │   ├── ConnectError                 the server was never reached: nothing happened
    │   ├── RequestTimeout(TimeoutError) no answer in time: it may have happened
    │   └── RedirectRefused              the server redirects: the credentials stay on this host
    ├── APIError                         iContact refused the request: .status .errors .warnings
    │   ├── BadRequest 400   AuthenticationError 401   PaymentRequired 402   PermissionDenied 403
    │   ├── NotFound 404 (LookupError)   MethodNotAllowed 405   StorageFull 507
    │   ├── Throttled 429 and 503        .retry_after
    │   └── ServerError 5xx
    ├── RejectedError                    HTTP 200, and nothing was stored: .warnings
    │   └── AlreadyScheduled             the message is scheduled already: .send_id
    ├── UnknownCustomField               the folder lacks it; the rest was stored: .names
    ├── UnknownContact(LookupError)      no contact has the address
    ├── DecodeError(ValueError)          the answer is not what iContact sends: .problems
    ├── PagingError                      a listing that cannot be trusted
    │   ├── IncompleteListing            fewer rows than iContact announced: .announced .received
    │   ├── RepeatedRows                 the server repeats rows, or sends more than it announced
    │   └── ListingShifted               rows came or went while it was read side by side
    ├── JournalError                     a push's journal cannot be used: fix that, push again
    ├── LimitReached                     the day's requests are used up: go on later: .seconds
    ├── LimitUnavailable                 the limiter's Redis or file is gone: it may come back
    └── MappingError(ValueError)         a row or a mapping that cannot be pushed: .field .row
        └── DoNotContact                 the row says that its person must not be mailed
            └── NoConsent                the row does not say that its person may be mailed

No error contains a credential, a request body or a query value, and every error can be pickled.
The status codes rest on iContact's page "HTTP Status Codes".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, TypedDict, Unpack

import attrs

from icontact import _wording

__all__ = [
    "APIError",
    "AlreadyScheduled",
    "AuthenticationError",
    "BadRequest",
    "CallError",
    "CallSummary",
    "ConfigError",
    "ConnectError",
    "ConsentError",
    "DecodeError",
    "DoNotContact",
    "IContactError",
    "IncompleteListing",
    "JournalError",
    "LimitReached",
    "LimitUnavailable",
    "ListingShifted",
    "MappingError",
    "MethodNotAllowed",
    "NoConsent",
    "NotFound",
    "PagingError",
    "PaymentRequired",
    "PermissionDenied",
    "RedirectRefused",
    "RejectedError",
    "RepeatedRows",
    "RequestTimeout",
    "ServerError",
    "StorageFull",
    "Throttled",
    "TransportError",
    "UnknownContact",
    "UnknownCustomField",
    "class_for_status",
]


class IContactError(Exception):
    """The root of every error that this library raises on purpose.

    ``str(error)`` is one line: what was asked, what came back, and what to do next where it is
    known.
    """

    def __str__(self) -> str:
        # The server's sentences may have line breaks (API 2.6).
        return " ".join(super().__str__().split())

    def __reduce__(self) -> tuple[Any, ...]:
        # The constructors have keyword-only arguments, so the state is restored without them.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    kind: type[IContactError], args: tuple[Any, ...], state: Mapping[str, Any]
) -> IContactError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(IContactError, ValueError):
    """Credentials, ids, the base URL or settings are wrong. Names all that is wrong at once."""


class ConsentError(ConfigError):
    """Columns of the input are about who may be mailed, and nothing reads them.

    Nothing was written. State each column as ``do_not_contact``, ``consent`` or ``ignore``.

    Args:
        problem: Which columns, and what to do.
        columns: Their names.
        details: What each of them looks like, a sentence a column.
    """

    def __init__(
        self, problem: str, *, columns: tuple[str | int, ...], details: tuple[str, ...] = ()
    ) -> None:
        super().__init__(problem)
        self.problem = problem
        self.columns = columns
        self.details = details


class MappingError(IContactError, ValueError):
    """A row, or the mapping itself, cannot become an iContact contact.

    Args:
        problem: What is wrong and what to do, without personal data.
        field: The iContact field concerned, such as ``"email"``.
        row: The row's place in the input, from 0, where there is one.
    """

    def __init__(self, problem: str, *, field: str | None = None, row: int | None = None) -> None:
        super().__init__(problem if row is None else f"row {row}: {problem}")
        self.problem = problem
        self.field = field
        self.row = row


class DoNotContact(MappingError):
    """The row itself says that this person must not be mailed. Skip it."""


class NoConsent(DoNotContact):
    """The row leaves blank whether this person may be mailed, where it has to say yes. Skip it."""


class PagingError(IContactError):
    """A listing cannot be trusted, for example because iContact ignored a filter."""


class IncompleteListing(PagingError):
    """A listing ended with fewer rows than iContact had announced, also when asked again.

    The rows that came before are right as far as they go. Read the listing again later.

    Args:
        problem: What happened, and what to do.
        announced: How many rows iContact said there are.
        received: How many different rows came.
    """

    def __init__(self, problem: str, *, announced: int, received: int) -> None:
        super().__init__(problem)
        self.announced = announced
        self.received = received


class RepeatedRows(PagingError):
    """A page of a listing has no new row, or the listing has more rows than iContact announced.

    A server that ignores ``offset`` answers like that; reading on would never end.
    """


class ListingShifted(PagingError):
    """Rows came or went while pages were read side by side: some would be missing or doubled.

    The rows that came before are right as far as they go. Read the listing again, or one page
    after another with ``workers=1``.
    """


class JournalError(IContactError):
    """The journal of a push is in use, belongs to another push, or cannot be written.

    Nothing is lost: fix the cause, and the same push goes on with the journal.
    """


class LimitReached(IContactError):
    """No request may go out for a long time, so the push stopped. Push again later to go on.

    Args:
        problem: What happened, and what to do.
        seconds: After how many seconds it can go on.
    """

    def __init__(self, problem: str, *, seconds: float) -> None:
        super().__init__(problem)
        self.seconds = seconds


class LimitUnavailable(IContactError):
    """The limiter that several processes share cannot count a request, so that none is sent.

    Redis does not answer, or the limiter's file is gone, damaged or in use for too long. Trying
    again may help. Nothing of the request was sent.
    """


@attrs.frozen
class CallSummary:
    """What may be shown of a request: no value of the query, nothing of the body.

    Attributes:
        method: The HTTP verb.
        path: The path below the base URL.
        query_names: The names of the query parameters, in the order sent.
    """

    method: str
    path: str
    query_names: tuple[str, ...] = ()

    def __str__(self) -> str:
        query = "?" + "&".join(f"{name}=…" for name in self.query_names) if self.query_names else ""
        return f"{self.method} {self.path}{query}"


class _Sending(TypedDict, total=False):
    """What every error of a request knows about its sending."""

    call: CallSummary | None
    attempts: int
    elapsed: float
    maybe_applied: bool


class CallError(IContactError):
    """The base of every error that belongs to one request.

    Attributes:
        call: Method, path and names of the query parameters; no values, no body.
        attempts: How often the request was sent.
        elapsed: Seconds from the first attempt to the end, waits included.
        maybe_applied: Whether iContact may have carried the request out all the same.
    """

    def __init__(
        self,
        message: str,
        *,
        call: CallSummary | None = None,
        attempts: int = 1,
        elapsed: float = 0.0,
        maybe_applied: bool = False,
    ) -> None:
        super().__init__(message)
        self.call = call
        self.attempts = attempts
        self.elapsed = elapsed
        self.maybe_applied = maybe_applied

    @property
    def brief(self) -> str:
        """What happened, without the request and without advice."""
        message = super().__str__()
        if self.attempts > 1:
            return f"{message} ({self.attempts} attempts in {self.elapsed:.1f} s)"
        return message

    def __str__(self) -> str:
        if self.call is None:
            return self.brief
        message = f"{self.call}: {self.brief}"
        if self.maybe_applied and self.call.method != "GET":
            message = f"{message.rstrip('.')}. It may have been applied: look at GET "
            message += f"{self.call.path} before repeating."
        return message


class TransportError(CallError):
    """No usable answer arrived: a broken connection, or a redirect."""


class ConnectError(TransportError):
    """The server was never reached: name, port, certificate or proxy. Nothing was applied."""


class RequestTimeout(TransportError, TimeoutError):
    """The server took the request and did not answer in time."""


class RedirectRefused(TransportError):
    """The server answered with a redirect, which would send the credentials to another place."""


class APIError(CallError):
    """iContact answered with an error.

    Attributes:
        status: The HTTP status.
        errors: The server's texts, redacted.
        warnings: Texts that came beside them.
    """

    #: What to do next, where that is known from the class alone.
    hint = ""

    def __init__(
        self,
        status: int,
        errors: Sequence[str] = (),
        *,
        warnings: Sequence[str] = (),
        **sending: Unpack[_Sending],
    ) -> None:
        said = _wording.listed(errors, separator=" / ") or "no text"
        message = f"{status}: {said}"
        super().__init__(f"{message} ({self.hint})" if self.hint else message, **sending)
        self.status = status
        self.errors: tuple[str, ...] = tuple(errors)
        self.warnings: tuple[str, ...] = tuple(warnings)


class BadRequest(APIError):
    """400: iContact could not read the data, or refuses a value."""


class AuthenticationError(APIError):
    """401: App ID, username or application password are wrong."""

    hint = "check App ID, username and the application password, which is not the login password"


class PaymentRequired(APIError):
    """402: the iContact bill has to be paid first."""

    hint = "the account's bill must be paid first"


class PermissionDenied(APIError):
    """403: these credentials may not do that."""


class NotFound(APIError, LookupError):
    """404, and the 500 that iContact sends for a deleted list (API 8.1)."""


class MethodNotAllowed(APIError):
    """405: this resource does not support that verb."""


class StorageFull(APIError):
    """507: the account's storage is used up."""


class Throttled(APIError):
    """429 and 503: too many requests, or maintenance; iContact does not tell them apart.

    Attributes:
        retry_after: Seconds that the server asks to wait, if it says so.
    """

    def __init__(
        self,
        status: int,
        errors: Sequence[str] = (),
        *,
        warnings: Sequence[str] = (),
        retry_after: float | None = None,
        **sending: Unpack[_Sending],
    ) -> None:
        super().__init__(status, errors, warnings=warnings, **sending)
        self.retry_after = retry_after


class ServerError(APIError):
    """5xx: iContact itself failed."""


class RejectedError(CallError):
    """HTTP 200, and nothing was stored (API 2.7).

    Attributes:
        warnings: iContact's sentences, redacted.
    """

    def __init__(self, warnings: Sequence[str] = (), **sending: Unpack[_Sending]) -> None:
        reason = _wording.listed(warnings, separator=" / ") or "iContact gave no reason"
        super().__init__(f"nothing was stored: {reason}", **sending)
        self.warnings: tuple[str, ...] = tuple(warnings)


class AlreadyScheduled(RejectedError):
    """The message is scheduled already, so nothing more was sent (API 13).

    Attributes:
        send_id: The send that exists.
        message_id: The message.
    """

    def __init__(
        self,
        warnings: Sequence[str] = (),
        *,
        send_id: int,
        message_id: int,
        **sending: Unpack[_Sending],
    ) -> None:
        super().__init__(warnings, **sending)
        self.send_id = send_id
        self.message_id = message_id


class UnknownContact(IContactError, LookupError):
    """No contact of the folder has the address that was given."""


class UnknownCustomField(CallError):
    """The folder does not have some custom fields. The rest of the contact was stored.

    Args:
        names: Their private names.
        contact_id: The contact that was stored.
        call: The request.
    """

    def __init__(self, names: Sequence[str], *, contact_id: int, call: CallSummary) -> None:
        super().__init__(
            f"this folder has no custom field {', '.join(map(repr, names))}; the rest of contact "
            f"{contact_id} was stored. Create the field (folder.custom_fields.create) or correct "
            "its name",
            call=call,
        )
        self.names: tuple[str, ...] = tuple(names)
        self.contact_id = contact_id


class DecodeError(CallError, ValueError):
    """The answer cannot be read: it is not JSON, or not of iContact's shape.

    Attributes:
        problems: One line per bad field: its path and what was expected. Never the value of a
            personal field.
    """

    def __init__(self, problems: Sequence[str], **sending: Unpack[_Sending]) -> None:
        super().__init__(_wording.listed(problems, separator="; "), **sending)
        self.problems: tuple[str, ...] = tuple(problems)


_BY_STATUS: Mapping[int, type[APIError]] = {
    400: BadRequest,
    401: AuthenticationError,
    402: PaymentRequired,
    403: PermissionDenied,
    404: NotFound,
    405: MethodNotAllowed,
    429: Throttled,
    503: Throttled,
    507: StorageFull,
}


def class_for_status(status: int) -> type[APIError]:
    """Return the error class for an HTTP status."""
    return _BY_STATUS.get(status, ServerError if status >= 500 else APIError)
