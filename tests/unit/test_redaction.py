"""What servers echo: no secret and no address in whatever spelling, and one printable line."""

from __future__ import annotations

import base64
import html
import json
import logging
import socket
import time
import unicodedata
from collections.abc import Callable
from urllib.parse import quote, quote_plus

import pytest
import responses
from hypothesis import given
from hypothesis import strategies as st

from icontact import Credentials, errors
from icontact.auth import redact
from icontact.sandbox import Sandbox
from icontact.transport import Call, RetryPolicy
from tests.unit.support import BASE, Clock, http, listening, read_request, transport_to

SECRET = "pä ss/\"wörd'<&>+=é"
USER = "Jo Böhm/42"
CREDENTIALS = Credentials(app_id="app-id/4711", username=USER, password=SECRET)

FORMS: dict[str, Callable[[str], str]] = {
    "as it is": str,
    "HTML": html.escape,
    "HTML twice": lambda text: html.escape(html.escape(text)),
    "HTML, decimal": lambda text: "".join(f"&#{ord(c)};" for c in text),
    "HTML, hexadecimal": lambda text: "".join(f"&#x{ord(c):X};" for c in text),
    "HTML, letters": lambda text: html.escape(text).replace("ä", "&auml;").replace("ö", "&ouml;"),
    "JSON": lambda text: json.dumps(text)[1:-1],
    "JSON, readable": lambda text: json.dumps(text, ensure_ascii=False)[1:-1],
    "JSON of PHP": lambda text: json.dumps(text)[1:-1].replace("/", "\\/"),
    "JSON in JSON": lambda text: json.dumps(json.dumps(text)[1:-1])[1:-1],
    "URL": lambda text: quote(text, safe=""),
    "URL, lower case": lambda text: quote(text, safe="").lower(),
    "URL, twice": lambda text: quote(quote(text, safe=""), safe=""),
    "form": quote_plus,
    "URL, latin-1": lambda text: quote(text, safe="", encoding="latin-1"),
    "UTF-8 read as latin-1": lambda text: text.encode().decode("latin-1"),
    "UTF-8 read as cp1252": lambda text: text.encode().decode("cp1252"),
    "latin-1 read as UTF-8": lambda text: text.encode("latin-1").decode("utf-8", "replace"),
    "ASCII": lambda text: text.encode("ascii", "replace").decode(),
    "decomposed": lambda text: unicodedata.normalize("NFD", text),
    "base64": lambda text: base64.b64encode(text.encode()).decode(),
    "base64 of latin-1": lambda text: base64.b64encode(text.encode("latin-1")).decode(),
    "base64 of URLs": lambda text: base64.urlsafe_b64encode(text.encode()).decode().rstrip("="),
    "hexadecimal": lambda text: text.encode().hex(),
    "upper case": str.upper,
}

LATIN_1 = {"base64 of latin-1", "URL, latin-1", "latin-1 read as UTF-8", "UTF-8 read as cp1252"}


@pytest.mark.parametrize("form", FORMS)
@pytest.mark.parametrize("secret", [SECRET, USER, "app-id/4711"])
def test_a_secret_is_hidden_in_every_form(form: str, secret: str) -> None:
    said = redact(f"Wrong: {FORMS[form](secret)} given", CREDENTIALS)

    assert said == "Wrong: <hidden> given"


@pytest.mark.parametrize("form", sorted({*FORMS} - LATIN_1))
def test_letters_beyond_latin_1_are_hidden_too(form: str) -> None:
    credentials = Credentials(app_id="another", username="someone", password="€ł-пароль😀")

    assert redact(f"[ {FORMS[form]('€ł-пароль😀')} ]", credentials) == "[ <hidden> ]"


@pytest.mark.parametrize("joined", ["{user}:{password}", "{app}:{user}:{password}", "x{password}"])
@pytest.mark.parametrize("form", ["base64", "base64 of URLs", "base64 of latin-1"])
def test_basic_authorization_is_hidden(joined: str, form: str) -> None:
    pair = joined.format(user=USER, password=SECRET, app="app-id/4711")

    said = redact(f"Authorization: Basic {FORMS[form](pair)} is wrong", CREDENTIALS)

    assert said == "Authorization: Basic <hidden> is wrong"


@given(
    st.text(st.characters(codec="latin-1", categories=["L", "N", "P", "S"]), min_size=8),
    st.sampled_from(sorted({*FORMS} - {"UTF-8 read as cp1252", "upper case", "decomposed"})),
    st.binary(max_size=5),
)
def test_no_secret_survives_in_any_form(secret: str, form: str, before: bytes) -> None:
    credentials = Credentials(app_id="another", username="someone", password=secret)
    spelled = FORMS[form](secret)

    assert redact(f"[ {spelled} ]", credentials) == "[ <hidden> ]"
    packed = base64.b64encode(before + secret.encode() + before).decode()
    assert redact(packed, credentials) == "<hidden>"


