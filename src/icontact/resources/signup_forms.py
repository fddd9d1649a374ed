"""Sign-up forms."""

from __future__ import annotations

import attrs

from icontact.models import SignupForm
from icontact.resources._base import Collection
from icontact.transport import Answer, Call, Sender


class SignupForms(Collection[SignupForm]):
    """The sign-up forms of one client folder, which can only be read.

    They live at ``/a/{accountId}/c/{clientFolderId}/signupforms``.

    Documentation: "Sign-Up Forms".
    """

    _model = SignupForm
    _segment = "signupforms"
    _plural = "forms"
    _identity = "form_id"

    def __init__(self, transport: Sender, folder: str) -> None:
        super().__init__(_OneForm(transport), folder)


class _OneForm:
    """Makes an array of a single form, which may come without one (API 17.1)."""

    def __init__(self, transport: Sender) -> None:
        self._transport = transport

    def send(self, call: Call, /) -> Answer:
        answer = self._transport.send(call)
        payload = answer.payload
        if isinstance(payload, dict) and isinstance(payload.get("forms"), dict):
            return attrs.evolve(answer, payload={**payload, "forms": [payload["forms"]]})
        return answer
