"""From iContact's JSON to models. The only module that knows cattrs."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import Converter

from icontact import models
from icontact.errors import CallSummary, DecodeError
from icontact.wire._scalars import (
    boolean,
    ids,
    integer,
    kind,
    mapping,
    moment,
    open_enum,
    optional_boolean,
    optional_integer,
    optional_moment,
    optional_real,
    optional_text,
    real,
    text,
    words,
)

T = TypeVar("T")


def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    scalars: Mapping[Any, Callable[[Any, Any], Any]] = {
        int: integer,
        int | None: optional_integer,
        bool: boolean,
        bool | None: optional_boolean,
        float: real,
        float | None: optional_real,
        str: text,
        str | None: optional_text,
        datetime: moment,
        datetime | None: optional_moment,
        Mapping[str, Any]: mapping,
        tuple[int, ...]: ids,
        tuple[str, ...]: words,
    }
    for wanted, rule in scalars.items():
        if isinstance(wanted, type):
            converter.register_structure_hook(wanted, rule)
        else:  # ``int | None`` and ``Mapping[str, Any]`` are no classes to dispatch on
            converter.register_structure_hook_func(partial(operator.eq, wanted), rule)
    for enum in models.OpenEnum.__subclasses__():
        converter.register_structure_hook(enum | str, open_enum(enum))
    converter.register_structure_hook_func(attrs.has, _nested)
    converter.register_structure_hook_func(_is_optional, _optional_nested)
    converter.register_structure_hook_func(_is_array, _all_nested)
    return converter


class _MisfitsError(ValueError):
    """What does not fit within a nested object; each problem begins with its path from there."""

    def __init__(self, problems: list[str]) -> None:
        super().__init__(*problems)
        self.problems = problems


_NOTHING: tuple[Any, ...] = (None, "", [])


def _nested(raw: Any, model: type[T]) -> T:
    if raw in _NOTHING:
        raw = {}  # PHP writes an empty object as an empty array
    try:
        return cast("T", shape_of(model).construct(raw))
    except _MISFITS:
        problems = _problems(model, raw, "")
    raise _MisfitsError(problems)


def _is_optional(wanted: Any) -> bool:
    """Tell ``Model | None``."""
    inner = get_args(wanted)
    return len(inner) == 2 and attrs.has(inner[0]) and inner[1] is type(None)


def _is_array(wanted: Any) -> bool:
    """Tell ``tuple[Model, ...]``."""
    return _is_tuple(wanted) and attrs.has(get_args(wanted)[0])


def _is_tuple(wanted: Any) -> bool:
    origin: Any = get_origin(wanted)
    return origin is tuple


def _optional_nested(raw: Any, wanted: Any) -> Any:
    return None if raw in _NOTHING else _nested(raw, get_args(wanted)[0])


def _all_nested(raw: Any, wanted: Any) -> tuple[Any, ...]:
    if raw in _NOTHING:
        return ()
    if not isinstance(raw, list):
        raise ValueError(f"expected an array, got {kind(raw)}")
    model, made, problems = get_args(wanted)[0], [], []
    for place, item in enumerate(raw):
        try:
            made.append(_nested(item, model))
        except _MisfitsError as misfits:
            problems += [f"[{place}]{problem}" for problem in misfits.problems]
    if problems:
        raise _MisfitsError(problems)
    return tuple(made)


_CONVERTER = _converter()


@attrs.frozen
class Shape:
    """How one model looks on the wire."""

    names: Mapping[str, str]
    #: Those of fields that hold one value.
    plain: Mapping[str, str]
    known: frozenset[str]
    collects: str
    #: Fields that are arrays on the wire, and no text with commas.
    arrays: frozenset[str]
    #: Fields that are whole numbers, as ids are.
    whole: frozenset[str]
    construct: Callable[[Mapping[str, Any]], Any]


_FACTORY: Any = attrs.Factory

#: Types whose rule leaves a text as it is.
_AS_IT_IS: Mapping[Any, str] = {str: "str", str | None: "str"}

_SHAPES: dict[type[Any], Shape] = {}


def shape_of(model: type[Any]) -> Shape:
    """Return how a model looks on the wire; made once for each model."""
    shape = _SHAPES.get(model)
    if shape is None:
        shape = _SHAPES[model] = _made(model)
    return shape


def wire_names(model: type[Any]) -> frozenset[str]:
    """Return the names that a model's own fields have on the wire."""
    return shape_of(model).known


def _made(model: type[Any]) -> Shape:
    attrs.resolve_types(model)
    names: dict[str, str] = {}
    arrays: set[str] = set()
    collects = ""
    for field in attrs.fields(model):
        if field.metadata.get("collects"):
            collects = field.name
        else:
            names[field.name] = field.metadata.get("wire") or camel(field.name)
            if _is_tuple(field.type) and field.type != tuple[int, ...]:
                arrays.add(field.name)
    construct, known = _constructor(model, names), frozenset(names.values())
    if collects:
        construct = partial(_with_extra, construct, known, collects)
    plain = {name: wire for name, wire in names.items() if name not in arrays}
    whole = frozenset(one.name for one in attrs.fields(model) if one.type in (int, int | None))
    return Shape(names, plain, known, collects, frozenset(arrays), whole, construct)


