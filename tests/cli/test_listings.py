"""``icontact lists``, ``fields`` and ``folders``."""

from __future__ import annotations

from icontact.sandbox import Sandbox
from tests.cli.support import icontact


def test_lists_are_shown_with_their_ids(embedded: Sandbox) -> None:
    assert icontact("lists").out.splitlines() == [
        "list_id  name",
        f"{embedded.list_id}   Newsletter",
    ]
    assert icontact("lists", "--json").document == {
        "lists": [{"list_id": embedded.list_id, "name": "Newsletter", "public_name": ""}]
    }


def test_fields_are_shown_with_their_types(embedded: Sandbox) -> None:
    found = icontact("fields", "--json").document["fields"]
    assert {one["private_name"]: one["type"] for one in found}["birthday"] == "date"
    assert "no" in icontact("fields").out.splitlines()[1]


def test_nothing_to_show_is_said(sandbox: Sandbox) -> None:
    ran = icontact("fields")
    assert (ran.out, ran.err) == ("", "note: this client folder has no custom fields\n")


def test_every_folder_of_every_account_is_shown(embedded: Sandbox) -> None:
    second = embedded.add_account(companyName="Agency", client_folders=2)
    empty = embedded.add_account(companyName="Empty", client_folders=0)
    found = icontact("folders", "--json").document["folders"]
    assert [one["account_id"] for one in found] == [embedded.account_id, second, second, empty]
    assert found[-1]["client_folder_id"] is None
    assert "(no client folder)" in icontact("folders").out


def test_where_there_is_a_choice_the_choices_are_named(embedded: Sandbox) -> None:
    other = embedded.add_client_folder(name="Second")
    ran = icontact("lists")
    assert ran.code == 2
    assert str(other) in ran.err
    assert icontact("lists", "--client-folder-id", other).code == 0
    assert icontact("fields", "--client-folder-id", 0).code == 2
