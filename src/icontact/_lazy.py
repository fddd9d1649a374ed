"""Packages whose modules are imported when one of their names is first asked for."""

from __future__ import annotations

import sys
from collections.abc import Callable, Mapping
from importlib import import_module
from typing import Any

__all__ = ["lazy_import", "lazy_package"]


def lazy_import(package: str, modules: Mapping[str, str]) -> Callable[[str], Any]:
    """Return the ``__getattr__`` of a package, which keeps in it what it has found.

    Args:
        package: Its name.
        modules: For each module below the package, the public names in it. The module itself can
            be asked for, too.
    """
    homes = {name: module for module, names in modules.items() for name in names.split()}

    def get(name: str) -> Any:
        if name in homes:
            found = getattr(import_module(f"{package}.{homes[name]}"), name)
        elif name in modules:
            found = import_module(f"{package}.{name}")
        else:
            raise AttributeError(f"module {package!r} has no attribute {name!r}")
        setattr(sys.modules[package], name, found)
        return found

    return get


def lazy_package(
    package: str, modules: Mapping[str, str]
) -> tuple[Callable[[str], Any], list[str]]:
    """Return ``__getattr__`` and ``__all__`` of a package that imports nothing by itself."""
    return lazy_import(package, modules), sorted(" ".join(modules.values()).split())
