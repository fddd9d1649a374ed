"""Whatever is sent, the sandbox answers, and never with the fault of a rule."""

from __future__ import annotations

import json
import socket
import threading
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from icontact.sandbox import Sandbox
from icontact.sandbox.exchange import IncomingRequest
from icontact.sandbox.store import Store, schema
from tests.sandbox.wire import HEADERS, Wire

LOWERED = {name.lower(): value for name, value in HEADERS.items()}
NAMES = st.sampled_from(
    "contactId email firstName state status listId subscriptionId name welcomeMessageId"
    " emailOwnerOnChange privateName fieldType displayToUser customFieldId color when contact"
    " contacts clientFolderId fromEmail enabled confirmationMessageId userName password creative"
    " segmentId description criterionId fieldName operator values campaignId fromName"
    " subscriptionManagement clickTrackMode useAccountAddress messageId messageType subject"
    " htmlBody includeListIds excludeSegmentIds scheduledTime action listIds eventId url".split()
)
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False, allow_infinity=False)
    | st.text(max_size=12)
    | st.sampled_from(["a@example.com", "normal", "66674163", "205303", "1", "\x00", "text"])
    | st.sampled_from(["60117", "248", "234876", "bet", "gt", "month", "add", "<p>", "&x;"])
    | st.sampled_from(["contact_created", "http://[", "color", "when", "messageOpens"])
)
ITEMS = st.dictionaries(NAMES, SCALARS | st.lists(SCALARS, max_size=2), max_size=5)
BODIES = ITEMS | st.lists(ITEMS | SCALARS | st.lists(ITEMS, max_size=2), max_size=3) | SCALARS
PATHS = st.sampled_from(
    [
        "",
        "/contacts",
        "/contacts/66674163",
        "/contacts/66674163/actions",
        "/lists",
        "/lists/205303",
        "/subscriptions",
        "/subscriptions/205303_66674163",
        "/customfields",
        "/customfields/color",
        "/segments",
        "/segments/234876",
        "/segments/234876/criteria",
        "/segments/234876/criteria/0",
        "/campaigns",
        "/campaigns/248",
        "/messages",
        "/messages/60117",
        "/messages/60117/opens",
        "/messages/60117/statistics",
        "/sends",
        "/sends/978889",
        "/uploads",
        "/uploads/179962",
        "/uploads/179962/data",
        "/signupforms",
        "/webhooks",
        "/automations/welcomemessage",
    ]
)
TERMS = st.sampled_from(
    "email contactId listId status createDate addDate name actor actionTime limit offset orderby"
    " createDateSearchType emailSearchType contactIdSearchType color subject scheduledTime"
    " criterionId releasedTimeSearchType releasedTime eventId".split()
)
QUERIES = st.dictionaries(
    TERMS,
    st.text(max_size=8)
    | st.sampled_from(["gt", "bet", "eq", "*", "a*,b", "1,2", "2012-06-09", "email:desc", "total"]),
    max_size=4,
)


def furnished() -> Sandbox:
    sandbox = Sandbox()
    sandbox.seed(
        custom_fields=[{"privateName": "color"}, {"privateName": "when", "fieldType": "date"}],
        contacts=[{"email": "a@example.com"}],
        subscriptions=[{"email": "a@example.com"}],
        campaigns=[{}],
        messages=[{"subject": "News", "campaignId": 248}],
        segments=[{"name": "Some"}],
        criteria=[
            {"segmentId": 234876, "fieldName": "color", "operator": "eq", "values": ["red"]},
            {"segmentId": 234876, "fieldName": "nothing", "operator": "eq", "values": ["x"]},
        ],
        sends=[{"messageId": 60117, "includeListIds": "205303"}],
        signup_forms=[{"name": "Form"}],
    )
    return sandbox


SHARED = furnished()


def answer(
    method: str, path: str, body: bytes = b"", query: dict[str, str] | None = None
) -> tuple[int, Any]:
    incoming = IncomingRequest(
        method=method,
        path=Wire(SHARED).folder + path,
        query=query or {},
        headers=LOWERED,
        body=body,
    )
    outcome = SHARED._app.receive(incoming).answer
    assert outcome is not None
    return outcome.status, json.loads(outcome.body)


def is_no_fault(status: int, payload: Any) -> bool:
    # The one 500 that the server is known for is that of a deleted list (API 8.1).
    return status != 500 or payload["errors"][0].startswith("No result for")


@settings(deadline=None)
@given(method=st.sampled_from(["POST", "PUT", "DELETE"]), path=PATHS, body=BODIES)
def test_no_payload_breaks_a_rule(method: str, path: str, body: Any) -> None:
    assert is_no_fault(*answer(method, path, json.dumps(body).encode()))


@settings(deadline=None)
@given(method=st.sampled_from(["POST", "PUT"]), path=PATHS, body=st.binary(max_size=60))
def test_no_bytes_break_a_rule(method: str, path: str, body: bytes) -> None:
    assert is_no_fault(*answer(method, path, body))


@settings(deadline=None)
@given(path=PATHS, query=QUERIES)
def test_no_query_breaks_a_rule(path: str, query: dict[str, str]) -> None:
    assert is_no_fault(*answer("GET", path, query=query)), urlencode(query)


def test_a_length_of_thousands_of_digits_is_no_traceback(
    sandbox: Sandbox, capfd: pytest.CaptureFixture[str]
) -> None:
    with sandbox.serve() as server:
        port = int(server.url.rpartition(":")[2].partition("/")[0])
        with socket.create_connection(("127.0.0.1", port), timeout=5) as connection:
            length = "9" * 5000
            connection.sendall(
                f"POST /icp/a HTTP/1.1\r\nHost: x\r\nContent-Length: {length}\r\n\r\n{{}}".encode()
            )
            connection.shutdown(socket.SHUT_WR)
            assert connection.recv(100).startswith(b"HTTP/1.1 ")
    assert "Traceback" not in capfd.readouterr().err


def test_a_new_file_is_its_owner_s_alone(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite"
    Sandbox(db=path).close()
    assert path.stat().st_mode & 0o077 == 0


def test_a_file_that_cannot_be_is_told(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="cannot be opened as a sandbox: Is a directory"):
        Sandbox(db=tmp_path)


def test_many_that_make_the_same_file_at_once_all_get_it(tmp_path: Path) -> None:
    path = tmp_path / "sandbox.sqlite"
    start = threading.Barrier(8)

    def make(_: int) -> int:
        start.wait(10)
        store = Store(path)
        tables: int = store.value("SELECT COUNT(*) FROM accounts")
        store.close()
        return tables

    with ThreadPoolExecutor(8) as pool:
        assert list(pool.map(make, range(8))) == [0] * 8


def test_a_file_in_which_no_tables_can_be_made_is_told(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(schema, "TABLES", "CREATE TABLE odd (a; b)")
    with pytest.raises(ValueError, match="cannot be opened as a sandbox"):
        Sandbox(db=tmp_path / "sandbox.sqlite")
