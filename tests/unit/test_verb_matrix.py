"""Every URI of API 5, every verb: the client's method and the sandbox's answer meet, or neither is.

What the client leaves out on purpose is named, with the reason.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import attrs
import pytest

import icontact
from icontact import errors, resources
from icontact.sandbox import Sandbox
from icontact.transport import Call

VERBS = ("GET", "POST", "PUT", "DELETE")


@attrs.frozen
class Line:
    """One row of the table: a URI, and for each of its verbs the client's methods."""

    uri: str
    resource: type[Any] | None
    methods: dict[str, str]

    def __str__(self) -> str:
        return self.uri or "/"


MATRIX = [
    Line("time", None, {"GET": "time"}),
    Line("a", resources.Accounts, {"GET": "list"}),
    Line("a/{a}", resources.Accounts, {"GET": "get", "POST": "update"}),
    Line("a/{a}/users", resources.Users, {"GET": "list", "POST": "create create_many"}),
    Line("a/{a}/users/1", resources.Users, {"GET": "get", "POST": "update", "DELETE": "delete"}),
    Line(
        "a/{a}/users/1/permissions", resources.Permissions, {"GET": "list", "POST": "set set_many"}
    ),
    Line("a/{a}/c", resources.ClientFolders, {"GET": "list", "POST": "create create_many"}),
    Line(
        "a/{a}/c/{c}",
        resources.ClientFolders,
        {"GET": "get", "POST": "update", "PUT": "replace"},
    ),
    Line("F/contacts", resources.Contacts, {"GET": "list", "POST": "create create_many"}),
    Line(
        "F/contacts/1",
        resources.Contacts,
        {"GET": "get", "POST": "update", "PUT": "replace", "DELETE": "delete"},
    ),
    Line("F/contacts/1/actions", resources.Contacts, {"GET": "history"}),
    Line("F/lists", resources.Lists, {"GET": "list", "POST": "create create_many"}),
    Line(
        "F/lists/1",
        resources.Lists,
        {"GET": "get", "POST": "update", "PUT": "replace", "DELETE": "delete"},
    ),
    Line(
        "F/subscriptions", resources.Subscriptions, {"GET": "list", "POST": "subscribe create_many"}
    ),
    Line(
        "F/subscriptions/1_1",
        resources.Subscriptions,
        {"GET": "get", "POST": "update unsubscribe", "PUT": "move"},
    ),
    Line("F/customfields", resources.CustomFields, {"GET": "list", "POST": "create create_many"}),
    Line(
        "F/customfields/color",
        resources.CustomFields,
        {"GET": "get", "POST": "update", "PUT": "replace", "DELETE": "delete"},
    ),
    Line("F/segments", resources.Segments, {"GET": "list", "POST": "create create_many"}),
    Line("F/segments/1", resources.Segments, {"GET": "get", "POST": "update", "DELETE": "delete"}),
    Line(
        "F/segments/1/criteria", resources.Criteria, {"GET": "list", "POST": "create create_many"}
    ),
    Line(
        "F/segments/1/criteria/0",
        resources.Criteria,
        {"GET": "get", "POST": "update", "PUT": "replace", "DELETE": "delete"},
    ),
    Line("F/campaigns", resources.Campaigns, {"GET": "list", "POST": "create create_many"}),
    Line("F/campaigns/1", resources.Campaigns, {"GET": "get", "POST": "update", "PUT": "replace"}),
    Line("F/messages", resources.Messages, {"GET": "list", "POST": "create create_many"}),
    Line("F/messages/1", resources.Messages, {"GET": "get", "POST": "update"}),
    Line("F/messages/1/bounces", resources.Messages, {"GET": "bounces"}),
    Line("F/messages/1/opens", resources.Messages, {"GET": "opens"}),
    Line("F/messages/1/clicks", resources.Messages, {"GET": "clicks"}),
    Line("F/messages/1/unsubscribes", resources.Messages, {"GET": "unsubscribes"}),
    Line("F/messages/1/statistics", resources.Messages, {"GET": "statistics"}),
    # One send at a time: if the answer to several were lost, nobody could tell which went out.
    Line("F/sends", resources.Sends, {"GET": "list", "POST": "create"}),
    Line("F/sends/1", resources.Sends, {"GET": "get", "DELETE": "cancel"}),
    # A file is announced where it is brought, hence one at a time.
    Line("F/uploads", resources.Uploads, {"GET": "list", "POST": "create"}),
    Line("F/uploads/1", resources.Uploads, {"GET": "get", "POST": "update", "DELETE": "delete"}),
    Line("F/uploads/1/data", resources.Uploads, {"PUT": "store"}),
    Line("F/signupforms", resources.SignupForms, {"GET": "list"}),
    Line("F/signupforms/1", resources.SignupForms, {"GET": "get"}),
    Line("F/webhooks", resources.Webhooks, {"GET": "list", "POST": "create create_many"}),
    Line("F/webhooks/1", resources.Webhooks, {"GET": "get", "DELETE": "delete"}),
    Line("F/automations/welcomemessage", resources.Automations, {"POST": "create"}),
]

