from __future__ import annotations

import json
import math
import os
import pickle
from collections.abc import Callable, Mapping
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from typing import Any, get_args, get_origin
from zoneinfo import ZoneInfo

import attrs
import pytest
from hypothesis import assume, given, settings
from hypothesis import strategies as st

import icontact
from icontact import models, wire
from icontact.auth import Private
from icontact.errors import CallSummary, DecodeError
from icontact.models import (
    Contact,
    ContactAction,
    ContactFields,
    ContactFilters,
    ContactList,
    ContactStatus,
    Criterion,
    CriterionFields,
    CustomField,
    FieldType,
    ListFields,
)
from icontact.models._base import COLLECTS
from icontact.wire._decoding import shape_of
from icontact.wire._encoding import _sent as sent

#: How often each model is tried; `nox -s properties` asks for more.
EXAMPLES = int(os.environ.get("ICONTACT_TEST_EXAMPLES", "20"))

NEW_YORK = ZoneInfo("America/New_York")
CALL = CallSummary("GET", "a/1/c/2/contacts")
WRITABLE = frozenset(ContactFields.__annotations__)
SEARCHABLE = frozenset(ContactFilters.__annotations__)
MODELS = [
    kind
    for name in models.__all__
    if attrs.has(kind := getattr(models, name)) and kind not in (models.Condition, models.OpenModel)
]


@attrs.frozen(kw_only=True)
class Sample:
    """Has one field of every type in the table of scalars."""

    whole: int = 0
    whole_or_none: int | None = None
    switch: bool = False
    switch_or_none: bool | None = None
    score: float = 0.0
    score_or_none: float | None = None
    values: tuple[str, ...] = ()
    words: str = ""
    words_or_none: str | None = None
    moment: datetime | None = None
    sure_moment: datetime = datetime(2000, 1, 1, tzinfo=UTC)
    ids: tuple[int, ...] = ()
    things: Mapping[str, Any] = attrs.field(factory=dict)
    status: ContactStatus | str = ContactStatus.NORMAL
    extra: Mapping[str, Any] = attrs.field(factory=dict, metadata=COLLECTS)


def decoded(name: str, value: Any) -> Any:
    first, *rest = name.split("_")
    wire_name = first + "".join(word.capitalize() for word in rest)
    return getattr(wire.decode(Sample, {wire_name: value}, "sample"), name)


# The table of scalars, from the wire


@pytest.mark.parametrize(
    ("name", "value", "expected"),
    [
        ("whole", "66674163", 66674163),
        ("whole", 66674163, 66674163),
        ("whole_or_none", "-1", -1),
        ("whole", "007", 7),
        ("whole_or_none", "", None),
        ("whole_or_none", None, None),
        ("whole_or_none", "3", 3),
        ("switch", 0, False),
        ("switch", 1, True),
        ("switch", "0", False),
        ("switch", "1", True),
        ("switch", True, True),
        ("switch", False, False),
        ("switch", "true", True),
        ("switch", "false", False),
        ("switch_or_none", "", None),
        ("switch_or_none", None, None),
        ("switch_or_none", "0", False),
        ("score", 5, 5.0),
        ("score", 5.5, 5.5),
        ("score", "5.5", 5.5),
        ("score", "-1e3", -1000.0),
        ("score", "5.", 5.0),
        ("score_or_none", "", None),
        ("score_or_none", None, None),
        ("score_or_none", "0", 0.0),
        ("values", ["John", 7, None], ("John", "7", "")),
        ("values", "John", ("John",)),
        ("values", "", ()),
        ("values", None, ()),
        ("words", "text", "text"),
        ("words", None, ""),
        ("words", 2169, "2169"),
        ("words", "02169", "02169"),
        ("words", 1.5, "1.5"),
        ("words", True, "1"),
        ("words", False, "0"),
        ("words_or_none", None, ""),
        ("words_or_none", "x", "x"),
        ("moment", "", None),
        ("moment", None, None),
        ("moment", "0000-00-00 00:00:00", None),
        ("ids", "1,2", (1, 2)),
        ("ids", "1", (1,)),
        ("ids", 7, (7,)),
        ("ids", ["1", 2], (1, 2)),
        ("ids", "", ()),
        ("ids", None, ()),
        ("things", {}, {}),
        ("things", {"a": None}, {"a": None}),
        ("things", [], {}),
        ("things", None, {}),
        ("things", "", {}),
        ("status", "normal", ContactStatus.NORMAL),
        ("status", "frozen", "frozen"),
        ("status", None, ""),
    ],
)
def test_a_scalar_is_read(name: str, value: Any, expected: Any) -> None:
    found = decoded(name, value)
    assert found == expected
    assert type(found) is type(expected)


