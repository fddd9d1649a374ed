"""Make results of answers, and of errors in place of answers (API 2.4, 2.7, 4)."""

from __future__ import annotations

import json
import re
import ssl
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any

import attrs
import requests
from urllib3 import exceptions as urllib3_exceptions

from icontact.auth import Credentials, redact
from icontact.errors import (
    APIError,
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

#: How many characters of all texts of an answer are read, and what each text counts beside its own.
#: An answer may have 64 MiB of them, and to look for secrets in these would take minutes.
_MOST_CHARACTERS = 4_000_000
_CHARACTERS_BESIDE = 50


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
    """Return the result of an answer, with the credentials taken out of its texts.

    The content type is ignored: JSON comes as text/html too.
    """
    status, content = received.status, received.content
    if 300 <= status < 400:
        said = "redirects are refused, so that credentials stay on this host; check base_url"
        return AttemptResult(outcome=RedirectRefused(f"{status}: {said}", call=call))
    payload, problem = _parse(content)
    errors = _texts(payload, "errors", credentials)
    # A client looks for "notices", too (API 2.4).
    warnings = _texts(payload, "warnings", credentials) + _texts(payload, "notices", credentials)
    if status >= 400:
        errors = errors or ((problem,) if problem else ())
        error: APIError
        if status == 500 and any(map(_GONE.fullmatch, errors)):
            error = NotFound(status, errors, warnings=warnings, call=call)
            return AttemptResult(outcome=error)
        kind, wish = class_for_status(status), None
        if kind is Throttled:
            wish = _retry_after(received.headers.get("Retry-After", ""))
            error = Throttled(status, errors, warnings=warnings, call=call, retry_after=wish)
        else:
            error = kind(status, errors, warnings=warnings, call=call)
        return AttemptResult(outcome=error, failure=failure_for_status(status), retry_after=wish)
    if problem:
        failure = FailureKind.BODY_TOO_LARGE if content is None else FailureKind.INVALID_BODY
        return AttemptResult(outcome=DecodeError([problem], call=call), failure=failure)
    if errors:
        return AttemptResult(outcome=RejectedError(errors + warnings, call=call))
    size = len(content or b"")
    return AttemptResult(
        outcome=Answer(
            status=status, payload=payload, warnings=warnings, call=call, body_bytes=size
        )
    )


def classify_exception(
    problem: Exception, call: CallSummary, address: str = "base_url"
) -> AttemptResult:
    """Return the result of an attempt without an answer: never reached, or maybe applied.

    Nothing of the exception is kept: it has the prepared request with the credentials.

    Args:
        problem: What requests raised.
        call: The request.
        address: What to call the address of the server in errors.
    """
    chain: list[BaseException] = []
    waiting: list[Any] = [problem]
    while waiting:
        link = waiting.pop(0)
        if isinstance(link, BaseException) and not any(link is one for one in chain):
            chain.append(link)
            # requests keeps urllib3's exceptions in its arguments.
            waiting += [*link.args, getattr(link, "reason", None), link.__cause__]
    innermost = chain[-1]
    reason, system = type(innermost).__name__, getattr(innermost, "strerror", None)
    if isinstance(system, str):
        reason += f", {system}"
    if any(isinstance(link, _UNREACHED) for link in chain):
        known = [link for link in chain if isinstance(link, NotConnected) and link.why]
        said = f"no connection: {known[0].why if known else reason}"
        is_wrong = any(isinstance(link, _WRONG_ADDRESS) for link in chain)
        if is_wrong:
            said += f"; check {address}, the network, and HTTPS_PROXY if it is set"
        return AttemptResult(
            outcome=ConnectError(said, call=call),
            failure=None if known and known[0].is_lasting else FailureKind.NOT_CONNECTED,
            is_wrong_address=is_wrong,
        )
    error: TransportError
    if any(isinstance(link, _TIMED_OUT) for link in chain):
        error = RequestTimeout("no answer in time", call=call)
    else:
        error = TransportError(f"the connection broke: {reason}", call=call)
    return AttemptResult(outcome=error, failure=FailureKind.NO_RESPONSE)


_WRONG_ADDRESS = (
    urllib3_exceptions.NewConnectionError,
    ConnectionRefusedError,
    ssl.SSLCertVerificationError,
)
#: Raised before the first byte of a request can have left. Not ProxyError: urllib3 raises it also
#: for a tunnel that broke after the request.
_UNREACHED = (
    *_WRONG_ADDRESS,
    NotConnected,
    requests.exceptions.ConnectTimeout,
    requests.exceptions.InvalidSchema,
    requests.exceptions.InvalidURL,
    requests.exceptions.InvalidProxyURL,
    urllib3_exceptions.ConnectTimeoutError,
)
_TIMED_OUT = (
    requests.exceptions.Timeout,
    urllib3_exceptions.ReadTimeoutError,
    TimeoutError,
)


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
        # int() refuses the constants that are not JSON: NaN and Infinity.
        return json.loads(text, parse_constant=int), None
    except (ValueError, RecursionError):
        if not text:
            return None, "expected JSON, got an empty body"
        kind = "an HTML page" if text.startswith("<") else "something else, or JSON cut short"
        return None, f"expected JSON, got {kind} ({len(content)} bytes)"


def _texts(payload: Any, key: str, credentials: Credentials | None) -> tuple[str, ...]:
    """Return the server's sentences under a key, redacted. They may come in any shape.

    Where they are too long or too many, a last sentence says how many were left out.
    """
    said: list[str] = []
    left, left_out = _MOST_CHARACTERS, 0
    waiting = [payload.get(key)] if isinstance(payload, dict) else []
    while waiting:
        value = waiting.pop()
        if isinstance(value, dict | list):
            waiting += reversed(list(value.values() if isinstance(value, dict) else value))
        elif value is not None:
            text = str(value)
            cost = len(text) + _CHARACTERS_BESIDE
            if cost > left:
                left_out += 1
                continue
            left -= cost
            said.append(redact(text, credentials)[:_LONGEST_TEXT])
    if left_out:
        said.append(f"{left_out} more that are too long or too many to be read")
    return tuple(said)


def _retry_after(value: str) -> float | None:
    """Read ``Retry-After``, which iContact has never been seen to send (API 2.9)."""
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
