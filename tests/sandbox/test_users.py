"""Users of an account, and what they may do (API 16)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from icontact.sandbox import Sandbox
from tests.sandbox.wire import Wire

USER = {"userName": "bob@example.com", "password": "secret1"}


def ask(wire: Wire, method: str, path: str, body: Any = None, status: int = 200) -> Any:
    response = wire.send(method, f"/a/{wire.sandbox.account_id}{path}", body)
    assert response.status_code == status, response.text
    return response.json()


def as_user(wire: Wire, **permissions: Any) -> Wire:
    known = wire.sandbox.add_user(**permissions)
    other = Wire(wire.sandbox, wire.base)
    other.session.headers["API-Username"] = known.username
    other.session.headers["API-Password"] = known.password
    return other


def test_a_user_is_created_and_the_password_never_shown(wire: Wire) -> None:
    answer = ask(wire, "POST", "/users", [{**USER, "firstName": "Bob"}])
    row = {"userId": "407218", "userName": "bob@example.com", "firstName": "Bob"}
    assert answer == {"users": [{**row, "lastName": "", "email": ""}]}
    assert ask(wire, "GET", "/users/407218") == {"user": {**row, "lastName": None, "email": None}}
    listing = ask(wire, "GET", "/users?userName=bob*")
    assert list(listing) == ["users", "limit", "offset", "total"]
    assert listing["total"] == 1
    assert "secret1" not in str(wire.sandbox.state.users())


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"userName": None}, "You did not provide an userName field"),
        ({"password": ""}, "You did not provide a password field"),
        ({"userName": "bob"}, "userName can have 4 to 50 characters"),
        ({"userName": "b" * 51}, "userName can have 4 to 50 characters"),
        ({"userName": "bob smith"}, "userName can have 4 to 50 characters"),
        ({"userName": "sandbox@example.com"}, "userName is already used"),
        ({"password": "12345"}, "and needs a letter"),
        ({"password": "123456"}, "and needs a letter"),
        ({"password": "a" * 101}, "password can have 6 to 100 characters"),
        ({"email": "x"}, "The email value you provided was not valid"),
        ({"userId": 7}, "You provided a userId that we did not recognise"),
    ],
)
def test_a_user_that_cannot_be_becomes_a_warning(
    wire: Wire, fields: dict[str, Any], text: str
) -> None:
    answer = ask(wire, "POST", "/users", [{**USER, **fields}])
    assert answer["users"] is None
    assert text in answer["warnings"][0]


def test_names_are_unique_among_users(wire: Wire) -> None:
    answer = ask(wire, "POST", "/users", [USER, {**USER, "userName": "BOB@example.com"}])
    assert len(answer["users"]) == 1
    assert "already used" in answer["warnings"][0]


def test_a_user_is_changed_by_id_in_the_collection_or_alone(wire: Wire) -> None:
    ask(wire, "POST", "/users", [USER])
    (row,) = ask(wire, "POST", "/users", [{"userId": "407218", "firstName": "Bob"}])["users"]
    assert row["firstName"] == "Bob"
    row = ask(wire, "POST", "/users/407218", {"lastName": "Smith"})["user"]
    assert (row["firstName"], row["lastName"]) == ("Bob", "Smith")
    assert ask(wire, "POST", "/users/407218", [{"lastName": "X"}])["user"] == row


def test_user_name_and_password_never_change(wire: Wire) -> None:
    ask(wire, "POST", "/users", [USER])
    ask(wire, "POST", "/users/407218", {"userName": "bob@example.com"})
    for field in ({"userName": "other"}, {"password": "secret2"}):
        (text,) = ask(wire, "POST", "/users/407218", field, 400)["errors"]
        assert "not allowed here" in text


def test_a_deleted_user_is_gone_and_let_in_no_more(wire: Wire) -> None:
    other = as_user(wire, subscriber=True)
    (user,) = wire.sandbox.state.users()
    assert ask(wire, "DELETE", f"/users/{user['userId']}") == []
    assert ask(wire, "GET", f"/users/{user['userId']}", status=404) == {"errors": ["Not Found"]}
    assert other.send("GET", "/a").json() == {"errors": ["Api username invalid"]}
    assert wire.sandbox.state.permissions() == []


def test_the_sample_of_permissions(wire: Wire) -> None:
    ask(wire, "POST", "/users", [USER])
    folder = wire.sandbox.client_folder_id
    sample = [{"clientFolderId": folder, "creative": 1, "subscriber": 1, "analytic": 0}]
    path = "/users/407218/permissions"
    answer = ask(wire, "POST", path, sample)
    assert answer == {"permissions": [{**sample[0], "clientFolderId": str(folder)}]}
    wire.sandbox.add_client_folder()
    listing = ask(wire, "GET", path)
    assert list(listing) == ["permissions", "limit", "offset", "total"]
    assert listing["permissions"] == [
        {"clientFolderId": str(folder), "creative": "1", "subscriber": "1", "analytic": "0"},
        {"clientFolderId": str(folder + 1), "creative": "0", "subscriber": "0", "analytic": "0"},
    ]
    assert ask(wire, "GET", f"{path}?clientFolderId={folder}")["total"] == 1
    ask(wire, "POST", path, [{**sample[0], "creative": 0}])
    assert wire.sandbox.state.permissions(407218) == [
        {
            "userId": "407218",
            "clientFolderId": str(folder),
            "creative": 0,
            "subscriber": 1,
            "analytic": 0,
        }
    ]


def test_setting_a_permission_can_take_away_the_others(quirky: Callable[..., Wire]) -> None:
    for replaces, left in ((False, 2), (True, 1)):
        wire = quirky(permissions_replace=replaces)
        ask(wire, "POST", "/users", [USER])
        for folder in (wire.sandbox.client_folder_id, wire.sandbox.add_client_folder()):
            row = {"clientFolderId": folder, "creative": 1, "subscriber": 1, "analytic": 1}
            ask(wire, "POST", "/users/407218/permissions", [row])
        assert len(wire.sandbox.state.permissions(407218)) == left


def test_permissions_that_cannot_be_become_warnings(wire: Wire) -> None:
    ask(wire, "POST", "/users", [USER])
    flags = {"creative": 1, "subscriber": 1, "analytic": 0}
    for item, text in (
        (flags, "You did not provide a clientFolderId field"),
        ({"clientFolderId": 1, **flags}, "You provided a clientFolderId that we did not recognise"),
        ({"clientFolderId": 1, "creative": 1}, "You did not provide a subscriber field"),
    ):
        answer = ask(wire, "POST", "/users/407218/permissions", [item])
        assert answer["permissions"] is None
        assert text in answer["warnings"][0]
    ask(wire, "POST", "/users/1/permissions", [], 404)
    ask(wire, "GET", "/users/x/permissions", status=404)


def test_an_account_has_its_owner_as_a_user_who_may_do_everything(wire: Wire) -> None:
    folders = [wire.sandbox.client_folder_id, wire.sandbox.add_client_folder()]
    listing = ask(wire, "GET", "/users")
    assert listing["total"] == 1
    (owner,) = listing["users"]
    assert owner["userName"] == "sandbox@example.com"
    assert ask(wire, "GET", f"/users/{owner['userId']}") == {"user": owner}
    assert ask(wire, "GET", "/users?userName=sandbox*")["users"] == [owner]
    granted = ask(wire, "GET", f"/users/{owner['userId']}/permissions")["permissions"]
    assert granted == [
        {"clientFolderId": str(each), "creative": "1", "subscriber": "1", "analytic": "1"}
        for each in folders
    ]
    # In a contact's history the owner has the same number.
    wire.contact()
    assert wire.sandbox.state.actions()[0]["actor"] == owner["userId"]


def test_the_owner_is_left_as_it_is(wire: Wire) -> None:
    before = ask(wire, "GET", "/users")
    path = f"/users/{before['users'][0]['userId']}"
    for method, place, body in (
        ("POST", path, {"firstName": "X"}),
        ("DELETE", path, None),
        ("POST", f"{path}/permissions", [{"clientFolderId": wire.sandbox.client_folder_id}]),
    ):
        assert ask(wire, method, place, body, 403) == {"errors": ["Forbidden"]}
    item = {"userId": before["users"][0]["userId"], "firstName": "X"}
    assert ask(wire, "POST", "/users", [item]) == {"users": None, "warnings": ["Forbidden"]}
    assert ask(wire, "GET", "/users") == before


def test_every_account_has_its_own_users(wire: Wire) -> None:
    second = wire.sandbox.add_account()
    third = wire.sandbox.add_account(username="ann@example.com")
    wire.sandbox.add_user(account_id=second, folder_id=wire.sandbox.client_folder_id)
    for account_id, names in (
        (wire.sandbox.account_id, ["sandbox@example.com"]),
        (second, ["sandbox@example.com", "user@example.com"]),
    ):
        users = wire.send("GET", f"/a/{account_id}/users").json()["users"]
        assert [user["userName"] for user in users] == names
        path = f"/a/{account_id}/users/{users[0]['userId']}/permissions"
        assert wire.send("GET", path).json()["total"] == 1
    assert wire.send("GET", f"/a/{third}/users").status_code == 404
    response = wire.send("GET", f"/a/{third}/users", API_Username="ann@example.com")
    assert [user["userName"] for user in response.json()["users"]] == ["ann@example.com"]


def test_an_owner_with_several_applications_is_one_user(wire: Wire) -> None:
    wire.sandbox.add_account(app_id="other-app")
    assert ask(wire, "GET", "/users")["total"] == 1


RESOURCES = {
    "subscriber": ["/contacts", "/lists", "/subscriptions", "/customfields", "/segments"],
    "creative": ["/campaigns", "/messages", "/sends"],
    "analytic": ["/messages/60117/opens", "/messages/60117/statistics"],
}


@pytest.mark.parametrize("granted", RESOURCES)
def test_a_user_is_let_into_the_areas_that_are_granted(wire: Wire, granted: str) -> None:
    wire.sandbox.seed(messages=[{"subject": "News"}])
    other = as_user(wire, **{granted: True})
    for area, paths in RESOURCES.items():
        for path in paths:
            status = other.send("GET", wire.folder + path).status_code
            assert status == (200 if area == granted else 403), path


def test_the_owner_may_do_everything_and_a_user_nothing_to_the_account(wire: Wire) -> None:
    other = as_user(wire, creative=True, subscriber=True, analytic=True)
    account = f"/a/{wire.sandbox.account_id}"
    for path in ("/a", account, f"{account}/c", wire.folder):
        assert other.send("GET", path).status_code == 200
    for method, path in (
        ("POST", account),
        ("POST", f"{account}/c"),
        ("PUT", wire.folder),
        ("GET", f"{account}/users"),
        ("POST", f"{account}/users/407218/permissions"),
    ):
        response = other.send(method, path, {})
        assert (response.status_code, response.json()) == (403, {"errors": ["Forbidden"]})


def test_permissions_hold_in_one_folder(wire: Wire) -> None:
    other = as_user(wire, subscriber=True)
    folder = wire.sandbox.add_client_folder()
    path = f"/a/{wire.sandbox.account_id}/c/{folder}/lists"
    assert other.send("GET", path).status_code == 403


def test_permissions_that_are_taken_back_are_gone(wire: Wire) -> None:
    other = as_user(wire, subscriber=True)
    (user,) = wire.sandbox.state.users()
    flags = {"creative": 0, "subscriber": 0, "analytic": 0}
    item = {"clientFolderId": wire.sandbox.client_folder_id, **flags}
    ask(wire, "POST", f"/users/{user['userId']}/permissions", [item])
    assert other.refused("GET", "/contacts") == (403, ["Forbidden"])


def test_reading_may_be_free(quirky: Callable[..., Wire]) -> None:
    wire = quirky(user_permissions="writes")
    wire.sandbox.seed(messages=[{"subject": "News"}])
    other = as_user(wire)
    assert other.get("/contacts")["total"] == 0
    assert other.refused("POST", "/contacts", [])[0] == 403
    assert other.refused("GET", "/messages/60117/opens")[0] == 403


def test_what_a_user_does_is_noted_under_the_user(wire: Wire) -> None:
    other = as_user(wire, subscriber=True)
    other.contact()
    assert wire.sandbox.state.actions()[0]["actor"] == "407218"


def test_a_user_can_be_added_with_a_name_and_elsewhere(sandbox: Sandbox) -> None:
    account = sandbox.add_account(client_folders=0)
    folder = sandbox.add_client_folder(account)
    known = sandbox.add_user(
        "eve@example.com",
        password="other-password",
        account_id=account,
        folder_id=folder,
        analytic=True,
        firstName="Eve",
    )
    assert (known.username, known.password) == ("eve@example.com", "other-password")
    (user,) = sandbox.state.users()
    assert (user["accountId"], user["firstName"]) == (str(account), "Eve")
    with pytest.raises(ValueError, match="The user to be added has no nickname"):
        sandbox.add_user("x@example.com", nickname="X")
