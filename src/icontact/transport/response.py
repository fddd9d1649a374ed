"""Make results of answers, and of errors in place of answers (API 2.4, 2.7, 4)."""

from __future__ import annotations

import json
import re
import ssl
from collections.abc import Mapping
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import attrs
import requests
from urllib3 import exceptions as urllib3_exceptions

from icontact.auth import Credentials, redact
from icontact.errors import (
    CallError,
    CallSummary,
    ConnectError,
    DecodeError,
    NotFound,
    RedirectRefused,
    RejectedError,
    RequestTimeout,
    Throttled,
    TransportError,
    class_for_status,
)
from icontact.transport.call import Answer
from icontact.transport.connections import LONGEST_ANSWER, NotConnected, Received
from icontact.transport.retry import FailureKind, failure_for_status

__all__ = ["AttemptResult", "classify_exception", "parse_response"]

#: A deleted list answers with a 500 that says this (API 8.1).
_GONE = re.compile(r"No result for \(.*\)\.")

#: How much of one text of the server is kept.
_LONGEST_TEXT = 500


@attrs.frozen(kw_only=True)
class AttemptResult:
    """Either an answer or an error, and what the retry policy has to know.

    Attributes:
        outcome: The answer or the error.
        failure: What went wrong, if a later attempt may do better.
        retry_after: Seconds that the server asks to wait.
        is_wrong_address: Whether nothing answers at the address: an unknown host name, a refused
            connection, or a certificate of another host.
    """

    outcome: Answer | CallError
    failure: FailureKind | None = None
    retry_after: float | None = None
    is_wrong_address: bool = False


def parse_response(
    received: Received, call: CallSummary, credentials: Credentials | None
) -> AttemptResult:
    """Return the result of an answer. The content type is ignored: JSON comes as text/html too.

    Args:
        received: The answer.
        call: The request.
        credentials: Their values must not appear in the texts.
    """
    status, content = received.status, received.content
    if 300 <= status < 400:
        return AttemptResult(outcome=RedirectRefused(_redirect(status), call=call))
    payload, problem = _parse(content)
    errors = texts(payload, "errors", credentials)
    warnings = texts(payload, "warnings", credentials)
    if status >= 400:
        messages = errors or ((problem,) if problem else ())
        return _failure(status, received.headers, messages, warnings, call)
    if problem:
        failure = FailureKind.INVALID_BODY if content is not None else FailureKind.BODY_TOO_LARGE
        return AttemptResult(outcome=DecodeError([problem], call=call), failure=failure)
    if errors:
        return AttemptResult(outcome=RejectedError(errors + warnings, call=call))
    return AttemptResult(
        outcome=Answer(
            status=status,
            payload=payload,
            warnings=warnings,
            call=call,
            body_bytes=len(content or b""),
        )
    )


def _failure(
    status: int,
    headers: Mapping[str, str],
    said: tuple[str, ...],
    warnings: tuple[str, ...],
    call: CallSummary,
) -> AttemptResult:
    if status == 500 and any(map(_GONE.fullmatch, said)):
        return AttemptResult(outcome=NotFound(status, said, warnings=warnings, call=call))
    failure = failure_for_status(status)
    kind = class_for_status(status)
    if kind is not Throttled:
        return AttemptResult(
            outcome=kind(status, said, warnings=warnings, call=call), failure=failure
        )
    wish = _retry_after(headers)
    throttled = Throttled(status, said, warnings=warnings, call=call, retry_after=wish)
    return AttemptResult(outcome=throttled, failure=failure, retry_after=wish)


