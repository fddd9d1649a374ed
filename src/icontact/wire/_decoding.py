"""From iContact's JSON to models."""

from __future__ import annotations

import operator
import re
from collections.abc import Callable, Mapping, Sequence
from datetime import datetime
from functools import partial
from typing import Any, TypeVar, cast, get_args, get_origin

import attrs
from cattrs import Converter
from cattrs.gen import make_dict_structure_fn, override

from icontact.errors import CallSummary, DecodeError
from icontact.models import OpenEnum
from icontact.wire._scalars import (
    boolean,
    ids,
    integer,
    kind,
    mapping,
    moment,
    open_enum,
    optional,
    optional_moment,
    real,
    text,
    whole,
    words,
)

T = TypeVar("T")


def _converter() -> Converter:
    converter = Converter(detailed_validation=False)
    scalars: Mapping[Any, Callable[[Any, Any], Any]] = {
        int: whole,
        int | None: optional(integer),
        bool: boolean,
        bool | None: optional(boolean),
        float: real,
        float | None: optional(real),
        str: text,
        # Null is what a listing shows for a field without a value (API 2.5), hence not "unknown".
        str | None: text,
        datetime: moment,
        datetime | None: optional_moment,
        Mapping[str, Any]: mapping,
        tuple[int, ...]: ids,
        tuple[str, ...]: words,
    }
    for wanted, rule in scalars.items():
        if isinstance(wanted, type):
            converter.register_structure_hook(wanted, rule)
        else:  # ``int | None`` and ``Mapping[str, Any]`` are not classes to dispatch on
            converter.register_structure_hook_func(partial(operator.eq, wanted), rule)
    converter.register_structure_hook_factory(
        _is_open_enum, lambda wanted: open_enum(get_args(wanted)[0])
    )
    converter.register_structure_hook_func(_model_in, _nested)
    return converter


_NOTHING: tuple[Any, ...] = (None, "", [])


def _model_in(wanted: Any) -> Any:
    """Return the model of ``Model``, ``Model | None`` and ``tuple[Model, ...]``; else ``None``."""
    return wanted if attrs.has(wanted) else next(filter(attrs.has, get_args(wanted)), None)


def _nested(raw: Any, wanted: Any) -> Any:
    model, is_array = _model_in(wanted), _is_tuple(wanted)
    if wanted is model:
        # PHP writes an empty object as an empty array.
        return shape_of(model).construct({} if raw in _NOTHING else raw)
    if raw in _NOTHING:
        return () if is_array else None
    if is_array and not isinstance(raw, list):
        raise ValueError(f"expected an array, got {kind(raw)}")
    return tuple(_nested(one, model) for one in raw) if is_array else _nested(raw, model)


def _is_open_enum(wanted: Any) -> bool:
    """Return whether a type is ``Status | str``, for any of our enumerations."""
    inner = get_args(wanted)
    is_pair = len(inner) == 2 and isinstance(inner[0], type) and inner[1] is str
    return is_pair and issubclass(inner[0], OpenEnum)


def _is_tuple(wanted: Any) -> bool:
    origin: Any = get_origin(wanted)
    return origin is tuple


_CONVERTER = _converter()


@attrs.frozen
class Shape:
    """How one model looks on the wire."""

    names: Mapping[str, str]
    known: frozenset[str]
    collects: str
    #: Fields that are arrays on the wire, and no text with commas.
    arrays: frozenset[str]
    #: Fields that are whole numbers, as ids are.
    whole: frozenset[str]
    construct: Callable[[Mapping[str, Any]], Any]


_SHAPES: dict[type[Any], Shape] = {}


def shape_of(model: type[Any]) -> Shape:
    """Return how a model looks on the wire; made once for each model."""
    if model in _SHAPES:
        return _SHAPES[model]
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
    known = frozenset(names.values())
    overrides: dict[str, Any] = {name: override(rename=wire) for name, wire in names.items()}
    if collects:
        overrides[collects] = override(omit=True)
    structure = make_dict_structure_fn(
        model, _CONVERTER, _cattrs_detailed_validation=False, **overrides
    )
    construct = partial(_with_extra, structure, model, known, collects)
    whole = frozenset(one.name for one in attrs.fields(model) if one.type in (int, int | None))
    shape = Shape(names, known, collects, frozenset(arrays), whole, construct)
    return _SHAPES.setdefault(model, shape)


