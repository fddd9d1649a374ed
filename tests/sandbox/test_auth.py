"""Who may ask what: versions, credentials, verbs, media types, accounts, folders (API 2, 4, 20)."""

from __future__ import annotations

import json
import re
from typing import Any

import pytest

from icontact.sandbox import Sandbox
from icontact.sandbox.rules import ROUTES, Route
from tests.sandbox.wire import Wire

NOT_IMPLEMENTED = (501, ["Resource Or Version Not Implemented"])
APPLICATION = (
    "The application was not recognized.  Possible reasons are: the Api-AppId was entered"
    " incorrectly; the application is not registered for that user."
)


def outcome(response: Any) -> tuple[int, list[str]]:
    return response.status_code, response.json()["errors"]


@pytest.mark.parametrize(
    ("headers", "text"),
    [
        ({"API_Username": None, "API_AppId": None, "API_Password": None}, "Api username invalid"),
        ({"API_Username": "unknown@example.com"}, "Api username invalid"),
        ({"API_AppId": "other"}, APPLICATION),
        ({"API_AppId": None}, APPLICATION),
        ({"API_Password": "wrong"}, "The password you provided was not recognized."),
        ({"API_Password": None}, "The password you provided was not recognized."),
    ],
)
def test_wrong_credentials_answer_401_in_the_recorded_words(
    wire: Wire, headers: dict[str, str | None], text: str
) -> None:
    response = wire.send("GET", "/a", **headers)
    assert outcome(response) == (401, [text])
    assert response.reason == "Authorization Required"


@pytest.mark.parametrize("encoding", ["utf-8", "latin-1"])
def test_credentials_are_read_in_utf_8_or_else_in_latin_1(
    sandbox: Sandbox, wire: Wire, encoding: str
) -> None:
    account = sandbox.add_account(app_id="app", username="u@example.com", password="pässwörd")
    headers: dict[str, Any] = {
        "API_AppId": "app",
        "API_Username": "u@example.com",
        "API_Password": "pässwörd".encode(encoding),
    }
    response = wire.send("GET", "/a", **headers)
    assert [row["accountId"] for row in response.json()["accounts"]] == [str(account)]


def test_header_names_are_case_insensitive(wire: Wire) -> None:
    wire.session.headers.clear()
    for name, value in {
        "accept": "application/json",
        "Api-Version": "2.2",
        "Api-Appid": "sandbox-app",
        "API-USERNAME": "sandbox@example.com",
        "api-password": "sandbox-password",
    }.items():
        wire.session.headers[name] = value
    assert wire.send("GET", "/a").status_code == 200


@pytest.mark.parametrize("version", ["2.0", "2.1", "2.2"])
def test_versions_of_the_api_are_spoken(wire: Wire, version: str) -> None:
    assert wire.send("GET", "/a", API_Version=version).status_code == 200


@pytest.mark.parametrize("version", ["1.0", "2.3", "2", "", "two"])
def test_another_version_answers_501_before_the_credentials_are_looked_at(
    wire: Wire, version: str
) -> None:
    response = wire.send("GET", "/a", API_Version=version, API_Username="unknown")
    assert outcome(response) == NOT_IMPLEMENTED
    assert response.reason == "Method Not Implemented"


def test_a_missing_version_answers_501_after_the_credentials(wire: Wire) -> None:
    assert wire.send("GET", "/a", API_Version=None, API_Username=None).status_code == 401
    assert outcome(wire.send("GET", "/a", API_Version=None)) == NOT_IMPLEMENTED


@pytest.mark.parametrize(
    "path",
    [
        "/",
        "/nothing",
        "/a/1/c/2/nothing",
        "/a//c//contacts",
        "/a/1/c/2//nothing",
        "/a/1/c/2/lists/3/4",
    ],
)
def test_an_unknown_route_answers_501_before_the_credentials_are_looked_at(
    wire: Wire, path: str
) -> None:
    assert outcome(wire.send("GET", path, API_Username="unknown")) == NOT_IMPLEMENTED


def test_a_resource_of_another_product_answers_501(wire: Wire) -> None:
    for resource in ("customobjects", "automations", "surveys"):
        assert wire.refused("GET", f"/{resource}") == NOT_IMPLEMENTED


def test_an_empty_account_id_is_an_account_that_is_not_recognised(wire: Wire) -> None:
    text = "You provided a accountId that we did not recognise. Please provide a valid accountId."
    assert outcome(wire.send("GET", "/a//c")) == (404, [text])
    assert outcome(wire.send("GET", "/a//c/")) == (404, [text])