def _constructor(model: type[Any], names: Mapping[str, str]) -> Callable[[Mapping[str, Any]], Any]:
    """Write the constructor call that somebody would write by hand, with each field's rule in it.

    A page has thousands of values, and most are texts that stay as they are: what is not called
    for them is what makes the difference.
    """
    known: dict[str, Any] = {"model": model}
    arguments = []
    for field in attrs.fields(model):
        if not (name := names.get(field.name)):
            continue
        rule, wanted, default = (f"{what}_{field.name}" for what in ("rule", "wanted", "default"))
        known |= {rule: _CONVERTER.get_structure_hook(field.type), wanted: field.type}
        value = f"{rule}(raw[{name!r}], {wanted})"
        if (exact := _AS_IT_IS.get(field.type)) is not None:
            value = f"found if type(found := raw[{name!r}]) is {exact} else {rule}(found, {wanted})"
        if field.default is not attrs.NOTHING:
            # To be told of nothing makes the constructor ask its own factory.
            made = isinstance(field.default, _FACTORY)
            known[default] = attrs.NOTHING if made else field.default
            value = f"({value}) if {name!r} in raw else {default}"
        arguments.append(f"{field.name}={value}")
    source = f"lambda raw: model({', '.join(arguments)})"
    construct: Callable[[Mapping[str, Any]], Any] = eval(source, known)  # noqa: S307 - made of names of our own models
    return construct


def camel(name: str) -> str:
    """Return the wire's spelling of a field's name."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def decode(model: type[T], raw: Any, path: str, call: CallSummary | None = None) -> T:
    """Make a model of one JSON object.

    Args:
        model: The class to make.
        raw: What ``json`` read.
        path: Where it stood in the answer, such as ``contact``; for the error.
        call: The request, for the error.

    Raises:
        DecodeError: Lists every bad field with its path, and shows no value.
    """
    try:
        return cast("T", shape_of(model).construct(raw))
    except _MISFITS:
        problems = _problems(model, raw, path)
    del raw  # error trackers print the locals of every frame on the way
    raise _unreadable(problems, call)


def decode_member(model: type[T], payload: Any, key: str, call: CallSummary | None = None) -> T:
    """Make a model of a member's answer, ``{key: {...}}``.

    Raises:
        DecodeError: If the key is missing, or for every bad field.
    """
    try:
        return cast("T", shape_of(model).construct(payload[key]))
    except _MISFITS:
        there = isinstance(payload, dict) and key in payload
        problems = (
            _problems(model, payload[key], key)
            if there
            else [f"expected {{{key!r}: {{...}}}}, got {_outline(payload)}"]
        )
    del payload
    raise _unreadable(problems, call)


def decode_rows(model: type[T], payload: Any, key: str, call: CallSummary | None = None) -> list[T]:
    """Make models of a collection's answer, ``{key: [...]}``; ``null`` is an empty array (API 2.4).

    Raises:
        DecodeError: If the key is missing or holds no array, or for every bad field of every row.
    """
    there = isinstance(payload, dict) and key in payload
    found = payload[key] if there else None
    if there and isinstance(found, list | None):
        shape = shape_of(model)
        try:
            return [*map(shape.construct, found or ())]
        except _MISFITS:
            rows = enumerate(found or ())
            problems = [p for i, raw in rows for p in _problems(model, raw, f"{key}[{i}]")]
    elif there:
        problems = [f"{key}: expected an array, got {kind(found)}"]
    else:
        problems = [f"expected {{{key!r}: [...]}}, got {_outline(payload)}"]
    del payload, found
    raise _unreadable(problems, call)


def _unreadable(problems: Sequence[str], call: CallSummary | None) -> DecodeError:
    """Return the error for an answer of another shape; a write may have been carried out."""
    return DecodeError(problems, call=call, maybe_applied=call is not None and call.method != "GET")


#: What the rules and the generated constructors raise for an object that does not fit.
_MISFITS = (ValueError, TypeError, KeyError, AttributeError)


def _with_extra(
    construct: Callable[[Any], Any], known: frozenset[str], collects: str, raw: Any
) -> Any:
    """Make a model that keeps the keys which it does not know."""
    made = construct(raw)
    if extra := {
        name: value if type(value) is str else _blank(value)
        for name, value in raw.items()
        if name not in known
    }:
        # Nobody else holds the instance yet.
        object.__setattr__(made, collects, extra)
    return made


def _blank(value: Any) -> Any:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _problems(model: type[Any], raw: Any, path: str) -> list[str]:
    if not isinstance(raw, dict):
        return [f"{path}: expected an object, got {kind(raw)}"]
    problems = []
    for field in attrs.fields(model):
        if not (name := shape_of(model).names.get(field.name)):
            continue
        if name not in raw:
            if field.default is attrs.NOTHING:
                problems.append(f"{path}.{name}: missing")
            continue
        try:
            _CONVERTER.structure(raw[name], field.type)
        except _MisfitsError as misfits:
            problems += [f"{path}.{name}{problem}" for problem in misfits.problems]
        except ValueError as problem:
            problems.append(f"{path}.{name}: {problem}")
    return problems


#: A key that is shown: a plain word, as iContact's own are. Ids, addresses, passwords are none.
_WORD = re.compile(r"[A-Za-z]{1,30}")
_MOST_KEYS = 8


def _outline(payload: Any) -> str:
    if not isinstance(payload, dict):
        return kind(payload)
    keys = sorted(key for key in map(str, payload) if _WORD.fullmatch(key))[:_MOST_KEYS]
    said = f"an object with the keys {keys}"
    if others := len(payload) - len(keys):
        said += f" and {others} other" + "s" * (others > 1)
    return said