def wire_names(model: type[Any]) -> frozenset[str]:
    """Return the names that a model's own fields have on the wire."""
    return shape_of(model).known


def camel(name: str) -> str:
    """Return the wire's spelling of a field's name."""
    first, *rest = name.split("_")
    return first + "".join(word.capitalize() for word in rest)


def decode(model: type[T], raw: Any, path: str, call: CallSummary | None = None) -> T:
    """Make a model of one JSON object; an error names its path in the answer, and the request.

    Raises:
        DecodeError: Lists every bad field with its path, and shows no value.
    """
    try:
        return cast("T", shape_of(model).construct(raw))
    except _MISFITS:
        raise _unreadable(_problems(model, raw, path), call) from None


def decode_member(model: type[T], payload: Any, key: str, call: CallSummary | None = None) -> T:
    """Make a model of a member's answer, ``{key: {...}}``.

    Raises:
        DecodeError: If the key is missing, or for every bad field.
    """
    if not isinstance(payload, dict) or key not in payload:
        raise _unreadable([f"expected {{{key!r}: {{...}}}}, got {_outline(payload)}"], call)
    return decode(model, payload[key], key, call)


def decode_rows(model: type[T], payload: Any, key: str, call: CallSummary | None = None) -> list[T]:
    """Make models of a collection's answer, ``{key: [...]}``; ``null`` is an empty array (API 2.4).

    Raises:
        DecodeError: If the key is missing or has no array, or for every bad field of every row.
    """
    if not isinstance(payload, dict) or key not in payload:
        raise _unreadable([f"expected {{{key!r}: [...]}}, got {_outline(payload)}"], call)
    rows = payload[key] or () if isinstance(payload[key], list | None) else None
    if rows is None:
        raise _unreadable([f"{key}: expected an array, got {kind(payload[key])}"], call)
    try:
        return [*map(shape_of(model).construct, rows)]
    except _MISFITS:
        problems = [p for i, raw in enumerate(rows) for p in _problems(model, raw, f"{key}[{i}]")]
        raise _unreadable(problems, call) from None


def _unreadable(problems: Sequence[str], call: CallSummary | None) -> DecodeError:
    """Return the error for an answer of another shape; a write may have been carried out."""
    return DecodeError(problems, call=call, maybe_applied=call is not None and call.method != "GET")


#: What the rules and the generated constructors raise for an object that does not fit.
_MISFITS = (ValueError, TypeError, KeyError, AttributeError)


def _with_extra(
    structure: Callable[[Any, Any], T],
    model: type[T],
    known: frozenset[str],
    collects: str,
    raw: Mapping[str, Any],
) -> T:
    """Make a model that keeps the keys which it does not know."""
    made = structure(raw, model)
    if len(raw) > len(known) or not raw.keys() <= known:
        extra = {
            name: value if type(value) is str else _blank(value)
            for name, value in raw.items()
            if name not in known
        }
        if extra and collects:
            # No one else has the instance yet.
            object.__setattr__(made, collects, extra)
    return made


def _blank(value: Any) -> Any:
    if value is None:
        return ""
    return str(value) if isinstance(value, int | float) and not isinstance(value, bool) else value


def _problems(wanted: Any, raw: Any, path: str) -> list[str]:
    """Return a line for each field of a value that does not fit its type, with its path."""
    model = _model_in(wanted)
    if model is None:
        try:
            _CONVERTER.structure(raw, wanted)
        except ValueError as problem:
            return [f"{path}: {problem}"]
        return []
    if wanted is not model and raw in _NOTHING:
        return []
    if _is_tuple(wanted):
        if not isinstance(raw, list):
            return [f"{path}: expected an array, got {kind(raw)}"]
        return [p for i, one in enumerate(raw) for p in _problems(model, one, f"{path}[{i}]")]
    return _field_problems(model, raw, path)


def _field_problems(model: Any, raw: Any, path: str) -> list[str]:
    if not isinstance(raw, dict):
        return [f"{path}: expected an object, got {kind(raw)}"]
    problems = []
    names = shape_of(model).names
    for field in attrs.fields(model):
        name = names.get(field.name)
        if name in raw:
            is_empty = attrs.has(field.type) and raw[name] in _NOTHING
            value = {} if is_empty else raw[name]
            problems += _problems(field.type, value, f"{path}.{name}")
        elif name is not None and field.default is attrs.NOTHING:
            problems.append(f"{path}.{name}: missing")
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
