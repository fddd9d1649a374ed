from __future__ import annotations

import email.utils
import gc
import json
import socket
import ssl
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import urllib3
from hypothesis import given, settings
from hypothesis import strategies as st
from requests import exceptions as requests_exceptions
from urllib3 import exceptions as urllib3_exceptions

from icontact import errors
from icontact.errors import CallSummary
from icontact.transport import Answer
from icontact.transport.connections import NotConnected, Received
from icontact.transport.response import AttemptResult, classify_exception, parse_response
from icontact.transport.retry import FailureKind
from tests.unit.support import CREDENTIALS

GET = CallSummary("GET", "a/1/c/2/lists/3")
POST = CallSummary("POST", "a/1/c/2/contacts")


def attempt_result(
    status: int,
    body: Any,
    *,
    headers: dict[str, str] | None = None,
    call: CallSummary = GET,
) -> AttemptResult:
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    received = Received(status=status, headers=headers or {}, content=content)
    return parse_response(received, call, CREDENTIALS)


def answer_in(found: AttemptResult) -> Any:
    return found.outcome if isinstance(found.outcome, Answer) else None


def error_in(found: AttemptResult) -> Any:
    return found.outcome if isinstance(found.outcome, errors.CallError) else None


def refused(status: int, body: Any, **options: Any) -> errors.APIError:
    error = error_in(attempt_result(status, body, **options))
    assert isinstance(error, errors.APIError)
    return error


POOL = urllib3.HTTPSConnectionPool("icontact.example", 443)
CONNECTION = urllib3.connection.HTTPConnection("icontact.example", 443)
RESET = ConnectionResetError(104, "Connection reset by peer")


def wrapped(reason: Exception) -> requests_exceptions.ConnectionError:
    return requests_exceptions.ConnectionError(
        urllib3_exceptions.MaxRetryError(POOL, "/icp/a", reason)
    )


def aborted(cause: Exception) -> requests_exceptions.ConnectionError:
    return requests_exceptions.ConnectionError(
        urllib3_exceptions.ProtocolError("Connection aborted.", cause)
    )


def tls(cause: ssl.SSLError) -> requests_exceptions.SSLError:
    reason = urllib3_exceptions.SSLError(cause)
    return requests_exceptions.SSLError(urllib3_exceptions.MaxRetryError(POOL, "/icp/a", reason))


NOT_REACHED = [
    requests_exceptions.ConnectTimeout(urllib3_exceptions.ConnectTimeoutError()),
    wrapped(urllib3_exceptions.NewConnectionError(CONNECTION, "[Errno 111] refused")),
    wrapped(urllib3_exceptions.NameResolutionError("x", CONNECTION, socket.gaierror(-2, "no"))),
    wrapped(urllib3_exceptions.ConnectTimeoutError()),
    aborted(ConnectionRefusedError(111, "Connection refused")),
    ConnectionRefusedError(111, "Connection refused"),
    requests_exceptions.ProxyError(wrapped(urllib3_exceptions.ProxyError("x", NotConnected()))),
    requests_exceptions.InvalidProxyURL("no host"),
    requests_exceptions.InvalidURL("bad label"),
    requests_exceptions.InvalidSchema("Missing dependencies for SOCKS support."),
    tls(ssl.SSLCertVerificationError(1, "certificate verify failed: expired")),
]

LOST = [
    aborted(RESET),
    # A tunnel that broke after the request.
    requests_exceptions.ProxyError(wrapped(urllib3_exceptions.ProxyError("x", RESET))),
    aborted(urllib3.exceptions.HTTPError("Remote end closed connection")),
    requests_exceptions.ChunkedEncodingError(urllib3_exceptions.IncompleteRead(5, 10)),
    requests_exceptions.ContentDecodingError(urllib3_exceptions.DecodeError("gzip")),
    # Headers of requests are checked beforehand, so the bad one is a header of an answer.
    requests_exceptions.InvalidHeader(urllib3_exceptions.InvalidHeader("two lengths")),
    requests_exceptions.RequestException("something"),
    tls(ssl.SSLEOFError(8, "EOF occurred in violation of protocol")),
    tls(ssl.SSLError(1, "[SSL] bad record mac")),
    requests_exceptions.SSLError(urllib3_exceptions.SSLError("bad record mac")),
    BrokenPipeError(32, "Broken pipe"),
    OSError("odd"),
    urllib3_exceptions.HTTPError("odd"),
    UnicodeError("odd"),
    ValueError("odd"),
]