@pytest.mark.parametrize(
    ("name", "value", "said"),
    [
        ("whole", -1, "expected an integer from 0 on, got a negative one"),
        ("whole", "-1", "expected an integer from 0 on, got a negative one"),
        ("whole", True, "expected an integer, got a boolean"),
        ("whole", "", "expected an integer, got an empty text"),
        ("whole", None, "expected an integer, got null"),
        ("whole", 1.0, "expected an integer, got a number"),
        ("whole", "1.0", "expected an integer, got other text"),
        ("whole", " 1", "expected an integer, got other text"),
        ("whole", "1\n", "expected an integer, got other text"),
        ("whole", "١", "expected an integer, got other text"),
        ("whole", [1], "expected an integer, got an array"),
        ("whole", {}, "expected an integer, got an object"),
        ("whole_or_none", False, "expected an integer, got a boolean"),
        ("whole_or_none", " ", "expected an integer, got other text"),
        ("switch", 2, "expected 0 or 1, got a number"),
        ("switch", "yes", "expected 0 or 1, got other text"),
        ("switch", "", "expected 0 or 1, got an empty text"),
        ("switch", None, "expected 0 or 1, got null"),
        ("switch", 1.0, "expected 0 or 1, got a number"),
        ("switch_or_none", "2", "expected 0 or 1, got other text"),
        ("score", "", "expected a number, got an empty text"),
        ("score", True, "expected a number, got a boolean"),
        ("score", "nan", "expected a number, got other text"),
        ("score", "1e999", "expected a number, got other text"),
        ("score", math.inf, "expected a number, got a number"),
        ("score", 10**400, "expected a number, got a number"),
        ("score_or_none", "high", "expected a number, got other text"),
        ("values", {}, "expected an array, got an object"),
        ("values", [[]], "expected text, got an array"),
        ("ids", [{"name": "x"}], "expected an integer, got null"),
        ("words", [], "expected text, got an array"),
        ("words", {}, "expected text, got an object"),
        ("moment", "yesterday", "expected a date, got other text"),
        ("moment", 1247462898, "expected a date, got a number"),
        ("moment", "2015-02-30", "expected a date, got other text"),
        ("sure_moment", "", "expected a date, got other text"),
        ("sure_moment", None, "expected a date, got null"),
        ("ids", "1,x", "expected an integer, got other text"),
        ("ids", {}, "expected ids, got an object"),
        ("things", "x", "expected an object, got other text"),
        ("things", [1], "expected an object, got an array"),
        ("status", [], "expected text, got an array"),
    ],
)
def test_a_scalar_of_another_kind_is_refused(name: str, value: Any, said: str) -> None:
    with pytest.raises(DecodeError) as caught:
        decoded(name, value)
    assert len(caught.value.problems) == 1
    assert caught.value.problems[0].startswith("sample.")
    assert said in caught.value.problems[0].replace("an empty text", "other text") or (
        said in caught.value.problems[0]
    )


@pytest.mark.parametrize(
    ("text", "utc"),
    [
        # Summer and winter: Eastern is four and five hours behind.
        ("2012-06-09 15:46:52", "2012-06-09T19:46:52"),
        ("2015-01-14 20:57:02", "2015-01-15T01:57:02"),
        ("20090725 14:55:12", "2009-07-25T18:55:12"),
        ("2009-12-25", "2009-12-25T05:00:00"),
        ("2012-06-09T16:25:50-04:00", "2012-06-09T20:25:50"),
        ("2019-12-06T11:57:51-05:00", "2019-12-06T16:57:51"),
        ("2009-08-01T16:02:44-0400", "2009-08-01T20:02:44"),
        ("2026-08-13T13:30:19Z", "2026-08-13T13:30:19"),
    ],
)
def test_a_date_comes_in_all_forms(text: str, utc: str) -> None:
    found = decoded("moment", text)
    assert found.tzinfo is not None
    assert found.astimezone(UTC).replace(tzinfo=None).isoformat() == utc


