from __future__ import annotations

import copy
import netrc
import pickle
import socket
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

import icontact
from icontact import Client
from icontact.auth import Credentials, HeaderAuth, Private, redact
from icontact.errors import ConfigError
from icontact.sandbox import Sandbox
from icontact.transport import Call, Transport
from tests.unit.support import (
    BASE,
    CREDENTIALS,
    Clock,
    http,
    listening,
    patient_client,
    read_request,
    transport_to,
)

GOOD: dict[str, Any] = {"app_id": "app", "username": "me@example.com", "password": "s3cret"}


@pytest.mark.parametrize("name", ["app_id", "username", "password"])
@pytest.mark.parametrize(
    ("value", "said"),
    [
        ("", "is empty"),
        (" x", "white space"),
        ("x\u00a0", "white space"),
        ("x\r\nAPI-Evil: 1", "control character"),
        ("x\n", "control character"),
        ("x\x00", "control character"),
        ("x\x85y", "control character"),
        ("x\u2028y", "control character"),
        ("x\ud800", "cannot be sent"),
        (None, "must be text, not NoneType"),
        (b"x", "must be text, not bytes"),
    ],
)
def test_an_unusable_credential_is_refused(name: str, value: Any, said: str) -> None:
    with pytest.raises(ConfigError) as caught:
        Credentials(**{**GOOD, name: value})
    assert name in str(caught.value)
    assert said in str(caught.value)


def test_all_faults_are_named_at_once_and_no_value_is_shown() -> None:
    with pytest.raises(ConfigError) as caught:
        Credentials(app_id="", username=" owner@example.com", password="hunter2\n")
    text = str(caught.value)
    assert all(name in text for name in ("app_id", "username", "password"))
    assert "owner" not in text
    assert "hunter2" not in text


def test_all_missing_variables_are_named_at_once() -> None:
    with pytest.raises(ConfigError) as caught:
        Credentials.from_env({"ICONTACT_USERNAME": "me@example.com", "ICONTACT_PASSWORD": ""})
    assert "ICONTACT_APP_ID, ICONTACT_PASSWORD" in str(caught.value)
    assert "ICONTACT_USERNAME" not in str(caught.value)