def test_an_empty_folder_id_is_routed_as_a_folder_named_like_the_resource(wire: Wire) -> None:
    path = f"/a/{wire.sandbox.account_id}/c//contacts"
    assert outcome(wire.send("GET", path, API_Username="unknown"))[0] == 401
    text = "You provided a clientFolderId that we did not recognise."
    status, (error,) = outcome(wire.send("GET", path))
    assert (status, error[: len(text)]) == (404, text)


@pytest.mark.parametrize("route", ROUTES, ids=lambda route: route.path)
def test_several_slashes_are_one_in_every_path(wire: Wire, route: Route) -> None:
    path = route.path.replace("<account_id>", str(wire.sandbox.account_id))
    path = path.replace("<client_folder_id>", str(wire.sandbox.client_folder_id))
    path = re.sub(r"<\w+>", "7", path)

    def answer(path: str) -> tuple[int, Any]:
        response = wire.send("GET", path)
        return response.status_code, response.json()

    plain = answer(path)
    assert plain[0] in {200, 404, 405}
    for slashes in ("//", "///", "/%2F", "%2F/"):
        assert answer("/" + path[1:].replace("/", slashes)) == plain
    assert answer(f"//{path[1:]}//") == plain


@pytest.mark.parametrize("method", ["POST", "PUT", "DELETE"])
def test_several_slashes_are_one_for_every_verb(wire: Wire, method: str) -> None:
    path = f"{wire.folder}/contacts/{wire.contact()}"
    body = {"email": "jo@example.com", "city": method}
    assert wire.send(method, path.replace("/", "//") + "//", body).status_code == 200
    (contact,) = wire.sandbox.state.contacts()
    assert "deleted" in contact.values() if method == "DELETE" else contact["city"] == method
    assert wire.sandbox.requests[-1].path == path + "/"


def test_slashes_before_the_mount_are_one_too(wire: Wire) -> None:
    url = wire.base.replace("/icp", "//icp//time")
    assert wire.session.get(url, timeout=5).json()["timestamp"]


@pytest.mark.parametrize("account", ["1", "x", "99999999999999999999", "-1"])
def test_an_unknown_account_is_not_recognised(wire: Wire, account: str) -> None:
    text = "You provided a accountId that we did not recognise. Please provide a valid accountId."
    for path in (f"/a/{account}", f"/a/{account}/c", f"/a/{account}/c/1/contacts"):
        assert outcome(wire.send("GET", path)) == (404, [text])


def test_an_unknown_client_folder_is_not_recognised(wire: Wire) -> None:
    status, (text,) = outcome(wire.send("GET", f"/a/{wire.sandbox.account_id}/c/0/contacts"))
    assert status == 404
    assert "clientFolderId" in text
    assert wire.send("GET", f"/a/{wire.sandbox.account_id}/c/0").status_code == 404


def test_a_folder_is_only_found_under_its_own_account(wire: Wire) -> None:
    other = wire.sandbox.add_account()
    path = f"/a/{other}/c/{wire.sandbox.client_folder_id}/lists"
    assert wire.send("GET", path).status_code == 404


def test_an_account_of_somebody_else_is_not_recognised(wire: Wire) -> None:
    other = wire.sandbox.add_account(username="else@example.com", password="secret-2")
    assert wire.send("GET", f"/a/{other}").status_code == 404
    theirs = {"API_Username": "else@example.com", "API_Password": "secret-2"}
    assert wire.send("GET", f"/a/{other}", **theirs).status_code == 200


def test_a_disabled_account_says_so_and_forbids_everything_below(wire: Wire) -> None:
    wire.sandbox.disable_account()
    account = wire.send("GET", f"/a/{wire.sandbox.account_id}").json()["account"]
    assert account["enabled"] == "0"
    assert wire.refused("GET", "/contacts") == (403, ["Forbidden"])
    assert outcome(wire.send("GET", f"/a/{wire.sandbox.account_id}/c")) == (403, ["Forbidden"])


