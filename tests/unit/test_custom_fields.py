from __future__ import annotations

import pytest

import icontact
from icontact import errors
from icontact.models import FieldType
from icontact.sandbox import Sandbox
from tests.unit.support import Clock


def test_create_get_update_replace_delete(folder: icontact.Folder) -> None:
    made = folder.custom_fields.create(
        private_name="color", field_type=FieldType.TEXT, display_to_user=True, public_name="Color"
    )
    assert (made.custom_field_id, made.field_type, made.display_to_user) == ("color", "text", True)
    assert folder.custom_fields.get("color") == made
    changed = folder.custom_fields.update("color", public_name="Colour")
    assert (changed.public_name, changed.display_to_user) == ("Colour", True)
    replaced = folder.custom_fields.replace(
        "color", private_name="hue", field_type="text", display_to_user=False
    )
    assert (replaced.custom_field_id, replaced.public_name) == ("hue", "")
    folder.custom_fields.delete("hue")
    with pytest.raises(errors.NotFound, match="404"):
        folder.custom_fields.get("hue")
    with pytest.raises(errors.NotFound):
        folder.custom_fields.delete("hue")


def test_an_incomplete_replacement_is_a_bad_request(folder: icontact.Folder) -> None:
    folder.custom_fields.create(private_name="color", field_type="text", display_to_user=True)
    with pytest.raises(errors.BadRequest, match="fieldType"):
        folder.custom_fields.replace("color", private_name="color")


def test_listing(folder: icontact.Folder, sandbox: Sandbox) -> None:
    sandbox.seed(custom_fields=[{"privateName": f"field{number}"} for number in range(25)])
    sandbox.requests.clear()
    assert len(folder.custom_fields.list().all()) == 25
    assert len(sandbox.requests) == 1
    assert len(folder.custom_fields.list(page_size=10).all()) == 25
    assert folder.custom_fields.list(max_items=3).count() == 3


def test_several_at_once(folder: icontact.Folder) -> None:
    result = folder.custom_fields.create_many(
        [
            {"private_name": "a", "field_type": "text", "display_to_user": False},
            {"private_name": "b c", "field_type": "text", "display_to_user": False},
            {"private_name": "D", "field_type": FieldType.DATE, "display_to_user": True},
        ]
    )
    assert [item and item.private_name for item in result.results] == ["a", None, "D"]
    assert [row.index for row in result.rejected] == [1]
    assert result.rejected[0].reason is not None


def test_an_odd_name_stays_one_segment_of_the_path(folder: icontact.Folder) -> None:
    folder.custom_fields.create(private_name="größe&#?", field_type="text", display_to_user=False)
    assert folder.custom_fields.get("größe&#?").private_name == "größe&#?"


def test_a_deletion_that_lost_its_answer_is_done(folder: icontact.Folder, sandbox: Sandbox) -> None:
    sandbox.seed(custom_fields=[{"privateName": "color"}])
    sandbox.faults.drop_after(method="DELETE")
    folder.custom_fields.delete("color")
    assert [request.status for request in sandbox.requests] == [200, 404]


def test_a_creation_that_lost_its_answer_is_not_repeated(
    folder: icontact.Folder, sandbox: Sandbox, clock: Clock
) -> None:
    sandbox.faults.drop_after(method="POST")
    with pytest.raises(errors.TransportError) as caught:
        folder.custom_fields.create(private_name="c", field_type="text", display_to_user=False)
    assert caught.value.maybe_applied
    assert clock.sleeps == []