# The table of scalars, to the wire


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (7, 7),
        (None, ""),
        (True, 1),
        (False, 0),
        ("02169", "02169"),
        ("", ""),
        (ContactStatus.DONOTCONTACT, "donotcontact"),
        (Private("jo@example.com"), "jo@example.com"),
        (1.5, "1.5"),
        (1e-7, "0.0000001"),
        (1e22, "10000000000000000000000"),
        (Decimal("12.50"), "12.50"),
        (date(2024, 2, 29), "2024-02-29"),
        (datetime(2024, 2, 29, 12, tzinfo=UTC), "2024-02-29T12:00:00+00:00"),
        ((1, 2), "1,2"),
        ([7], "7"),
        ((), ""),
    ],
)
def test_a_value_is_sent(value: Any, sent: Any) -> None:
    body = wire.encode_fields(Contact, {"custom_fields": {"color": value}}, WRITABLE)
    assert body == {"color": sent}
    assert type(body["color"]) is type(sent)


@pytest.mark.parametrize(
    ("value", "said"),
    [
        (math.nan, "color: not a finite number"),
        (-math.inf, "color: not a finite number"),
        (Decimal("sNaN"), "color: not a finite number"),
        (datetime(2024, 1, 1), "color: a time needs a time zone"),
        (object(), "color: cannot send a object"),
        (b"x", "color: cannot send a bytes"),
        (("x",), "color: a tuple may hold ids alone"),
        ({1, 2}, "color: cannot send a set"),
        ({"a": 1}, "color: cannot send a dict"),
        (["red", "blue"], "color: a list may hold ids alone"),
    ],
)
def test_a_value_that_cannot_be_sent_names_its_field(value: Any, said: str) -> None:
    with pytest.raises(ValueError, match=said):
        wire.encode_fields(Contact, {"custom_fields": {"color": value}}, WRITABLE)


# Objects


def test_the_recorded_answer_of_a_creation() -> None:
    raw = json.loads(
        '{"contactId":"66674163","prefix":"","firstName":"","lastName":"","suffix":"","street":"",'
        '"street2":"","city":"","state":"","postalCode":"","phone":"","fax":"","business":"",'
        '"email":"user@example.com","createDate":"2012-06-09 15:46:52","bounceCount":"",'
        '"status":"normal"}'
    )
    contact = wire.decode(Contact, raw, "contact")
    assert contact == Contact(
        contact_id=66674163,
        email="user@example.com",
        business="",
        create_date=datetime(2012, 6, 9, 15, 46, 52, tzinfo=NEW_YORK),
    )


def test_the_recorded_row_of_a_listing() -> None:
    raw = {"email": "user@example.com", "firstName": None, "bounceCount": None, "contactId": "7"}
    contact = wire.decode(Contact, raw, "contact")
    assert (contact.first_name, contact.bounce_count) == ("", None)
    # The recorded listing does not contain the key, so it is not known.
    assert contact.business is None


def test_unknown_keys_are_kept_in_their_order() -> None:
    raw = {
        "zeta": "1",
        "contactId": "7",
        "alpha": None,
        "count": 3,
        "share": 1.5,
        "yes": True,
        "more": {"a": None},
    }
    contact = wire.decode(Contact, raw, "contact")
    assert list(contact.custom_fields.items()) == [
        ("zeta", "1"),
        ("alpha", ""),
        ("count", "3"),
        ("share", "1.5"),
        ("yes", True),
        ("more", {"a": None}),
    ]


def test_a_key_that_is_spelled_otherwise_is_an_unknown_key() -> None:
    item = wire.decode(ContactList, {"listId": 1, "publicName": "x", "publicname": "y"}, "list")
    assert item.public_name == "y"
    assert item.extra == {"publicName": "x"}


def test_a_custom_field_without_its_id_has_its_private_name() -> None:
    field = wire.decode(CustomField, {"privateName": "color", "displayToUser": "0"}, "field")
    assert field.custom_field_id == "color"
    assert field.field_type is FieldType.TEXT
    assert field.display_to_user is False


