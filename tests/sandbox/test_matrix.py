"""The verb matrix: every URI answers every verb as section 5 says (API 5)."""

from __future__ import annotations

import json
from typing import Any

import pytest

from icontact.sandbox import Sandbox
from icontact.sandbox.exchange import IncomingRequest
from icontact.sandbox.rules import MATRIX, ROUTES, MatrixEntry
from tests.sandbox.wire import HEADERS

LOWERED = {name.lower(): value for name, value in HEADERS.items()}


def filled() -> tuple[Sandbox, dict[str, Any]]:
    sandbox = Sandbox()
    seeded = sandbox.seed(
        custom_fields=[{"privateName": "color"}],
        contacts=[{"email": "jo@example.com"}],
        subscriptions=[{"email": "jo@example.com"}],
        campaigns=[{}],
        messages=[{"subject": "News", "campaignId": 248}],
        segments=[{"name": "Some"}],
        criteria=[{"segmentId": 234876, "fieldName": "city", "operator": "eq", "values": ["A"]}],
        sends=[{"messageId": 60117, "status": "pending", "scheduledTime": "2100-01-01T00:00:00"}],
        signup_forms=[{"name": "Form"}],
        webhooks=[{"eventId": "contact_created", "url": "http://127.0.0.1:1/"}],
    )
    sandbox.add_user()
    upload = {"action": "add", "listIds": sandbox.list_id}
    folder = f"/a/{sandbox.account_id}/c/{sandbox.client_folder_id}"
    ask(sandbox, "POST", f"{folder}/uploads", [upload])
    ids = {
        "accountId": sandbox.account_id,
        "clientFolderId": sandbox.client_folder_id,
        "userId": sandbox.state.users()[0]["userId"],
        "contactId": seeded.contact_ids[0],
        "listId": sandbox.list_id,
        "subscriptionId": seeded.subscription_ids[0],
        "customFieldId": "color",
        "segmentId": seeded.segment_ids[0],
        "criterionId": seeded.criterion_ids[0],
        "campaignId": seeded.campaign_ids[0],
        "messageId": seeded.message_ids[0],
        "sendId": seeded.send_ids[0],
        "uploadId": sandbox.state.uploads()[0]["uploadId"],
        "formId": seeded.signup_form_ids[0],
        "webhookId": seeded.webhook_ids[0],
    }
    return sandbox, ids


def ask(sandbox: Sandbox, method: str, path: str, body: Any = None, **headers: str) -> Any:
    incoming = IncomingRequest(
        method=method,
        path=path,
        headers={**LOWERED, **headers},
        body=b"" if body is None else json.dumps(body).encode(),
    )
    answer = sandbox._app.receive(incoming).answer
    assert answer is not None
    return answer.status, json.loads(answer.body)


def named(entry: MatrixEntry) -> str:
    return f"{entry.method} {entry.template}"


@pytest.mark.parametrize("entry", MATRIX, ids=named)
def test_a_verb_is_answered_or_405(entry: MatrixEntry) -> None:
    sandbox, ids = filled()
    status, payload = ask(sandbox, entry.method, entry.template.format(**ids), {})
    if not entry.supported:
        assert (status, payload) == (405, {"errors": ["Method Not Allowed"]})
    elif entry.method in {"GET", "DELETE"}:
        assert status == 200, payload
    else:
        assert status in {200, 400, 403}, payload
    sandbox.close()


@pytest.mark.parametrize("entry", [entry for entry in MATRIX if entry.supported], ids=named)
def test_other_media_types_answer_406_and_415(entry: MatrixEntry) -> None:
    sandbox, ids = filled()
    path = entry.template.format(**ids)
    is_open = entry.template == "/time"
    refused = ask(sandbox, entry.method, path, {}, accept="text/xml")
    assert refused[0] == (200 if is_open else 406)
    if entry.method in {"POST", "PUT"}:
        status, _ = ask(sandbox, entry.method, path, {}, **{"content-type": "text/xml"})
        assert status == (400 if entry.template.endswith("/data") else 415)
    sandbox.close()


def test_every_route_has_its_row_and_every_row_its_route() -> None:
    # An empty account id is recorded as a route, and is not another resource (API 2.2).
    assert len({entry.template for entry in MATRIX}) == len(ROUTES) - 1
    assert len(MATRIX) == 4 * (len(ROUTES) - 1)


def test_what_is_not_supported_is_not_attested() -> None:
    doubtful = {named(entry) for entry in MATRIX if entry.supported != (entry.evidence != "-")}
    assert doubtful == {
        "PUT /a/{accountId}",
        "DELETE /a/{accountId}",
        "GET /a/{accountId}/c/{clientFolderId}/uploads/{uploadId}/data",
    }
    assert {entry.evidence for entry in MATRIX} == set("RDCU-")


def test_a_row_can_be_taken_apart() -> None:
    method, template, supported = MATRIX[0][:3]
    assert (method, template, supported) == ("GET", "/time", True)
    assert (MATRIX[0].evidence, MATRIX[0].section) == ("R", "17.4")
