"""Every request and answer that was recorded of the real service, played to the sandbox.

Sources are those of the API reference: VCR-12, VCR-15 and CF7 are traffic, ICPY, POCUS, LIFE and
MZ are suites that ran against the service and state what it did. Answers are compared in shape:
which keys in which order, and of what type each value is; sentences word for word.
"""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import attrs
import pytest

from icontact.sandbox import Quirks, Sandbox
from tests.sandbox.wire import IGNORED, Clock, Wire

UPDATE_STATUS = (
    "The status value you provided was not valid. status can be either donotcontact or normal."
    " Please provide a valid status"
)
NO_EMAIL = "You did not provide an email field, which is required. Please provide an email field"
NO_ACCOUNT = "You provided a accountId that we did not recognise. Please provide a valid accountId."
CREATED = (
    '{"contactId":"66674163","prefix":"","firstName":"","lastName":"","suffix":"","street":"",'
    '"street2":"","city":"","state":"","postalCode":"","phone":"","fax":"","business":"",'
    '"email":"user@example.com","createDate":"2012-06-09 15:46:52","bounceCount":"",'
    '"status":"normal"}'
)
FOUND = (
    '{"email":"user@example.com","firstName":null,"lastName":null,"prefix":null,"suffix":null,'
    '"fax":null,"phone":null,"street":null,"street2":null,"city":null,"state":null,'
    '"postalCode":null,"createDate":"2015-03-14 20:57:02","status":"normal","bounceCount":null,'
    '"contactId":"67979259"}'
)
ACCOUNT = (
    '{"billingStreet":"","billingCity":"","billingState":"","billingPostalCode":"",'
    '"billingCountry":"","city":"Quincy","accountId":"413323","companyName":"",'
    '"country":"United States","email":"x@example.com","enabled":"1","fax":"","firstName":"A",'
    '"lastName":"E","multiClientFolder":"0","multiUser":"0","phone":"1","postalCode":"02169",'
    '"state":"MA","street":"1 Main Street","title":"","accountType":"0","subscriberLimit":"250000"}'
)
LIST = (
    '{"listId":"205303","name":"Test List","publicname":"","description":"",'
    '"emailOwnerOnChange":1,"welcomeOnManualAdd":0,"welcomeOnSignupAdd":0,"welcomeMessageId":""}'
)
SUBSCRIPTION = (
    '{"addDate":"2012-06-09T16:25:50-04:00","contactId":"66695798","listId":"205305",'
    '"status":"normal","subscriptionId":"205305_66695798"}'
)
FIELD = {"privateName": "score", "fieldType": "number", "displayToUser": 1}
POSTED = [{"contactId": 66674163, "listId": 205303, "status": "normal"}]

Prepare = Callable[[Wire], object]


def nothing(wire: Wire) -> None:
    """The sandbox as it begins: account 413323, client folder 124667, list 205303."""


def a_contact(wire: Wire) -> None:
    wire.contact("user@example.com")


def a_subscription(wire: Wire) -> None:
    wire.subscribe(wire.contact("user@example.com"))


def somebody_who_left(wire: Wire) -> None:
    a_subscription(wire)
    wire.post("/subscriptions/205303_66674163", {"status": "unsubscribed"})


def somebody_who_moved(wire: Wire) -> None:
    a_subscription(wire)
    wire.post("/lists", [{"name": "Other"}])
    wire.put("/subscriptions/205303_66674163", {"listId": 205304})


def two_lists(wire: Wire) -> None:
    a_subscription(wire)
    wire.post("/lists", [{"name": "Other"}])


def a_deleted_contact(wire: Wire) -> None:
    a_contact(wire)
    wire.delete("/contacts/66674163")


def a_deleted_list(wire: Wire) -> None:
    wire.delete("/lists/205303")


def a_segment(wire: Wire) -> None:
    wire.sandbox.seed(segments=[{"name": "People"}])


def a_deleted_field(wire: Wire) -> None:
    wire.post("/customfields", [FIELD])
    wire.delete("/customfields/score")


@attrs.frozen
class Recorded:
    """One exchange; ``F`` is the client folder."""

    source: str
    method: str
    path: str
    body: Any
    answer: str
    status: int = 200
    before: Prepare = nothing
    headers: dict[str, str] = attrs.field(factory=dict)


