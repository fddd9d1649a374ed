"""JSON with the habits of the server, which is a PHP application (API 2.5)."""

from __future__ import annotations

import json
import re
from typing import Any

from icontact.sandbox import error_texts
from icontact.sandbox.exchange import Refusal

_MAX_NESTING = 512
_LONGEST_INTEGER = 18
# Brackets, and texts, in which brackets are letters.
_BRACKETS = re.compile(rb'"[^"\\]*(?:\\.[^"\\]*)*"?|[\[\]{}]', re.DOTALL)
_STEPS = {b"[": 1, b"{": 1, b"]": -1, b"}": -1}
_IDS = frozenset(
    "accountId automationId campaignId clientFolderId confirmationMessageId contactId formId listId"
    " messageId replyToCampaignId segmentId sendId uploadId userId webhookId"
    " welcomeMessageId".split()
)
# No payload holds itself.
_ENCODER = json.JSONEncoder(separators=(",", ":"), check_circular=False)


def encode(payload: object, *, numeric_ids: bool = False) -> bytes:
    r"""Return JSON as ``json_encode`` writes it: ``\/`` for a slash, ``\uXXXX`` beyond ASCII."""
    payload = _with_numbers(payload) if numeric_ids else payload
    # A slash can only stand inside a text, so that it may be escaped afterwards.
    return _ENCODER.encode(payload).replace("/", "\\/").encode("ascii")


def decode(body: bytes) -> Any:
    """Read a request body.

    Integers of more digits than PHP can hold stay text: they are ids that name nothing.

    Raises:
        Refusal: 400, if the body is not JSON, is nested too deeply, or holds a lone surrogate.
    """
    # Nothing is nested more deeply than it has brackets.
    brackets = body.count(b"[") + body.count(b"{")
    if brackets > _MAX_NESTING and _is_nested_too_deeply(body):
        raise Refusal(400, error_texts.NESTED_TOO_DEEPLY)
    try:
        value = json.loads(
            body.decode("utf-8"), parse_int=_integer, parse_constant=_refuse_constant
        )
        if b"\\ud" in body.lower():
            json.dumps(value, ensure_ascii=False).encode("utf-8")
    except (ValueError, RecursionError):
        raise Refusal(400, error_texts.UNREADABLE_BODY) from None
    return value


def _is_nested_too_deeply(body: bytes) -> bool:
    """Say whether too many arrays and objects are open at some place, also of what is not JSON."""
    depth = 0
    for token in _BRACKETS.finditer(body):
        depth += _STEPS.get(token[0], 0)
        if depth > _MAX_NESTING:
            return True
    return False


def _integer(digits: str) -> int | str:
    return int(digits) if len(digits) <= _LONGEST_INTEGER else digits


def _refuse_constant(name: str) -> None:
    raise ValueError(f"{name} is not JSON")


def _is_digits(value: object) -> bool:
    return isinstance(value, str) and value.isascii() and value.isdecimal()


def _with_numbers(payload: Any) -> Any:
    if isinstance(payload, list):
        return [_with_numbers(item) for item in payload]
    if not isinstance(payload, dict):
        return payload
    return {
        key: _integer(value) if key in _IDS and _is_digits(value) else _with_numbers(value)
        for key, value in payload.items()
    }
