"""What is public is exported, and what is exported is documented."""

from __future__ import annotations

import importlib
import inspect
import types
from typing import Any

import pytest

import icontact

MODULES = [
    "icontact",
    "icontact.errors",
    "icontact.models",
    "icontact.push",
    "icontact.resources",
    "icontact.transport",
    "icontact.wire",
]


def public(module: types.ModuleType) -> dict[str, Any]:
    return {name: getattr(module, name) for name in module.__all__}


@pytest.mark.parametrize("name", MODULES)
def test_what_is_exported_is_there_once(name: str) -> None:
    module = importlib.import_module(name)
    names = list(module.__all__)
    assert len(names) == len(set(names))
    assert not [one for one in names if one.startswith("_") and one != "__version__"]
    assert public(module)


@pytest.mark.parametrize("name", MODULES)
def test_what_is_public_is_exported(name: str) -> None:
    module = importlib.import_module(name)
    assert module.__doc__
    own = {
        found
        for found, value in vars(module).items()
        if not found.startswith("_")
        and (inspect.isclass(value) or inspect.isfunction(value))
        and value.__module__.startswith("icontact")
    }
    assert own <= set(module.__all__)


@pytest.mark.parametrize("name", MODULES)
def test_what_is_exported_is_documented(name: str) -> None:
    for found, value in public(importlib.import_module(name)).items():
        if not (inspect.isclass(value) or inspect.isfunction(value)):
            continue
        assert inspect.getdoc(value), f"{name}.{found}"
        if not inspect.isclass(value):
            continue
        for member, inner in vars(value).items():
            if member.startswith("_") or not inspect.isroutine(inner):
                continue
            assert inspect.getdoc(getattr(value, member)), f"{name}.{found}.{member}"


def test_the_package_names_what_it_imports_later() -> None:
    package = importlib.import_module("icontact")
    assert set(package.__all__) <= set(dir(package))
    nothing = "nothing_of_this_name"
    with pytest.raises(AttributeError, match=nothing):
        getattr(package, nothing)


def test_what_is_imported_late_is_the_same_thing() -> None:
    assert icontact.__getattr__("models") is importlib.import_module("icontact.models")
    assert icontact.__getattr__("ContactMapper") is icontact.ContactMapper
    with pytest.raises(AttributeError, match="no attribute 'Contact'"):
        icontact.__getattr__("Contact")
