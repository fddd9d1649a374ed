"""Sends one call, safely: limits, time-outs, repeats where they cannot harm, no redirects."""

from __future__ import annotations

import json
import logging
import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

import attrs
import requests
from urllib3.exceptions import HTTPError

from icontact._version import __version__
from icontact.auth import Anonymous, Credentials, HeaderAuth
from icontact.cancellation import cancellable_sleep, check_cancelled
from icontact.errors import CallError, ConfigError, RequestTimeout
from icontact.limits import AdaptiveLimiter, Limiter, ResponseListener
from icontact.transport.call import Answer, Call, Event
from icontact.transport.connections import Pool, is_loopback, receive
from icontact.transport.log_redaction import redacted_logs
from icontact.transport.response import AttemptResult, classify_exception, parse_response
from icontact.transport.retry import FailureKind, RetryPolicy, Safety, may_be_applied

__all__ = ["API_VERSION", "DEFAULT_BASE_URL", "Timeout", "Transport"]

DEFAULT_BASE_URL = "https://app.icontact.com/icp"
API_VERSION = "2.2"

#: Seconds to connect, and seconds without a byte of the answer. The whole of an answer may take
#: ten times the latter.
Timeout = tuple[float, float]

_NOT_IN_BASE = re.compile(r"[\x00-\x20\x7f?#@\\]")
_ABOUT_SIZE = (FailureKind.SERVER_ERROR, FailureKind.INVALID_BODY, FailureKind.BODY_TOO_LARGE)
_THROTTLED = (FailureKind.THROTTLED_429, FailureKind.UNAVAILABLE_503)

logger: logging.Logger = logging.getLogger("icontact")


class Transport:
    """Sends calls to one base URL with one set of credentials. May be shared by threads.

    Args:
        credentials: Attached to each request as it is sent, never stored on the session.
        base_url: ``https``; plain ``http`` only for loopback, and past every proxy.
        timeout: Seconds to connect, and seconds to wait for the answer's next byte; the whole of
            an answer may take ten times as long.
        retry: What is repeated, how often, and after how long.
        limiter: Holds requests back; by default one that adapts to what iContact allows.
        user_agent: Put before the library's own name.
        on_event: Called with every :class:`Event`. Must not raise: it is called between a request
            and the reading of its answer.
        clock: Seconds, monotonic.
        sleep: Waits so many seconds.
        draw: Returns a random number from 0 up to 1, for jitter.

    Raises:
        ConfigError: If the base URL, the time-out or the user agent cannot be used.
    """

    def __init__(
        self,
        credentials: Credentials | None,
        *,
        base_url: str = DEFAULT_BASE_URL,
        timeout: Timeout = (5, 30),
        retry: RetryPolicy | None = None,
        limiter: Limiter | None = None,
        user_agent: str | None = None,
        on_event: Callable[[Event], None] | None = None,
        clock: Callable[[], float] = time.monotonic,
        sleep: Callable[[float], None] = time.sleep,
        draw: Callable[[], float] = random.random,
    ) -> None:
        self.base_url: str = _checked_url(base_url)
        self.limiter: Limiter = (
            AdaptiveLimiter(clock=clock, sleep=sleep) if limiter is None else limiter
        )
        self.credentials = credentials
        self._auth = Anonymous() if credentials is None else HeaderAuth(credentials)
        self._anonymous = Anonymous()
        self._timeout = _checked_timeout(timeout)
        self._retry = RetryPolicy() if retry is None else retry
        self._on_event = on_event
        self._clock, self._sleep, self._draw = clock, sleep, draw
        #: Seconds that requests were held back so far, by the limit or before they were repeated.
        self.waited: float = 0.0
        self._counting = threading.Lock()
        # A proxy of plain HTTP would read the credentials.
        secure = self.base_url.startswith("https:")
        self._pool = Pool(_headers(_checked_agent(user_agent)), proxies=secure)

    def __repr__(self) -> str:
        return f"Transport(base_url={vars(self).get('base_url')!r})"

    @property
    def _session(self) -> requests.Session:
        return self._pool.session

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._session.close()

    def send(self, call: Call) -> Answer:
        """Send a call, and send it again where that cannot harm.

        Raises:
            TransportError: If no usable answer came; ``maybe_applied`` tells whether to look.
            APIError: If iContact refused.
            RejectedError: If it answered 200 with nothing but errors.
            DecodeError: If the answer is no JSON.
        """
        summary = call.summary()
        data = None if call.body is None else _encoded(call.body)
        started, attempt, maybe_applied = self._clock(), 0, False
        while True:
            attempt += 1
            self._wait_for_limit(call, attempt)
            sent = self._clock()
            try:
                with redacted_logs():
                    # No variable for the response, which leads to the request's credentials.
                    received = receive(
                        self._session.request(
                            call.method,
                            f"{self.base_url}/{call.path}",
                            params=call.params,
                            data=data,
                            headers={"Content-Type": call.content_type}
                            if data is not None
                            else None,
                            auth=self._auth if call.authenticated else self._anonymous,
                            timeout=self._timeout,
                            allow_redirects=False,
                            stream=True,
                        )
                    )
            except (OSError, HTTPError, ValueError) as problem:
                result, status = classify_exception(problem, summary), None
            else:
                status = received.status
                result = parse_response(
                    status, received.headers, received.content, summary, self.credentials
                )
            elapsed = self._clock() - started
            self._tell_request(result, call, attempt, status, self._clock() - sent)
            if isinstance(result.outcome, Answer):
                return attrs.evolve(result.outcome, attempts=attempt, elapsed=elapsed)
            maybe_applied |= _may_be_applied(call, result)
            pause = self._pause(call, result, attempt, elapsed)
            if pause is None:
                raise _completed(result.outcome, attempt, elapsed, maybe_applied)
            self._tell(Event(kind="retry", call=summary, attempt=attempt, seconds=pause))
            logger.info("%s: again in %.1f s (attempt %d)", _shown(call), pause, attempt)
            cancellable_sleep(self._sleep, pause)
            self._add_wait(pause)

    def _add_wait(self, seconds: float) -> None:
        with self._counting:
            self.waited += seconds

    def _wait_for_limit(self, call: Call, attempt: int) -> None:
        waited = self.limiter.acquire()
        if waited > 0:
            self._add_wait(waited)
            self._tell(Event(kind="wait", call=call.summary(), attempt=attempt, seconds=waited))
            logger.info("%s: waited %.1f s for the limit", _shown(call), waited)
        check_cancelled()

    def _pause(
        self, call: Call, result: AttemptResult, attempt: int, elapsed: float
    ) -> float | None:
        if result.failure is None or (call.may_be_too_large and _is_about_size(result)):
            return None
        return self._retry.pause(
            safety=call.safety,
            failure=result.failure,
            attempt=attempt,
            elapsed=elapsed,
            retry_after=result.retry_after,
            draw=self._draw(),
        )

    def _tell_request(
        self, result: AttemptResult, call: Call, attempt: int, status: int | None, seconds: float
    ) -> None:
        milliseconds = round(seconds * 1000)
        logger.debug("%s %s %d ms attempt %d", _shown(call), status, milliseconds, attempt)
        if status is not None and isinstance(self.limiter, ResponseListener):
            self.limiter.report(throttled=result.failure in _THROTTLED)
        if self._on_event is None:
            return
        summary = call.summary()
        self._tell(
            Event(kind="request", call=summary, attempt=attempt, status=status, seconds=seconds)
        )
        if isinstance(result.outcome, Answer) and result.outcome.warnings:
            texts = result.outcome.warnings
            self._tell(Event(kind="warning", call=summary, attempt=attempt, texts=texts))

    def _tell(self, event: Event) -> None:
        if self._on_event is not None:
            self._on_event(event)


