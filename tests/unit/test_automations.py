from __future__ import annotations

from typing import Any

import pytest

import icontact
from icontact import errors
from tests.unit.support import FOLDER, Script

MADE = {"automationId": "3", "messageId": 9, "listId": 7}


@pytest.mark.parametrize(
    "answer",
    [
        MADE,
        {"automation": MADE},
        {"automations": [MADE], "warnings": []},
        {"welcomemessage": {"automation": MADE}},
        [MADE],
    ],
)
def test_the_automation_is_found_in_whatever_envelope(answer: Any) -> None:
    script = Script(answer)
    made = icontact.Folder(script, 1, 2).automations.create(message_id=9, list_id=7)
    assert (made.automation_id, made.message_id, made.list_id) == (3, 9, 7)
    (call,) = script.calls
    assert (call.path, call.body) == (
        f"{FOLDER}/automations/welcomemessage",
        {"messageId": 9, "listId": 7},
    )
    assert call.safety is icontact.Safety.ONCE


@pytest.mark.parametrize("answer", [{}, [], {"automations": []}, None, "x", {"a": {"b": 1}}])
def test_an_answer_without_an_automation_is_refused(answer: Any) -> None:
    with pytest.raises(errors.DecodeError, match="automation"):
        icontact.Folder(Script(answer), 1, 2).automations.create(message_id=9, list_id=7)