LATE = [
    requests_exceptions.ReadTimeout(urllib3_exceptions.ReadTimeoutError(POOL, "/", "late")),
    requests_exceptions.ConnectionError(urllib3_exceptions.ReadTimeoutError(POOL, "/", "late")),
    aborted(TimeoutError("timed out")),
    TimeoutError("timed out"),
]


def shown(problem: Exception) -> str:
    return f"{type(problem).__name__}-{type(problem.args[0]).__name__ if problem.args else ''}"


@pytest.mark.parametrize("problem", NOT_REACHED, ids=shown)
def test_nothing_was_applied_where_the_server_was_never_reached(problem: Exception) -> None:
    found = classify_exception(problem, POST)
    assert type(error_in(found)) is errors.ConnectError
    assert found.failure is FailureKind.NOT_CONNECTED
    assert answer_in(found) is None


@pytest.mark.parametrize("problem", LOST, ids=shown)
def test_a_broken_connection_may_have_carried_the_request(problem: Exception) -> None:
    found = classify_exception(problem, POST)
    assert type(error_in(found)) is errors.TransportError
    assert found.failure is FailureKind.NO_RESPONSE


@pytest.mark.parametrize("problem", LATE, ids=shown)
def test_a_late_answer_may_follow_a_request_that_was_carried_out(problem: Exception) -> None:
    found = classify_exception(problem, POST)
    assert type(error_in(found)) is errors.RequestTimeout
    assert found.failure is FailureKind.NO_RESPONSE


@pytest.mark.parametrize("problem", [*NOT_REACHED, *LOST, *LATE], ids=shown)
def test_nothing_of_the_failure_is_kept(problem: Exception) -> None:
    try:
        raise problem
    except (OSError, urllib3_exceptions.HTTPError, ValueError) as caught:
        error = error_in(classify_exception(caught, POST))
    assert error is not None
    assert error.__context__ is None
    assert error.__cause__ is None
    kinds = {type(found).__module__.split(".")[0] for found in gc.get_referents(error)}
    assert not kinds & {"requests", "urllib3"}


def test_the_reason_is_the_innermost_and_the_system_s_word() -> None:
    assert str(error_in(classify_exception(aborted(RESET), POST))) == (
        "POST a/1/c/2/contacts: the connection broke: "
        "ConnectionResetError, Connection reset by peer"
    )


def test_a_failure_that_contains_itself_is_no_endless_loop() -> None:
    problem = requests_exceptions.ConnectionError()
    problem.args = (problem,)
    assert type(error_in(classify_exception(problem, POST))) is errors.TransportError


@pytest.mark.parametrize("status", [301, 302, 303, 304, 307, 308])
def test_a_redirect_is_refused_and_not_repeated(status: int) -> None:
    found = attempt_result(status, b"", headers={"Location": "https://elsewhere.example/"})
    assert isinstance(error_in(found), errors.RedirectRefused)
    assert found.failure is None
    assert "check base_url" in str(error_in(found))
    assert "elsewhere" not in str(error_in(found))