@pytest.mark.parametrize("at", ["@", "%40", "%2540", "&#64;", "&#x40;", "&amp;#64;", "\\u0040"])
def test_an_address_is_hidden_however_its_sign_is_spelled(at: str) -> None:
    assert redact(f"No mail to jo{at}example.com today") == "No mail to <address> today"


@pytest.mark.parametrize(
    "spelled",
    [
        "o'neill@example.com",
        "d'o'neill@example.com",
        "mary.o&#039;neill@example.com",
        "o&amp;#39;neill@example.com",
        "o&apos;neill@example.com",
        "o\\'neill@example.com",
        "r&amp;d@example.com",
        '"jo neill"@example.com',
        "&quot;jo neill&quot;@example.com",
    ],
)
def test_nothing_stays_of_an_address_with_an_apostrophe_or_quotation_marks(spelled: str) -> None:
    assert redact(f"No mail to {spelled} today") == "No mail to <address> today"
    assert redact(f"email='{spelled}'") == "email='<address>'"


@pytest.mark.parametrize(
    ("said", "shown"),
    [
        ("'jo@example.com' is wrong", "'<address>' is wrong"),
        ('{"name": "a b", "to": "jo@example.com"}', '{"name": "a b", "to": "<address>"}'),
        ('the "a b" of jo@example.com', 'the "a b" of <address>'),
        ("bo@example.com;jo@example.com", "<address>;<address>"),
        ('keys "@type" "@id"', 'keys "@type" "@id"'),
    ],
)
def test_what_is_beside_an_address_stays(said: str, shown: str) -> None:
    assert redact(said) == shown


@pytest.mark.no_cover
@pytest.mark.parametrize(
    "piece",
    ["a", "\\", "&amp;", "%25", "&#0", "0", "@", "a@", "'", "a'", "&#39;", '"', '"a', "a@a.a'a'"],
)
def test_a_long_text_takes_no_longer_than_its_length(piece: str) -> None:
    started = time.process_time()

    assert redact(piece * 60_000, CREDENTIALS)
    # Were the time to grow with the square of it, this would take much longer.
    assert time.process_time() - started < 5


ESCAPES = "Do\x1b[2J\x1b]0;title\x07 not\r\nforge\x0b a\x85line\u2028or \u202ereverse\u2066 it\x00"


def test_a_text_becomes_one_printable_line() -> None:
    said = redact(ESCAPES)

    assert said.isprintable()
    assert said.startswith("Do [2J ]0;title not forge a line or reverse it")


def test_sentences_of_icontact_reach_log_and_errors_in_one_printable_line(
    answers: responses.RequestsMock, clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)
    transport = transport_to(clock, retry=RetryPolicy.never())
    answers.get(f"{BASE}/a", json={"errors": [ESCAPES]}, status=400)
    answers.get(f"{BASE}/a", json={"a": 1, "warnings": [ESCAPES]})

    with pytest.raises(errors.BadRequest) as caught:
        transport.send(Call("GET", "a"))
    answer = transport.send(Call("GET", "a"))

    for text in (str(caught.value), *caught.value.errors, *answer.warnings):
        assert text.isprintable()
    assert all(record.getMessage().isprintable() for record in caplog.records)


def test_a_malformed_header_line_puts_no_search_term_into_the_log(
    clock: Clock, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.DEBUG)

    def talk(connection: socket.socket) -> None:
        read_request(connection)
        connection.sendall(http(b'{"contacts": [], "total": 0}', "no header canary@example.com"))

    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}")
        transport.send(Call("GET", "a/1/c/2/contacts", params=[("email", "canary@example.com")]))
        transport.close()

    assert any(record.name == "urllib3.connection" for record in caplog.records)
    assert "canary" not in caplog.text


def test_a_sandbox_s_echo_of_credentials_is_hidden(sandbox: Sandbox, clock: Clock) -> None:
    transport = transport_to(clock, sandbox.base_url, sandbox.credentials)
    coded = base64.b64encode(f"x:{sandbox.credentials.password}".encode()).decode()
    sandbox.faults.next(status=400, body=json.dumps({"errors": [f"Basic {coded}"]}))

    with pytest.raises(errors.BadRequest) as caught:
        transport.send(Call("GET", "a"))

    assert caught.value.errors == ("Basic <hidden>",)
