"""What the control URL offers: the methods of Python, and the types of their arguments."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from types import UnionType
from typing import Any, Literal, Union, get_args, get_origin

import attrs

_WORDS = {
    bool: "true or false",
    int: "an integer",
    float: "a number",
    str: "a text",
    type(None): "null",
    dict: "an object",
}


def _words(kind: Any) -> str:
    """Describe in words the JSON that a type accepts."""
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return " or ".join(_words(each) for each in inner)
    if origin is Literal:
        return f"one of {', '.join(map(str, inner))}"
    if origin in {list, frozenset}:
        return f"an array, each of it {_words(inner[0])}"
    return _WORDS[origin or kind]


def _fits(value: object, kind: Any) -> bool:
    origin, inner = get_origin(kind), get_args(kind)
    if origin in {Union, UnionType}:
        return any(_fits(value, each) for each in inner)
    if origin is Literal:
        return any(value == each and type(value) is type(each) for each in inner)
    if origin in {list, frozenset}:
        return isinstance(value, list) and all(_fits(each, inner[0]) for each in value)
    if origin is dict:
        return isinstance(value, dict) and all(_fits(each, inner[1]) for each in value.values())
    # In Python a boolean is an integer, too.
    accepted = {float: {int, float}, Any: {type(value)}}.get(kind, {kind})
    return type(value) in accepted


@attrs.frozen
class Method:
    """A method of Python that the control URL offers.

    Attributes:
        arguments: The names and types of its arguments.
        required: The arguments that must be given.
        open_ended: Whether it takes further arguments, which it checks itself.
    """

    arguments: Mapping[str, Any] = attrs.field(factory=dict)
    required: Sequence[str] = ()
    open_ended: bool = False

    def call(self, function: Callable[..., Any], given: Mapping[str, Any]) -> Any:
        """Call the function with arguments.

        Raises:
            ValueError: An argument is missing, unknown or of the wrong type; the message names it,
                and does not show its value.
        """
        for name, value in given.items():
            if name in self.arguments:
                if not _fits(value, self.arguments[name]):
                    raise ValueError(f"{name!r} has to be {_words(self.arguments[name])}")
            elif not self.open_ended:
                known = ", ".join(self.arguments) or "nothing"
                raise ValueError(f"There is no {name!r} here; there is {known}")
        if missing := [name for name in self.required if name not in given]:
            raise ValueError(f"{' and '.join(map(repr, missing))} has to be given")
        return function(**given)

    def described(self) -> dict[str, str]:
        """Return the arguments, and in words what they accept."""
        return {
            name: _words(kind) + ("" if name in self.required else "; optional")
            for name, kind in self.arguments.items()
        }


_JsonBody = str | dict[str, Any] | None
_OptionalId = int | None
_WHICH: dict[str, Any] = {
    "times": int | None,
    "method": str | None,
    "path": str | None,
    "probability": float,
    "seed": int,
}
FAULTS = {
    "next": Method(
        {"status": int, "body": _JsonBody, "headers": dict[str, str] | None, **_WHICH},
    ),
    "swallow": Method({"warnings": list[str], **_WHICH}),
    "refuse": Method(_WHICH),
    "drop_before": Method(_WHICH),
    "drop_after": Method(_WHICH),
    "slow": Method({"seconds": float, **_WHICH}, required=["seconds"]),
    "garble": Method({"kind": Literal["html", "cut", "not_json"], **_WHICH}),
    "latency": Method({"seconds": float}, required=["seconds"]),
    "throttle": Method(dict.fromkeys(("per_minute", "per_hour", "per_day"), int | None)),
    "clear": Method(),
}
"""The methods of :class:`icontact.sandbox.Faults` that can be called."""

_SEEDS = (
    "contacts", "lists", "custom_fields", "subscriptions", "campaigns", "messages", "segments",
    "criteria", "sends", "signup_forms", "webhooks",
)  # fmt: skip
ACTIONS = {
    "seed": Method({**dict.fromkeys(_SEEDS, list[dict[str, Any]]), "folder_id": _OptionalId}),
    "seed_contacts": Method(
        {"count": int, "list_id": _OptionalId, "folder_id": _OptionalId}, required=["count"]
    ),
    "add_account": Method(
        {**dict.fromkeys(("app_id", "username", "password"), str), "client_folders": int},
        open_ended=True,
    ),
    "add_client_folder": Method({"account_id": _OptionalId}, open_ended=True),
    "add_user": Method(
        {
            **dict.fromkeys(("username", "app_id", "password"), str),
            **dict.fromkeys(("creative", "subscriber", "analytic"), bool),
            **dict.fromkeys(("account_id", "folder_id"), _OptionalId),
        },
        open_ended=True,
    ),
    "disable_account": Method({"account_id": _OptionalId}),
    "advance": Method(dict.fromkeys(("days", "hours", "minutes", "seconds"), float)),
    "reset": Method(),
}
"""The methods of :class:`icontact.sandbox.Sandbox` that can be called."""

_OF_FOLDER = Method({"folder_id": int})
STATE = {
    **dict.fromkeys(("contacts", "lists", "subscriptions", "custom_fields"), _OF_FOLDER),
    "actions": Method({"contact_id": int}),
    **dict.fromkeys(("accounts", "client_folders", "users"), Method()),
    "permissions": Method({"user_id": int}),
    **dict.fromkeys(("campaigns", "messages", "segments"), _OF_FOLDER),
    "criteria": Method({"segment_id": int}),
    "sends": _OF_FOLDER,
    "recipients": Method({"send_id": int}, required=["send_id"]),
    "reactions": Method({"message_id": int}),
    **dict.fromkeys(("uploads", "signup_forms", "webhooks", "automations"), _OF_FOLDER),
}
"""The methods of :class:`icontact.sandbox.State` that can be called."""
