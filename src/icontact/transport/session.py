"""Sends one call, safely: limits, time-outs, repeats where they cannot harm, no redirects."""

from __future__ import annotations

import json
import logging
import random
import re
import threading
import time
from collections.abc import Callable
from typing import Any, NoReturn

import attrs
from urllib3.exceptions import HTTPError

from icontact.auth import Credentials, HeaderAuth
from icontact.cancellation import cancellable_sleep, check_cancelled
from icontact.errors import CallError, CallSummary, IContactError, RequestTimeout
from icontact.limits import AdaptiveLimiter, Limiter, ResponseListener
from icontact.transport.call import Answer, Call, Event
from icontact.transport.checks import Timeout, checked_agent, checked_timeout, checked_url
from icontact.transport.connections import Pool, receive, redacted_logs
from icontact.transport.response import AttemptResult, classify_exception, parse_response
from icontact.transport.retry import THROTTLED, FailureKind, RetryPolicy, Safety, may_be_applied

__all__ = ["API_VERSION", "DEFAULT_BASE_URL", "Transport"]

DEFAULT_BASE_URL = "https://app.icontact.com/icp"
API_VERSION = "2.2"

_ABOUT_SIZE = (FailureKind.SERVER_ERROR, FailureKind.INVALID_BODY, FailureKind.BODY_TOO_LARGE)

logger: logging.Logger = logging.getLogger("icontact")


