"""What may be said of a source, and what is refused."""

from __future__ import annotations

from typing import Any

import attrs
import pytest

from icontact.errors import MappingError
from icontact.mapping import ContactMapper, Source
from icontact.mapping.options import SOURCE_OPTIONS


def test_a_source_has_keys_and_options() -> None:
    assert Source("a").keys == ("a",)
    assert Source(["a"]) == Source("a")
    assert Source(("a", 0), transform="date", dayfirst=False).options == {"dayfirst": False}
    assert "secret" not in repr(Source("a", default="secret"))


@pytest.mark.parametrize(
    ("arguments", "problem"),
    [
        ({"key": ""}, "a source's key is blank"),
        ({"key": ()}, "at least one key"),
        ({"key": ["a", None]}, "not NoneType"),
        ({"key": True}, "not bool"),
        ({"key": 1.5}, "not float"),
        ({"transform": "dat"}, "unknown transform 'dat', did you mean 'date'?"),
        ({"transform": "rot13"}, "There are 'text', 'email'"),
        ({"transform": 5}, "unknown transform '5'"),
        ({"empty": "drop"}, "empty is one of 'leave', 'clear'"),
        ({"default": ""}, "default is a text"),
        ({"default": []}, "default is a text"),
        ({"default": object()}, "default is a text"),
        ({"input_format": "%Y"}, "input_format must read"),
        ({"input_format": "%Y-%m-%d", "dayfirst": True}, "exclude each other"),
        ({"dayfirst": "yes"}, "dayfirst is true or false"),
        ({"decimals": -1}, "decimals is a whole number"),
        ({"decimals": 11}, "decimals is a whole number"),
        ({"decimals": True}, "decimals is a whole number"),
        ({"decimals": "2"}, "decimals is a whole number"),
        ({"thousands": ",,"}, "thousands is one mark"),
        ({"thousands": "1"}, "thousands is one mark"),
        ({"decimal": 5}, "decimal is one mark"),
        ({"thousands": "."}, "different marks"),
        ({"thousands": ",", "decimal": ","}, "different marks"),
        ({"split": ""}, "at least one character"),
        ({"separator": 5}, "separator is a text"),
        ({"transform": "full_name"}, "belong together"),
        ({"part": "first"}, "belong together"),
        ({"transform": "full_name", "part": "middle"}, "part is one of 'prefix', 'first'"),
    ],
)
def test_what_cannot_be_is_refused(arguments: dict[str, Any], problem: str) -> None:
    with pytest.raises(MappingError) as caught:
        Source(**{"key": "a", **arguments})

    assert problem in str(caught.value)


@pytest.mark.parametrize(
    ("mapping", "field", "problem"),
    [
        ({"emial": "a"}, "emial", "did you mean 'email'?"),
        ({"email": "a", "zip": "b"}, "zip", "did you mean 'postal_code'?"),
        ({"email": "a", "Company": "b"}, "Company", "did you mean 'business'?"),
        ({"email": "a", "cf_color": "b"}, "cf_color", "'cf_color' is not a field"),
        ({"email": "a", "shoeSize": "b"}, "shoeSize", "choose from 'email', 'prefix'"),
        ({"email": "a", "customfields": {}}, "customfields", "did you mean 'custom_fields'?"),
        ({"email": "a", 5: "b"}, "5", "'5' is not a field"),
        ({"email": "a", "country": "b"}, "country", "give it as the option country"),
        ({"email": "a", "first_name": "b", "firstName": "c"}, "first_name", "mapped twice"),
        ({"first_name": "a"}, "email", "the mapping has no e-mail"),
        ({}, "email", "the mapping has no e-mail"),
        ({"email": Source("a", default="b@example.com")}, "email", "never invented"),
        ({"email": Source("a", empty="clear")}, "email", "cannot be cleared"),
        ({"email": "a", "status": {"key": "s", "empty": "clear"}}, "status", "cannot be cleared"),
        ({"email": {"key": "a", "transforms": "x"}}, "email", "did you mean 'transform'?"),
        ({"email": {"transform": "text"}}, "email", "key is missing"),
        ({"email": None}, "email", "not NoneType"),
        ({"email": "a", "city": Source("b", decimals=1)}, "city", "'decimals' has no meaning"),
        (
            {"email": "a", "custom_fields": {"x": Source("b", transform="date", decimals=1)}},
            "custom_fields.x",
            "'decimals' has no meaning for this field",
        ),
        ({"email": "a", "state": {"key": "b", "default": b"c"}}, "state", "default is a text"),
        (
            {"email": "a", "custom_fields": {"email": "b"}},
            "custom_fields.email",
            "a field of iContact's own",
        ),
        ({"email": "a", "custom_fields": {"contactId": "b"}}, "custom_fields.contactId", "own"),
        ({"email": "a", "custom_fields": {" ": "b"}}, None, "named by its private name"),
        ({"email": "a", "custom_fields": {5: "b"}}, None, "named by its private name"),
        ({"email": "a", "custom_fields": {"x": ""}}, "custom_fields.x", "key is blank"),
        ({"email": "a", "custom_fields": ["x"]}, None, "is a table of private names, not list"),
        (["email"], None, "a mapping of fields to sources is needed, not list"),
    ],
)
def test_a_mapping_that_cannot_serve_is_refused(
    mapping: Any, field: str | None, problem: str
) -> None:
    with pytest.raises(MappingError) as caught:
        ContactMapper(mapping)

    assert problem in str(caught.value)
    assert caught.value.field == field
    assert "\n" not in str(caught.value)


@pytest.mark.parametrize(
    ("options", "problem"),
    [
        ({"long_state": "cut"}, "long_state is 'omit' or 'reject'"),
        ({"date_format": "%Y"}, "date_format must write"),
        ({"country": ""}, "a source's key is blank"),
    ],
)
def test_options_that_cannot_be_are_refused(options: dict[str, Any], problem: str) -> None:
    with pytest.raises(MappingError, match=problem):
        ContactMapper({"email": "email"}, **options)


def test_a_custom_field_may_be_named_like_ours_is_spelled_here() -> None:
    mapper = ContactMapper({"email": "email", "custom_fields": {"postal_code": "zip"}})

    contact = mapper.apply({"email": "jo@example.com", "zip": 5})

    assert contact.fields["custom_fields"] == {"postal_code": "5"}
    assert contact.notes == ()


def test_every_option_of_a_source_is_known_to_configurations() -> None:
    names = {field.name for field in attrs.fields(Source)}

    assert names == {"key", "transform", "default", "empty", *SOURCE_OPTIONS}
