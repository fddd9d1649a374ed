from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pytest

import icontact
from icontact.sandbox import Quirks, Sandbox
from icontact.suppression import Suppressed, SuppressionReason
from icontact.transport import Answer, Call, Sender
from tests.unit.support import Clock, patient_client

SINCE = datetime(2024, 6, 1, 12, tzinfo=UTC)
BEFORE, AFTER = "2024-05-01T08:00:00-0400", "2024-06-02T08:00:00-0400"


def seeded(sandbox: Sandbox) -> int:
    """Put people into a sandbox, and return the list's id."""
    (other,) = sandbox.seed(lists=[{"name": "Other"}]).list_ids
    sandbox.seed(
        contacts=[
            {"email": "fine@example.com"},
            {"email": "left@example.com"},
            {"email": "never@example.com", "status": "donotcontact"},
            {"email": "lost@example.com", "status": "bounced"},
            {"email": "maybe@example.com", "status": "pending"},
            {"email": "nowhere@example.com", "status": "invitable"},
        ],
        subscriptions=[
            {"email": "fine@example.com", "listId": other},
            {"email": "left@example.com", "listId": other, "status": "unsubscribed"},
            {"email": "lost@example.com", "listId": other},
        ],
    )
    return int(other)


def reported(rows: Any) -> set[tuple[str | None, str, int | None]]:
    return {(row.email, str(row.reason), row.list_id) for row in rows}


@pytest.mark.parametrize("population", ["listed", "observed"])
def test_whoever_may_not_be_mailed_is_told_with_the_reason(clock: Clock, population: str) -> None:
    quirks = Quirks(default_population="listed") if population == "listed" else Quirks()
    with Sandbox(quirks=quirks) as sandbox:
        listed = seeded(sandbox)
        suppressed = patient_client(sandbox, clock).folder().suppressed()
        sent = len(sandbox.requests)
        expected = {
            ("never@example.com", "donotcontact", None),
            ("lost@example.com", "bounced", None),
            ("maybe@example.com", "pending", None),
            ("nowhere@example.com", "invitable", None),
            ("left@example.com", "unsubscribed", listed),
        }
        rows = list(suppressed)
        assert reported(rows) == expected
        assert len(rows) == len(expected)
        assert reported(suppressed) == expected  # as often as one likes
        assert {request.method for request in sandbox.requests[sent:]} == {"GET"}
    sandbox.close()


def test_nothing_is_asked_before_the_first_row_is(
    folder: icontact.Folder, sandbox: Sandbox
) -> None:
    sent = len(sandbox.requests)
    rows = folder.suppressed()
    assert len(sandbox.requests) == sent
    assert list(rows) == []


def test_one_list_tells_only_whom_it_keeps_from_its_own_mail(
    folder: icontact.Folder, sandbox: Sandbox
) -> None:
    listed = seeded(sandbox)
    assert reported(folder.suppressed(list_id=listed)) == {
        ("lost@example.com", "bounced", None),
        ("left@example.com", "unsubscribed", listed),
    }
    assert reported(folder.suppressed(list_id=sandbox.list_id)) == set()


def test_a_row_shows_no_address() -> None:
    row = Suppressed(contact_id=1, email="jo@example.com", reason=SuppressionReason.BOUNCED)
    assert "jo@" not in repr(row)


def test_a_moment_needs_a_zone(folder: icontact.Folder) -> None:
    with pytest.raises(ValueError, match="since: a time needs a time zone"):
        folder.suppressed(since=datetime(2024, 1, 1))


class Recorded:
    """Answers listings from tables, whatever is searched, as an old server might."""

    def __init__(self, **tables: list[dict[str, Any]]) -> None:
        self.tables = tables
        self.histories: dict[str, list[dict[str, Any]]] = {}
        self.calls: list[Call] = []
        self.totals: dict[str, int] = {}

    def send(self, call: Call, /) -> Answer:
        self.calls.append(call)
        return Answer(status=200, payload=self._payload(call), call=call.summary())

    def _payload(self, call: Call) -> Any:
        *_, before, last = call.path.split("/")
        if last == "actions":
            rows = self.histories.get(before, [])
            return {"actions": rows, "total": len(rows)}
        if before == "contacts":
            if found := [one for one in self.tables["gone"] if str(one["contactId"]) == last]:
                return {"contact": found[0]}
            raise icontact.errors.NotFound(404)
        rows = self.tables.get(last, [])
        if "contactId" in dict(call.params):
            rows = [one for one in rows if one["contactId"] != 3]
        return {last: rows, "total": self.totals.get(last, len(rows))}


def subscription(contact: int, status: str, added: str = BEFORE) -> dict[str, Any]:
    return {
        "subscriptionId": f"7_{contact}",
        "contactId": contact,
        "listId": 7,
        "status": status,
        "addDate": added,
    }


def test_addresses_that_no_listing_shows_are_asked_for_one_by_one() -> None:
    gone = {"contactId": 2, "email": "gone@example.com", "status": "deleted"}
    sender = Recorded(
        subscriptions=[subscription(number, "unsubscribed") for number in (1, 2, 3)],
        contacts=[{"contactId": 1, "email": "here@example.com"}],
        gone=[gone],
    )
    rows = list(icontact.Folder(sender, 1, 2).suppressed(list_id=7))
    assert [row.email for row in rows] == ["here@example.com", "gone@example.com", None]


def test_a_search_that_had_no_effect_suppresses_nobody_wrongly() -> None:
    sender = Recorded(
        subscriptions=[subscription(1, "normal"), subscription(2, "unsubscribed")],
        contacts=[
            {"contactId": 1, "email": "fine@example.com"},
            {"contactId": 2, "email": "left@example.com", "status": "bounced"},
        ],
        gone=[],
    )
    assert reported(icontact.Folder(sender, 1, 2).suppressed()) == {
        ("left@example.com", "bounced", None),
        ("left@example.com", "unsubscribed", 7),
    }


