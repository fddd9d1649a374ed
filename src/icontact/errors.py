"""Everything that can go wrong, one class per thing a caller would do differently.

::

    IContactError
    ├── ConfigError(ValueError)          credentials, ids, base URL, settings: mend the set-up
    │   └── ConsentError                 columns about consent are not read: .columns
    ├── TransportError                   no usable answer: look at .maybe_applied
    │   ├── ConnectError                 the server was never reached: nothing happened
    │   ├── RequestTimeout(TimeoutError) no answer in time: it may have happened
    │   └── RedirectRefused              somebody points elsewhere: credentials stay here
    ├── APIError                         iContact said no: .status .errors .warnings
    │   ├── BadRequest 400   AuthenticationError 401   PaymentRequired 402   PermissionDenied 403
    │   ├── NotFound 404 (LookupError)   MethodNotAllowed 405   StorageFull 507
    │   ├── Throttled 429 and 503        .retry_after
    │   └── ServerError 5xx
    ├── RejectedError                    HTTP 200, and nothing was stored: .warnings
    │   └── AlreadyScheduled             the message is on its way already: .send_id
    ├── UnknownCustomField               the folder lacks it; the rest was stored: .names
    ├── UnknownContact(LookupError)      no contact has the address
    ├── DecodeError(ValueError)          an answer that is not what iContact sends: .problems
    ├── PagingError                      a listing that cannot be trusted
    │   ├── IncompleteListing            fewer rows than iContact announced: .announced .received
    │   ├── RepeatedRows                 the server repeats rows, or sends more than it announced
    │   └── ListingShifted               rows came or went while it was read side by side
    ├── JournalError                     a push's journal cannot be used: mend that, push again
    ├── LimitReached                     the day's requests are used up: go on later: .seconds
    ├── LimitUnavailable                 the limiter's Redis or file is gone: it may come back
    └── MappingError(ValueError)         a row or a mapping that cannot be pushed: .field .row
        └── DoNotContact                 the row says that its person must not be mailed
            └── NoConsent                the row does not say that its person may be mailed

No error holds a credential, a request body or a query value, and every error can be pickled.
The status codes rest on iContact's page "HTTP Status Codes".
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

import attrs

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


#: A page of bad rows would make a text that nobody reads; ``problems`` holds them all.
_MOST_PROBLEMS = 10


class IContactError(Exception):
    """The root of every error that this library raises on purpose.

    ``str(error)`` is one line: what was asked, what came back, and what to do next where we know
    it.
    """

    def __str__(self) -> str:
        # The server's sentences may hold line breaks (API 2.6).
        return " ".join(super().__str__().split())

    def __reduce__(self) -> tuple[Any, ...]:
        # Errors have keyword-only constructors; pickling them by class and state needs no replay.
        return _rebuild, (type(self), self.args, self.__dict__)


def _rebuild(
    kind: type[IContactError], args: tuple[Any, ...], state: Mapping[str, Any]
) -> IContactError:
    error = kind.__new__(kind, *args)
    error.args = args
    error.__dict__.update(state)
    return error


class ConfigError(IContactError, ValueError):
    """The set-up is wrong: credentials, ids, the base URL, settings. Names everything at once."""


class ConsentError(ConfigError):
    """Columns of the input are about who may be mailed, and nothing reads them.

    Nothing was written. State each column as ``do_not_contact``, ``consent`` or ``ignore``.

    Args:
        problem: Which columns, and the way out.
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
        problem: What is wrong and the way out, without personal data.
        field: The iContact field concerned, such as ``"email"``.
        row: The row's place in the input, from 0, where there is one.
    """

    field: str | None
    row: int | None

    def __init__(self, problem: str, *, field: str | None = None, row: int | None = None) -> None:
        place = "" if row is None else f"row {row}: "
        super().__init__(place + problem)
        self.problem = problem
        self.field = field
        self.row = row

    def at_row(self, row: int) -> MappingError:
        """Return the same error, placed in the input."""
        return type(self)(self.problem, field=self.field, row=row)


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
        problem: What happened, and the way out.
        announced: How many rows iContact said there are.
        received: How many different rows came.
    """

    announced: int
    received: int

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

    What was handed out before is right as far as it goes. Read the listing again, or one page after
    another with ``workers=1``.
    """


class JournalError(IContactError):
    """The journal of a push cannot be used: it is in use, of another push, or cannot be written.

    Nothing is lost. What the journal holds stays there; once the cause is mended, the same push
    goes on with it.
    """


class LimitReached(IContactError):
    """The requests that may go out are used up for long, so that a push stopped to be resumed.

    Args:
        problem: What happened, and the way out.
        seconds: After how many seconds it can go on.
    """

    seconds: float

    def __init__(self, problem: str, *, seconds: float) -> None:
        super().__init__(problem)
        self.seconds = seconds


class LimitUnavailable(IContactError):
    """The limiter that several processes share cannot count a request, so that none is sent.

    Redis does not answer, or the limiter's file is gone, damaged or in use for too long. Its set-up
    was right when it was made, so that trying again may help. Nothing of the request was sent.
    """


@attrs.frozen
class CallSummary:
    """What may be told of a request: no value of the query, nothing of the body.

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


class CallError(IContactError):
    """What every error that belongs to one request has in common.

    Attributes:
        call: Method, path and names of the query parameters; no values, no body.
        attempts: How often the request was sent.
        elapsed: Seconds from the first attempt to the end, waits included.
        maybe_applied: Whether iContact may have carried the request out all the same.
    """

    call: CallSummary | None
    attempts: int
    elapsed: float
    maybe_applied: bool

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
        said = super().__str__()
        if self.attempts > 1:
            return f"{said} ({self.attempts} attempts in {self.elapsed:.1f} s)"
        return said

    def __str__(self) -> str:
        if self.call is None:
            return self.brief
        said = f"{self.call}: {self.brief}"
        if self.maybe_applied and self.call.method != "GET":
            said = f"{said.rstrip('.')}. It may have been applied: look at GET {self.call.path} "
            said += "before repeating."
        return said