@pytest.mark.parametrize(
    ("body", "said"),
    [
        (b"", "an empty body"),
        (b"  \r\n", "an empty body"),
        (b"<html>Jo</html>", "an HTML page"),
        (b'{"contacts":[{"email":"jo', "JSON cut short"),
        (b"PHP Notice: jo{}", "something else"),
        (b'{"a": NaN}', "something else"),
        (b'{"a": -Infinity}', "something else"),
        (b"[" * 100_000, "something else"),
        (b'{"a": ' + b"9" * 5000 + b"}", "something else"),
        ('{"city": "Málaga"}'.encode("latin-1"), "UTF-8"),
        ('{"city": "Málaga"}'.encode("utf-16"), "UTF-8"),
    ],
    ids=["empty", "blank", "html", "cut", "php", "nan", "inf", "deep", "long", "latin", "utf-16"],
)
def test_a_200_that_is_no_json_is_garbled(body: bytes, said: str) -> None:
    found = attempt_result(200, body)
    assert isinstance(error_in(found), errors.DecodeError)
    assert found.failure is FailureKind.INVALID_BODY
    assert said in str(error_in(found))
    assert f"{len(body)} bytes" in str(error_in(found)) or not body.strip()
    assert "jo" not in str(error_in(found))


def test_json_counts_whatever_it_is_called() -> None:
    found = attempt_result(200, {"time": 1}, headers={"Content-Type": "text/html; charset=utf-8"})
    assert answer_in(found) is not None
    assert answer_in(found).payload == {"time": 1}
    assert answer_in(found).status == 200


def test_a_byte_order_mark_does_no_harm() -> None:
    found = attempt_result(200, b"\xef\xbb\xbf{}")
    assert answer_in(found) is not None


def test_warnings_beside_a_200_are_data() -> None:
    found = attempt_result(
        200, {"contacts": [], "warnings": ["past due, owner@example.com s3cret:pass"]}
    )
    assert answer_in(found) is not None
    assert answer_in(found).warnings == ("past due, <hidden> <hidden>",)


def test_errors_beside_a_200_are_a_rejection() -> None:
    found = attempt_result(200, {"errors": ["no"], "warnings": ["and mind jo@example.com"]})
    assert isinstance(error_in(found), errors.RejectedError)
    assert error_in(found).warnings == ("no", "and mind <address>")
    assert found.failure is None


@pytest.mark.parametrize(
    ("shape", "expected"),
    [
        (["a", "b"], ("a", "b")),
        ("a", ("a",)),
        (None, ()),
        ([], ()),
        ({}, ()),
        ({"error": "a", "other": ["b"]}, ("a", "b")),
        ([{"message": "a"}, None, ["b"]], ("a", "b")),
        ([7, True], ("7", "True")),
    ],
)
def test_sentences_come_in_every_shape(shape: Any, expected: tuple[str, ...]) -> None:
    assert refused(400, {"errors": shape, "warnings": shape}).errors == expected
    assert refused(400, {"errors": shape, "warnings": shape}).warnings == expected


def test_sentences_may_be_nested_as_deep_as_json_can_be_read() -> None:
    nested = b'{"errors": ' + b"[" * 700 + b'"a"' + b"]" * 700 + b"}"
    assert refused(400, nested).errors == ("a",)


@pytest.mark.parametrize("body", [b"[]", b'"text"', b"7", b"null", b"true"])
def test_an_error_that_is_no_object_has_no_text(body: bytes) -> None:
    assert refused(400, body).errors == ()
    found = answer_in(attempt_result(200, body))
    assert found is not None
    assert found.warnings == ()


def test_a_long_sentence_is_cut_after_it_was_redacted() -> None:
    text = "x" * 495 + " jo@example.com " + "y" * 1000
    (said,) = refused(400, {"errors": [text]}).errors
    assert len(said) == 500
    assert "jo" not in said


def test_of_an_answer_with_far_too_much_text_only_some_is_read() -> None:
    said = ["the first", *["x" * 1_000_000] * 9, "the last"]
    texts = refused(400, {"errors": said}).errors
    assert texts[0] == "the first"
    assert texts[-2:] == ("the last", "6 more that are too long or too many to be read")
    assert len(texts) == 6


@pytest.mark.no_cover
def test_a_sentence_for_each_row_of_a_large_request_is_kept() -> None:
    said = [f"Row {number}: {'x' * 200}" for number in range(10_000)]
    assert refused(400, {"errors": said}).errors == tuple(said)


def test_an_html_page_of_a_gateway_is_told_as_such() -> None:
    error = refused(502, b"<html><body>Bad Gateway</body></html>")
    assert error.errors == ("expected JSON, got an HTML page (37 bytes)",)


