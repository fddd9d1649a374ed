"""What a push needs in iContact is checked before any row: the confirmation message."""

from __future__ import annotations

from typing import Any

import pytest

from icontact import ContactMapper
from icontact.client import Folder
from icontact.errors import APIError, ConfigError
from icontact.push import ListPush, PushPolicy, probe
from icontact.sandbox import Quirks, Sandbox
from tests.push.support import MAPPING, MakePush, person


def pending(message: int) -> dict[str, Any]:
    return {"subscription_status": "pending", "confirmation_message_id": message}


def message_of(sandbox: Sandbox, kind: str) -> int:
    [message] = sandbox.seed(messages=[{"messageType": kind, "subject": "Hello"}]).message_ids
    return message


@pytest.mark.parametrize("kind", ["normal", "welcome", "autoresponder"])
def test_a_message_of_another_type_is_refused_before_any_row(
    sandbox: Sandbox, make_push: MakePush, kind: str
) -> None:
    wrong, right = message_of(sandbox, kind), message_of(sandbox, "confirmation")

    with pytest.raises(ConfigError) as caught:
        make_push(**pending(wrong))

    assert f"message {wrong} is of the type {kind}, and confirmation is needed" in str(caught.value)
    assert f"those that can be used: {right} ('Hello')" in str(caught.value)
    assert sandbox.state.contacts() == []


def test_a_message_that_does_not_exist_is_refused(make_push: MakePush) -> None:
    with pytest.raises(ConfigError, match=r"there is no message 4711, .*there is none yet"):
        make_push(**pending(4711))


def test_a_test_push_checks_it_too(sandbox: Sandbox, folder: Folder) -> None:
    with pytest.raises(ConfigError, match="there is no message 4711"):
        probe(
            folder,
            "Newsletter",
            mapper=ContactMapper(MAPPING),
            email="jo@example.com",
            **pending(4711),
        )
    assert sandbox.state.contacts() == []


def test_it_takes_one_request_and_none_without_confirmed_opt_in(
    sandbox: Sandbox, make_push: MakePush
) -> None:
    message = message_of(sandbox, "confirmation")

    def requests(**policy: Any) -> int:
        before = len(sandbox.requests)
        make_push(**policy)
        return len(sandbox.requests) - before

    requests()
    assert requests(**pending(message)) == requests() + 1


def test_no_answer_is_no_reason_to_go_on(sandbox: Sandbox, make_push: MakePush) -> None:
    sandbox.faults.next(status=403, path=r"/messages/")

    with pytest.raises(APIError):
        make_push(**pending(1))


def test_a_message_that_goes_away_later_ends_the_push() -> None:
    with Sandbox(quirks=Quirks(unknown_confirmation_messages="refused")) as sandbox:
        message = message_of(sandbox, "confirmation")
        push = ListPush(
            sandbox.client().folder(),
            "Newsletter",
            mapper=ContactMapper({"email": "email"}),
            batch_size=5,
            **pending(message),
        )
        sandbox.faults.next(status=404, path=r"/messages/", times=None)
        sandbox.faults.swallow(
            ["confirmationMessageId is not valid."], path=r"/subscriptions$", times=None
        )

        report = push.run(person(place) for place in range(20))

        assert len(sandbox.state.contacts()) == 5
        assert "the confirmation message cannot be read" in report.outcomes[-1].reason


@pytest.mark.parametrize(
    ("given", "said"),
    [
        ({"allow_statuses": ["unsubscribd"]}, "did you mean 'unsubscribed'"),
        ({"allow_statuses": ["Bounced"]}, "did you mean 'bounced'"),
        ({"existing": "merg"}, "did you mean 'merge'"),
        ({"update_by": "members"}, "did you mean 'member'"),
    ],
)
def test_a_misspelt_word_is_refused_with_the_nearest(given: dict[str, Any], said: str) -> None:
    with pytest.raises(ConfigError, match=said):
        PushPolicy(**given)
