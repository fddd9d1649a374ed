from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest
import requests
import responses

import icontact
from icontact import errors
from icontact.models import ContactFields, UploadStatus
from icontact.resources import Uploads
from icontact.transport import Transport
from tests.unit.support import BASE, FOLDER, Clock, Script, shown

CREATED = {"uploads": [{"uploadId": "5", "action": "add", "listIds": "7,8"}]}
STORED = {"uploadId": 5}
BUSY = {"upload": {"uploadId": 5, "status": "receiving"}}
DONE = {"upload": {"uploadId": 5, "status": "complete"}}


def uploads(sender: Script | Transport, clock: Clock) -> Uploads:
    return Uploads(sender, FOLDER, sleep=clock.sleep, clock=clock)


def test_the_plain_calls(clock: Clock) -> None:
    row = CREATED["uploads"][0]
    script = Script({"uploads": [row], "total": 1}, {"upload": row}, CREATED, {"upload": row}, [])
    resource = icontact.Folder(script, 1, 2).uploads
    (one,) = resource.list()
    assert one == resource.get(5)
    assert (one.list_ids, one.action, one.status) == ((7, 8), "add", "")
    resource.create(action="add", list_ids=[7, 8])
    assert script.calls[2].body == [{"action": "add", "listIds": "7,8"}]
    assert script.calls[2].safety is icontact.Safety.ONCE
    resource.update(5, list_ids=(9,))
    resource.delete(5)
    assert [call.method for call in script.calls] == ["GET", "GET", "POST", "POST", "DELETE"]


def test_bytes_are_created_stored_and_waited_for(
    transport: Transport, answers: responses.RequestsMock, clock: Clock
) -> None:
    url = f"{BASE}/{FOLDER}/uploads"
    answers.post(url, json=CREATED)
    data = b"[email]\r\njo@example.com\r\n"
    match = [
        responses.matchers.header_matcher({"Content-Type": "application/json"}),
    ]
    put = answers.put(f"{url}/5/data", json=STORED, match=match)
    answers.get(f"{url}/5", json=BUSY)
    answers.get(f"{url}/5", json=BUSY)
    answers.get(f"{url}/5", json={**DONE, "warnings": ["Row 2: <jo@example.com> is not valid"]})
    result = uploads(transport, clock).upload(data, list_ids=[7, 8])
    assert put.calls[0].request.body == data
    assert clock.sleeps == [1.0, 1.5]
    assert result.complete
    assert result.upload.status is UploadStatus.COMPLETE
    assert result.rows is None
    # Sentences about rows are handed on, without the address.
    assert result.warnings == ("Row 2: <<address>> is not valid",)


def test_a_path_is_read_and_the_type_can_be_told(tmp_path: Path, clock: Clock) -> None:
    path = tmp_path / "people.csv"
    path.write_bytes(b"[email]\nx")
    for given in (path, str(path)):
        script = Script(CREATED, STORED, DONE)
        result = uploads(script, clock).upload(
            given, list_ids=iter([7]), wait=False, content_type="text/csv; charset=utf-8"
        )
        assert result.complete
        put = script.calls[1]
        assert (put.method, put.body) == ("PUT", b"[email]\nx")
        assert put.content_type == "text/csv; charset=utf-8"
        assert put.path == f"{FOLDER}/uploads/5/data"
        assert put.safety is icontact.Safety.REPEATABLE


def test_rows_become_a_csv_with_a_header_in_brackets(clock: Clock) -> None:
    script = Script(CREATED, STORED, DONE)
    rows: list[Any] = [
        {"email": "jo@example.com", "custom_fields": {"vip": True}, "first_name": 'J "x", o'},
        {"custom_fields": {"vip": None}, "first_name": None, "email": "al@example.com"},
    ]
    result = uploads(script, clock).upload(rows, list_ids=[7])
    assert result.rows == 2
    assert script.calls[1].body.decode() == (
        '[email],[fname],[vip]\r\njo@example.com,"J ""x"", o",1\r\nal@example.com,,\r\n'
    )


