"""Sign-up forms."""

from __future__ import annotations

from datetime import datetime

import attrs

from icontact.models._base import OpenModel, named


@attrs.frozen(kw_only=True)
class SignupForm(OpenModel):
    """A form by which people put themselves on lists. It can only be read.

    Attributes:
        form_id: Primary key.
        name: Its name.
        created: When it was made; aware.
        updated: When it was changed; aware.
        confirmation_message_id: The message that asks for confirmation.
        automatic_html: What to put into a page to show the form (``automaticHTML`` on the wire).
        list_ids: The lists that it subscribes to (``lists`` on the wire).

    Documentation: "Sign-Up Forms".
    """

    form_id: int
    name: str = ""
    created: datetime | None = None
    updated: datetime | None = None
    confirmation_message_id: int | None = None
    automatic_html: str = attrs.field(default="", repr=False, metadata=named("automaticHTML"))
    list_ids: tuple[int, ...] = attrs.field(default=(), metadata=named("lists"))
