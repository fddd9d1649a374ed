"""Look inside the built sdist and wheel: ``python tests/meta/artifacts.py FOLDER``."""

from __future__ import annotations

import sys
import tarfile
import zipfile
from pathlib import Path

ROOT = Path(__file__).parents[2]
SOURCE = ROOT / "src"
# What a build could pick up by accident and must not.
STRAY = (".nox", "__pycache__", ".sqlite", "_build", ".coverage", ".hypothesis", ".pyc")
PAPERS = (
    "LICENSE",
    "README.rst",
    "CHANGELOG.rst",
    "CONTRIBUTING.rst",
    "noxfile.py",
    "pyproject.toml",
)


def shipped() -> set[str]:
    """Every file of the package, code and data, as a wheel names it."""
    return {
        path.relative_to(SOURCE).as_posix()
        for path in (SOURCE / "icontact").rglob("*")
        if path.is_file() and "__pycache__" not in path.parts
    }


def problems(wheel: set[str], sdist: set[str]) -> list[str]:
    """Say what is missing from the two archives, and what is in them by accident."""
    code = {name for name in wheel if not name.split("/")[0].endswith(".dist-info")}
    found = [f"wheel lacks {name}" for name in sorted(shipped() - code)]
    found += [f"wheel holds {name}" for name in sorted(code - shipped())]
    found += [f"sdist lacks src/{n}" for n in sorted(shipped()) if f"src/{n}" not in sdist]
    found += [f"sdist lacks {name}" for name in PAPERS if name not in sdist]
    found += [f"sdist lacks {name}/" for name in ("tests", "docs") if not any_below(sdist, name)]
    found += [f"stray: {n}" for n in sorted(wheel | sdist) if any(bad in n for bad in STRAY)]
    if "icontact/py.typed" not in wheel:
        found.append("wheel lacks the type marker icontact/py.typed")
    if not any(name.endswith(".csv") for name in code):
        found.append("wheel lacks the sample file of `icontact demo`")
    if not any(name.endswith("/licenses/LICENSE") for name in wheel):
        found.append("wheel lacks the license")
    return found


def any_below(names: set[str], folder: str) -> bool:
    """Tell whether a folder has anything in it."""
    return any(name.startswith(f"{folder}/") for name in names)


def main(folder: Path) -> int:
    """Check the one wheel and the one sdist of a folder; 0 when both are right."""
    (wheel_path,) = folder.glob("*.whl")
    (sdist_path,) = folder.glob("*.tar.gz")
    with zipfile.ZipFile(wheel_path) as wheel:
        in_wheel = set(wheel.namelist())
    with tarfile.open(sdist_path) as sdist:
        in_sdist = {name.partition("/")[2] for name in sdist.getnames()}
    found = problems(in_wheel, in_sdist)
    sys.stdout.write("\n".join([*found, f"{wheel_path.name}: {len(in_wheel)} files"]) + "\n")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(Path(sys.argv[1])))