def test_empty_details_of_php_are_an_empty_mapping() -> None:
    raw = {"actionType": "AddContact", "actionTime": "2009-08-01T16:00:30-0400", "details": []}
    assert wire.decode(ContactAction, raw, "action").details == {}


def test_all_bad_fields_are_named_and_no_value_is_shown() -> None:
    raw = {"email": ["jo@example.com"], "createDate": "next Jo", "bounceCount": "many Jo"}
    with pytest.raises(DecodeError) as caught:
        wire.decode_member(Contact, {"contact": raw}, "contact", CALL)
    assert caught.value.problems == (
        "contact.contactId: missing",
        "contact.email: expected text, got an array",
        "contact.createDate: expected a date, got other text",
        "contact.bounceCount: expected an integer, got other text",
    )
    assert caught.value.call == CALL
    assert "jo" not in str(caught.value).lower()


def test_each_bad_row_is_named_with_its_place() -> None:
    payload = {"lists": [{"listId": "1"}, {"listId": "x"}, "Jo", {"listId": 4}, {}]}
    with pytest.raises(DecodeError) as caught:
        wire.decode_rows(ContactList, payload, "lists")
    assert caught.value.problems == (
        "lists[1].listId: expected an integer, got other text",
        "lists[2]: expected an object, got other text",
        "lists[4].listId: missing",
    )


@pytest.mark.parametrize("payload", [{"lists": None}, {"lists": []}])
def test_a_null_array_is_an_empty_one(payload: Any) -> None:
    assert wire.decode_rows(ContactList, payload, "lists") == []


EIGHT = [letter * 2 for letter in "abcdefgh"]


@pytest.mark.parametrize(
    ("payload", "said"),
    [
        ({}, "an object with the keys []"),
        ({"contacts": []}, "an object with the keys ['contacts']"),
        ({"jo@x.example": 1, "s3cret": 2}, "an object with the keys [] and 2 others"),
        ({"error": 1, "x" * 31: 2}, "an object with the keys ['error'] and 1 other"),
        (
            {f"{letter}{letter}": 1 for letter in "abcdefghij"},
            f"an object with the keys {EIGHT} and 2 others",
        ),
        ([], "an array"),
        (None, "null"),
        ("x", "other text"),
        (7, "a number"),
    ],
)
def test_an_envelope_of_another_shape_is_refused(payload: Any, said: str) -> None:
    with pytest.raises(DecodeError) as caught:
        wire.decode_rows(ContactList, payload, "lists")
    assert caught.value.problems == (f"expected {{'lists': [...]}}, got {said}",)


@pytest.mark.parametrize(
    ("rows", "kind"), [({}, "an object"), ("Jo", "other text"), (0, "a number")]
)
def test_rows_of_another_kind_are_said_to_be_of_it(rows: Any, kind: str) -> None:
    with pytest.raises(DecodeError) as caught:
        wire.decode_rows(ContactList, {"lists": rows}, "lists")
    assert caught.value.problems == (f"lists: expected an array, got {kind}",)


def test_keys_of_the_server_are_shown_only_if_they_are_plain_words() -> None:
    payload = {"canary@people.example": 1, "canary-p4ss": 2, "canary7": 3, "message": 4, 5: 6}
    for read in (wire.decode_rows, wire.decode_member):
        with pytest.raises(DecodeError, match=r"\['message'\] and 4 others") as caught:
            read(Contact, payload, "contacts")
        for text in (str(caught.value), repr(caught.value), str(pickle.dumps(caught.value))):
            assert "canary" not in text


@pytest.mark.parametrize("payload", [{}, [], None, "x", {"lists": []}])
def test_a_member_s_envelope_of_another_shape_is_refused(payload: Any) -> None:
    with pytest.raises(DecodeError, match=r"expected \{'list':"):
        wire.decode_member(ContactList, payload, "list")


@pytest.mark.parametrize("inner", [None, [], "x", 7])
def test_a_member_that_is_no_object_is_refused(inner: Any) -> None:
    with pytest.raises(DecodeError, match="list: expected an object, got"):
        wire.decode_member(ContactList, {"list": inner}, "list")


def test_every_model_collects_what_it_does_not_know() -> None:
    for model in MODELS:
        assert shape_of(model).collects in ("extra", "custom_fields")


