"""Automations: the one kind that the API can make."""

from __future__ import annotations

from typing import TypedDict

import attrs

from icontact.models._base import OpenModel


@attrs.frozen(kw_only=True)
class Automation(OpenModel):
    """A message that welcomes new subscribers of a list.

    Attributes:
        automation_id: Primary key. Nothing can be asked by it.
        message_id: The message.
        list_id: The list.

    Documentation: "Automations".
    """

    automation_id: int
    message_id: int | None = None
    list_id: int | None = None


class AutomationFields(TypedDict, total=False):
    """What a new automation says. Both are required."""

    message_id: int
    list_id: int
