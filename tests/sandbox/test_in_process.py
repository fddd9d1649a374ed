"""The way in without a network."""

from __future__ import annotations

import io
from concurrent.futures import ThreadPoolExecutor

import pytest
import requests
import responses

from icontact.sandbox import Sandbox
from icontact.sandbox.servers.in_process import mock_registry
from tests.sandbox.wire import HEADERS, Wire

URL = "https://app.icontact.com/icp"


def test_the_real_url_is_served_by_the_sandbox() -> None:
    with Sandbox():
        assert requests.get(f"{URL}/time", timeout=5).status_code == 200


@pytest.mark.parametrize(
    "url",
    [
        "https://app.icontact.com/other",
        "https://app.icontact.com/icpx/time",
        "http://app.icontact.com/icp/time",
        "https://example.com/icp/time",
        "http://127.0.0.1.example.com/",
        "https://localhost.example.com/",
    ],
)
def test_everything_else_is_refused(url: str) -> None:
    with Sandbox(), pytest.raises(requests.exceptions.ConnectionError, match="refused"):
        requests.get(url, timeout=5)


def test_a_refusal_says_which_urls_are_answered() -> None:
    one, other = Sandbox(), Sandbox(base_url="https://other.example.com/icp")
    with one, other, pytest.raises(requests.exceptions.ConnectionError) as caught:
        requests.get("https://app.icontact.com/icpx/time", timeout=5)
    urls = f"{URL}, https://other.example.com/icp"
    assert f"URL is not under the base URL of a sandbox ({urls})\n" in str(caught.value)


def test_loopback_passes() -> None:
    with Sandbox() as sandbox, sandbox.serve() as server:
        assert requests.get(f"{server.url}/time", timeout=5).status_code == 200


@pytest.mark.parametrize("base", ["https://mail.example.com:8443/a/b", "https://example.com"])
def test_another_base_url_can_be_served(base: str) -> None:
    with Sandbox(base_url=f"{base}/") as sandbox:
        assert sandbox.base_url == base
        assert requests.get(f"{base}/time", timeout=5).status_code == 200


def test_the_bare_base_url_leads_nowhere() -> None:
    with Sandbox():
        for url in (URL, f"{URL}/", f"{URL}?x=1"):
            assert requests.get(url, timeout=5).status_code == 501


def test_a_head_has_no_body() -> None:
    with Sandbox():
        response = requests.head(f"{URL}/time", timeout=5)
        assert (response.status_code, response.content) == (405, b"")


def test_the_door_is_open_until_the_last_opening_is_undone() -> None:
    sandbox = Sandbox()
    with sandbox:
        with sandbox as same:
            assert same is sandbox
        assert requests.get(f"{URL}/time", timeout=5).status_code == 200
    with sandbox:
        assert requests.get(f"{URL}/time", timeout=5).status_code == 200


def test_an_exception_closes_the_door() -> None:
    before = requests.adapters.HTTPAdapter.send
    with pytest.raises(ZeroDivisionError), Sandbox():
        raise ZeroDivisionError
    assert requests.adapters.HTTPAdapter.send is before


def test_of_several_sandboxes_the_newest_answers_whatever_the_order_of_leaving() -> None:
    one, two = Sandbox(), Sandbox()
    other = Sandbox(base_url="https://other.example.com/icp")
    one.__enter__()
    two.__enter__()
    with other:
        requests.get(f"{URL}/time", timeout=5)
        requests.get("https://other.example.com/icp/time", timeout=5)
    one.__exit__(None, None, None)
    requests.get(f"{URL}/time", timeout=5)
    two.__exit__(None, None, None)
    assert [len(sandbox.requests) for sandbox in (one, two, other)] == [0, 2, 1]


def test_bodies_of_all_kinds_arrive(wire: Wire) -> None:
    url, text = f"{wire.base}{wire.folder}/contacts", '[{"email":"jo@example.com"}]'
    for body in (text, text.encode(), io.BytesIO(text.encode()), iter([text.encode()])):
        response = wire.session.post(url, data=body, timeout=5)
        assert response.json()["contacts"][0]["email"] == "jo@example.com"


def test_headers_may_be_bytes(sandbox: Sandbox) -> None:
    headers = {name: value.encode() for name, value in HEADERS.items()}
    assert requests.get(f"{URL}/a", headers=headers, timeout=5).status_code == 200


def test_paths_and_queries_are_decoded(wire: Wire) -> None:
    wire.contact("jo+tag@example.com", lastName="María")
    assert wire.emails("email=jo%2Btag%40example.com&lastName=mar%C3%ADa") == ["jo+tag@example.com"]
    assert wire.emails("email=%FF%00") == []
    assert wire.refused("GET", "/customfields/%FF%00")[0] == 404


def test_many_threads_share_a_sandbox(sandbox: Sandbox) -> None:
    def work(number: int) -> None:
        own = Wire(sandbox)
        for step in range(5):
            own.subscribe(own.contact(f"c{number}-{step}@example.com"))

    with ThreadPoolExecutor(8) as pool:
        list(pool.map(work, range(8)))
    assert len(sandbox.state.subscriptions()) == 40
    assert len(sandbox.requests) == 80


def test_no_request_with_its_credentials_is_kept(wire: Wire) -> None:
    for _ in range(5):
        wire.get("/contacts")
    kept = mock_registry.calls
    assert len(kept) <= 1
    assert isinstance(kept, responses.CallList)


def test_requests_are_logged_without_values_and_bodies(wire: Wire) -> None:
    wire.post("/contacts", [{"email": "secret@example.com"}])
    wire.get("/contacts?email=secret@example.com&limit=5")
    first, second = wire.sandbox.requests
    assert (first.method, first.path, first.status) == ("POST", f"{wire.folder}/contacts", 200)
    assert (second.query_names, second.fault) == (("email", "limit"), None)
    assert second.milliseconds > 0
    assert "secret" not in repr(list(wire.sandbox.requests))
    assert wire.sandbox.requests[-1:] == [second]
    assert repr(wire.sandbox.requests) == "<RequestLog of 2 requests>"
    wire.sandbox.requests.clear()
    assert not wire.sandbox.requests


def test_a_log_that_is_bounded_keeps_the_latest(sandbox: Sandbox, wire: Wire) -> None:
    sandbox.requests.keep(2)
    for path in ("/lists", "/contacts", "/customfields"):
        wire.get(path)
    assert [request.path.rpartition("/")[2] for request in sandbox.requests] == [
        "contacts",
        "customfields",
    ]