@pytest.mark.parametrize(
    ("method", "path"),
    [
        ("PUT", "/contacts"),
        ("DELETE", "/contacts"),
        ("POST", "/contacts/1/actions"),
        ("PUT", "/lists"),
        ("DELETE", "/lists"),
        ("PUT", "/subscriptions"),
        ("DELETE", "/subscriptions/1_2"),
        ("PUT", "/customfields"),
        ("DELETE", "/customfields"),
        ("DELETE", ""),
        ("PATCH", "/contacts"),
        ("OPTIONS", "/contacts"),
    ],
)
def test_a_verb_that_a_resource_does_not_know_answers_405(
    wire: Wire, method: str, path: str
) -> None:
    assert wire.refused(method, path) == (405, ["Method Not Allowed"])


def test_time_knows_only_get(wire: Wire) -> None:
    assert outcome(wire.send("POST", "/time", {})) == (405, ["Method Not Allowed"])


@pytest.mark.parametrize("accept", ["*/*", "text/html", "text/xml", "", None])
def test_an_answer_in_something_else_than_json_answers_406(wire: Wire, accept: str | None) -> None:
    wire.session.headers.pop("Accept")
    headers = {} if accept is None else {"Accept": accept}
    assert outcome(wire.send("GET", "/a", **headers)) == (406, ["Not Acceptable"])


def test_json_among_others_is_acceptable(wire: Wire) -> None:
    accept = "text/xml, Application/JSON;q=0.9"
    assert wire.send("GET", "/a", Accept=accept).status_code == 200


@pytest.mark.parametrize("sent", ["text/xml", "application/x-www-form-urlencoded", "", None])
def test_a_body_of_something_else_than_json_answers_415(wire: Wire, sent: str | None) -> None:
    response = wire.send("POST", wire.folder + "/contacts", "<contacts/>", Content_Type=sent)
    assert outcome(response) == (415, ["Unsupported Media Type"])


def test_the_charset_of_a_body_may_be_named(wire: Wire) -> None:
    sent = "application/json; charset=utf-8"
    response = wire.send("POST", wire.folder + "/contacts", [], Content_Type=sent)
    assert response.status_code == 200


@pytest.mark.parametrize(
    "body",
    [
        b"",
        b"{",
        b"[{]",
        b"nonsense",
        b"[NaN]",
        b'{"email": "\xff"}',
        b'[{"email":"jo@example.com","firstName":"\\ud800"}]',
        b'[{"email":"jo@example.com","firstName":"\\UD800"}]',
        b"[" * 600 + b"]" * 600,
        b"[" * 200_000,
        b"7",
        b'"text"',
        b"null",
    ],
)
def test_a_body_that_is_no_payload_answers_400(wire: Wire, body: bytes) -> None:
    for path in ("/contacts", f"/contacts/{wire.contact()}"):
        status, (text,) = wire.refused("POST", path, body)
        assert status == 400
        assert text.startswith("The data you provided")


def test_a_surrogate_pair_is_one_letter(wire: Wire) -> None:
    wire.post("/contacts", b'[{"email":"jo@example.com","firstName":"\\ud83d\\ude00"}]')
    assert wire.sandbox.state.contacts()[0]["firstName"] == "\U0001f600"


def test_a_body_of_more_than_16_mebibytes_answers_413(wire: Wire) -> None:
    body = json.dumps([{"email": "x" * 16 * 1024 * 1024}])
    assert wire.refused("POST", "/contacts", body) == (413, ["Request Entity Too Large"])


def test_time_needs_no_credentials_and_is_eastern(wire: Wire) -> None:
    wire.session.headers.clear()
    response = wire.send("GET", "/time")
    assert response.content == b'{"time":"2012-06-09T15:46:52-04:00","timestamp":1339271212}'


def test_a_broken_rule_answers_500_and_keeps_nothing(
    sandbox: Sandbox, wire: Wire, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(*_: object) -> None:
        raise RuntimeError("jo@example.com")

    with monkeypatch.context() as patch:
        patch.setattr("icontact.sandbox.rules.history.record_many", broken)
        body = [{"email": "jo@example.com"}]
        assert wire.refused("POST", "/contacts", body) == (500, ["Internal Server Error"])
    assert sandbox.state.contacts() == []
    assert "RuntimeError" in caplog.text
    assert "jo@" not in caplog.text
    assert wire.contact()


def test_a_refused_request_keeps_nothing(wire: Wire) -> None:
    contact_id = wire.contact(firstName="Jo")
    body = {"firstName": "Other", "status": "deleted"}
    assert wire.refused("POST", f"/contacts/{contact_id}", body)[0] == 400
    assert wire.sandbox.state.contacts()[0]["firstName"] == "Jo"