def classify_exception(problem: Exception, call: CallSummary) -> AttemptResult:
    """Return the result of an attempt without an answer: never reached, or maybe applied.

    Nothing of the exception is kept: it has the prepared request with the credentials.
    """
    chain = list(_chain(problem))
    if any(isinstance(link, _UNREACHED) for link in chain):
        why = [link.why for link in chain if isinstance(link, NotConnected) and link.why]
        said = f"no connection: {why[0] if why else _reason(chain)}"
        is_wrong = any(isinstance(link, _WRONG_ADDRESS) for link in chain)
        if is_wrong:
            said += "; check base_url and the network"
        return AttemptResult(
            outcome=ConnectError(said, call=call),
            failure=FailureKind.NOT_CONNECTED,
            is_wrong_address=is_wrong,
        )
    error: TransportError
    if any(isinstance(link, _TIMED_OUT) for link in chain):
        error = RequestTimeout("no answer in time", call=call)
    else:
        error = TransportError(f"the connection broke: {_reason(chain)}", call=call)
    return AttemptResult(outcome=error, failure=FailureKind.NO_RESPONSE)


#: Raised before the first byte of a request can have left.
_UNREACHED = (
    NotConnected,
    ssl.SSLCertVerificationError,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.ProxyError,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidProxyURL,
    requests.exceptions.InvalidHeader,
    urllib3_exceptions.NewConnectionError,
    urllib3_exceptions.ConnectTimeoutError,
    ConnectionRefusedError,
)
_WRONG_ADDRESS = (
    urllib3_exceptions.NewConnectionError,
    ConnectionRefusedError,
    ssl.SSLCertVerificationError,
)
_TIMED_OUT = (
    requests.exceptions.Timeout,
    urllib3_exceptions.ReadTimeoutError,
    TimeoutError,
)


def _chain(problem: BaseException) -> Any:
    """Yield an exception and those in it: requests keeps urllib3's in its arguments."""
    seen: set[int] = set()
    waiting: list[Any] = [problem]
    while waiting:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and id(link) not in seen:
            seen.add(id(link))
            yield link
            waiting += [*link.args, getattr(link, "reason", None), link.__cause__]


def _reason(chain: list[BaseException]) -> str:
    """Return the class of the innermost exception, and the system's text if it has one."""
    innermost = chain[-1]
    said = getattr(innermost, "strerror", None)
    return f"{type(innermost).__name__}" + (f", {said}" if isinstance(said, str) else "")


def _redirect(status: int) -> str:
    return f"{status}: redirects are refused, so that credentials stay on this host; check base_url"


def _parse(content: bytes | None) -> tuple[Any, str | None]:
    """Return the JSON and no problem, or nothing and the problem in words."""
    if content is None:
        return None, f"expected JSON, got something longer than {LONGEST_ANSWER} bytes"
    try:
        text = content.decode("utf-8-sig").strip()
    except UnicodeDecodeError:
        # Read with replacements, a name would be written back with them.
        return None, f"expected JSON, got something that is not UTF-8 ({len(content)} bytes)"
    try:
        return json.loads(text, parse_constant=_refuse), None
    except (ValueError, RecursionError):
        if not text:
            return None, "expected JSON, got an empty body"
        kind = "an HTML page" if text.startswith("<") else "something else, or JSON cut short"
        return None, f"expected JSON, got {kind} ({len(content)} bytes)"


def _refuse(constant: str) -> Any:
    raise ValueError(f"{constant} is not JSON")


def texts(payload: Any, key: str, credentials: Credentials | None) -> tuple[str, ...]:
    """Return the server's sentences under a key, redacted. They may come in any shape."""
    found = payload.get(key) if isinstance(payload, dict) else None
    return tuple(redact(text, credentials)[:_LONGEST_TEXT] for text in _sentences(found))


def _sentences(found: Any) -> list[str]:
    said: list[str] = []
    waiting = [found]
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            inner = value.values() if isinstance(value, dict) else value
            waiting += reversed(list(inner))
        elif value is not None:
            said.append(str(value))
    return said


def _retry_after(headers: Mapping[str, str]) -> float | None:
    """Read ``Retry-After``, which iContact has never been seen to send (API 2.9)."""
    value = headers.get("Retry-After", "")
    try:
        return max(0.0, float(value))
    except ValueError:
        pass
    try:
        moment = parsedate_to_datetime(value)
    except (ValueError, OverflowError):
        return None
    if moment.tzinfo is None:
        moment = moment.replace(tzinfo=UTC)
    return max(0.0, (moment - datetime.now(UTC)).total_seconds())