# Properties

JSON = st.recursive(
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats(allow_nan=False)
    | st.text(max_size=8)
    | st.sampled_from(["0", "1", "12", "", "2012-06-09 15:46:52", "normal"]),
    lambda inner: (
        st.lists(inner, max_size=2) | st.dictionaries(st.text(max_size=5), inner, max_size=2)
    ),
    max_leaves=4,
)


Strategies = Callable[[type[Any]], st.SearchStrategy[Any]]


def once_per_model(build: Strategies) -> Strategies:
    """Keep what was built: to build a strategy takes as long as to draw from it."""
    built: dict[type[Any], st.SearchStrategy[Any]] = {}

    def kept(model: type[Any]) -> st.SearchStrategy[Any]:
        if model not in built:
            built[model] = build(model)
        return built[model]

    return kept


@once_per_model
def raw_objects(model: type[Any]) -> st.SearchStrategy[dict[str, Any]]:
    known = st.dictionaries(st.sampled_from(sorted(shape_of(model).known)), JSON, max_size=6)
    return st.builds(
        lambda some, others: {**some, **others},
        known,
        st.dictionaries(st.text(max_size=6), JSON, max_size=2),
    )


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_any_object_is_read_or_refused(model: type[Any], data: st.DataObject) -> None:
    raw = data.draw(raw_objects(model))
    try:
        made = wire.decode(model, raw, "thing")
    except DecodeError as error:
        assert error.problems
        assert all(problem.startswith("thing") for problem in error.problems)
        assert len(str(error).splitlines()) == 1
    else:
        unknown = [name for name in raw if name not in shape_of(model).known]
        assert list(getattr(made, shape_of(model).collects)) == unknown
        assert pickle.loads(pickle.dumps(made)) == made
        assert hash(made) == hash(pickle.loads(pickle.dumps(made)))


@given(payload=JSON | st.fixed_dictionaries({"contacts": JSON, "contact": JSON}))
def test_any_answer_is_read_or_refused(payload: Any) -> None:
    for read, key in ((wire.decode_rows, "contacts"), (wire.decode_member, "contact")):
        try:
            read(Contact, payload, key)
        except DecodeError as error:
            assert error.problems


def moments(eastern: bool) -> st.SearchStrategy[datetime]:
    zones = st.integers(-12 * 60, 14 * 60).map(lambda m: timezone(timedelta(minutes=m)))
    if not eastern:
        return st.datetimes(datetime(2, 1, 1), datetime(9998, 1, 1), timezones=zones)
    return st.datetimes(datetime(1970, 1, 1), datetime(2100, 1, 1), timezones=zones).map(
        lambda moment: moment.replace(microsecond=0)
    )


def values(field: attrs.Attribute[Any]) -> st.SearchStrategy[Any]:
    """What a field of a model may hold after it was read."""
    by_type: dict[Any, st.SearchStrategy[Any]] = {
        int: st.integers(0, 10**18),
        int | None: st.none() | st.integers(-(10**18), 10**18),
        bool | None: st.none() | st.booleans(),
        str: st.text(max_size=10),
        str | None: st.none() | st.text(max_size=10),
        float | None: st.none() | st.floats(allow_nan=False, allow_infinity=False),
        tuple[int, ...]: st.lists(st.integers(-(10**18), 10**18), max_size=3).map(tuple),
        tuple[str, ...]: st.lists(st.text(max_size=5), max_size=3).map(tuple),
        datetime: moments(False),
        datetime | None: st.none() | moments(bool(field.metadata.get("eastern"))),
        Mapping[str, Any]: st.dictionaries(st.text(max_size=5), JSON, max_size=2),
    }
    wanted: Any = field.type
    if wanted in by_type:
        return by_type[wanted]
    if attrs.has(wanted):
        return instances(wanted)
    inner, *_ = get_args(wanted)
    if attrs.has(inner):
        many = get_origin(wanted) is tuple
        one = instances(inner)
        return st.lists(one, max_size=2).map(tuple) if many else st.none() | one
    kind = next(kind for kind in models.OpenEnum.__subclasses__() if kind | str == field.type)
    return st.sampled_from(list(kind)) | st.text(max_size=10)


