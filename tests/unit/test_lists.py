from __future__ import annotations

import pytest

import icontact
from icontact import errors
from icontact.sandbox import Quirks, Sandbox
from tests.unit.support import FOLDER, Clock, Script, patient_client


def test_create_get_update_replace_delete(folder: icontact.Folder) -> None:
    made = folder.lists.create(name="Bakery", public_name="Bread", description="internal")
    assert (made.name, made.public_name, made.email_owner_on_change) == ("Bakery", "Bread", True)
    assert folder.lists.get(made.list_id) == made
    changed = folder.lists.update(made.list_id, description=None, welcome_on_manual_add=True)
    assert (changed.public_name, changed.description) == ("Bread", "")
    assert changed.welcome_on_manual_add is True
    replaced = folder.lists.replace(made.list_id, name="Cakes")
    # Switches become zero, and not their documented default (API 8.1).
    assert (replaced.name, replaced.public_name) == ("Cakes", "")
    assert replaced.email_owner_on_change is False
    folder.lists.delete(made.list_id)


def test_a_deleted_list_answers_500_and_is_not_found(folder: icontact.Folder) -> None:
    number = folder.lists.create(name="Bakery").list_id
    folder.lists.delete(number)
    for use in (folder.lists.get, folder.lists.delete):
        with pytest.raises(errors.NotFound, match="500: No result for") as caught:
            use(number)
        assert caught.value.attempts == 1
    with pytest.raises(errors.NotFound):
        folder.lists.update(number, name="x")
    with pytest.raises(errors.NotFound, match="404"):
        folder.lists.get(1)


def test_a_deletion_that_lost_its_answer_is_done(folder: icontact.Folder, sandbox: Sandbox) -> None:
    number = folder.lists.create(name="Bakery").list_id
    sandbox.faults.drop_after(method="DELETE")
    folder.lists.delete(number)
    assert [request.status for request in sandbox.requests][-1] == 500


def test_a_creation_that_lost_its_answer_is_not_repeated(
    folder: icontact.Folder, sandbox: Sandbox, clock: Clock
) -> None:
    before = folder.lists.list().count()
    sandbox.faults.drop_after(method="POST")
    with pytest.raises(errors.TransportError) as caught:
        folder.lists.create(name="Bakery")
    assert caught.value.maybe_applied
    assert f"look at GET {folder.lists._path} before repeating" in str(caught.value)
    assert folder.lists.list().count() == before + 1
    assert clock.sleeps == []


def test_a_creation_that_was_not_reached_is_repeated(
    folder: icontact.Folder, sandbox: Sandbox
) -> None:
    folder.lists.list().first()  # the server has answered before
    sandbox.faults.refuse(times=2, method="POST")
    assert folder.lists.create(name="Bakery").name == "Bakery"


def test_a_list_without_a_name_is_rejected(folder: icontact.Folder) -> None:
    with pytest.raises(errors.RejectedError, match="You did not provide a name field"):
        folder.lists.create(description="x")


def test_listing(folder: icontact.Folder, sandbox: Sandbox) -> None:
    sandbox.seed(lists=[{"name": "Bakery", "emailOwnerOnChange": 0}, {"name": "Bread"}])
    names = [item.name for item in folder.lists.list(name="B*", order_by="-name")]
    assert names == ["Bread", "Bakery"]
    assert folder.lists.list(email_owner_on_change=False).count() == 1
    assert folder.lists.list(page_size=1, max_items=2).all() != []


def test_several_at_once(clock: Clock) -> None:
    with Sandbox(quirks=Quirks(duplicate_list_names="refused")) as sandbox:
        lists = patient_client(sandbox, clock).folder().lists
        result = lists.create_many([{"name": "A"}, {"name": "Newsletter"}, {"name": "B"}])
        assert [item and item.name for item in result.results] == ["A", None, "B"]
        assert [row.index for row in result.rejected] == [1]
        assert sandbox.requests[-1].path.endswith("/lists")
    sandbox.close()


@pytest.mark.parametrize("name", ["Bakery", "50% off * today", "Bread, Cakes", "Größe", "*"])
def test_finding_is_exact(folder: icontact.Folder, sandbox: Sandbox, name: str) -> None:
    (wanted, *_) = sandbox.seed(lists=[{"name": name}, {"name": "Bakery 2"}]).list_ids
    found = folder.lists.find(name=name)
    assert found is not None
    assert found.list_id == wanted


@pytest.mark.parametrize("name", ["bakery", "Bak*", "Bakery ", "", "nothing"])
def test_another_spelling_is_not_found(
    folder: icontact.Folder, sandbox: Sandbox, name: str
) -> None:
    sandbox.seed(lists=[{"name": "Bakery"}])
    assert folder.lists.find(name=name) is None


def test_an_ambiguous_name_is_an_error_that_lists_the_ids(
    folder: icontact.Folder, sandbox: Sandbox
) -> None:
    ids = sandbox.seed(lists=[{"name": "Twice"}, {"name": "Twice"}]).list_ids
    with pytest.raises(errors.ConfigError, match=f"{ids[0]}, {ids[1]}"):
        folder.lists.find(name="Twice")


def test_an_answer_in_another_order_is_matched_by_name() -> None:
    stored = [{"listId": 2, "name": "B"}, {"listId": 1, "name": "A"}]
    lists = icontact.Folder(Script({"lists": stored}), 1, 2).lists
    result = lists.create_many([{"name": "A"}, {"name": "B"}])
    assert [item.list_id for item in result.items] == [1, 2]
    assert repr(lists) == f"Lists('{FOLDER}/lists')"


def test_a_name_that_cannot_be_sent_never_leaves(folder: icontact.Folder, sandbox: Sandbox) -> None:
    with pytest.raises(ValueError, match="the parameter 'name' has characters"):
        folder.lists.find(name="\udcff")
    assert len(sandbox.requests) == 0
