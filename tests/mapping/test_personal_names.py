"""Full names, taken apart by a rule of thumb."""

from __future__ import annotations

import pytest

from icontact.mapping.personal_names import NAME_PARTS, name_part


@pytest.mark.parametrize(
    ("name", "parts"),
    [
        ("Jo Berg", (None, "Jo", "Berg", None)),
        ("Jo van der Berg", (None, "Jo", "van der Berg", None)),
        ("Juan dela Cruz", (None, "Juan", "dela Cruz", None)),
        ("Mary Jane Watson", (None, "Mary Jane", "Watson", None)),
        ("Dr. Jo Berg", ("Dr.", "Jo", "Berg", None)),
        ("Prof. Dr. Jo von Berg PhD", ("Prof. Dr.", "Jo", "von Berg", "PhD")),
        ("Jo Berg Jr.", (None, "Jo", "Berg", "Jr.")),
        ("Jo Berg, Jr.", (None, "Jo", "Berg", "Jr.")),
        ("Jo Berg, MD, PhD", (None, "Jo", "Berg", "MD PhD")),
        ("Berg, Jo", (None, "Jo", "Berg", None)),
        ("van der Berg, Dr. Jo Ann", ("Dr.", "Jo Ann", "van der Berg", None)),
        ("Berg Jr., Jo", (None, "Jo", "Berg", "Jr.")),
        ("Berg, Jo, III", (None, "Jo", "Berg", "III")),
        ("Jo St. John", (None, "Jo", "St. John", None)),
        ("Jo L.A. Berg", (None, "Jo L.A.", "Berg", None)),
        ("Mr. & Mrs. Jo Berg", ("Mr. & Mrs.", "Jo", "Berg", None)),
        ("Herr und Frau Dr. Eva Berg", ("Herr und Frau Dr.", "Eva", "Berg", None)),
        ("Dr. And Berg", ("Dr.", "And", "Berg", None)),
        ("Mr. E. Berg", ("Mr.", "E.", "Berg", None)),
        ("Van Morrison", (None, "Van", "Morrison", None)),
        ("Jo", (None, "Jo", None, None)),
        ("Jo,", (None, "Jo", None, None)),
        (", Jo", (None, "Jo", None, None)),
        ("Mrs.", ("Mrs.", None, None, None)),
        ("Jr.", (None, "Jr.", None, None)),
        ("de la Cruz", (None, "de", "la Cruz", None)),
        ("", (None, None, None, None)),
    ],
)
def test_a_name_has_four_parts(name: str, parts: tuple[str | None, ...]) -> None:
    assert tuple(name_part(name, part).value for part in NAME_PARTS) == parts


def test_a_name_is_cleaned_as_text() -> None:
    assert name_part("Jo\nO&#39;Brien", "last") == (
        "O'Brien",
        ("line breaks or tabs became spaces",),
        False,
    )