def _headers(agent: str) -> dict[str, str]:
    return {
        "Accept": "application/json",
        "Accept-Encoding": "gzip",
        "API-Version": API_VERSION,
        "User-Agent": agent,
    }


def _encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    try:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as problem:
        text = f"the call's body cannot be sent as JSON: {problem}"
        raise type(problem)(text) from None


def _shown(call: Call) -> str:
    """Name a call in a log: the path's template, and no value of the query."""
    template = re.sub(r"\d+", "{id}", call.summary().path)
    return f"{call.method} {template}"


def _may_be_applied(call: Call, result: AttemptResult) -> bool:
    return (
        call.safety is not Safety.READ
        and result.failure is not None
        and may_be_applied(result.failure)
    )


def _is_about_size(result: AttemptResult) -> bool:
    """Return whether a smaller request may go through where this one failed."""
    return result.failure in _ABOUT_SIZE or isinstance(result.outcome, RequestTimeout)


def _completed(error: CallError, attempts: int, elapsed: float, maybe_applied: bool) -> CallError:
    error.attempts, error.elapsed, error.maybe_applied = attempts, elapsed, maybe_applied
    return error


def _checked_url(base_url: str) -> str:
    scheme, host = _scheme_and_host(base_url)
    if not host or _NOT_IN_BASE.search(base_url) or not base_url.isprintable():
        raise ConfigError(
            "base_url must look like https://app.icontact.com/icp, without user, query or fragment"
        )
    if scheme != "https" and not (scheme == "http" and is_loopback(host)):
        raise ConfigError("base_url must begin with https:// (plain http only for loopback)")
    try:
        requests.Request("GET", base_url).prepare()
    except ValueError:
        sendable = False
    else:
        sendable = True
    if not sendable:
        raise ConfigError("base_url holds what cannot be sent: look at the name of the host")
    return base_url.rstrip("/")


def _scheme_and_host(url: object) -> tuple[str, str]:
    """Return both in lower case, or two empty texts for what is no URL."""
    if not isinstance(url, str):
        return "", ""
    try:
        parts = urlsplit(url)
        # Reading the port is what checks it.
        return (parts.scheme, parts.hostname or "") if parts.port != 0 else ("", "")
    except ValueError:
        return "", ""


def _checked_timeout(timeout: Timeout) -> Timeout:
    given = timeout if isinstance(timeout, tuple | list) else ()
    usable = [seconds for seconds in given if _is_timeout(seconds)]
    if len(given) != 2 or len(usable) != 2:
        raise ConfigError("timeout must be two positive numbers of seconds: (connect, read)")
    return usable[0], usable[1]


def _is_timeout(seconds: object) -> bool:
    number = isinstance(seconds, int | float) and not isinstance(seconds, bool)
    return number and 0 < seconds <= threading.TIMEOUT_MAX  # type: ignore[operator]  # number says so


def _checked_agent(user_agent: str | None) -> str:
    own = f"icontact-python/{__version__}"
    if user_agent is None:
        return own
    printable = user_agent.isascii() and user_agent.isprintable()
    if not printable or not user_agent or user_agent != user_agent.strip():
        raise ConfigError("user_agent must be printable ASCII, such as my-app/1.0")
    return f"{user_agent} {own}"