def test_the_environment_of_the_process_is_read_only_when_asked(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("ICONTACT_APP_ID", "app")
    monkeypatch.setenv("ICONTACT_USERNAME", "me@example.com")
    monkeypatch.setenv("ICONTACT_PASSWORD", "s3cret")
    assert Credentials.from_env() == Credentials(**GOOD)


def test_neither_repr_nor_str_shows_a_value() -> None:
    shown = Credentials(app_id="app-4711", username="me@example.com", password="s3cret")
    for text in (repr(shown), str(shown), f"{shown}", repr([shown])):
        assert not any(value in text for value in ("4711", "me@", "s3cret"))
    assert repr(HeaderAuth(shown)) == "HeaderAuth(<hidden>)"


def test_credentials_may_be_copied_and_pickled_by_their_owner() -> None:
    credentials = Credentials(**GOOD)
    assert pickle.loads(pickle.dumps(credentials)) == credentials
    assert copy.deepcopy(credentials) == credentials


def test_colons_and_quotes_pass_both_servers(clock: Clock) -> None:
    odd = Credentials(app_id="app:1", username="o'brien@example.com", password="p:a ss'\"\\=;,%40")
    sandbox = Sandbox()
    sandbox.add_account(app_id=odd.app_id, username=odd.username, password=odd.password)
    with sandbox, sandbox.serve() as server:
        for url in (sandbox.base_url, server.url):
            transport = transport_to(clock, url, odd)
            assert transport.send(Call("GET", "a")).payload["total"] == 1
            transport.close()
    sandbox.close()


def test_accents_arrive_as_they_are(clock: Clock) -> None:
    heard: list[bytes] = []

    def talk(connection: socket.socket) -> None:
        heard.append(read_request(connection))
        connection.sendall(http(b"{}"))

    odd = Credentials(app_id="äpp", username="jörg@example.com", password="p:ß€")
    with listening(talk) as port:
        transport = transport_to(clock, f"http://127.0.0.1:{port}", odd)
        transport.send(Call("GET", "a"))
        transport.close()
    lines = heard[0].decode().splitlines()
    assert "API-AppId: äpp" in lines
    assert "API-Username: jörg@example.com" in lines
    assert "API-Password: p:ß€" in lines


def test_the_headers_hold_what_was_given_in_utf_8() -> None:
    request = requests.Request("GET", BASE, auth=HeaderAuth(CREDENTIALS)).prepare()
    headers: dict[str, Any] = dict(request.headers)
    assert headers["API-AppId"] == b"app-4711"
    assert headers["API-Username"] == b"owner@example.com"
    assert headers["API-Password"] == b"s3cret:pass"


def test_the_session_stores_no_credential(
    transport: Transport, answers: responses.RequestsMock
) -> None:
    answers.get(f"{BASE}/a", json={"accounts": []})
    transport.send(Call("GET", "a"))
    session = transport._pool.session
    stored = repr((session.headers, session.auth, session.cookies, session.params))
    assert "API-Password" not in stored
    assert "s3cret" not in stored
    assert "s3cret" not in str(vars(transport))


def test_the_clock_needs_and_gets_no_credentials(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answers: responses.RequestsMock, clock: Clock
) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine icontact.example login netrc-user password netrc-password\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    assert netrc.netrc(str(file)).authenticators("icontact.example")
    answers.get(f"{BASE}/time", json={"time": "2026-08-13T13:30:19-04:00", "timestamp": 1})
    transport_to(clock).send(Call("GET", "time", authenticated=False))
    names = {name.lower() for name in answers.calls[0].request.headers}
    assert not {"authorization", "api-appid", "api-username", "api-password"} & names


def test_netrc_is_not_read_beside_our_own_headers(
    monkeypatch: pytest.MonkeyPatch, tmp_path: Path, answers: responses.RequestsMock, clock: Clock
) -> None:
    file = tmp_path / "netrc"
    file.write_text("machine icontact.example login netrc-user password netrc-password\n")
    file.chmod(0o600)
    monkeypatch.setenv("NETRC", str(file))
    answers.get(f"{BASE}/a", json={"accounts": []})
    transport_to(clock).send(Call("GET", "a"))
    transport_to(clock, credentials=None).send(Call("GET", "a"))
    for call in answers.calls:
        assert "Authorization" not in call.request.headers
    assert "API-Password" not in answers.calls[1].request.headers


def test_wrong_credentials_are_told_apart(sandbox: Sandbox, clock: Clock) -> None:
    good = {"app_id": "sandbox-app", "username": "sandbox@example.com", "password": "wrong"}
    transport = transport_to(clock, sandbox.base_url, Credentials(**good))
    with pytest.raises(icontact.errors.AuthenticationError, match="not the login password"):
        transport.send(Call("GET", "a"))
    assert patient_client(sandbox, clock).accounts.list().count() == 1


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("nothing here", "nothing here"),
        ("write to jo@example.com.", "write to <address>"),
        ("<Jo.O+x@Example.com>, 'b@c'", "<<address>>, '<address>'"),
        ("email=jo@example.com;b", "email=<address>;b"),
        ("jo%40example.com", "<address>"),
        ("app-4711 s3cret:pass", "<hidden> <hidden>"),
        ("a @ b", "a @ b"),
        ("a@@b@c", "a@@<address>"),
    ],
)
def test_redaction(text: str, expected: str) -> None:
    assert redact(text, CREDENTIALS) == expected


def test_a_short_secret_does_not_hide_the_text() -> None:
    short = Credentials(app_id="a", username="b", password="abc")
    assert redact("abracadabra abc", short) == "abracadabra abc"


def test_a_secret_within_another_hides_both() -> None:
    nested = Credentials(app_id="secret", username="user", password="secret-and-more")
    assert redact("secret-and-more, secret", nested) == "<hidden>, <hidden>"


def test_redaction_takes_no_longer_than_the_text_is_long() -> None:
    # At quadratic cost this would take minutes.
    assert redact("x" * 300_000) == "x" * 300_000


def test_private_text_is_hidden_but_is_itself() -> None:
    private = Private("jo@example.com")
    assert repr(private) == "<hidden>"
    assert repr({"email": private}) == "{'email': <hidden>}"
    assert private == "jo@example.com"


def test_private_text_stays_private_in_lower_case() -> None:
    folded = Private("JO@example.com").lower()
    assert folded == "jo@example.com"
    assert repr(folded) == "<hidden>"


@pytest.mark.parametrize("served", [False, True])
def test_credentials_with_accents_are_accepted_through_either_door(served: bool) -> None:
    with Sandbox() as sandbox:
        account = sandbox.add_account(
            app_id="äpp", username="jörg@example.com", password="pässwörd:日本"
        )
        credentials = Credentials(
            app_id="äpp", username="jörg@example.com", password="pässwörd:日本"
        )
        with sandbox.serve() as server:
            url = server.url if served else sandbox.base_url
            with Client(credentials, base_url=url) as client:
                assert [one.account_id for one in client.accounts.list()] == [account]