def test_headers_can_be_given(clock: Clock) -> None:
    assert Uploads.headers["postal_code"] == "postalCode"
    assert Uploads.headers.keys() == ContactFields.__annotations__.keys() - {
        "status",
        "custom_fields",
    }
    script = Script(CREATED, STORED, DONE)
    uploads(script, clock).upload(
        [{"email": "x", "postal_code": "02169", "custom_fields": {"b": date(2024, 1, 2)}}],
        list_ids=[7],
        headers={"postal_code": "zip", "b": "born"},
    )
    assert script.calls[1].body == b"[email],[zip],[born]\r\nx,02169,2024-01-02\r\n"


@pytest.mark.parametrize(
    ("rows", "kind", "said"),
    [
        ([], ValueError, "there are no rows"),
        ([{"first_name": "Jo"}], ValueError, "row 0: email: every row needs one"),
        ([{"email": "a"}, {"email": None}], ValueError, "row 1: email"),
        ([{"email": "a"}, {"email": "b", "city": "x"}], ValueError, "row 1: .*odd are: city"),
        ([{"email": "a", "fax": object()}], ValueError, "row 0: fax: cannot send a object"),
        ([{"email": "a", "status": "normal"}], TypeError, "no field 'status'"),
        ([{"email": "a", "fristname": "x"}], TypeError, "did you mean 'first_name'"),
    ],
)
def test_rows_that_do_not_fit_are_named_before_anything_is_asked(
    rows: Any, kind: type[Exception], said: str, clock: Clock
) -> None:
    script = Script()
    with pytest.raises(kind, match=said) as caught:
        uploads(script, clock).upload(rows, list_ids=[7])
    assert "Jo" not in str(caught.value)
    assert script.calls == []


def test_an_upload_needs_a_list(clock: Clock) -> None:
    with pytest.raises(ValueError, match="list_ids: contacts are added"):
        uploads(Script(), clock).upload(b"x", list_ids=[])


def test_waiting_has_an_end(clock: Clock) -> None:
    script = Script(*[BUSY] * 100)
    with pytest.raises(errors.RequestTimeout, match="upload 5 is being received still") as caught:
        uploads(script, clock).wait(5, timeout=100)
    assert sum(clock.sleeps) <= 100
    assert max(clock.sleeps) == pytest.approx(25.6, abs=0.1)
    assert caught.value.maybe_applied
    assert caught.value.attempts == len(script.calls)
    assert f"look at GET {FOLDER}/uploads/5 before" in str(caught.value)


def test_pauses_grow_to_half_a_minute_and_no_further(clock: Clock) -> None:
    uploads(Script(*[BUSY] * 12, DONE), clock).wait(5, timeout=900)
    assert max(clock.sleeps) == 30.0


def test_another_status_ends_the_waiting_and_is_not_taken_for_done(clock: Clock) -> None:
    result = uploads(Script({"upload": {"uploadId": 5, "status": "failed"}}), clock).wait(5)
    assert not result.complete
    assert clock.sleeps == []


def test_a_notice_on_every_answer_is_told_once(clock: Clock) -> None:
    script = Script(CREATED, STORED, DONE, warnings=("past due",))
    assert uploads(script, clock).upload(b"x", list_ids=[7]).warnings == ("past due",)


def test_a_file_whose_arrival_is_unknown_names_the_upload_to_look_at(
    transport: Transport, answers: responses.RequestsMock, clock: Clock
) -> None:
    url = f"{BASE}/{FOLDER}/uploads"
    answers.post(url, json=CREATED)
    answers.put(f"{url}/5/data", body=requests.exceptions.ReadTimeout())
    with pytest.raises(errors.RequestTimeout) as caught:
        uploads(transport, clock).upload(b"jo@example.com", list_ids=[7])
    assert f"look at GET {FOLDER}/uploads/5 before repeating" in str(caught.value)
    assert "jo@example.com" not in shown(caught.value)


@pytest.mark.parametrize("given", ["", "text", "text/csv\r\nX: y", "a/b; c"])
def test_a_content_type_that_cannot_be_sent_is_refused(given: str) -> None:
    with pytest.raises(ValueError, match="content_type"):
        icontact.Call("PUT", "x", content_type=given)
