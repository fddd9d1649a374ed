"""The body of a web hook: its signature, and its JSON."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
from collections import Counter
from typing import Any

from icontact.auth import Private, redact
from icontact.errors import ConfigError, DecodeError
from icontact.integrations.errors import SignatureError
from icontact.mapping.contact_fields import shown
from icontact.mapping.values import levels

#: Bytes of a body. Mautic sends ten events at once by default, of some 5 KiB each.
MAX_BYTES = 5 * 2**20

#: Levels of a body; Mautic's own have about eight.
_DEEPEST = 64


def sign(body: bytes, secret: str) -> str:
    """Return the header ``Webhook-Signature`` that Mautic sends with a body.

    >>> sign(b'{"a":1}', "mySecret")
    'edMiIxOTJK5TMu+991Ec/nBByEfLyL66TIDGuTmUuuU='
    """
    return base64.b64encode(hmac.new(secret.encode(), body, hashlib.sha256).digest()).decode()


def checked_secret(secret: str | None) -> Private | None:
    """Return the secret of a web hook, hidden from every ``repr``.

    Raises:
        ConfigError: If nothing can be signed with it.
    """
    if secret is None:
        return None
    secret = Private(secret)
    if not secret:
        raise ConfigError("the web hook's secret is empty: copy it from Mautic, or give None")
    if secret.encode("utf-8", "ignore").decode() != secret:
        # Such as an environment variable with other bytes.
        raise ConfigError("the web hook's secret is not text in UTF-8: copy it from Mautic again")
    return secret


def verify(body: bytes, signature: str | None, secret: Private | None, max_bytes: int) -> None:
    """Check the size of a body, and its signature if there is a secret.

    Raises:
        DecodeError: If the body is too long.
        SignatureError: If the signature is missing, or not made with the secret.
    """
    if len(body) > max_bytes:
        raise DecodeError([f"the body is longer than {max_bytes} bytes"])
    if secret is None:
        return
    if not signature:
        raise SignatureError("the web hook is not signed, but a secret is set", missing=True)
    given = signature.strip().encode("utf-8", "replace")
    if not hmac.compare_digest(given, sign(body, secret).encode()):
        raise SignatureError("the web hook's signature was not made with this secret")


def parse(body: bytes) -> Any:
    """Return the JSON of a body: an object or a list.

    Raises:
        DecodeError: If it is something else, nested too deep, or has a key twice.
    """
    try:
        # int() refuses the constants that are not JSON: NaN and Infinity.
        found = json.loads(body, parse_constant=int, object_pairs_hook=_with_distinct_keys)
    except DecodeError:
        raise
    except (ValueError, RecursionError):
        # The parser's own message is kept from the error: it holds the body.
        raise DecodeError(["expected JSON"]) from None
    if any(depth == _DEEPEST for depth, _ in enumerate(levels(found))):
        raise DecodeError([f"the body is nested more than {_DEEPEST} levels deep"])
    if not isinstance(found, dict | list):
        raise DecodeError(["expected an object of events by type"])
    return found


def _with_distinct_keys(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) < len(pairs):
        ((key, _),) = Counter(key for key, _ in pairs).most_common(1)
        shown_key = redact(shown(key))
        raise DecodeError([f"an object has the key {shown_key} twice, and only one can count"])
    return found
