"""Uploads: many contacts in one file (API 14)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.wire import Clock, Wire

CSV = "[email],[fname],[lname]\njo@example.com,Jo,Smith\nbob@example.com,Bob,\n"


def start(wire: Wire, list_ids: str = "205303") -> str:
    answer = wire.post("/uploads", [{"action": "add", "listIds": list_ids}])
    upload_id: str = answer["uploads"][0]["uploadId"]
    return upload_id


def upload(wire: Wire, data: str | bytes) -> Any:
    """Upload a file, and return what the upload says when it is complete."""
    upload_id = start(wire)
    wire.put(f"/uploads/{upload_id}/data", data)
    wire.get(f"/uploads/{upload_id}")
    answer = wire.get(f"/uploads/{upload_id}")
    assert answer["upload"]["status"] == "complete"
    return answer


def test_an_upload_goes_through_its_three_steps(wire: Wire) -> None:
    (row,) = wire.post("/uploads", [{"action": "add", "listIds": "205303"}])["uploads"]
    assert row == {
        "uploadId": "179962",
        "action": "add",
        "listIds": "205303",
        "status": "receiving",
    }
    assert wire.get("/uploads/179962") == {"upload": row}
    assert wire.put("/uploads/179962/data", CSV) == {"upload": row, "uploadId": "179962"}
    assert wire.get("/uploads/179962")["upload"]["status"] == "receiving"
    assert wire.sandbox.state.contacts() == []
    assert wire.get("/uploads/179962") == {"upload": {**row, "status": "complete"}}
    people = [(row["email"], row["firstName"]) for row in wire.sandbox.state.contacts()]
    assert people == [("jo@example.com", "Jo"), ("bob@example.com", "Bob")]
    assert [row["status"] for row in wire.sandbox.state.subscriptions()] == ["normal"] * 2
    listing = wire.get("/uploads?status=complete")
    assert (listing["total"], list(listing)) == (1, ["uploads", "limit", "offset", "total"])


@pytest.mark.parametrize("kind", ["text/csv", "application/octet-stream", "", None])
def test_the_data_may_be_of_any_media_type(wire: Wire, kind: str | None) -> None:
    path = f"{wire.folder}/uploads/{start(wire)}/data"
    assert wire.send("PUT", path, CSV, Content_Type=kind).status_code == 200
    assert wire.send("PUT", path, CSV, Accept="text/csv").status_code == 406


def test_an_upload_completes_as_time_passes(wire: Wire) -> None:
    wire.put(f"/uploads/{start(wire)}/data", CSV)
    wire.sandbox.advance(minutes=1)
    assert len(wire.sandbox.state.contacts()) == 2
    assert wire.sandbox.state.uploads() == [
        {
            "uploadId": "179962",
            "action": "add",
            "listIds": "205303",
            "status": "complete",
            "warnings": [],
        }
    ]


def test_how_long_it_takes_is_a_quirk(quirky: Callable[..., Wire]) -> None:
    for polls in (0, 3):
        wire = quirky(upload_polls=polls)
        upload_id = start(wire)
        wire.put(f"/uploads/{upload_id}/data", CSV)
        statuses = [wire.get(f"/uploads/{upload_id}")["upload"]["status"] for _ in range(5)]
        assert statuses.count("receiving") == polls


def test_rows_go_to_several_lists(wire: Wire) -> None:
    wire.sandbox.seed(lists=[{"name": "Second"}])
    wire.put(f"/uploads/{start(wire, '205303,205304')}/data", CSV)
    wire.sandbox.advance(minutes=1)
    assert [row["listId"] for row in wire.sandbox.state.subscriptions()] == [
        "205303",
        "205304",
        "205303",
        "205304",
    ]


def test_rejected_rows_are_named_and_the_others_stored(wire: Wire) -> None:
    wire.sandbox.seed(
        custom_fields=[{"privateName": "Score", "fieldType": "number"}],
        contacts=[
            {"email": "left@example.com"},
            {"email": "blocked@example.com", "status": "donotcontact"},
            {"email": "here@example.com", "firstName": "Old"},
        ],
        subscriptions=[
            {"email": "left@example.com", "status": "unsubscribed"},
            {"email": "here@example.com"},
        ],
    )
    answer = upload(
        wire,
        "\ufeff[email] , [FNAME],[score],[shoe size]\r\n"
        "a@example.com,A,5,9\r\n"
        "nonsense,A,5,9\r\n"
        "\r\n"
        "left@example.com,A,5,9\r\n"
        "blocked@example.com,A,5,9\r\n"
        "b@example.com,B,many,9\r\n"
        "c@example.com,C,1,9,more\r\n"
        ",D,1\r\n"
        'here@example.com," New, ",2\r\n',
    )
    warnings = answer["warnings"]
    assert "were ignored (shoe size)" in warnings[0]
    assert [text.partition(" was")[0] for text in warnings[1:]] == [
        "Row 3",
        "Row 5",
        "Row 6",
        "Row 7",
        "Row 8",
        "Row 9",
    ]
    for text, part in zip(
        warnings[1:],
        (
            "email value",
            "unsubscribed",
            "can not be subscribed",
            "Score",
            "more values",
            "an email",
        ),
        strict=True,
    ):
        assert part in text
    stored = {row["email"]: row for row in wire.sandbox.state.contacts()}
    assert (stored["a@example.com"]["firstName"], stored["a@example.com"]["Score"]) == ("A", "5")
    assert stored["here@example.com"]["firstName"] == "Old"


def test_known_contacts_may_be_updated(quirky: Callable[..., Wire]) -> None:
    wire = quirky(upload_updates=True)
    wire.sandbox.seed(contacts=[{"email": "bob@example.com", "lastName": "Smith"}])
    upload(wire, CSV)
    bob = wire.sandbox.state.contacts()[0]
    assert (bob["firstName"], bob["lastName"]) == ("Bob", "Smith")


@pytest.mark.parametrize(
    ("data", "text"),
    [
        (b"", "The first row has to name the fields"),
        (b"\n", "The first row has to name the fields"),
        (b"email,fname\n", "The first row has to name the fields"),
        (b"[email],fname\n", "The first row has to name the fields"),
        (b"[fname]\nJo\n", "You did not provide an email field"),
        (b"[email]\n\xff\n", "The data has to be CSV in UTF-8"),
        (b'[email]\n"a@example.com', "The data has to be CSV in UTF-8"),
        (b"PK\x03\x04\x14\x00\xff", "The data has to be CSV in UTF-8"),
    ],
)
def test_data_that_cannot_be_read_is_refused(wire: Wire, data: bytes, text: str) -> None:
    upload_id = start(wire)
    status, (answer,) = wire.refused("PUT", f"/uploads/{upload_id}/data", data)
    assert (status, text in answer) == (400, True)
    assert wire.put(f"/uploads/{upload_id}/data", CSV)


@pytest.mark.parametrize(
    ("item", "text"),
    [
        ({"listIds": "205303"}, "You did not provide an action field"),
        ({"action": "update", "listIds": "205303"}, "action can be one of add"),
        ({"action": "add"}, "You did not provide a listIds field"),
        ({"action": "add", "listIds": "7"}, "You provided a listIds that we did not recognise"),
        ({"action": "add", "listIds": " , "}, "The listIds value you provided was not valid"),
        ({"action": "add", "listIds": " "}, "The listIds value you provided was not valid"),
        ({"action": "add", "listIds": "205303", "uploadId": 1}, "not allowed here"),
    ],
)
def test_what_cannot_be_created_becomes_a_warning(wire: Wire, item: object, text: str) -> None:
    answer = wire.post("/uploads", [item])
    assert answer["uploads"] is None
    assert text in answer["warnings"][0]


def test_everything_that_is_wrong_with_an_upload_is_said_at_once(wire: Wire) -> None:
    warnings = wire.post("/uploads", [{"uploadId": 1}])["warnings"]
    assert [
        next(n for n in ("uploadId", "action", "listIds") if n in text) for text in warnings
    ] == [
        "uploadId",
        "action",
        "listIds",
    ]


def test_settings_change_until_the_data_has_come(wire: Wire) -> None:
    wire.sandbox.seed(lists=[{"name": "Second"}])
    upload_id = start(wire)
    row = wire.post(f"/uploads/{upload_id}", {"listIds": "205304"})["upload"]
    assert (row["action"], row["listIds"]) == ("add", "205304")
    assert wire.post(f"/uploads/{upload_id}", [{"listIds": "205303"}])["upload"] == row
    assert wire.refused("POST", f"/uploads/{upload_id}", {"listIds": ""})[0] == 400
    wire.put(f"/uploads/{upload_id}/data", CSV)
    for method, path, body in (("POST", "", {}), ("PUT", "/data", CSV)):
        status, (text,) = wire.refused(method, f"/uploads/{upload_id}{path}", body)
        assert (status, "can not be changed any more" in text) == (400, True)


def test_an_upload_can_be_cancelled_until_it_is_complete(wire: Wire) -> None:
    upload_id = start(wire)
    wire.put(f"/uploads/{upload_id}/data", CSV)
    assert wire.delete(f"/uploads/{upload_id}") == []
    assert wire.refused("GET", f"/uploads/{upload_id}") == (404, ["Not Found"])
    wire.sandbox.advance(days=1)
    assert wire.sandbox.state.contacts() == []
    upload(wire, CSV)
    assert wire.refused("DELETE", "/uploads/179963")[0] == 400
    assert wire.refused("POST", "/uploads/179963", {})[0] == 400


def test_reading_the_data_is_refused_or_answers_as_the_upload(
    wire: Wire, quirky: Callable[..., Wire]
) -> None:
    assert wire.refused("GET", f"/uploads/{start(wire)}/data") == (405, ["Method Not Allowed"])
    readable = quirky(upload_data_readable=True)
    upload_id = start(readable)
    answer = readable.get(f"/uploads/{upload_id}/data")
    assert answer["upload"]["status"] == "receiving"
    assert (answer["uploadId"], answer["status"]) == (upload_id, "receiving")


def test_the_id_beside_the_upload_is_a_quirk(quirky: Callable[..., Wire]) -> None:
    wire = quirky(upload_id_on_top=False)
    assert list(wire.put(f"/uploads/{start(wire)}/data", CSV)) == ["upload"]


def test_the_vendors_class_gets_through_with_its_switches(quirky: Callable[..., Wire]) -> None:
    # What it does: create, send, poll until the status at the top is another one, read once more.
    # It leaves out the slash before the id of the folder, but for the first two.
    wire = quirky(upload_data_readable=True, folder_without_slash=True)
    made = wire.post("/uploads", [{"action": "add", "listIds": wire.sandbox.list_id}])
    upload_id = made["uploads"][0]["uploadId"]
    assert wire.put(f"/uploads/{upload_id}/data", CSV)["uploadId"]
    path = wire.folder.replace("/c/", "/c") + f"/uploads/{upload_id}/data"
    statuses: list[str] = []
    while not statuses or statuses[-1] == "receiving":
        statuses.append(wire.send("GET", path).json()["status"])
    assert statuses == ["receiving", "complete"]
    assert wire.send("GET", path).json()["status"] == "complete"
    assert len(wire.sandbox.state.contacts()) == 2
    assert wire.send("GET", path.removesuffix(f"/{upload_id}/data")).json()["total"] == 1


@pytest.mark.parametrize("path", ["/uploads", "/contacts", ""])
def test_a_folder_without_its_slash_leads_nowhere_by_default(
    wire: Wire, quirky: Callable[..., Wire], path: str
) -> None:
    for each, status in ((wire, 501), (quirky(folder_without_slash=True), 200)):
        response = each.send("GET", each.folder.replace("/c/", "/c") + path)
        assert response.status_code == status


def test_an_upload_that_is_never_polled_completes_after_a_minute(wire: Wire, clock: Clock) -> None:
    wire.put(f"/uploads/{start(wire)}/data", CSV)
    clock.tick(59)
    assert wire.get("/contacts")["total"] == 0
    assert wire.sandbox.state.contacts() == []
    clock.tick(1)
    assert len(wire.sandbox.state.contacts()) == 2
    assert wire.sandbox.state.uploads()[0]["status"] == "complete"
    assert wire.get("/contacts")["total"] == 2


@pytest.mark.parametrize("seconds", [1, 5, 3600])
def test_how_soon_it_completes_is_a_quirk(
    quirky: Callable[..., Wire], clock: Clock, seconds: int
) -> None:
    wire = quirky(upload_seconds=seconds, upload_polls=99)
    wire.put(f"/uploads/{start(wire)}/data", CSV)
    for second in (seconds - 1, seconds):
        clock.tick(second if second < seconds else 1)
        assert wire.get("/contacts")["total"] == (2 if second == seconds else 0)


def test_it_may_complete_at_once(quirky: Callable[..., Wire]) -> None:
    wire = quirky(upload_seconds=0, upload_polls=99)
    wire.put(f"/uploads/{start(wire)}/data", CSV)
    assert wire.get("/contacts")["total"] == 2


def test_many_polls_do_not_keep_an_upload_from_completing(
    quirky: Callable[..., Wire], clock: Clock
) -> None:
    wire = quirky(upload_polls=99)
    upload_id = start(wire)
    wire.put(f"/uploads/{upload_id}/data", CSV)
    assert wire.get(f"/uploads/{upload_id}")["upload"]["status"] == "receiving"
    clock.tick(60)
    assert wire.get(f"/uploads/{upload_id}")["upload"]["status"] == "complete"


def test_the_status_is_receive_only(quirky: Callable[..., Wire]) -> None:
    wire = quirky(receive_only_fields="warned")
    item = {"action": "add", "listIds": "205303", "status": "complete"}
    answer = wire.post("/uploads", [item])
    assert answer["uploads"][0]["status"] == "receiving"
    assert "(status)" in answer["warnings"][0]


def test_what_an_upload_does_is_of_the_server_when_time_does_it(wire: Wire, clock: Clock) -> None:
    wire.put(f"/uploads/{start(wire)}/data", CSV)
    clock.tick(3600)
    wire.get("/contacts")
    assert {row["actor"] for row in wire.sandbox.state.actions()} == {"system"}
    assert wire.sandbox.state.actions()[0]["actionTime"] == "2012-06-09T15:47:52-0400"
