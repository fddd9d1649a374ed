from __future__ import annotations

import builtins
import importlib
import importlib.metadata
import pkgutil
import re
import sys
from enum import Enum
from pathlib import Path
from typing import Any

import attrs
from sphinx.addnodes import pending_xref
from sphinx.util.nodes import find_pending_xref_condition, make_refnode

project = "icontact"
author = "The icontact developers"
project_copyright = "2026, The icontact developers"
release = version = importlib.metadata.version("icontact")

sys.path.insert(0, str(Path(__file__).parent / "_ext"))

extensions = [
    "sphinx.ext.autodoc",
    "sphinx.ext.napoleon",
    "sphinx_copybutton",
    "myst_nb",
    "dependencies",
    "layers",
    "verbs",
]
# What is copied is what is typed: no prompt, no output.
copybutton_prompt_text = r"\$ |>>> |\.\.\. "
copybutton_prompt_is_regexp = True
# Notebooks are kept without output: the pages show what they print now.
nb_execution_mode = "force"
nb_execution_in_temp = True
nb_execution_raise_on_error = True
nb_execution_timeout = 180
nb_output_stderr = "warn"
html_theme = "furo"
html_title = f"icontact {release}"
html_static_path = ["_static"]
html_css_files = ["pages.css"]
exclude_patterns = ["_build"]
# One backtick or two: both are code. What is meant to lead somewhere says so with a role.
default_role = "code"

autodoc_default_options = {"members": True, "undoc-members": True, "show-inheritance": True}
autodoc_member_order = "bysource"
autodoc_typehints = "description"
autodoc_typehints_description_target = "documented"
autodoc_preserve_defaults = True
napoleon_google_docstring = True
napoleon_numpy_docstring = False
napoleon_use_ivar = True
python_use_unqualified_type_names = True
python_maximum_signature_line_length = 88

# Every reference to a name of ours has to lead somewhere. Names of other projects have nowhere to
# lead to: their inventories would have to be fetched, and the documentation builds offline.
nitpicky = True
_foreign = [*sys.stdlib_module_names, "attr", "attrs", "cattrs", "pandas", "polars", "pytest"]
_foreign += ["redis", "requests"]
nitpick_ignore_regex = [
    ("py:.*", rf"({'|'.join(_foreign)})(\..+)?"),
    # Type variables: `T` of a page, `P` of a callable.
    ("py:.*", r"(icontact\..+\.)?_?[A-Z](_co|_contra)?"),
    # What the sandbox keeps its state in; only the sandbox makes one.
    ("py:class", r"Store"),
    # Of other packages, under the name they are imported by.
    ("py:class", r"date|CollectorRegistry"),
]


# Napoleon takes the words before the first colon of an attribute's docstring for its type. Ours are
# prose: what it makes of them is thrown away.
_prose: dict[str, list[str]] = {}


def keep_prose(app: Any, what: str, name: str, *rest: Any) -> None:
    if what in {"attribute", "data", "property"}:
        _prose[name] = list(rest[-1])


def restore_prose(app: Any, what: str, name: str, *rest: Any) -> None:
    if name in _prose:
        rest[-1][:] = _prose.pop(name)


def link_facts(app: Any, what: str, name: str, *rest: Any) -> None:
    """Let "(API 6.5)" lead to the section of *What is known of the API* that says it."""
    lines = rest[-1]
    number = r"[0-9]+(?:\.[0-9]+)*"
    lines[:] = re.sub(
        rf"(\([^()]*?)(?<!-)\bAPI ({number}(?:, {number})*)", as_link, "\n".join(lines)
    ).split("\n")


def as_link(found: re.Match[str]) -> str:
    first, *others = found[2].split(", ")
    links = [f":ref:`What is known: {first} <api-{first}>`"]
    links += [f":ref:`{one} <api-{one}>`" for one in others]
    return found[1] + ", ".join(links)


