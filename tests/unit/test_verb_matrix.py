"""Every URI of API 5, every verb: the client's method and the sandbox's answer meet, or neither is.

What the client leaves out on purpose is named, with the reason.
"""

from __future__ import annotations

import inspect
import re
from typing import Any

import pytest

import icontact
from docs._ext.verb_matrix import LINES, Line
from icontact import errors, resources
from icontact.sandbox import Sandbox, rules
from icontact.transport import Call

VERBS = ("GET", "POST", "PUT", "DELETE")


#: The id that is used in a path; 1 for all others.
SAMPLES = {"subscriptionId": "1_1", "customFieldId": "color", "criterionId": "0"}

#: Uncertain: partners may create accounts, and although the page says that the data of an upload
#: cannot be read, iContact's own client does it (API 5, 14).
UNCERTAIN = {("/a", "POST"), ("F/uploads/{uploadId}/data", "GET")}

BOTH = [(line, verb) for line in LINES for verb in VERBS if (line.template, verb) not in UNCERTAIN]

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
    resources.Contacts: {"find", "upsert"},
    resources.Lists: {"find"},
    resources.Subscriptions: {"find"},
    resources.Users: {"permissions"},
    resources.Segments: {"criteria"},
    resources.Messages: {"report", "compare"},
    resources.Sends: {"preview", "find_recent"},
    resources.Uploads: {"wait", "upload"},
}


def owner(line: Line) -> type[Any]:
    found: type[Any] = getattr(icontact if line.owner == "Client" else resources, line.owner)
    return found


def names_of(line: Line) -> set[str]:
    return {name for names in line.methods.values() for name in names}


RESOURCES = {owner(line) for line in LINES} - {icontact.Client}


def test_client_and_sandbox_know_the_same_uris() -> None:
    templates = [entry.template for entry in rules.MATRIX]
    assert [line.path for line in LINES] == list(dict.fromkeys(templates))


@pytest.mark.parametrize("line", LINES, ids=str)
def test_a_documented_verb_has_its_methods(line: Line) -> None:
    for name in names_of(line):
        assert inspect.isfunction(getattr(owner(line), name))


def test_no_resource_has_a_method_of_its_own_invention() -> None:
    stated: dict[type[Any], set[str]] = {one: set(names) for one, names in BESIDES.items()}
    for line in LINES:
        stated.setdefault(owner(line), set()).update(names_of(line))
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
    for line in LINES:
        if owner(line) not in RESOURCES - ELDER:
            continue
        for verb, names in line.methods.items():
            for name in names:
                docs = f"{owner(line).__doc__} {getattr(owner(line), name).__doc__}"
                text = " ".join(docs.split())
                assert "Documentation: " in text, f"{line}: {name}"
                if verb != "GET":
                    assert re.search("(Not|not|Never|never) repeated|Safe to repeat", text), (
                        f"{line}: {name}"
                    )


def test_ids_are_positional_and_all_else_is_keyword_only() -> None:
    for resource in RESOURCES:
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
    ids = {"accountId": sandbox.account_id, "clientFolderId": sandbox.client_folder_id, **SAMPLES}
    path = re.sub(r"{(\w+)}", lambda found: str(ids.get(found[1], 1)), line.path)
    body: Any = None if verb in ("GET", "DELETE") else {}
    refused = False
    try:
        client.send(Call(verb, path.removeprefix("/"), body=body))
    except errors.MethodNotAllowed:
        refused = True
    except errors.APIError as error:
        # 403: only agency accounts write client folders (API 15.2).
        assert error.status in (400, 403, 404), error
    assert refused is (verb not in line.methods)
