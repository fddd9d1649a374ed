"""The control URL: what tests in other languages do with a sandbox."""

from __future__ import annotations

import inspect
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any, get_type_hints

import attrs
import pytest
import requests

from icontact.sandbox import Faults, Quirks, Sandbox, Server, State
from icontact.sandbox.control_methods import ACTIONS, FAULTS, STATE, Method
from icontact.sandbox.faults import FaultFilter
from tests.sandbox.wire import HEADERS, Clock

PAGE = Path(__file__).parents[2] / "docs" / "sandbox-server.rst"


@pytest.fixture(scope="module")
def shared() -> Iterator[Server]:
    with Sandbox(clock=Clock()).serve(control=True) as server:
        yield server


@pytest.fixture
def server(shared: Server) -> Server:
    shared.sandbox.reset()
    return shared


@attrs.frozen
class Controls:
    url: str

    def ask(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        """Send a request, and return the body of a 200."""
        response = self.send(method, path, body, **headers)
        assert response.status_code == 200, response.text
        return response.json()

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> requests.Response:
        if body is not None:
            headers.setdefault("Content-Type", "application/json")
        data = json.dumps(body) if isinstance(body, dict | list) else body
        return requests.request(method, self.url + path, data=data, headers=headers, timeout=5)

    def refused(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, str]:
        """Send a request, and return status and the one error."""
        response = self.send(method, path, body, **headers)
        (text,) = response.json()["errors"]
        return response.status_code, text


@pytest.fixture
def control(server: Server) -> Controls:
    return Controls(str(server.control_url))


@pytest.fixture
def folder(server: Server) -> str:
    return f"{server.url}/a/{server.sandbox.account_id}/c/{server.sandbox.client_folder_id}"


def status(url: str, **options: Any) -> int:
    return requests.get(url, headers=HEADERS, timeout=5, **options).status_code


def test_there_is_none_unless_asked_for() -> None:
    with Sandbox().serve() as server:
        assert server.control_url is None
        assert status(server.url.replace("/icp", "/_control")) == 501


def test_it_lists_what_there_is(server: Server, control: Controls) -> None:
    index = control.ask("GET", "")
    assert index["account_id"] == server.sandbox.account_id
    assert index["now"] == "2012-06-09T19:46:52+00:00"
    assert "POST /_control/faults/next" in index["routes"]
    assert index["faults"]["slow"] == {
        "seconds": "a number",
        "times": "an integer or null; optional",
        "method": "a text or null; optional",
        "path": "a text or null; optional",
        "probability": "a number; optional",
        "seed": "an integer; optional",
    }
    assert index["faults"]["garble"]["kind"] == "one of html, cut, not_json; optional"
    assert index["actions"]["seed"]["contacts"] == "an array, each of it an object; optional"
    assert index["actions"]["reset"] == {}
    assert control.ask("GET", "/") == index


def test_every_fault_and_every_listing_of_python_can_be_asked_for() -> None:
    public = [name for name in vars(Faults) if not name.startswith("_")]
    assert set(public) - set(FAULTS) == {"take", "throttled", "lateness"}
    assert {name for name in vars(State) if not name.startswith("_")} == set(STATE)
    assert all(callable(getattr(Sandbox, name)) for name in ACTIONS)


def test_every_route_is_explained(control: Controls) -> None:
    page = PAGE.read_text("utf-8")
    unsaid = []
    for route in control.ask("GET", "")["routes"]:
        verb, path = route.split()
        generic = path.startswith("/_control/state/") and f"``{path.rpartition('/')[2]}``" in page
        if f"``{verb} {path}``" not in page and not generic:
            unsaid.append(route)
    assert unsaid == []


def test_faults_are_ordered_with_all_their_arguments(
    server: Server, control: Controls, folder: str
) -> None:
    order = {
        "status": 418,
        "body": {"a": 1},
        "times": 2,
        "headers": {"X-Tea": "1"},
        "method": "get",
        "path": "/lists$",
    }
    assert control.ask("POST", "/faults/next", order) == {"result": None}
    assert status(f"{folder}/contacts") == 200
    response = requests.get(f"{folder}/lists", headers=HEADERS, timeout=5)
    assert (response.status_code, response.json(), response.headers["X-Tea"]) == (
        418,
        {"a": 1},
        "1",
    )
    assert [status(f"{folder}/lists") for _ in range(2)] == [418, 200]


@pytest.mark.parametrize("kind", ["refuse", "drop_before", "drop_after"])
def test_connections_break_on_order(control: Controls, folder: str, kind: str) -> None:
    control.ask("POST", f"/faults/{kind}", {"path": "contacts"})
    assert status(f"{folder}/lists") == 200
    with pytest.raises(requests.exceptions.ConnectionError):
        status(f"{folder}/contacts")
    assert status(f"{folder}/contacts") == 200


def test_answers_are_spoilt_late_and_throttled_on_order(
    server: Server, control: Controls, folder: str
) -> None:
    control.ask("POST", "/faults/garble", {"kind": "html"})
    assert "<html>" in requests.get(f"{folder}/lists", headers=HEADERS, timeout=5).text
    control.ask("POST", "/faults/slow", {"seconds": 0.001})
    assert status(f"{folder}/lists") == 200
    assert server.sandbox.requests[-1].fault == "slow"
    control.ask("POST", "/faults/throttle", {"per_minute": 1})
    assert [status(f"{folder}/lists") for _ in range(2)] == [200, 503]
    control.ask("POST", "/faults/clear", {})
    control.ask("POST", "/faults/refuse", {"times": None})
    control.ask("DELETE", "/faults")
    assert status(f"{folder}/lists") == 200


@pytest.mark.parametrize(
    ("path", "body", "text"),
    [
        ("/faults/slow", {}, "'seconds' has to be given"),
        ("/faults/slow", {"seconds": "2"}, "'seconds' has to be a number"),
        ("/faults/slow", {"seconds": True}, "'seconds' has to be a number"),
        ("/faults/slow", {"secnods": 2}, "There is no 'secnods' here; there is seconds, times"),
        ("/faults/next", {"times": 1.5}, "'times' has to be an integer or null"),
        ("/faults/next", {"status": None}, "'status' has to be an integer"),
        ("/faults/next", {"headers": {"a": 1}}, "'headers' has to be an object or null"),
        ("/faults/next", {"body": []}, "'body' has to be a text or an object or null"),
        ("/faults/next", {"path": "("}, "'path' has to be a regular expression: "),
        ("/faults/garble", {"kind": "tea"}, "'kind' has to be one of html, cut, not_json"),
        ("/faults/clear", {"x": 1}, "There is no 'x' here; there is nothing"),
        ("/advance", {"days": "x"}, "'days' has to be a number"),
        ("/advance", {"days": -1}, "The sandbox cannot go back in time"),
        ("/seed", {"contacts": {}}, "'contacts' has to be an array, each of it an object"),
        ("/seed", {"contacts": [1]}, "'contacts' has to be an array, each of it an object"),
        ("/seed", {"contacts": [{"naem": 1}]}, "The contact to be added has no naem"),
        ("/seed", {"custom_fields": [{}]}, "'privateName' has to be given"),
        ("/seed", {"lists": [{"name": {}}]}, "Error binding parameter"),
        ("/quirks", {"max_limit": "x"}, "'max_limit' has to be an integer or null"),
        ("/quirks", {"upload_actions": [1]}, "'upload_actions' has to be an array, each of it"),
        ("/quirks", {"tea": 1}, "'tea' is not a quirk; GET /_control/quirks lists them"),
        ("/reset", [], "The body has to be an object"),
        ("/reset", "nonsense", "The data you provided could not be parsed"),
        ("/reset", "[" * 2000, "The data you provided was nested too deeply"),
    ],
)
def test_what_is_wrong_is_named(control: Controls, path: str, body: Any, text: str) -> None:
    status, problem = control.refused("POST", path, body)
    assert (status, problem[: len(text)]) == (400, text)


def test_nothing_is_kept_of_a_seed_that_is_wrong(server: Server, control: Controls) -> None:
    people = [{"email": "jo@example.com"}, {"email": "jo@example.com"}]
    assert control.refused("POST", "/seed", {"contacts": people})[0] == 400
    assert control.ask("GET", "/state/contacts") == {"contacts": []}


def test_it_is_filled_and_read(server: Server, control: Controls) -> None:
    seeded = control.ask(
        "POST",
        "/seed",
        {
            "contacts": [{"email": "jo@example.com", "firstName": "Jo"}],
            "subscriptions": [{"email": "jo@example.com", "status": "unsubscribed"}],
        },
    )["result"]
    assert seeded["contact_ids"] == [66674163]
    (contact,) = control.ask("GET", "/state/contacts")["contacts"]
    assert (contact["firstName"], contact["contactId"]) == ("Jo", "66674163")
    list_id = server.sandbox.list_id
    made = control.ask("POST", "/seed_contacts", {"count": 3, "list_id": list_id})
    assert len(made["result"]) == 3
    assert len(control.ask("GET", "/state/subscriptions")["subscriptions"]) == 4
    assert control.ask("GET", "/state/contacts?folder_id=1") == {"contacts": []}


@pytest.mark.parametrize("name", STATE)
def test_every_kind_of_thing_can_be_listed(control: Controls, name: str) -> None:
    query = "?send_id=1" if name == "recipients" else ""
    assert isinstance(control.ask("GET", f"/state/{name}{query}")[name], list)


@pytest.mark.parametrize(
    ("path", "text"),
    [
        ("/state/contacts?folder_id=x", "'folder_id' has to be an integer"),
        ("/state/contacts?tea=1", "There is no 'tea' here; there is folder_id"),
        ("/state/recipients", "'send_id' has to be given"),
    ],
)
def test_what_is_wrong_in_a_query_is_named(control: Controls, path: str, text: str) -> None:
    assert control.refused("GET", path) == (400, text)


def test_accounts_and_users_are_added(server: Server, control: Controls) -> None:
    account_id = control.ask("POST", "/add_account", {"companyName": "Agency"})["result"]
    control.ask("POST", "/add_client_folder", {"account_id": account_id, "name": "Two"})
    rows = control.ask("GET", "/state/client_folders")["client_folders"]
    assert [row["name"] for row in rows] == ["Sandbox", "Folder 1", "Two"]
    known = control.ask("POST", "/add_user", {"username": "u@example.com", "analytic": True})
    assert known["result"] == {
        "app_id": "sandbox-app",
        "username": "u@example.com",
        "password": "user-password",
    }
    control.ask("POST", "/disable_account", {"account_id": account_id})
    assert control.ask("GET", "/state/accounts")["accounts"][1]["enabled"] == 0


def test_quirks_are_read_and_set(server: Server, control: Controls, folder: str) -> None:
    assert control.ask("GET", "/quirks")["quirks"]["numeric_ids"] is False
    changes = {"numeric_ids": True, "upload_actions": ["add", "remove"]}
    quirks = control.ask("POST", "/quirks", changes)["quirks"]
    assert (quirks["numeric_ids"], quirks["upload_actions"]) == (True, ["add", "remove"])
    assert server.sandbox.quirks == Quirks(
        numeric_ids=True, upload_actions=frozenset({"add", "remove"})
    )
    rows = requests.get(f"{folder}/lists", headers=HEADERS, timeout=5).json()["lists"]
    assert rows[0]["listId"] == server.sandbox.list_id


def test_requests_are_read_and_forgotten(control: Controls, folder: str, server: Server) -> None:
    status(f"{folder}/lists", params={"name": "x"})
    (request,) = control.ask("GET", "/requests")["requests"]
    assert request.pop("milliseconds") > 0
    assert request == {
        "method": "GET",
        "path": folder.removeprefix(server.url) + "/lists",
        "query_names": ["name"],
        "status": 200,
        "at": "2012-06-09T19:46:52+00:00",
        "fault": None,
    }
    control.ask("DELETE", "/requests")
    assert control.ask("GET", "/requests") == {"requests": []}


def test_the_time_is_moved_and_call_backs_are_read(server: Server, control: Controls) -> None:
    moved = control.ask("POST", "/advance", {"days": 1, "hours": 0.5})
    assert moved == {"result": "2012-06-10T20:16:52+00:00"}
    hook = {"eventId": "contact_created", "url": "https://crm.example.com/"}
    control.ask("POST", "/seed", {"webhooks": [hook]})
    url = server.url + f"/a/{server.sandbox.account_id}/c/{server.sandbox.client_folder_id}"
    requests.post(f"{url}/contacts", json=[{"email": "a@example.com"}], headers=HEADERS, timeout=5)
    (delivery,) = control.ask("GET", "/webhooks")["webhooks"]
    assert delivery["body"][0]["contact"]["email"] == "a@example.com"
    assert (delivery["status"], delivery["problem"][:11]) == (None, "The sandbox")


def test_it_comes_back_to_a_snapshot(server: Server, control: Controls) -> None:
    control.ask("POST", "/seed_contacts", {"count": 1})
    assert control.ask("POST", "/snapshot", {"name": "one"}) == {"result": "one"}
    control.ask("POST", "/seed", {"contacts": [{"email": "jo@example.com"}]})
    assert control.ask("POST", "/snapshot", {}) == {"result": ""}
    for name, count in (("one", 1), ("", 2), ("one", 1)):
        assert control.ask("POST", "/restore", {"name": name}) == {"result": None}
        assert len(server.sandbox.state.contacts()) == count
    assert control.refused("POST", "/restore", {"name": "two"}) == (
        400,
        "A snapshot of the name 'two' does not exist",
    )
    assert control.refused("POST", "/snapshot", {"name": 1}) == (400, "'name' has to be a text")


def test_snapshots_are_bounded(
    control: Controls, monkeypatch: pytest.MonkeyPatch, server: Server
) -> None:
    monkeypatch.setattr("icontact.sandbox.control._MOST_SNAPSHOTS", 0)
    assert control.refused("POST", "/snapshot", {"name": "x"})[0] == 400


def test_everything_is_as_new_after_a_reset(server: Server, control: Controls, folder: str) -> None:
    before = control.ask("GET", "")
    fresh = control.ask("GET", "/state/lists")
    control.ask("POST", "/seed_contacts", {"count": 3})
    control.ask("POST", "/seed", {"lists": [{"name": "Other"}]})
    control.ask("POST", "/quirks", {"max_limit": 1})
    control.ask("POST", "/advance", {"days": 3})
    control.ask("POST", "/faults/next", {"times": None})
    status(f"{folder}/lists")
    assert control.ask("POST", "/reset", {}) == {"result": None}
    assert control.ask("GET", "") == before
    assert control.ask("GET", "/state/lists") == fresh
    assert control.ask("GET", "/requests") == {"requests": []}
    assert server.sandbox.quirks == Quirks()
    assert status(f"{folder}/contacts") == 200
    assert control.ask("POST", "/seed_contacts", {"count": 1}) == {"result": [66674163]}


def test_a_sandbox_that_was_made_with_quirks_keeps_them_in_a_reset(tmp_path: Path) -> None:
    sandbox = Sandbox(db=tmp_path / "sandbox.sqlite", quirks=Quirks(max_limit=7))
    sandbox.quirks = Quirks()
    sandbox.seed_contacts(2)
    sandbox.reset()
    assert sandbox.quirks.max_limit == 7
    assert sandbox.state.contacts() == []
    sandbox.close()


@pytest.mark.parametrize(
    "host",
    ["evil.example.com", "evil.example.com:80", "127.0.0.1.example.com", "", "[", "10.0.0.1"],
)
def test_only_names_of_this_machine_are_answered_to(control: Controls, host: str) -> None:
    for method, path, body in (("GET", "/state/contacts", None), ("POST", "/reset", {})):
        status, text = control.refused(method, path, body, Host=host)
        assert (status, "name of this machine" in text) == (403, True)


@pytest.mark.parametrize("host", ["localhost", "LOCALHOST:80", "127.0.0.1", "127.8.8.8", "[::1]:8"])
def test_loopback_has_several_names(control: Controls, host: str) -> None:
    assert control.ask("GET", "/requests", Host=host) == {"requests": []}


@pytest.mark.parametrize("sent", ["text/plain", "application/x-www-form-urlencoded", ""])
def test_orders_come_as_json_only(control: Controls, sent: str) -> None:
    headers = {"Content-Type": sent}
    assert control.refused("POST", "/reset", "{}", **headers)[0] == 415


def test_there_are_no_other_paths_and_verbs(control: Controls) -> None:
    assert control.refused("GET", "/tea") == (
        404,
        "There is nothing here; GET /_control lists what there is",
    )
    assert control.refused("PUT", "/quirks", {}) == (405, "This takes GET and POST")


def test_a_body_that_is_too_long_is_refused() -> None:
    with Sandbox(max_body_bytes=10).serve(control=True) as server:
        body = {"quirk": "x" * 10}
        assert Controls(str(server.control_url)).refused("POST", "/quirks", body)[0] == 413


def test_a_broken_handler_is_told_and_stops_nothing(
    control: Controls, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    def broken(_: Sandbox) -> None:
        raise RuntimeError("jo@example.com")

    with monkeypatch.context() as patch:
        patch.setattr(Sandbox, "requests", property(broken))
        assert control.refused("GET", "/requests") == (500, "Internal Server Error")
    assert "RuntimeError" in caplog.text
    assert "jo@" not in caplog.text
    assert control.ask("GET", "/requests") == {"requests": []}


def arguments_in_python(function: Any) -> tuple[dict[str, bool], bool]:
    """Return the names that can be given, whether each has to be, and whether others can be."""
    named: dict[str, bool] = {}
    others = False
    for name, parameter in inspect.signature(function).parameters.items():
        if parameter.kind is not parameter.VAR_KEYWORD:
            if name != "self" and parameter.kind is not parameter.POSITIONAL_ONLY:
                named[name] = parameter.default is parameter.empty
        elif name == "only":
            named |= dict.fromkeys(get_type_hints(FaultFilter), False)
        else:
            others = True
    return named, others


@pytest.mark.parametrize(
    ("owner", "name", "method"),
    [
        (owner, name, method)
        for owner, table in ((Faults, FAULTS), (Sandbox, ACTIONS), (State, STATE))
        for name, method in table.items()
    ],
)
def test_the_table_has_the_arguments_of_python(owner: type, name: str, method: Method) -> None:
    named, others = arguments_in_python(getattr(owner, name))
    assert set(method.arguments) == set(named)
    assert set(method.required) == {each for each, required in named.items() if required}
    assert method.open_ended == others


def test_every_quirk_can_be_set_to_what_it_is(server: Server, control: Controls) -> None:
    quirks = control.ask("GET", "/quirks")["quirks"]
    assert control.ask("POST", "/quirks", quirks) == {"quirks": quirks}
    assert server.sandbox.quirks == Quirks()
