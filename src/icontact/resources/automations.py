"""Automations: messages that welcome new subscribers."""

from __future__ import annotations

from typing import Any, Unpack

from icontact import wire
from icontact.models import Automation, AutomationFields
from icontact.resources._base import Resource, log_warnings
from icontact.transport import Call, Safety


class Automations(Resource[Automation]):
    """Welcome messages: ``/a/{accountId}/c/{clientFolderId}/automations/welcomemessage``.

    They can be created and nothing else: iContact lists, changes and deletes them on its own pages
    only.

    Documentation: "Automations".
    """

    _model = Automation
    _segment = "automations/welcomemessage"
    _plural = "automations"
    _writable = frozenset(AutomationFields.__annotations__)

    def create(self, **fields: Unpack[AutomationFields]) -> Automation:
        """Have a message mailed to new subscribers of a list. Not repeated after a lost answer.

        A message in draft mode is moved to automation mode by this.

        Args:
            **fields: ``message_id`` and ``list_id`` are required. The message must be in draft,
                sent or automation mode.

        Raises:
            DecodeError: If the answer names no automation; it may exist all the same.
            TransportError: If no answer came; ``maybe_applied`` says whether to look, which only
                iContact's own pages allow.
        """
        # The page shows one object, and not the array that collections take elsewhere (API 17.3).
        call = Call("POST", self._path, body=self._body(fields), safety=Safety.ONCE)
        answer = self._transport.send(call)
        log_warnings(self._plural, answer.warnings)
        return wire.decode(Automation, _unwrapped(answer.payload), self._singular, answer.call)


def _unwrapped(payload: Any) -> Any:
    """Return the object that holds the id, in whatever envelope it comes (API 17.3)."""
    while isinstance(payload, list | dict) and "automationId" not in payload:
        inner = list(payload.values()) if isinstance(payload, dict) else payload
        found = [item for item in inner if isinstance(item, list | dict) and item]
        if not found:
            return payload
        payload = found[0]
    return payload