class TransportError(CallError):
    """No usable answer arrived: a broken connection, or a redirect."""


class ConnectError(TransportError):
    """The server was never reached: name, port, certificate or proxy. Nothing was applied."""


class RequestTimeout(TransportError, TimeoutError):
    """The server took the request and did not answer in time."""


class RedirectRefused(TransportError):
    """The server answered with a redirect. Following one would hand the credentials on."""


class APIError(CallError):
    """iContact answered, and the answer is an error.

    Attributes:
        status: The HTTP status.
        errors: The server's texts, redacted.
        warnings: Texts that came beside them.
    """

    status: int
    errors: tuple[str, ...]
    warnings: tuple[str, ...]

    #: What to do next, where that is known from the class alone.
    hint = ""

    def __init__(
        self,
        status: int,
        errors: Sequence[str] = (),
        *,
        warnings: Sequence[str] = (),
        call: CallSummary | None = None,
        attempts: int = 1,
        elapsed: float = 0.0,
        maybe_applied: bool = False,
    ) -> None:
        said = " / ".join(errors) or "no text"
        message = f"{status}: {said}" + (f" ({self.hint})" if self.hint else "")
        super().__init__(
            message,
            call=call,
            attempts=attempts,
            elapsed=elapsed,
            maybe_applied=maybe_applied,
        )
        self.status = status
        self.errors = tuple(errors)
        self.warnings = tuple(warnings)


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
    """429, and 503: too many requests, or maintenance; iContact does not tell them apart.

    Attributes:
        retry_after: Seconds the server asks to wait, should it ever say so.
    """

    retry_after: float | None

    def __init__(
        self,
        status: int,
        errors: Sequence[str] = (),
        *,
        warnings: Sequence[str] = (),
        call: CallSummary | None = None,
        attempts: int = 1,
        elapsed: float = 0.0,
        maybe_applied: bool = False,
        retry_after: float | None = None,
    ) -> None:
        super().__init__(
            status,
            errors,
            warnings=warnings,
            call=call,
            attempts=attempts,
            elapsed=elapsed,
            maybe_applied=maybe_applied,
        )
        self.retry_after = retry_after


class ServerError(APIError):
    """Another 5xx: the fault is on iContact's side."""


class RejectedError(CallError):
    """HTTP 200, and nothing was stored (API 2.7).

    Attributes:
        warnings: iContact's sentences, redacted.
    """

    warnings: tuple[str, ...]

    def __init__(
        self,
        warnings: Sequence[str] = (),
        *,
        call: CallSummary | None = None,
        attempts: int = 1,
        elapsed: float = 0.0,
    ) -> None:
        said = " / ".join(warnings) or "iContact gave no reason"
        super().__init__(
            f"nothing was stored: {said}", call=call, attempts=attempts, elapsed=elapsed
        )
        self.warnings = tuple(warnings)


class AlreadyScheduled(RejectedError):
    """The message waits to be sent already, so nothing more was sent (API 13).

    Attributes:
        send_id: The send that exists.
        message_id: The message.
    """

    send_id: int
    message_id: int

    def __init__(
        self,
        warnings: Sequence[str] = (),
        *,
        send_id: int,
        message_id: int,
        call: CallSummary | None = None,
        attempts: int = 1,
        elapsed: float = 0.0,
    ) -> None:
        super().__init__(warnings, call=call, attempts=attempts, elapsed=elapsed)
        self.send_id = send_id
        self.message_id = message_id


class UnknownContact(IContactError, LookupError):
    """No contact of the folder has the address that was given."""


class UnknownCustomField(CallError):
    """Custom fields that the folder does not have. The rest of the contact was stored.

    Args:
        names: Their private names.
        contact_id: The contact that was stored.
        call: The request.
    """

    names: tuple[str, ...]
    contact_id: int

    def __init__(self, names: Sequence[str], *, contact_id: int, call: CallSummary) -> None:
        named = ", ".join(map(repr, names))
        super().__init__(
            f"this folder has no custom field {named}; the rest of contact {contact_id} was "
            "stored. Create the field (folder.custom_fields.create) or correct its name",
            call=call,
        )
        self.names = tuple(names)
        self.contact_id = contact_id


class DecodeError(CallError, ValueError):
    """An answer that cannot be read: not JSON, or not of iContact's shape.

    Attributes:
        problems: One line per bad field: its path and what was expected. Never the value of a
            personal field.
    """

    problems: tuple[str, ...]

    def __init__(
        self,
        problems: Sequence[str],
        *,
        call: CallSummary | None = None,
        attempts: int = 1,
        elapsed: float = 0.0,
        maybe_applied: bool = False,
    ) -> None:
        shown = list(problems[:_MOST_PROBLEMS])
        if len(problems) > _MOST_PROBLEMS:
            shown.append(f"and {len(problems) - _MOST_PROBLEMS} more")
        super().__init__(
            "; ".join(shown),
            call=call,
            attempts=attempts,
            elapsed=elapsed,
            maybe_applied=maybe_applied,
        )
        self.problems = tuple(problems)


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
    """Return the class for an HTTP status that is no success."""
    if found := _BY_STATUS.get(status):
        return found
    return ServerError if status >= 500 else APIError