@once_per_model
def instances(model: type[Any]) -> st.SearchStrategy[Any]:
    shape = shape_of(model)
    kept = st.text(max_size=8) | st.booleans() | st.lists(JSON, max_size=2)
    unknown = st.text(max_size=6).filter(lambda name: name not in shape.known)
    fields = {
        field.name: (
            st.dictionaries(unknown, kept, max_size=3)
            if field.name == shape.collects
            else values(field)
        )
        for field in attrs.fields(model)
    }
    return st.fixed_dictionaries(fields).map(lambda given: model(**given))


def encoded(model: Any) -> dict[str, Any]:
    """Return a model as iContact writes it: the reverse of decoding."""
    shape = shape_of(type(model))
    fields = attrs.fields_dict(type(model))
    body: dict[str, Any] = {}
    for name, key in shape.names.items():
        value = getattr(model, name)
        if fields[name].metadata.get("eastern") and isinstance(value, datetime):
            value = value.astimezone(NEW_YORK).strftime("%Y-%m-%d %H:%M:%S")
        if value is not None or fields[name].default is not None:
            body[key] = whole(value, is_array=name in shape.arrays)
    return {**body, **getattr(model, shape.collects)}


def whole(value: Any, *, is_array: bool) -> Any:
    if isinstance(value, dict):
        return value
    if attrs.has(type(value)):
        return encoded(value)
    return [whole(item, is_array=False) for item in value] if is_array else sent(value)


@pytest.mark.parametrize("model", MODELS)
@settings(max_examples=EXAMPLES, deadline=None)
@given(data=st.data())
def test_what_is_written_is_read_again(model: type[Any], data: st.DataObject) -> None:
    made = data.draw(instances(model))
    if model is Contact and made.create_date is not None:
        # The hour that comes twice in autumn has no name of its own without an offset.
        local = made.create_date.astimezone(NEW_YORK)
        assume(local.utcoffset() == local.replace(fold=0).utcoffset())
    raw = json.loads(json.dumps(encoded(made)))
    assert wire.decode(model, raw, "thing") == made


# Write shapes


def test_absent_is_not_sent_none_clears_and_a_value_sets() -> None:
    fields = {"email": "jo@example.com", "city": None, "postal_code": "02169"}
    assert wire.encode_fields(Contact, fields, WRITABLE) == {
        "email": "jo@example.com",
        "city": "",
        "postalCode": "02169",
    }


def test_odd_names_are_written_as_iContact_spells_them() -> None:  # noqa: N802 - its own name
    fields = {"name": "x", "public_name": "y", "email_owner_on_change": True}
    allowed = frozenset(ListFields.__annotations__)
    assert wire.encode_fields(ContactList, fields, allowed) == {
        "name": "x",
        "publicname": "y",
        "emailOwnerOnChange": 1,
    }


def test_an_error_about_a_field_with_a_line_break_in_its_name_is_one_line() -> None:
    fields: dict[str, Any] = {"custom_fields": {"co\x85lor": {}}}
    with pytest.raises(ValueError, match=r"'co\\x85lor': cannot send a dict") as caught:
        wire.encode_fields(Contact, fields, WRITABLE)
    assert len(str(caught.value).splitlines()) == 1


def test_custom_fields_are_keys_of_the_top_level() -> None:
    fields = {"email": "a@b.c", "custom_fields": {"color": "red", "score": 3, "vip": True}}
    assert wire.encode_fields(Contact, fields, WRITABLE) == {
        "email": "a@b.c",
        "color": "red",
        "score": 3,
        "vip": 1,
    }


@pytest.mark.parametrize("name", ["email", "firstName", "contactId", "status", "createDate"])
def test_a_custom_field_may_not_take_the_name_of_a_standard_field(name: str) -> None:
    with pytest.raises(ValueError, match=f"custom field '{name}' has the name of a standard"):
        wire.encode_fields(Contact, {"custom_fields": {name: "x"}}, WRITABLE)


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("frist_name", "did you mean 'first_name'?"),
        ("firstName", "did you mean 'first_name'?"),
        ("zip", "there are: business, city"),
        ("contact_id", "Contact has no field 'contact_id'"),
    ],
)
def test_an_unknown_field_names_the_nearest(name: str, said: str) -> None:
    with pytest.raises(TypeError) as caught:
        wire.encode_fields(Contact, {name: "jo@example.com"}, WRITABLE)
    assert said in str(caught.value)
    assert "jo@" not in str(caught.value)


