from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

import pytest

import icontact
from icontact import errors
from tests.unit.support import FOLDER, Script

# The sample values of API 17.1.
FORM = {
    "formId": "1294",
    "name": "New Form",
    "created": "2019-12-06T11:57:51-05:00",
    "updated": "2019-12-06T11:57:51-05:00",
    "confirmationMessageId": "15237",
    "automaticHTML": "<div></div>",
    "lists": ["7", 8],
}


@pytest.mark.parametrize("forms", [[FORM], FORM])
def test_a_single_form_may_come_without_an_array(forms: Any) -> None:
    script = Script({"forms": forms, "total": 1, "limit": 20, "offset": 0}, {"form": FORM})
    resource = icontact.Folder(script, 1, 2).signup_forms
    (one,) = resource.list()
    assert resource.get(1294) == one
    assert [call.path for call in script.calls] == [
        f"{FOLDER}/signupforms",
        f"{FOLDER}/signupforms/1294",
    ]
    assert (one.form_id, one.confirmation_message_id, one.list_ids) == (1294, 15237, (7, 8))
    assert one.created == datetime(2019, 12, 6, 16, 57, 51, tzinfo=UTC)
    assert one.automatic_html == "<div></div>"


@pytest.mark.parametrize(
    ("lists", "expected"), [("7,8", (7, 8)), ([{"listId": "7", "name": "x"}], (7,)), (None, ())]
)
def test_lists_come_in_several_shapes(lists: Any, expected: tuple[int, ...]) -> None:
    script = Script({"form": {"formId": 1, "lists": lists}})
    assert icontact.Folder(script, 1, 2).signup_forms.get(1).list_ids == expected


def test_lists_without_ids_are_refused() -> None:
    script = Script({"form": {"formId": 1, "lists": [{"name": "x"}]}})
    with pytest.raises(errors.DecodeError, match=r"form.lists: expected an integer, got null"):
        icontact.Folder(script, 1, 2).signup_forms.get(1)