def errors(*texts: str) -> str:
    return json.dumps({"errors": texts})


TRAFFIC = [
    # Contacts (API 6).
    Recorded(
        "VCR-12", "POST", "F/contacts", [{"email": "user@example.com"}],
        f'{{"contacts":[{CREATED}]}}',
    ),
    Recorded(
        "VCR-15", "POST", "F/contacts", [{"email": "user@example.com"}],
        f'{{"contacts":[{CREATED}]}}', before=a_contact,
    ),
    Recorded(
        "ICPY", "POST", "F/contacts", {"contact": {"email": "user@example.com"}},
        f'{{"contacts":[{CREATED}]}}',
    ),
    Recorded(
        "VCR-12", "POST", "F/contacts", [{}],
        json.dumps({"contacts": None, "warnings": [NO_EMAIL]}),
    ),
    Recorded(
        "VCR-12", "GET", "F/contacts?email=user@example.com", None,
        f'{{"contacts":[{FOUND}],"limit":20,"offset":0,"total":1}}', before=a_contact,
    ),
    Recorded(
        "VCR-15", "GET", "F/contacts?unlisted=true", None,
        f'{{"contacts":[{FOUND}],"limit":20,"offset":0,"total":1,"warnings":'
        f"[{json.dumps(IGNORED.format('unlisted'))}]}}",
        before=a_contact,
    ),
    Recorded(
        "VCR-15", "GET", "F/contacts?email=user@example.com&unlisted=true", None,
        f'{{"contacts":[{FOUND}],"limit":20,"offset":0,"total":1,"warnings":'
        f"[{json.dumps(IGNORED.format('unlisted'))}]}}",
        before=a_contact,
    ),
    Recorded(
        "MZ", "GET", "F/contacts?email=user*", None,
        f'{{"contacts":[{FOUND}],"limit":20,"offset":0,"total":1}}', before=a_contact,
    ),
    Recorded(
        "ICPY", "GET", "F/contacts?email=user@example.com", None,
        f'{{"contacts":[{FOUND}],"limit":20,"offset":0,"total":1}}', before=somebody_who_left,
    ),
    Recorded(
        "ICPY", "POST", "F/contacts/66674163", {"firstName": "X", "city": "Y"},
        f'{{"contact":{CREATED}}}', before=a_contact,
    ),
    Recorded(
        "ICPY", "PUT", "F/contacts/66674163", {"email": "new@example.com"},
        f'{{"contact":{CREATED}}}', before=a_contact,
    ),
    Recorded(
        "VCR-12", "POST", "F/contacts/66674163", {"status": "deleted"}, errors(UPDATE_STATUS), 400,
        before=a_contact,
    ),
    Recorded("ICPY", "DELETE", "F/contacts/66674163", None, "[]", before=a_contact),
    Recorded(
        "MZ", "GET", "F/contacts?email=user@example.com", None,
        '{"contacts":[],"limit":20,"offset":0,"total":0}', before=a_deleted_contact,
    ),
    # Lists (API 8.1).
    Recorded("VCR-12", "POST", "F/lists", [{"name": "Test List"}], f'{{"lists":[{LIST}]}}'),
    Recorded("ICPY", "POST", "F/lists", {"list": {"name": "Test List"}}, f'{{"lists":[{LIST}]}}'),
    Recorded(
        "ICPY", "PUT", "F/lists/205303", {"name": "X", "welcomeMessageId": "555555"},
        f'{{"list":{LIST}}}',
    ),
    Recorded("VCR-12", "DELETE", "F/lists/205303", None, "[]"),
    Recorded(
        "ICPY", "GET", "F/lists/205303", None, errors("No result for (205303)."), 500,
        before=a_deleted_list,
    ),
    Recorded(
        "POCUS", "GET", "F/lists?name=Unknown", None,
        '{"lists":[],"limit":20,"offset":0,"total":0}',
    ),
    # Subscriptions (API 8.2).
    Recorded(
        "VCR-12", "POST", "F/subscriptions", POSTED, f'{{"subscriptions":[{SUBSCRIPTION}]}}',
        before=a_contact,
    ),
    Recorded(
        "CF7", "POST", "F/subscriptions",
        [{"contactId": "66674163", "listId": "205303", "status": "normal"}],
        f'{{"subscriptions":[{SUBSCRIPTION}]}}', before=a_contact,
    ),
    Recorded(
        "ICPY", "POST", "F/subscriptions", {"subscription": POSTED[0]},
        f'{{"subscriptions":[{SUBSCRIPTION}]}}', before=a_contact,
    ),
    Recorded(
        "POCUS", "POST", "F/subscriptions", POSTED, '{"subscriptions":[]}', before=a_subscription
    ),
    Recorded(
        "ICPY", "POST", "F/subscriptions/205303_66674163", {"status": "unsubscribed"},
        f'{{"subscription":{SUBSCRIPTION}}}', before=a_subscription,
    ),
    Recorded(
        "ICPY", "PUT", "F/subscriptions/205303_66674163", {"listId": 205304},
        f'{{"subscription":{SUBSCRIPTION}}}', before=two_lists,
    ),
    Recorded(
        "ICPY", "GET", "F/subscriptions/205303_66674163", None, errors("Not Found"), 404,
        before=somebody_who_moved,
    ),
    Recorded(
        "ICPY", "GET", "F/subscriptions/205304_66674163", None,
        f'{{"subscription":{SUBSCRIPTION}}}', before=somebody_who_moved,
    ),
    Recorded(
        "ICPY", "POST", "F/subscriptions", POSTED, f'{{"subscriptions":[{SUBSCRIPTION}]}}',
        before=somebody_who_moved,
    ),
    Recorded(
        "LIFE", "PUT", "F/subscriptions/205303_66674163", {"listId": 205303},
        errors("No Changes Made"), 400, before=a_subscription,
    ),
    # Custom fields, segments (API 9, 10).
    Recorded(
        "ICPY", "GET", "F/customfields/score", None, errors("Not Found"), 404,
        before=a_deleted_field,
    ),
    Recorded("POCUS", "DELETE", "F/segments/234876", None, "[]", before=a_segment),
    # Accounts, client folders, time, and what is refused before any rule (API 2.2, 4, 15, 17.4).
    Recorded(
        "VCR-15", "GET", "/a", None,
        f'{{"accounts":[{ACCOUNT}],"total":1,"limit":20,"offset":0}}',
    ),
    Recorded("ICPY", "GET", "/a/413323", None, f'{{"account":{ACCOUNT}}}'),
    Recorded(
        "VCR-12", "GET", "/a/413323/c", None,
        '{"clientfolders":[{"clientFolderId":"124667","logoId":null,'
        '"emailRecipient":"x@example.com"}],"total":1}',
    ),
    Recorded(
        "AE", "GET", "/time", None,
        '{"time":"2026-08-13T13:30:19-04:00","timestamp":1786642219}',
    ),
    Recorded(
        "VCR-15", "GET", "/a//c//contacts", None, errors("Resource Or Version Not Implemented"), 501
    ),
    Recorded("VCR-15", "GET", "/a//c", None, errors(NO_ACCOUNT), 404),
    Recorded(
        "VCR-15", "GET", "/a", None, errors("Api username invalid"), 401,
        headers={"API_Username": "unknown@example.com"},
    ),
]  # fmt: skip