def test_several_values_are_an_array_and_a_text_is_not_several() -> None:
    allowed = frozenset(CriterionFields.__annotations__)
    body = wire.encode_fields(Criterion, {"values": (1, "x")}, allowed)
    assert body == {"values": [1, "x"]}
    for odd in ("x", 7):
        with pytest.raises(ValueError, match="values: expected several values, got a"):
            wire.encode_fields(Criterion, {"values": odd}, allowed)
    with pytest.raises(ValueError, match="values: cannot send a object"):
        wire.encode_fields(Criterion, {"values": [object()]}, allowed)


@pytest.mark.parametrize(
    ("fields", "said"),
    [
        ({"custom_fields": "x"}, "custom_fields must be a mapping, not str"),
        ({"custom_fields": None}, "custom_fields must be a mapping, not NoneType"),
        ({"custom_fields": {7: "x"}}, "name of a custom field must be text, not int"),
        ({7: "x"}, "Contact has no field 7; there are"),
        (["x"], "expected a mapping of fields, not list"),
    ],
)
def test_fields_of_another_kind_are_told_clearly(fields: Any, said: str) -> None:
    with pytest.raises(TypeError, match=said):
        wire.encode_fields(Contact, fields, WRITABLE)


# Filters and orders


def filters(**given: Any) -> tuple[tuple[str, str], ...]:
    return wire.encode_filters(Contact, given, SEARCHABLE)


@pytest.mark.parametrize(
    ("value", "terms"),
    [
        ("S*", [("lastName", "S*")]),
        (icontact.gt("M"), [("lastName", "M"), ("lastNameSearchType", "gt")]),
        (icontact.gte("M"), [("lastName", "M"), ("lastNameSearchType", "gte")]),
        (icontact.lt("M"), [("lastName", "M"), ("lastNameSearchType", "lt")]),
        (icontact.lte("M"), [("lastName", "M"), ("lastNameSearchType", "lte")]),
        (icontact.between("A", "M"), [("lastName", "A,M"), ("lastNameSearchType", "bet")]),
        (icontact.one_of("A", "B", "C"), [("lastName", "A,B,C")]),
        (icontact.one_of("A"), [("lastName", "A")]),
    ],
)
def test_a_condition_becomes_terms(value: Any, terms: list[tuple[str, str]]) -> None:
    assert filters(last_name=value) == tuple(terms)


def test_terms_of_every_kind() -> None:
    assert filters(
        contact_id=7,
        list_id=icontact.one_of(1, 2),
        create_date=icontact.between(date(2024, 1, 1), datetime(2024, 2, 1, tzinfo=UTC)),
        custom_fields={"color": "red", "score": icontact.gt(3)},
    ) == (
        ("contactId", "7"),
        ("listId", "1,2"),
        ("createDate", "2024-01-01,2024-01-31T19:00:00-05:00"),
        ("createDateSearchType", "bet"),
        ("color", "red"),
        ("score", "3"),
        ("scoreSearchType", "gt"),
    )


@pytest.mark.parametrize(
    ("value", "sent"),
    [
        (datetime(2024, 2, 1, 8, 30, 15, 999_999, tzinfo=UTC), "2024-02-01T03:30:15-05:00"),
        ("2024-02-01T08:30:15.5+01:00", "2024-02-01T02:30:15-05:00"),
        ("2024-02-01T08:30-05:00", "2024-02-01T08:30:00-05:00"),
        ("2024-07-01T08:30Z", "2024-07-01T04:30:00-04:00"),
        (datetime.max.replace(tzinfo=timezone(timedelta(hours=-12))), "9999-12-31T23:59:59-12:00"),
        ("2024-02-01 08:30:15", "2024-02-01T08:30:15"),
        ("20240201", "2024-02-01"),
        ("2024-02*", "2024-02*"),
    ],
)
def test_a_moment_is_searched_for_by_the_second_in_us_eastern_time(value: Any, sent: str) -> None:
    assert filters(create_date=icontact.gte(value))[0] == ("createDate", sent)
    assert filters(create_date=icontact.between(value, value))[0][1] == f"{sent},{sent}"


