"""Every documented verb of API 5 has its method, and no method has a verb of its own invention."""

from __future__ import annotations

import inspect
from typing import Any

import pytest

import icontact
from icontact import models, resources
from icontact.transport import Call
from tests.unit.support import Script

# Of API 5, for the resources that there are: what the collection and what the member supports.
# Accounts are read and updated only; POST on the collection is a partner's and uncertain.
DOCUMENTED = {
    resources.Accounts: ("GET", "GET POST"),
    resources.ClientFolders: ("GET POST", "GET POST PUT"),
    resources.Contacts: ("GET POST", "GET POST PUT DELETE"),
    resources.Lists: ("GET POST", "GET POST PUT DELETE"),
    resources.Subscriptions: ("GET POST", "GET POST PUT"),
    resources.CustomFields: ("GET POST", "GET POST PUT DELETE"),
}
COLLECTION = {"list": "GET", "create": "POST", "create_many": "POST", "subscribe": "POST"}
MEMBER = {
    "get": "GET",
    "update": "POST",
    "unsubscribe": "POST",
    "replace": "PUT",
    "move": "PUT",
    "delete": "DELETE",
}
# Made of the others; history is a resource of its own, below a contact.
BESIDES = {"find", "history"}

ARGUMENTS: dict[str, dict[str, Any]] = {
    "get": {"contact_id": 1, "list_id": 2},
    "update": {"contact_id": 1, "list_id": 2, "status": "normal"},
    "unsubscribe": {"contact_id": 1, "list_id": 2},
    "move": {"contact_id": 1, "from_list_id": 2, "to_list_id": 3},
    "subscribe": {"contact_id": 1, "list_id": 2},
}
ANSWER = {
    "account": {"accountId": 1},
    "accounts": [{"accountId": 1}],
    "clientfolder": {"clientFolderId": 1},
    "clientfolders": [{"clientFolderId": 1}],
    "contact": {"contactId": 1},
    "contacts": [{"contactId": 1}],
    "list": {"listId": 1},
    "lists": [{"listId": 1}],
    "customfield": {"privateName": "a"},
    "customfields": [{"privateName": "a"}],
    "subscription": {"subscriptionId": "2_1", "contactId": 1, "listId": 2},
    "subscriptions": [{"subscriptionId": "2_1", "contactId": 1, "listId": 2}],
    "total": 1,
}


def operations(resource: type[Any]) -> set[str]:
    return {
        name
        for name, member in inspect.getmembers(resource, inspect.isfunction)
        if not name.startswith("_")
    }


def made(resource: type[Any], script: Script) -> Any:
    folder = icontact.Folder(script, 1, 2)
    if resource is resources.Accounts:
        return resources.Accounts(script)
    if resource is resources.ClientFolders:
        return resources.ClientFolders(script, 1)
    return next(
        part
        for part in (folder.contacts, folder.lists, folder.subscriptions, folder.custom_fields)
        if type(part) is resource
    )


def call_of(resource: type[Any], name: str) -> Call:
    script = Script(ANSWER, ANSWER)
    method = getattr(made(resource, script), name)
    if name == "list":
        method().first()
    elif name == "create":
        method()
    elif name == "create_many":
        method([{}])
    elif resource is resources.Subscriptions:
        method(**ARGUMENTS[name])
    else:
        method(1)
    return script.calls[0]


@pytest.mark.parametrize("resource", DOCUMENTED, ids=lambda resource: resource.__name__)
def test_every_documented_verb_has_its_method_and_no_other(resource: type[Any]) -> None:
    collection, member = DOCUMENTED[resource]
    there = operations(resource) - BESIDES
    assert there <= COLLECTION.keys() | MEMBER.keys()
    assert {COLLECTION[name] for name in there & COLLECTION.keys()} == set(collection.split())
    assert {MEMBER[name] for name in there & MEMBER.keys()} == set(member.split())


@pytest.mark.parametrize(
    ("resource", "name"),
    [
        (resource, name)
        for resource in DOCUMENTED
        for name in sorted(operations(resource) - BESIDES)
    ],
    ids=lambda value: getattr(value, "__name__", value),
)
def test_a_method_sends_its_verb_to_its_place(resource: type[Any], name: str) -> None:
    call = call_of(resource, name)
    assert call.method == {**COLLECTION, **MEMBER}[name]
    at_member = call.path.rsplit("/", 1)[-1] != resource.segment
    assert at_member == (name in MEMBER)


def test_every_resource_has_its_row() -> None:
    found = {getattr(resources, name) for name in resources.__all__}
    kinds = {one for one in found if isinstance(one, type) and issubclass(one, resources.Resource)}
    assert kinds - {resources.Resource} == set(DOCUMENTED)


@pytest.mark.parametrize("resource", DOCUMENTED, ids=lambda resource: resource.__name__)
def test_ids_are_positional_and_all_else_is_keyword_only(resource: type[Any]) -> None:
    for name in operations(resource):
        for parameter in list(inspect.signature(getattr(resource, name)).parameters.values())[1:]:
            if parameter.kind is parameter.POSITIONAL_ONLY:
                assert parameter.name.endswith("_id") or parameter.name == "rows"
            else:
                assert parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD)
            assert parameter.name != "id"


@pytest.mark.parametrize("resource", DOCUMENTED, ids=lambda resource: resource.__name__)
def test_a_replacement_says_first_that_it_wipes(resource: type[Any]) -> None:
    for name in operations(resource) & {"replace"}:
        assert str(getattr(resource, name).__doc__).startswith("Wipe every ")


def test_the_models_are_singular_and_the_resources_plural() -> None:
    for resource in DOCUMENTED:
        assert resource.__name__.endswith("s")
    for name in ("Account", "ClientFolder", "Contact", "ContactList", "CustomField"):
        assert name in models.__all__