def action(kind: str, time: str | None = AFTER) -> dict[str, Any]:
    return {"actionType": kind, "actionTime": time, "actor": "system", "details": []}


@pytest.mark.parametrize("as_text", [False, True])
def test_a_date_or_a_text_says_since_when(
    folder: icontact.Folder, sandbox: Sandbox, as_text: bool
) -> None:
    contact = folder.contacts.create(email="blocked@example.com", status="donotcontact")
    today = folder_time(folder).astimezone().date()
    earlier: Any = today - timedelta(days=1)
    later: Any = today + timedelta(days=2)
    if as_text:
        earlier, later = str(earlier), f"{later}T08:00:00+01:00"

    assert contact.contact_id in {one.contact_id for one in folder.suppressed(since=earlier)}
    assert list(folder.suppressed(since=later)) == []


@pytest.mark.parametrize(
    ("since", "kind", "said"),
    [
        ("", ValueError, "not a date"),
        ("yesterday", ValueError, "Write 2026-01-31"),
        ("2026-01-31T08:00:00", ValueError, "needs a time zone"),
        (20260131, TypeError, "must be a date or a time, not int"),
    ],
)
def test_what_is_not_a_date_is_refused_at_once(
    folder: icontact.Folder, since: Any, kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        folder.suppressed(since=since)


def test_a_date_begins_in_the_local_zone(folder: icontact.Folder) -> None:
    rows = folder.suppressed(since=date(2026, 1, 31))

    assert rows._since == datetime(2026, 1, 31).astimezone()


@pytest.mark.parametrize(
    ("history", "added", "expected"),
    [
        ([action("EditSubscription")], BEFORE, datetime(2024, 6, 2, 12, tzinfo=UTC)),
        ([action("EditSubscription", None), action("Open")], BEFORE, None),
        ([], BEFORE, None),
        ([], AFTER, datetime(2024, 6, 2, 12, tzinfo=UTC)),
    ],
)
def test_what_happened_since_is_found_in_the_history(
    history: list[dict[str, Any]], added: str, expected: datetime | None
) -> None:
    sender = Recorded(
        subscriptions=[subscription(1, "unsubscribed", added)],
        contacts=[{"contactId": 1, "email": "here@example.com"}],
    )
    sender.histories["1"] = history
    rows = list(icontact.Folder(sender, 1, 2).suppressed(since=SINCE + timedelta(microseconds=5)))
    assert [row.since for row in rows] == ([expected] if expected else [])
    asked = next(call for call in sender.calls if call.path.endswith("/actions"))
    assert ("actionTime", "2024-06-01T08:00:00-04:00") in asked.params
    assert ("actionTimeSearchType", "gte") in asked.params


def test_the_sandbox_s_own_history_is_enough(folder: icontact.Folder, sandbox: Sandbox) -> None:
    seeded(sandbox)
    assert list(folder.suppressed(since=datetime(2100, 1, 1, tzinfo=UTC))) == []
    contact = folder.contacts.find(email="fine@example.com")
    assert contact is not None
    since = folder_time(folder)
    folder.contacts.update(contact.contact_id, status="donotcontact")
    rows = [row for row in folder.suppressed(since=since) if row.email == "fine@example.com"]
    assert [str(row.reason) for row in rows] == ["donotcontact"]
    assert rows[0].since is not None
    assert rows[0].since >= since


def folder_time(folder: icontact.Folder) -> datetime:
    answer = folder.transport.send(Call("GET", "time", authenticated=False))
    return datetime.fromisoformat(answer.payload["time"])


def test_a_row_that_pages_show_twice_is_one_and_costs_one_request() -> None:
    bounced = {"contactId": 1, "email": "lost@example.com", "status": "bounced"}
    sender = Recorded(
        subscriptions=[subscription(1, "unsubscribed")] * 3, contacts=[bounced] * 3, gone=[]
    )
    sender.totals = {"contacts": 1, "subscriptions": 1}  # rows came while they were read
    sender.histories["1"] = [action("EditStatus"), action("EditSubscription")]
    rows = list(icontact.Folder(sender, 1, 2).suppressed(since=SINCE))
    assert [str(row.reason) for row in rows] == ["bounced", "unsubscribed"]
    assert sum(call.path.endswith("/actions") for call in sender.calls) == 2


class Meddling:
    """Sends calls, and does something after the second one."""

    def __init__(self, sender: Sender, meddle: Callable[[], object]) -> None:
        self._sender, self._meddle, self._calls = sender, meddle, 0

    def send(self, call: Call) -> Answer:
        answer = self._sender.send(call)
        self._calls += 1
        if self._calls == 2:
            self._meddle()
        return answer


def test_no_one_is_missing_because_another_one_recovers_between_two_pages() -> None:
    people = [f"jo{number}@example.com" for number in range(5)]
    with Sandbox(quirks=Quirks(max_limit=2)) as sandbox:
        ids = sandbox.seed(
            contacts=[{"email": one, "status": "bounced"} for one in people],
            subscriptions=[{"email": one} for one in people],
        )
        folder = sandbox.client().folder()

        def recover() -> None:
            # Another one moves up, out of sight of the next page.
            folder.contacts.update(ids.contact_ids[0], status="normal")

        # The first call is the search for those who are do-not-contact.
        meddling = Meddling(folder.transport, recover)
        seen = icontact.Folder(meddling, folder.account_id, folder.client_folder_id)
        rows = list(seen.suppressed())

    assert [one.email for one in rows][:2] == people[:2]
    assert sorted(str(one.email) for one in rows) == people
