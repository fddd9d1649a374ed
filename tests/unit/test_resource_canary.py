"""A secret is put into every resource that writes, and searched for in what errors show."""

from __future__ import annotations

import logging
from collections.abc import Callable
from typing import Any

import pytest
import requests
import responses

import icontact
from icontact import errors
from icontact.transport import Transport
from tests.unit.support import BASE, shown

CANARY = "canary@example.com"

Write = Callable[[icontact.Folder, icontact.AccountScope], Any]

WRITES: dict[str, Write] = {
    "account.update": lambda folder, account: account.update(email=CANARY),
    "users.create": lambda folder, account: account.users.create(user_name=CANARY, password=CANARY),
    "users.create_many": lambda folder, account: account.users.create_many(
        [{"user_name": CANARY, "password": CANARY}]
    ),
    "users.update": lambda folder, account: account.users.update(1, email=CANARY),
    "segments.create": lambda folder, account: folder.segments.create(name=CANARY),
    "segments.create_many": lambda folder, account: folder.segments.create_many([{"name": CANARY}]),
    "criteria.create": lambda folder, account: folder.segments.criteria(1).create(
        field_name="email", operator="eq", values=[CANARY]
    ),
    "criteria.create_many": lambda folder, account: folder.segments.criteria(1).create_many(
        [{"field_name": "email", "operator": "eq", "values": [CANARY]}]
    ),
    "criteria.update": lambda folder, account: folder.segments.criteria(1).update(
        0, values=[CANARY]
    ),
    "campaigns.create": lambda folder, account: folder.campaigns.create(from_email=CANARY),
    "campaigns.create_many": lambda folder, account: folder.campaigns.create_many(
        [{"name": "x", "from_email": CANARY}]
    ),
    "campaigns.replace": lambda folder, account: folder.campaigns.replace(1, from_email=CANARY),
    "messages.create": lambda folder, account: folder.messages.create(text_body=CANARY),
    "messages.create_many": lambda folder, account: folder.messages.create_many(
        [{"subject": "x", "text_body": CANARY}]
    ),
    "messages.update": lambda folder, account: folder.messages.update(1, text_body=CANARY),
    "webhooks.create": lambda folder, account: folder.webhooks.create(url=CANARY),
    "webhooks.create_many": lambda folder, account: folder.webhooks.create_many([{"url": CANARY}]),
    "uploads.store": lambda folder, account: folder.uploads.store(1, data=CANARY.encode()),
}

TROUBLE: dict[str, Callable[[], dict[str, Any]]] = {
    "timeout": lambda: {"body": requests.exceptions.ReadTimeout()},
    "400": lambda: {"status": 400, "json": {"errors": [f"{CANARY} is not valid"]}},
    "503": lambda: {"status": 503, "body": f"<html>{CANARY}</html>"},
    "nothing stored": lambda: {"json": {"warnings": [f"{CANARY} is not valid"], "users": [CANARY]}},
    "other shape": lambda: {"json": [CANARY]},
}


@pytest.mark.parametrize("trouble", TROUBLE)
@pytest.mark.parametrize("write", WRITES)
def test_nothing_personal_is_shown(
    transport: Transport,
    answers: responses.RequestsMock,
    caplog: pytest.LogCaptureFixture,
    write: str,
    trouble: str,
) -> None:
    for method in ("POST", "PUT"):
        for url in (f"{BASE}/a/1", f"{BASE}/a/1/users", f"{BASE}/a/1/users/1"):
            answers.add(method, url, **TROUBLE[trouble]())
        for path in (
            *("segments", "segments/1/criteria", "segments/1/criteria/0", "campaigns"),
            *("campaigns/1", "messages", "messages/1", "webhooks", "uploads/1/data"),
        ):
            answers.add(method, f"{BASE}/a/1/c/2/{path}", **TROUBLE[trouble]())
    folder, account = icontact.Folder(transport, 1, 2), icontact.AccountScope(transport, 1)
    if write == "uploads.store" and trouble in ("nothing stored", "other shape"):
        return  # whatever it answers will do
    with caplog.at_level(logging.DEBUG), pytest.raises(errors.CallError) as caught:
        WRITES[write](folder, account)
    assert CANARY not in shown(caught.value)
    assert CANARY not in caplog.text