SEVERAL: Any = ["Cary", "Durham"]


@pytest.mark.parametrize(
    ("given_filters", "kind", "said"),
    [
        ({"lastname": "x"}, TypeError, "cannot search by 'lastname'; did you mean 'last_name'"),
        ({"phone": "x"}, TypeError, "cannot search by 'phone'"),
        ({"email": ""}, ValueError, "email: iContact matches nothing for an empty value"),
        ({"email": None}, ValueError, "email: iContact matches nothing for an empty value"),
        ({"city": "a,b"}, ValueError, "city: iContact reads a comma"),
        ({"city": icontact.one_of("a", "")}, ValueError, "city: iContact matches nothing"),
        ({"create_date": datetime(2024, 1, 1)}, ValueError, "createDate: a time needs a time"),
        ({"create_date": "01/02/2024"}, ValueError, "createDate: not a date. Write 2026-01-31"),
        ({"create_date": icontact.gt("soon")}, ValueError, "createDate: not a date"),
        ({"contact_id": [1, 2]}, TypeError, "contactId: .* with icontact.one_of"),
        ({"city": ("Cary", "Durham")}, TypeError, "city: .* with icontact.one_of"),
        ({"city": icontact.one_of(SEVERAL)}, TypeError, "city: .* with icontact.one_of"),
        ({"custom_fields": {"color": ["red"]}}, TypeError, "color: .* with icontact.one_of"),
        ({"custom_fields": {"limit": "1"}}, ValueError, "'limit' has the name of a standard"),
        ({"custom_fields": {"email": "x"}}, ValueError, "'email' has the name of a standard"),
        ({"custom_fields": ["x"]}, TypeError, "custom_fields must be a mapping, not list"),
        ({"custom_fields": {7: "x"}}, TypeError, "name of a custom field must be text, not int"),
    ],
)
def test_a_term_that_cannot_be_searched_is_refused(
    given_filters: dict[str, Any], kind: type[Exception], said: str
) -> None:
    with pytest.raises(kind, match=said):
        filters(**given_filters)


def test_one_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError, match="one_of"):
        icontact.one_of()


def test_a_condition_does_not_show_its_values() -> None:
    assert "jo@" not in repr(icontact.one_of("jo@example.com"))


@pytest.mark.parametrize(
    ("order", "sent"),
    [
        ("create_date", "createDate"),
        ("-create_date", "createDate:desc"),
        (("last_name", "-first_name"), "lastName,firstName:desc"),
    ],
)
def test_an_order_is_sent(order: Any, sent: str) -> None:
    assert wire.encode_order(Contact, order) == sent


@pytest.mark.parametrize("order", ["created", "createDate", "--create_date", "-", "custom_fields"])
def test_an_order_by_nothing_known_is_refused(order: str) -> None:
    with pytest.raises(ValueError, match="cannot order by"):
        wire.encode_order(Contact, order)


def test_public_name_orders_by_its_odd_spelling() -> None:
    assert wire.encode_order(ContactList, "public_name") == "publicname"


@pytest.mark.parametrize("number", [2**63, -(2**63) - 1, str(2**63), "9" * 19, 10**40])
def test_an_id_that_no_database_takes_is_a_decode_error(number: object) -> None:
    with pytest.raises(DecodeError, match=r"contactId: expected an integer of 64 bits"):
        wire.decode(Contact, {"contactId": number, "email": "a@example.com"}, "contact")


@pytest.mark.parametrize("number", [2**63 - 1, str(2**63 - 1)])
def test_the_largest_ids_are_read(number: object) -> None:
    found = wire.decode(Contact, {"contactId": number, "email": "a@example.com"}, "contact")
    assert found.contact_id == int(str(number))


def test_a_name_that_is_only_a_little_alike_is_not_suggested() -> None:
    with pytest.raises(TypeError) as caught:
        wire.encode_fields(Contact, {"gone": 1}, frozenset({"phone", "custom_fields"}))
    assert "did you mean" not in str(caught.value)
    with pytest.raises(TypeError, match="did you mean 'phone'"):
        wire.encode_fields(Contact, {"phones": 1}, frozenset({"phone"}))
