"""``/time``: what the server's clock says (API 17.4)."""

from __future__ import annotations

from typing import Any

from icontact.sandbox import timestamps
from icontact.sandbox.rules.context import RequestContext, Route, Scope


def read(context: RequestContext) -> dict[str, Any]:
    """Answer ``GET /time``."""
    return {"time": timestamps.iso_with_offset(context.epoch), "timestamp": context.epoch}


ROUTES = (Route("/time", Scope.OPEN, {"GET": read}),)
