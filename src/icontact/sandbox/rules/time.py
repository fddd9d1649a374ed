"""``/time``: what the server's clock says (API 17.4)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import moments
from icontact.sandbox.rules.call import Call, Route, Scope


def read(call: Call) -> dict[str, Any]:
    """Answer ``GET /time``."""
    return {"time": moments.iso_with_offset(call.epoch), "timestamp": call.epoch}


ROUTES = (Route("/time", Scope.OPEN, {"GET": read}),)