@pytest.mark.parametrize(
    ("status", "failure"),
    [
        (400, None),
        (401, None),
        (404, None),
        (406, None),
        (429, FailureKind.THROTTLED_429),
        (500, FailureKind.SERVER_ERROR),
        (501, None),
        (502, FailureKind.SERVER_ERROR),
        (503, FailureKind.UNAVAILABLE_503),
        (507, None),
    ],
)
def test_each_status_has_its_failure_kind(status: int, failure: FailureKind | None) -> None:
    found = attempt_result(status, {"errors": ["no"]})
    assert found.failure is failure
    assert isinstance(error_in(found), errors.class_for_status(status))


@pytest.mark.parametrize("method", ["GET", "POST", "PUT", "DELETE"])
def test_a_deleted_list_answers_500_and_is_not_found(method: str) -> None:
    call = CallSummary(method, "a/1/c/2/lists/205303")
    found = attempt_result(500, {"errors": ["No result for (205303)."]}, call=call)
    assert isinstance(error_in(found), errors.NotFound)
    assert error_in(found).status == 500
    assert found.failure is None


@pytest.mark.parametrize("text", ["No result", "No result for (1). And more", "Internal"])
def test_another_500_is_the_server_s_fault(text: str) -> None:
    found = attempt_result(500, {"errors": [text]})
    assert isinstance(error_in(found), errors.ServerError)
    assert found.failure is FailureKind.SERVER_ERROR


@pytest.mark.parametrize(
    ("value", "seconds"),
    [
        ("7", 7.0),
        (" 1.5 ", 1.5),
        ("-3", 0.0),
        ("", None),
        ("soon", None),
        ("Mon, 31 Feb 2020 00:00:00 GMT", None),
        ("Mon, 01 Jan 99999999999999999999 00:00:00 GMT", None),
        ("Wed, 21 Oct 2015 07:28:00 GMT", 0.0),
        ("Wed, 21 Oct 2015 07:28:00 -0000", 0.0),
        ("nan", 0.0),
    ],
)
@pytest.mark.parametrize("status", [429, 503])
def test_retry_after_is_read(value: str, seconds: float | None, status: int) -> None:
    found = attempt_result(status, {"errors": ["slow"]}, headers={"Retry-After": value})
    assert isinstance(error_in(found), errors.Throttled)
    assert error_in(found).retry_after == seconds
    assert found.retry_after == seconds


def test_a_date_of_retry_after_counts_from_now() -> None:
    later = email.utils.format_datetime(datetime.now(UTC) + timedelta(seconds=90), usegmt=True)
    found = attempt_result(503, b"", headers={"Retry-After": later})
    assert found.retry_after is not None
    assert 80 < found.retry_after <= 90


def test_without_retry_after_nobody_asked_to_wait() -> None:
    assert attempt_result(503, b"").retry_after is None


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(), inner, max_size=3),
    max_leaves=8,
)


@settings(max_examples=150)
@given(
    status=st.integers(200, 599),
    body=st.binary(max_size=30)
    | JSON.map(lambda value: json.dumps(value).encode())
    | st.fixed_dictionaries({"errors": JSON, "warnings": JSON}).map(
        lambda value: json.dumps(value).encode()
    ),
    retry_after=st.text(max_size=30),
)
def test_every_answer_is_either_an_answer_or_an_error(
    status: int, body: bytes, retry_after: str
) -> None:
    received = Received(status=status, headers={"Retry-After": retry_after}, content=body)
    found = parse_response(received, GET, None)
    assert (answer_in(found) is None) != (error_in(found) is None)
    assert answer_in(found) is None or 200 <= status < 300
    if error_in(found) is not None:
        assert len(str(error_in(found)).splitlines()) == 1


@given(header=st.text(st.sampled_from("MonJa, 0123459:+-GMT."), max_size=35))
def test_no_header_breaks_the_reading_of_retry_after(header: str) -> None:
    found = attempt_result(503, b"", headers={"Retry-After": header}).retry_after
    assert found is None or found >= 0
