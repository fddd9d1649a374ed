"""Everything public about the resources has its place in the reference, and one place only."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import attrs

from icontact import models, resources
from icontact.sandbox import Quirks

PAGES = sorted((Path(__file__).parents[2] / "docs" / "reference").glob("*.rst"))
DIRECTIVE = re.compile(r"^\.\. auto(?:class|data|function):: (\S+)$", re.MULTILINE)


def documented() -> Counter[str]:
    names = [name for page in PAGES for name in DIRECTIVE.findall(page.read_text("utf-8"))]
    return Counter(name.rpartition(".")[2] for name in names)


def test_every_resource_and_every_model_is_on_one_page() -> None:
    found = documented()
    wanted = {*resources.__all__, *models.__all__}
    assert {name: found[name] for name in wanted if found[name] != 1} == {}


def test_every_page_is_linked() -> None:
    index = (PAGES[0].parent / "index.rst").read_text("utf-8").split()
    assert {page.stem for page in PAGES} - {"index"} <= set(index)


def test_every_switch_of_the_sandbox_is_explained() -> None:
    page = (PAGES[0].parents[1] / "sandbox-behaviour.rst").read_text("utf-8")
    assert [one.name for one in attrs.fields(Quirks) if f"``{one.name}``" not in page] == []
