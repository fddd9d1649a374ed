"""Sign-up forms and automations (API 17.1, 17.3)."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.sandbox.wire import Wire

FORM = {
    "name": "New Form",
    "created": "2019-12-06T11:57:51-05:00",
    "updated": "2019-12-06T11:57:51-05:00",
    "confirmationMessageId": "15237",
    "automaticHTML": '<div id="x"></div><script src="https://app.icontact.com/x?id=1"></script>',
}
ROW = {"formId": "1294", **FORM, "lists": ["205303"]}


def test_the_sample_of_a_form(wire: Wire) -> None:
    wire.sandbox.seed(signup_forms=[{**FORM, "lists": [205303]}])
    answer = wire.get("/signupforms/1294")
    assert answer == {"form": ROW}
    assert list(answer["form"]) == list(ROW)
    assert wire.get("/signupforms") == {"forms": [ROW], "limit": 20, "offset": 0, "total": 1}
    assert wire.sandbox.state.signup_forms() == [ROW]


def test_a_form_is_made_now_and_confirms_nothing_unless_it_says_so(wire: Wire) -> None:
    wire.sandbox.seed(signup_forms=[{"name": "Plain"}])
    row = wire.get("/signupforms/1294")["form"]
    assert (row["created"], row["confirmationMessageId"], row["lists"]) == (
        "2012-06-09T15:46:52-04:00",
        None,
        [],
    )


def test_a_single_form_may_come_as_an_object(quirky: Callable[..., Wire]) -> None:
    wire = quirky(single_form_as_object=True)
    assert wire.get("/signupforms")["forms"] == []
    wire.sandbox.seed(signup_forms=[{**FORM, "lists": [205303]}])
    assert wire.get("/signupforms")["forms"] == ROW
    wire.sandbox.seed(signup_forms=[FORM])
    assert len(wire.get("/signupforms")["forms"]) == 2
    assert wire.get("/signupforms?limit=1")["forms"] == ROW


def test_a_form_that_is_not_there_is_not_found(wire: Wire) -> None:
    assert wire.refused("GET", "/signupforms/1") == (404, ["Not Found"])


AUTOMATION = "/automations/welcomemessage"


@pytest.mark.parametrize("wrapped", [False, True])
def test_a_welcome_message_is_set_by_an_object_or_an_array(wire: Wire, wrapped: bool) -> None:
    item = {"messageId": wire.message(), "listId": wire.sandbox.list_id}
    assert wire.post(AUTOMATION, [item] if wrapped else item) == {"automationId": "1"}
    assert wire.sandbox.state.automations() == [
        {"automationId": "1", "messageId": "60117", "listId": "205303"}
    ]
    assert wire.sandbox.state.messages()[0]["automated"] == 1


@pytest.mark.parametrize(
    ("fields", "text"),
    [
        ({"messageId": 7}, "You provided a messageId that we did not recognise"),
        ({"listId": 7}, "You provided a listId that we did not recognise"),
        ({"listId": ""}, "You did not provide a listId field"),
        ({"automationId": 1}, "not allowed here"),
    ],
)
def test_a_welcome_message_that_cannot_be_is_refused(
    wire: Wire, fields: dict[str, object], text: str
) -> None:
    item = {"messageId": wire.message(), "listId": 205303, **fields}
    status, (answer,) = wire.refused("POST", AUTOMATION, item)
    assert (status, text in answer) == (400, True)


@pytest.mark.parametrize("body", [[], [{}, {}], [7]])
def test_there_is_one_welcome_message_in_a_call(wire: Wire, body: object) -> None:
    assert wire.refused("POST", AUTOMATION, body)[0] == 400


def test_a_message_that_waits_to_be_sent_welcomes_nobody(wire: Wire) -> None:
    message_id = wire.message()
    wire.dispatch(message_id, scheduledTime="2012-06-09T18:00:00-04:00")
    item = {"messageId": message_id, "listId": 205303}
    status, (text,) = wire.refused("POST", AUTOMATION, item)
    assert (status, "Draft, Sent or Automation mode" in text) == (400, True)
    wire.sandbox.advance(days=1)
    assert wire.post(AUTOMATION, item)
