"""A sandbox in process, and mocks of the user's own beside it, in both orders."""

from __future__ import annotations

import pytest
import requests
import responses

from icontact.sandbox import Sandbox

ICONTACT = "https://app.icontact.com/icp/time"
SHOP = "https://shop.example.com/orders"


def status(url: str) -> int:
    return requests.get(url, timeout=5).status_code


def asks_both() -> None:
    assert status(ICONTACT) == 200
    assert requests.get(SHOP, timeout=5).json() == [1]
    with pytest.raises(requests.exceptions.ConnectionError, match="refused by Responses"):
        requests.get("https://other.example.com/", timeout=5)


@responses.activate
def test_a_sandbox_inside_a_decorated_test() -> None:
    responses.get(SHOP, json=[1])
    with Sandbox() as sandbox:
        asks_both()
    assert len(sandbox.requests) == 1
    with pytest.raises(requests.exceptions.ConnectionError):
        requests.get(ICONTACT, timeout=5)


def test_a_decorated_function_inside_a_sandbox() -> None:
    @responses.activate
    def decorated() -> None:
        responses.get(SHOP, json=[1])
        asks_both()

    with Sandbox() as sandbox:
        decorated()
        assert status(ICONTACT) == 200
    assert len(sandbox.requests) == 2


def test_a_mock_of_one_s_own_inside_a_sandbox() -> None:
    with Sandbox(), responses.RequestsMock() as mock:
        mock.get(SHOP, json=[1])
        asks_both()


def test_a_mock_of_one_s_own_around_a_sandbox() -> None:
    with responses.RequestsMock() as mock, Sandbox():
        mock.get(SHOP, json=[1])
        asks_both()


def test_the_inner_mock_is_asked_first_for_what_it_has_an_answer_to() -> None:
    with Sandbox() as sandbox, responses.RequestsMock() as mock:
        mock.get(ICONTACT, status=418)
        assert status(ICONTACT) == 418
        assert status("https://app.icontact.com/icp/a") == 401
    assert [request.path for request in sandbox.requests] == ["/a"]


def test_the_inner_sandbox_answers_before_an_outer_mock() -> None:
    with responses.RequestsMock(assert_all_requests_are_fired=False) as mock:
        mock.get(ICONTACT, status=418)
        with Sandbox():
            assert status(ICONTACT) == 200
        assert status(ICONTACT) == 418


def test_loopback_passes_in_both_orders() -> None:
    with Sandbox() as sandbox, sandbox.serve() as server:
        with responses.RequestsMock():
            assert status(f"{server.url}/time") == 200
        with pytest.raises(requests.exceptions.ConnectionError, match="refused by Responses"):
            status(SHOP)
    with responses.RequestsMock(), Sandbox() as sandbox, sandbox.serve() as server:
        assert status(f"{server.url}/time") == 200


def test_a_mock_that_ends_after_the_sandbox_leaves_nothing_behind(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(requests.adapters.HTTPAdapter, "send", responses._real_send)
    sandbox, mock = Sandbox(), responses.RequestsMock()
    with sandbox.serve() as server:
        sandbox.__enter__()
        mock.start()
        sandbox.__exit__(None, None, None)
        mock.stop()
        assert status(f"{server.url}/time") == 200