def shape(value: Any) -> Any:
    """Return what is compared of an answer: keys in their order, types of values."""
    if isinstance(value, dict):
        return [(key, shape(item)) for key, item in value.items()]
    if isinstance(value, list):
        return [shape(item) for item in value]
    return type(value).__name__


def sentences(payload: Any) -> list[str]:
    """Return the errors and the warnings of an answer."""
    if isinstance(payload, list):
        return []
    return [*payload.get("errors", []), *payload.get("warnings", [])]


@pytest.mark.parametrize(
    "recorded",
    TRAFFIC,
    ids=[f"{number}-{each.source}-{each.method}" for number, each in enumerate(TRAFFIC)],
)
def test_a_recorded_request_is_answered_as_it_was(wire: Wire, recorded: Recorded) -> None:
    recorded.before(wire)
    path = recorded.path.replace("F/", f"{wire.folder}/")
    response = wire.send(recorded.method, path, recorded.body, **recorded.headers)
    wanted = json.loads(recorded.answer)
    assert response.status_code == recorded.status
    assert shape(response.json()) == shape(wanted)
    assert sentences(response.json()) == sentences(wanted)


def test_the_first_recorded_contact_and_list_are_answered_to_the_letter(wire: Wire) -> None:
    """Clock and ids of the sandbox begin where the recording does."""
    response = wire.send("POST", wire.folder + "/contacts", [{"email": "user@example.com"}])
    assert response.text == f'{{"contacts":[{CREATED}]}}'
    response = wire.send("POST", wire.folder + "/lists", [{"name": "Test List"}])
    assert response.text == f'{{"lists":[{LIST}]}}'.replace("205303", "205304")