class Transport:
    """Sends calls to one base URL with one set of credentials. May be shared by threads.

    Takes what :class:`icontact.Client` takes, and what tests put in the place of time and chance:
    ``draw`` returns a random number from 0 up to 1, for jitter. The credentials are attached to
    each request as it is sent, never stored on the session. Plain ``http`` goes past every proxy.
    ``on_event`` must not raise: it is called between a request and the reading of its answer.

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
        self.base_url: str = checked_url(base_url)
        self.limiter: Limiter = (
            AdaptiveLimiter(clock=clock, sleep=sleep) if limiter is None else limiter
        )
        self._listener = self.limiter if isinstance(self.limiter, ResponseListener) else None
        self.credentials = credentials
        self._auth = None if credentials is None else HeaderAuth(credentials)
        self.timeout: Timeout = checked_timeout(timeout)
        self._retry = RetryPolicy() if retry is None else retry
        self._on_event = on_event
        self._clock, self._sleep, self._draw = clock, sleep, draw
        #: Seconds that requests waited so far, by the limit or before they were repeated.
        self.waited: float = 0.0
        self._counting = threading.Lock()
        #: Whether the server ever answered: before that a refused connection is a wrong address.
        self._answered = False
        headers = {
            "Accept": "application/json",
            "Accept-Encoding": "gzip",
            "API-Version": API_VERSION,
            "User-Agent": checked_agent(user_agent),
        }
        self._pool = Pool(headers, self.base_url)

    def __repr__(self) -> str:
        # A report of an error shows transports that were never finished, too.
        return f"Transport(base_url={vars(self).get('base_url')!r})"

    def __reduce__(self) -> NoReturn:
        raise TypeError(
            "a client is not pickled: make the client in the process that uses it, as with "
            "Client.from_env()"
        )

    def close(self) -> None:
        """Close the connections that are kept open."""
        self._pool.close()

    def send(self, call: Call) -> Answer:
        """Send a call, and send it again where that cannot harm.

        Raises:
            TransportError: If no usable answer came; see ``maybe_applied``.
            APIError: If iContact refused the request.
            RejectedError: If it answered 200 with nothing but errors.
            DecodeError: If the answer is not JSON.
        """
        summary = call.summary()
        data = None if call.body is None else _encoded(call.body)
        started, attempt, maybe_applied = self._clock(), 0, False
        error: CallError | None = None
        while True:
            attempt += 1
            try:
                waited = self.limiter.acquire()
            except IContactError:
                if error is None:
                    raise
                # The request went out before, and that error says whether it may be carried out.
                raise error from None
            if waited > 0:
                self._add_wait(waited)
                self._emit("wait", summary, attempt, seconds=waited)
                logger.info("%s: waited %.1f s for the limit", _template(summary), waited)
            check_cancelled()
            sent = self._clock()
            try:
                with redacted_logs():
                    # No variable for the response, which leads to the request's credentials.
                    received = receive(
                        self._pool.session.request(
                            call.method,
                            f"{self.base_url}/{call.path}",
                            params=call.params,
                            data=data,
                            headers=None if data is None else {"Content-Type": call.content_type},
                            auth=self._auth if call.authenticated else None,
                            timeout=self.timeout,
                            allow_redirects=False,
                            stream=True,
                        )
                    )
            except (OSError, HTTPError, ValueError) as problem:
                result, status = classify_exception(problem, summary), None
            else:
                self._answered = True
                status = received.status
                result = parse_response(received, summary, self.credentials)
            # Errors are raised here, where nothing leads to the request and its credentials.
            elapsed = self._clock() - started
            self._report(result, summary, attempt, status, self._clock() - sent)
            if isinstance(result.outcome, Answer):
                return attrs.evolve(result.outcome, attempts=attempt, elapsed=elapsed)
            maybe_applied |= (
                result.failure is not None
                and call.safety is not Safety.READ
                and may_be_applied(result.failure)
            )
            error = result.outcome
            error.attempts, error.elapsed = attempt, elapsed
            error.maybe_applied = maybe_applied
            pause = self._pause(call, result, attempt, elapsed)
            if pause is None:
                raise error
            self._emit("retry", summary, attempt, seconds=pause)
            shown = _template(summary)
            logger.info("%s: again in %.1f s (attempt %d)", shown, pause, attempt)
            cancellable_sleep(self._sleep, pause)
            self._add_wait(pause)

    def _pause(
        self, call: Call, result: AttemptResult, attempt: int, elapsed: float
    ) -> float | None:
        """Return the seconds until the next attempt, or None if there is to be none."""
        if result.failure is None or (result.is_wrong_address and not self._answered):
            return None
        about_size = result.failure in _ABOUT_SIZE or isinstance(result.outcome, RequestTimeout)
        if call.may_be_too_large and about_size:
            return None
        return self._retry.pause(
            safety=call.safety,
            failure=result.failure,
            attempt=attempt,
            elapsed=elapsed,
            retry_after=result.retry_after,
            draw=self._draw(),
        )

    def _report(
        self,
        result: AttemptResult,
        call: CallSummary,
        attempt: int,
        status: int | None,
        seconds: float,
    ) -> None:
        """Tell the log, the limiter and the caller about an attempt."""
        if logger.isEnabledFor(logging.DEBUG):
            shown, milliseconds = _template(call), round(seconds * 1000)
            logger.debug("%s %s %d ms attempt %d", shown, status, milliseconds, attempt)
        if status is not None and self._listener is not None:
            self._listener.report(throttled=result.failure in THROTTLED)
        self._emit("request", call, attempt, status=status, seconds=seconds)
        if isinstance(result.outcome, Answer) and result.outcome.warnings:
            self._emit("warning", call, attempt, texts=result.outcome.warnings)

    def _emit(self, kind: str, call: CallSummary, attempt: int, **facts: Any) -> None:
        if self._on_event is not None:
            self._on_event(Event(kind=kind, call=call, attempt=attempt, **facts))

    def _add_wait(self, seconds: float) -> None:
        with self._counting:
            self.waited += seconds


def _encoded(body: Any) -> bytes:
    if isinstance(body, bytes):
        return body
    try:
        return json.dumps(body, separators=(",", ":"), allow_nan=False).encode()
    except (TypeError, ValueError) as problem:
        text = f"the call's body cannot be sent as JSON: {problem}"
        raise type(problem)(text) from None


def _template(call: CallSummary) -> str:
    """Return the text of a call for a log: without ids, and without the query."""
    return f"{call.method} " + re.sub(r"\d+", "{id}", call.path)