def leave_out_private_bases(app: Any, name: str, *rest: Any) -> None:
    """Name as bases only classes that the reader can find."""
    bases = rest[-1]
    bases[:] = [base for base in bases if is_public(base)] or [object]


def show_defaults(app: Any, what: str, name: str, obj: Any, *rest: Any) -> Any:
    """Name the defaults of attrs classes, whose constructors are written by attrs."""
    signature, returns = rest[-2:]
    if what != "class" or not signature or not attrs.has(obj):
        return None
    fields = {field.name.lstrip("_"): field.default for field in attrs.fields(obj)}
    shown = re.sub(
        r"attr_dict\['_?(\w+)'\]\.default", lambda match: as_typed(fields[match[1]]), signature
    )
    return shown.replace("=NOTHING", "=..."), returns


def as_typed(value: Any) -> str:
    return f"{type(value).__name__}.{value.name}" if isinstance(value, Enum) else repr(value)


def is_public(base: Any) -> bool:
    if getattr(base, "__name__", "").startswith("_"):
        return False
    parts = getattr(base, "__module__", "").split(".")
    private = next((place for place, part in enumerate(parts) if part.startswith("_")), None)
    if private is None or not private:
        return True
    front = importlib.import_module(".".join(parts[:private]))
    return getattr(base, "__name__", "") in getattr(front, "__all__", ())


def find_elsewhere(app: Any, env: Any, node: Any, content: Any) -> Any:
    """Find a name that is documented, but not under the name that somebody uses for it.

    ``icontact.Client`` is documented where it is defined; and annotations have names without any
    module, which lead somewhere if one documented thing is called so.
    """
    target = node["reftarget"]
    if node.get("refdomain") != "py":
        return None
    objects = env.get_domain("py").objects
    if target.startswith("icontact."):
        found = canonical_names(target) & objects.keys()
    else:
        found = {name for name in objects if name.rpartition(".")[2] == target}
    places = {(objects[name].docname, objects[name].node_id) for name in found}
    if len(places) != 1:
        return None
    ((docname, anchor),) = places
    return make_refnode(app.builder, node["refdoc"], docname, anchor, content, target)


def leave_builtins(app: Any, doctree: Any) -> None:
    """Let ``list`` in an annotation be Python's, not one of the attributes that are called so."""
    for node in list(doctree.findall(pending_xref)):
        if node.get("refdomain") == "py" and hasattr(builtins, node["reftarget"]):
            shown = find_pending_xref_condition(node, "resolved") or node
            node.replace_self(shown.children)


def canonical_names(target: str) -> set[str]:
    """The name under which the thing that a dotted name leads to was defined."""
    try:
        thing = pkgutil.resolve_name(target)
        return {f"{thing.__module__}.{thing.__qualname__}"}
    except (ImportError, AttributeError):
        return set()


def break_long_names(app: Any, pagename: str, template: str, context: Any, doctree: Any) -> None:
    """Let long names in tables break after a mark, and not within a word."""
    cells = re.compile(r"<td\b.*?</td>", re.DOTALL)
    names = re.compile(r'(?<=<span class="pre">)[^<]+')

    def broken(name: re.Match[str]) -> str:
        return re.sub(r"([/_,(=](?=[\w{])|\.(?=\w{3}))", r"\1<wbr>", name[0])

    if "body" in context:
        context["body"] = cells.sub(lambda cell: names.sub(broken, cell[0]), context["body"])


def setup(app: Any) -> None:
    app.connect("autodoc-process-docstring", keep_prose, priority=400)
    app.connect("autodoc-process-docstring", restore_prose, priority=600)
    app.connect("autodoc-process-docstring", link_facts, priority=700)
    app.connect("autodoc-process-signature", show_defaults)
    app.connect("autodoc-process-bases", leave_out_private_bases)
    app.connect("doctree-read", leave_builtins)
    app.connect("missing-reference", find_elsewhere)
    app.connect("html-page-context", break_long_names)