def test_a_slash_is_escaped_as_recorded(wire: Wire) -> None:
    """VCR-15 has ``507 Flatbush Avenue \\/ 555 5th Avenue``."""
    street = "507 Flatbush Avenue / 555 5th Avenue"
    response = wire.send("POST", wire.folder + "/contacts", [{"email": "a@b.cc", "street": street}])
    assert '"street":"507 Flatbush Avenue \\/ 555 5th Avenue"' in response.text


def test_the_same_address_again_is_the_same_contact_as_recorded(wire: Wire, clock: Clock) -> None:
    """VCR-15: posted at 00:57:02 and at 01:04:02, with one id and the first date."""
    first = wire.send("POST", wire.folder + "/contacts", [{"email": "user@example.com"}])
    clock.tick(420)
    again = wire.send("POST", wire.folder + "/contacts", [{"email": "user@example.com"}])
    assert again.text == first.text


def test_of_three_contacts_the_invalid_one_is_left_out_as_recorded(wire: Wire) -> None:
    """POCUS: every returned element is stored, and there is at least one warning."""
    batch = [{"email": f"{name}dummy.com"} for name in ("1@", "@", "3@")]
    answer = wire.post("/contacts", batch)
    assert [row["contactId"].isdecimal() for row in answer["contacts"]] == [True, True]
    assert len(answer["warnings"]) == 1


def test_a_deleted_contact_is_read_by_its_id_as_recorded(wire: Wire) -> None:
    a_deleted_contact(wire)
    answer = wire.get("/contacts/66674163")
    assert list(answer) == ["contact"]
    assert answer["contact"]["status"] == "deleted"


def test_a_put_of_a_list_makes_its_flags_zero_as_recorded(wire: Wire) -> None:
    answer = wire.put("/lists/205303", {"name": "X", "welcomeMessageId": "555555"})["list"]
    flags = ("emailOwnerOnChange", "welcomeOnManualAdd", "welcomeOnSignupAdd")
    assert [answer[flag] for flag in flags] == [0, 0, 0]


def test_a_folder_that_is_not_there_is_no_success_as_recorded(wire: Wire) -> None:
    assert wire.send("GET", "/a/413323/c/0").status_code == 404


def test_an_invalid_sender_of_a_folder_is_named_as_recorded(wire: Wire) -> None:
    wire.sandbox.add_client_folder()
    folder = f"/a/{wire.sandbox.account_id}/c/{wire.sandbox.client_folder_id}"
    response = wire.send("POST", folder, {"fromEmail": "@dummy.com"})
    (text,) = response.json()["errors"]
    assert response.status_code == 400
    assert "fromEmail" in text
    assert "not valid" in text


def test_criteria_are_taken_without_a_warning_as_recorded(wire: Wire) -> None:
    a_segment(wire)
    criterion = {"fieldName": "state", "operator": "eq", "values": ["North Carolina"]}
    answer = wire.post("/segments/234876/criteria", [criterion])
    assert list(answer) == ["criteria"]
    assert next(iter(answer["criteria"][0])) == "criterionId"


def test_an_overdue_account_is_mentioned_beside_every_answer_as_recorded() -> None:
    with Sandbox(quirks=Quirks(past_due_warning=True)) as sandbox:
        wire = Wire(sandbox)
        for answer in (wire.get("/contacts"), wire.post("/contacts", [{"email": "a@b.cc"}])):
            assert any("Your account is past due" in text for text in answer["warnings"])
