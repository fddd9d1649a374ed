"""Any answer of a server is read or refused, and what was read can be written and read again."""

from __future__ import annotations

import copy
import json
from collections.abc import Mapping
from typing import Any

from hypothesis import strategies as st

from icontact import wire
from icontact.errors import CallSummary, DecodeError
from icontact.models import Contact, ContactFields
from tests.fuzz.targets import fuzzed, tally
from tests.unit.test_wire import MODELS, encoded, instances

KEYS = sorted({key for model in MODELS for key in wire.wire_names(model)})
CANARY = "Kanarienvogel"
SCALARS = (
    st.none()
    | st.booleans()
    | st.integers()
    | st.floats()
    | st.text(max_size=8)
    | st.sampled_from(["", "0", "1", "66674163", "-7", "1,2", "1,2,x", "5.5", "1e999", CANARY])
    | st.sampled_from(["2012-06-09 19:46:52", "2012-06-09T19:46:52-04:00", "0000-00-00", "normal"])
    | st.dates().map(str)
    | st.datetimes().map(str)
)
VALUES = st.recursive(
    SCALARS,
    lambda inner: (
        st.lists(inner, max_size=3)
        | st.dictionaries(st.sampled_from(KEYS) | st.text(max_size=6), inner, max_size=4)
    ),
    max_leaves=6,
)
CALLS = st.none() | st.sampled_from(["GET", "POST"]).map(lambda verb: CallSummary(verb, "a/1"))


@st.composite
def answers(draw: st.DrawFn) -> tuple[type[Any], Any]:
    """Draw a model, and what it looks like on the wire: right, with odd values, or anything."""
    model = draw(st.sampled_from(MODELS))
    known = sorted(wire.wire_names(model))
    right = instances(model).map(encoded)
    odd = st.fixed_dictionaries({}, optional=dict.fromkeys(known, VALUES))
    one = st.dictionaries(st.sampled_from(known) | st.text(max_size=6), VALUES, max_size=1)
    almost = st.tuples(right, one).map(lambda pair: pair[0] | pair[1])
    raw = right | almost | almost | odd
    return model, draw(raw | st.lists(raw, max_size=2) | VALUES)


@fuzzed(answer=answers(), key=st.sampled_from(["contact", "contacts"]), call=CALLS)
def test_any_answer_is_read_or_refused_and_comes_back_when_it_is_written(
    answer: tuple[type[Any], Any], key: str, call: CallSummary | None
) -> None:
    model, raw = answer
    before = copy.deepcopy(raw)
    rows = read(wire.decode_rows, model, {key: raw}, key, call)
    member = read(wire.decode_member, model, {key: raw}, key, call)
    read(wire.decode_rows, model, raw, key, call)
    read(wire.decode_member, model, raw, key, call)

    assert repr(raw) == repr(before)
    if member is not None:
        assert wire.decode(model, raw, key) == member
        assert isinstance(hash(member), int)
        if model is Contact:
            comes_back(member)
    if isinstance(raw, list) and rows is not None:
        assert len(rows) == len(raw)


def read(reading: Any, model: type[Any], payload: Any, key: str, call: CallSummary | None) -> Any:
    try:
        found = reading(model, payload, key, call)
    except DecodeError as error:
        assert error.problems
        assert len(str(error).splitlines()) == 1
        assert CANARY not in str(error).replace(f"'{CANARY}'", "")
        assert error.maybe_applied == (call is not None and call.method == "POST")
        tally["refused"] += 1
        return None
    tally["read"] += 1
    return found


def comes_back(contact: Contact) -> None:
    """Check that what a contact holds can be written, and is the same when it is read again."""
    fields: dict[str, Any] = {
        name: getattr(contact, name)
        for name in ContactFields.__annotations__
        if getattr(contact, name, None) not in (None, "")
    }
    allowed = frozenset(ContactFields.__annotations__)
    try:
        body: Mapping[str, Any] = wire.encode_fields(Contact, fields, allowed)
    except ValueError as error:
        # A custom field may hold a list or an object, which iContact does not take.
        assert len(str(error).splitlines()) == 1
        tally["cannot be written"] += 1
        return
    except TypeError as error:
        assert "custom field" in str(error)
        return
    again = wire.decode(Contact, {"contactId": 1, **json.loads(json.dumps(body))}, "contact")
    tally["written and read"] += 1
    for name, value in fields.items():
        if name != "custom_fields":
            assert getattr(again, name) == value, name
