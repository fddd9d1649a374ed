from __future__ import annotations

import logging

import pytest
import requests

from icontact import Limiter, Unlimited
from icontact.sandbox import Sandbox
from icontact.transport.connections import redacted_logs


def test_urllib3_logs_no_search_term_of_ours(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Sandbox().serve() as server, server.client() as client:
        client.folder().contacts.find(email="canary@example.com")

    ours = [r.getMessage() for r in caplog.records if r.name.startswith("urllib3")]
    assert any("/contacts?… HTTP/1.1" in line for line in ours)
    assert "canary" not in caplog.text


def test_what_others_send_is_logged_as_ever(caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    with Sandbox().serve() as server:
        requests.get(f"{server.url}/time?term=value", timeout=5)

    assert "/time?term=value" in caplog.text


def test_a_record_of_another_shape_is_logged_as_it_is(caplog: pytest.LogCaptureFixture) -> None:
    with redacted_logs():
        logging.getLogger("urllib3.response").warning("%(kind)s", {"kind": "by name"})

    assert "by name" in caplog.text


def test_a_limiter_that_limits_nothing_says_so() -> None:
    limiter = Unlimited()

    assert isinstance(limiter, Limiter)
    assert limiter.acquire(10**9) == 0
    assert repr(limiter) == "Unlimited()"
