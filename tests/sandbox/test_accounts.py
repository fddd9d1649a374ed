"""Accounts and client folders (API 15)."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from tests.sandbox.wire import IGNORED, Wire

ACCOUNT_KEYS = (
    "billingStreet billingCity billingState billingPostalCode billingCountry city accountId"
    " companyName country email enabled fax firstName lastName multiClientFolder multiUser phone"
    " postalCode state street title accountType subscriberLimit"
).split()
FOLDER = {
    "name": "Two",
    "fromName": "Jo",
    "fromEmail": "jo@example.com",
    "street": "1 Main St",
    "city": "Durham",
    "state": "NC",
    "postalCode": "27713",
    "country": "United States",
}


def account(wire: Wire, path: str = "", method: str = "GET", body: Any = None) -> Any:
    return wire.send(method, f"/a/{wire.sandbox.account_id}{path}", body)


def test_the_listing_of_accounts_is_as_recorded(wire: Wire) -> None:
    answer = wire.send("GET", "/a/").json()
    assert list(answer) == ["accounts", "total", "limit", "offset"]
    assert (answer["total"], answer["limit"], answer["offset"]) == (1, 20, 0)
    (row,) = answer["accounts"]
    assert list(row) == ACCOUNT_KEYS
    assert row["accountId"] == str(wire.sandbox.account_id)
    assert row["enabled"] == "1"
    assert row["billingCity"] == ""
    assert wire.send("GET", "/a").json() == answer


def test_the_listing_of_accounts_shows_those_of_the_user(wire: Wire) -> None:
    wire.sandbox.add_account(username="else@example.com")
    mine = wire.sandbox.add_account(companyName="Second")
    ids = [row["accountId"] for row in wire.send("GET", "/a").json()["accounts"]]
    assert ids == [str(wire.sandbox.account_id), str(mine)]


def test_an_account_can_be_read_and_updated(wire: Wire) -> None:
    answer = account(wire, method="POST", body={"city": "Quincy", "enabled": "0"}).json()
    assert list(answer["account"]) == ACCOUNT_KEYS
    assert answer["account"]["city"] == "Quincy"
    assert answer["account"]["enabled"] == "1"
    assert account(wire).json() == answer


def test_an_update_of_an_account_is_checked(wire: Wire) -> None:
    bodies: list[dict[str, Any]] = [{"email": "nonsense"}, {"firstName": ""}, {"city": []}]
    for body in bodies:
        assert account(wire, method="POST", body=body).status_code == 400


def test_an_array_for_an_account_changes_nothing(wire: Wire) -> None:
    before = account(wire).json()
    assert account(wire, method="POST", body=[{"city": "X"}]).json() == before


def test_accounts_cannot_be_created(wire: Wire) -> None:
    response = wire.send("POST", "/a", [{"email": "jo@example.com"}])
    assert (response.status_code, response.json()["errors"]) == (403, ["Forbidden"])


def test_an_ordinary_account_sees_three_keys_of_its_folder(wire: Wire) -> None:
    answer = account(wire, "/c/").json()
    row = {
        "clientFolderId": str(wire.sandbox.client_folder_id),
        "logoId": None,
        "emailRecipient": "sandbox@example.com",
    }
    assert answer == {"clientfolders": [row], "total": 1}
    assert list(answer["clientfolders"][0]) == list(row)
    assert wire.get("") == {"clientfolder": row}


def test_an_ordinary_account_may_change_only_what_it_sees(wire: Wire) -> None:
    answer = wire.post("", {"emailRecipient": "new@example.com"})
    assert answer["clientfolder"]["emailRecipient"] == "new@example.com"
    assert wire.refused("POST", "", {"name": "X"}) == (403, ["Forbidden"])
    assert wire.refused("PUT", "", FOLDER) == (403, ["Forbidden"])
    assert account(wire, "/c", "POST", [FOLDER]).status_code == 403


def test_an_agency_sees_all_keys_and_pages_by_total(wire: Wire) -> None:
    for number in range(24):
        wire.sandbox.add_client_folder(name=f"F{number:02}")
    answer = account(wire, "/c?enabled=1&orderby=name:desc").json()
    assert list(answer) == ["clientfolders", "total"]
    assert (len(answer["clientfolders"]), answer["total"]) == (20, 25)
    assert answer["clientfolders"][1]["name"] == "F23"
    assert answer["clientfolders"][1]["enabled"] == "1"
    assert account(wire).json()["account"]["multiClientFolder"] == "1"


def test_an_agency_creates_and_updates_folders(wire: Wire) -> None:
    second = wire.sandbox.add_client_folder(name="Second")
    body = [
        FOLDER,
        {"clientFolderId": second, "city": "Cary"},
        {"clientFolderId": 1, "city": "X"},
        {**FOLDER, "fromEmail": "nonsense"},
    ]
    answer = account(wire, "/c", "POST", body).json()
    created, updated = answer["clientfolders"]
    assert (created["name"], created["enabled"], updated["city"]) == ("Two", 1, "Cary")
    assert "clientFolderId" in answer["warnings"][0]
    assert answer["warnings"][1] == (
        "The fromEmail value you provided was not valid. Please provide a valid fromEmail"
    )


def test_a_folder_without_its_required_fields_is_not_created(wire: Wire) -> None:
    wire.sandbox.add_client_folder()
    answer = account(wire, "/c", "POST", [{"name": "X"}]).json()
    assert answer["clientfolders"] is None
    assert len(answer["warnings"]) == 7


def test_put_replaces_a_folder_and_post_merges(wire: Wire) -> None:
    wire.sandbox.add_client_folder()
    wire.put("", {**FOLDER, "phone": "1"})
    merged = wire.post("", {"fax": "ignored", "city": "Cary", "enabled": False})["clientfolder"]
    assert (merged["city"], merged["phone"], merged["enabled"]) == ("Cary", "1", 0)
    replaced = wire.put("", FOLDER)["clientfolder"]
    assert (replaced["phone"], replaced["enabled"]) == ("", 1)
    assert wire.refused("PUT", "", {"name": "X"})[0] == 400
    assert wire.put("", [FOLDER]) == wire.post("", [{"city": "X"}])


def test_unknown_terms_are_ignored_with_a_warning(wire: Wire) -> None:
    answer = wire.send("GET", "/a?foo=1&bar=2").json()
    assert answer["warnings"] == [IGNORED.format("foo, bar")]


@pytest.mark.parametrize("path", ["/a", "/a/{}", "/a/{}/c"])
def test_a_past_due_account_is_mentioned_in_every_answer(
    quirky: Callable[..., Wire], path: str
) -> None:
    wire = quirky(past_due_warning=True)
    answer = wire.send("GET", path.format(wire.sandbox.account_id)).json()
    assert "Your account is past due" in answer["warnings"][0]
    assert "warnings" not in wire.send("GET", "/time").json()


@pytest.mark.parametrize(
    ("method", "path", "body", "status"),
    [
        ("POST", "/contacts/{contact}", {"email": "nonsense"}, 400),
        ("POST", "/contacts", "nonsense", 400),
        ("GET", "/contacts/7", None, 404),
        ("PUT", "/contacts", {}, 405),
        ("DELETE", "/lists/7", None, 404),
        ("GET", "/users", None, 501),
    ],
)
def test_a_past_due_account_is_mentioned_beside_errors_too(
    quirky: Callable[..., Wire], method: str, path: str, body: Any, status: int
) -> None:
    wire = quirky(past_due_warning=True)
    place = wire.folder + path.format(contact=wire.contact())
    response = wire.send(method, place, body)
    assert response.status_code == status
    answer = response.json()
    # Where the path leads nowhere, it is not looked at who asks.
    assert list(answer) == (["errors"] if status == 501 else ["errors", "warnings"])
    assert all("past due" in text for text in answer.get("warnings", ()))


def test_who_is_not_known_hears_nothing_of_an_account(quirky: Callable[..., Wire]) -> None:
    wire = quirky(past_due_warning=True)
    for headers in ({"API_Username": "unknown"}, {"API_Password": "x"}, {"API_AppId": "x"}):
        response = wire.send("GET", wire.folder + "/contacts", **headers)
        assert (response.status_code, list(response.json())) == (401, ["errors"])


def test_a_rejected_item_is_warned_of_beside_the_notice(quirky: Callable[..., Wire]) -> None:
    wire = quirky(past_due_warning=True)
    rejected, notice = wire.post("/contacts", [{"email": "nonsense"}])["warnings"]
    assert "email" in rejected
    assert "past due" in notice
