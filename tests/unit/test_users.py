from __future__ import annotations

import pytest

import icontact
from icontact import errors
from icontact.resources import Users
from tests.unit.support import Script, shown

USER = {"userId": "7", "userName": "jo.smith", "firstName": "Jo"}


def users(script: Script) -> Users:
    return icontact.AccountScope(script, 1).users


def test_reading() -> None:
    script = Script({"users": [USER], "total": 1}, {"user": USER})
    assert [one.user_id for one in users(script).list()] == [7]
    assert users(script).get(7).first_name == "Jo"
    assert [call.path for call in script.calls] == ["a/1/users", "a/1/users/7"]


def test_creating_needs_a_name_and_a_password_and_is_done_once() -> None:
    script = Script({"users": [USER]})
    made = users(script).create(user_name="jo.smith", password="hunter2", first_name="Jo")
    assert made.user_id == 7
    (call,) = script.calls
    assert call.body == [{"userName": "jo.smith", "password": "hunter2", "firstName": "Jo"}]
    assert call.safety is icontact.Safety.ONCE
    assert "hunter2" not in repr(call)


def test_a_name_that_is_taken_is_rejected_with_the_reason() -> None:
    with pytest.raises(errors.RejectedError, match="taken"):
        users(Script({"users": None}, warnings=("taken",))).create(user_name="jo.smith")


def test_several_at_once_are_matched_by_id_or_name() -> None:
    answer = {"users": [{"userId": 8, "userName": "JO"}, {"userId": 7, "userName": "al.smith"}]}
    script = Script(answer)
    result = users(script).create_many(
        [
            {"user_id": 7, "first_name": "Al"},
            {"user_name": "no.address", "password": "secret1"},
            {"user_name": "jo", "password": "secret2"},
        ]
    )
    assert [one and one.user_id for one in result.results] == [7, None, 8]
    assert script.calls[0].body[0] == {"userId": 7, "firstName": "Al"}
    assert users(Script()).create_many([]).results == ()


@pytest.mark.parametrize("name", ["user_name", "password"])
def test_name_and_password_are_never_changed(name: str) -> None:
    said = f"{name} is given on creation only"
    with pytest.raises(TypeError, match=said):
        users(Script()).update(7, **{name: "hunter2"})
    with pytest.raises(TypeError, match=said):
        users(Script()).create_many([{"user_id": 7, name: "hunter2"}])  # type: ignore[misc]  # that is the test


def test_updating_and_deleting() -> None:
    script = Script({"user": USER}, [])
    assert users(script).update(7, email=None).user_id == 7
    users(script).delete(7)
    assert [(call.method, call.body) for call in script.calls] == [
        ("POST", {"email": ""}),
        ("DELETE", None),
    ]


def test_permissions() -> None:
    row = {"clientFolderId": "9196870", "creative": 1, "subscriber": "1", "analytic": "0"}
    script = Script({"permissions": [row]}, {"permissions": [row]}, {"permissions": [row]})
    permissions = users(script).permissions(7)
    (found,) = permissions.list(client_folder_id=9196870, max_items=5)
    assert (found.creative, found.subscriber, found.analytic) == (True, True, False)
    assert script.calls[0].path == "a/1/users/7/permissions"
    assert ("clientFolderId", "9196870") in script.calls[0].params
    made = permissions.set(client_folder_id=9196870, creative=True, subscriber=True, analytic=False)
    assert made == found
    assert script.calls[1].body == [
        {"clientFolderId": 9196870, "creative": 1, "subscriber": 1, "analytic": 0}
    ]
    assert script.calls[1].safety is icontact.Safety.REPEATABLE
    result = permissions.set_many([{"client_folder_id": 9196870}, {"client_folder_id": 2}])
    assert [one and one.client_folder_id for one in result.results] == [9196870, None]


def test_the_account_is_updated_and_its_owner_left_out_of_tracebacks() -> None:
    script = Script({"account": {"accountId": 1}}, errors.BadRequest(400, ["no"]))
    account = icontact.AccountScope(script, 1)
    assert account.update(email="jo@example.com", title=None).account_id == 1
    assert script.calls[0].body == {"email": "jo@example.com", "title": ""}
    with pytest.raises(errors.BadRequest) as caught:
        account.update(email="jo@example.com")
    assert "jo@" not in shown(caught.value)