#: Uncertain: partners may create accounts, and although the page says that the data of an upload
#: cannot be read, iContact's own client does it (API 5, 14).
UNCERTAIN = {("a", "POST"), ("F/uploads/1/data", "GET")}

BOTH = [(line, verb) for line in MATRIX for verb in VERBS if (line.uri, verb) not in UNCERTAIN]

#: Their docstrings came before the rule.
ELDER = {
    resources.Accounts,
    resources.ClientFolders,
    resources.Contacts,
    resources.CustomFields,
    resources.Lists,
    resources.Subscriptions,
}

#: Made of the others, or a way to another resource.
BESIDES = {
    resources.Contacts: {"find"},
    resources.Lists: {"find"},
    resources.Subscriptions: {"find"},
    resources.Users: {"permissions"},
    resources.Segments: {"criteria"},
    resources.Messages: {"report"},
    resources.Sends: {"preview", "find_recent"},
    resources.Uploads: {"wait", "upload"},
}


@pytest.mark.parametrize("line", MATRIX, ids=str)
def test_a_documented_verb_has_its_methods(line: Line) -> None:
    for methods in line.methods.values():
        for name in methods.split():
            assert inspect.isfunction(getattr(line.resource or icontact.Client, name))


def test_no_resource_has_a_method_of_its_own_invention() -> None:
    stated: dict[type[Any], set[str]] = {one: set(names) for one, names in BESIDES.items()}
    for line in MATRIX:
        if line.resource is not None:
            for methods in line.methods.values():
                stated.setdefault(line.resource, set()).update(methods.split())
    found = [getattr(resources, name) for name in resources.__all__]
    kinds = {one for one in found if isinstance(one, type) and issubclass(one, resources.Resource)}
    for resource in kinds - {resources.Resource}:
        public = {
            name
            for name, _ in inspect.getmembers(resource, inspect.isfunction)
            if not name.startswith("_")
        }
        assert public == stated[resource], resource.__name__


def test_every_method_of_a_resource_says_whether_it_may_be_repeated() -> None:
    for line in MATRIX:
        if line.resource is None or line.resource in ELDER:
            continue
        for verb, methods in line.methods.items():
            for name in methods.split():
                text = " ".join(str(getattr(line.resource, name).__doc__).split())
                assert "Documentation: " in text, f"{line}: {name}"
                if verb != "GET":
                    assert re.search("(Not|not|Never|never) repeated|Safe to repeat", text), (
                        f"{line}: {name}"
                    )


def test_ids_are_positional_and_all_else_is_keyword_only() -> None:
    kinds = {line.resource for line in MATRIX if line.resource is not None}
    for resource in kinds:
        for name, method in inspect.getmembers(resource, inspect.isfunction):
            if name.startswith("_"):
                continue
            for parameter in list(inspect.signature(method).parameters.values())[1:]:
                if parameter.kind is parameter.POSITIONAL_ONLY:
                    assert parameter.name.endswith("_id") or parameter.name in ("rows", "source")
                else:
                    assert parameter.kind in (parameter.KEYWORD_ONLY, parameter.VAR_KEYWORD)
                assert parameter.name != "id"


@pytest.mark.parametrize(("line", "verb"), BOTH, ids=str)
def test_the_sandbox_answers_the_same_verbs(
    client: icontact.Client, sandbox: Sandbox, line: Line, verb: str
) -> None:
    uri = line.uri.replace("F/", "a/{a}/c/{c}/")
    path = uri.format(a=sandbox.account_id, c=sandbox.client_folder_id)
    body: Any = None if verb in ("GET", "DELETE") else {}
    refused = False
    try:
        client.send(Call(verb, path, body=body))
    except errors.MethodNotAllowed:
        refused = True
    except errors.APIError as error:
        # 403: only agency accounts write client folders (API 15.2).
        assert error.status in (400, 403, 404), error
    assert refused is (verb not in line.methods)
