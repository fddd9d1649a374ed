"""Refuse the words that docs/spelling/plain-words.txt lists; run by the lint session."""

from __future__ import annotations

import re
import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).parents[2]
LIST = ROOT / "docs" / "spelling" / "plain-words.txt"
PROSE = ("src/**/*.py", "tests/**/*.py", "docs/**/*.rst", "*.rst", "changelog.d/*")
NAMES = ("src/**/*.py", "tests/**/*.py")
#: A line that quotes a word says so, with this mark, and why.
QUOTED = "plain words:"
#: Released changes keep their words; this check and its tests quote them.
SKIPPED = ("CHANGELOG.rst", "tests/meta/plain_words.py", "tests/meta/test_plain_words.py")


def rules(text: str) -> dict[str, list[tuple[re.Pattern[str], str]]]:
    """Read the list: the rules of each section, as pattern and replacement."""
    sections: dict[str, list[tuple[re.Pattern[str], str]]] = {}
    section: list[tuple[re.Pattern[str], str]] = []
    flags = re.MULTILINE
    for line in text.splitlines():
        if line.startswith("["):
            name = line[1 : line.index("]")]
            section = sections.setdefault(name, [])
            flags = re.MULTILINE | (re.IGNORECASE if name == "prose" else re.NOFLAG)
        elif line.strip() and not line.startswith("#"):
            pattern, instead = re.split(r"\s{2,}", line.strip(), maxsplit=1)
            section.append((re.compile(pattern, flags), instead))
    return sections


def findings(path: Path, patterns: list[tuple[re.Pattern[str], str]]) -> Iterator[str]:
    """Yield one line of text for each refused word of a file."""
    text = path.read_text("utf-8")
    used = [(pattern, instead) for pattern, instead in patterns if pattern.search(text)]
    for number, line in enumerate(text.splitlines() if used else (), 1):
        if QUOTED in line:
            continue
        for pattern, instead in used:
            for match in pattern.finditer(line):
                yield f"{path.relative_to(ROOT)}:{number}: {match[0]!r}: write {instead}"


def main() -> int:
    """Print what was found, and return the exit code."""
    sections = rules(LIST.read_text("utf-8"))
    found = [
        finding
        for globs, section in ((PROSE, "prose"), (NAMES, "names"))
        for glob in globs
        for path in sorted(ROOT.glob(glob))
        if str(path.relative_to(ROOT)) not in SKIPPED
        for finding in findings(path, sections[section])
    ]
    sys.stdout.writelines(f"{line}\n" for line in (*found, f"{len(found)} words to replace"))
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main())
