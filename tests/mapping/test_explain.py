"""What a mapper says about a row."""

from __future__ import annotations

import pytest

from icontact.mapping import ContactMapper, Explanation, Source

MAPPER = ContactMapper(
    {
        "email": "mail",
        "first_name": Source("name", transform="full_name", part="first"),
        "state": "region",
        "phone": ("phone", "mobile"),
        "fax": "fax",
        "city": Source("city", empty="clear"),
        "street": Source("street", default="1 Main St"),
        "business": "company",
    },
    invalid="reject",
)
ROW = {
    "mail": "Jo@Example.com",
    "name": "Jo <b>Berg</b>",
    "region": "Somewhere Else",
    "mobile": "0123",
    "city": " ",
    "company": b"Fish & Chips",
}


def explained() -> Explanation:
    return MAPPER.explain(ROW)


def test_each_field_shows_where_its_value_came_from() -> None:
    email, phone, street = (explained()[name] for name in ("email", "phone", "street"))

    assert (email.used, email.raw, email.transforms) == ("mail", "Jo@Example.com", ("email",))
    assert (email.outcome, email.result, email.note) == ("set", "Jo@example.com", "")
    assert (phone.sources, phone.used, phone.present) == (("phone", "mobile"), "mobile", True)
    assert (street.used, street.raw, street.present) == (None, "1 Main St", False)
    assert explained()["first_name"].transforms == ("full_name", "text")


def test_each_field_shows_its_outcome() -> None:
    outcomes = {field.target: field.outcome for field in explained().fields}

    assert outcomes == {
        "email": "set",
        "first_name": "set",
        "state": "left out",
        "phone": "set",
        "fax": "left out",
        "city": "cleared",
        "street": "set",
        "business": "refused",
    }


def test_every_problem_of_a_row_is_reported_at_once() -> None:
    explanation = MAPPER.explain({"company": b"x", "region": ["x"]})

    assert not explanation.ok
    assert [problem.partition(":")[0] for problem in explanation.problems] == [
        "email",
        "state",
        "business",
    ]
    assert MAPPER.explain({"mail": "jo@example.com"}).ok


def test_a_field_that_is_not_mapped_has_no_explanation() -> None:
    with pytest.raises(KeyError):
        explained()["postal_code"]


def test_printed_it_is_a_table() -> None:
    lines = str(explained()).splitlines()

    assert lines[0].split() == ["field", "source", "in", "the", "row", "through", "result", "note"]
    assert set(lines[1]) == {"-", " "}
    assert len(lines) == 2 + len(MAPPER.targets)
    assert "'Jo@Example.com'" in lines[2]
    assert "phone or mobile" in lines[5]
    assert "missing" in lines[6]
    assert "blank" in lines[7]
    assert lines[9].endswith("came as bytes: decode it to text first (column 'company')")
    assert len({line.index("text") for line in lines[5:8] if "text" in line}) <= 1


def test_in_a_notebook_it_is_a_table_too() -> None:
    html = explained()._repr_html_()

    assert html.startswith("<table")
    assert html.count("<tr>") == 1 + len(MAPPER.targets)
    assert "&lt;b&gt;" in html
    assert "<b>" not in html


def test_its_repr_keeps_the_values_to_itself() -> None:
    text = repr(explained()) + "".join(map(repr, explained().fields))

    for value in ("Jo", "Example", "0123", "Somewhere", "Fish", "Main"):
        assert value not in text


class Unprintable:
    """A value whose repr fails."""

    def __repr__(self) -> str:
        raise RuntimeError("no")


def test_long_and_odd_values_do_not_break_the_table() -> None:
    mapper = ContactMapper({"email": "mail", "city": "a\nb", "custom_fields": {"x": "x"}})

    table = str(mapper.explain({"mail": "jo@example.com", "a\nb": "y" * 99, "x": Unprintable()}))

    assert len(table.splitlines()) == 5
    assert "…" in table
    assert "y" * 40 not in table
    assert "'a\\nb'" in table
    assert "(Unprintable)" in table


def test_a_callable_step_has_its_name() -> None:
    mapper = ContactMapper({"email": Source("mail", transform=str.strip)})

    assert mapper.explain({"mail": "jo@example.com"})["email"].transforms == ("str.strip", "email")


def test_a_field_that_is_set_shows_its_result_and_another_one_its_outcome() -> None:
    lines = str(explained()).splitlines()
    (name,) = [line for line in lines if line.startswith("first_name")]
    (fax,) = [line for line in lines if line.startswith("fax")]
    assert "'Jo'" in name
    assert "None" not in fax


def test_a_mapper_in_a_notebook_shows_its_columns_about_consent() -> None:
    mapper = ContactMapper({"email": "mail"}, do_not_contact=["Gone"])
    assert "Gone" in mapper._repr_html_()
    assert "<th>consent" not in ContactMapper({"email": "mail"})._repr_html_()
