"""Campaigns: who mail comes from. iContact also calls them sender properties."""

from __future__ import annotations

from typing import TypedDict

import attrs

from icontact.models._base import OpenEnum, OpenModel, named


class SubscriptionManagement(OpenEnum):
    """How the link in the footer is worded (documentation page "Campaigns")."""

    MANAGE_YOUR_SUBSCRIPTION = "0"
    UPDATE_YOUR_PROFILE = "1"
    TO_BE_REMOVED = "2"
    SPANISH = "3"
    FRENCH = "4"


class ForwardToFriend(OpenEnum):
    """How the link for forwarding is worded (older pages of "Campaigns"; API 11)."""

    NONE = "0"
    FORWARD_TO_A_FRIEND = "1"
    FORWARD_THIS_MESSAGE = "2"
    WITH_ARROWS = "3"
    WITH_AN_ICON = "4"


@attrs.frozen(kw_only=True)
class Campaign(OpenModel):
    """Who mail comes from: name, address, footer. Not a mailing, whatever its name suggests.

    Attributes:
        campaign_id: Primary key.
        name: Required.
        from_name: Required.
        from_email: Required.
        subscription_management: Required: the wording of the footer's link.
        click_track_mode: Required: whether clicks are counted.
        use_account_address: Required: the account's postal address in the footer, or the one below.
        archive_by_default: Required: whether messages stand in the public archive.
        forward_to_friend: Required by older pages, gone from the present one.
        description: Optional.
        street: Needed without ``use_account_address``.
        city: Needed without ``use_account_address``.
        state: Needed without ``use_account_address``.
        postal_code: Needed without ``use_account_address`` (``zip`` on the wire, only here).
        country: Needed without ``use_account_address``.

    Documentation: "Campaigns".
    """

    campaign_id: int
    name: str = ""
    from_name: str = attrs.field(default="", repr=False)
    from_email: str = attrs.field(default="", repr=False)
    subscription_management: SubscriptionManagement | str = ""
    click_track_mode: bool | None = None
    use_account_address: bool | None = None
    archive_by_default: bool | None = None
    forward_to_friend: ForwardToFriend | str = ""
    description: str = ""
    street: str = attrs.field(default="", repr=False)
    city: str = attrs.field(default="", repr=False)
    state: str = attrs.field(default="", repr=False)
    postal_code: str = attrs.field(default="", repr=False, metadata=named("zip"))
    country: str = attrs.field(default="", repr=False)


class CampaignFields(TypedDict, total=False):
    """What may be written of a campaign.

    ``name``, ``from_name``, ``from_email``, ``subscription_management``, ``click_track_mode``,
    ``use_account_address`` and ``archive_by_default`` are required on creation and ``replace``;
    without ``use_account_address`` the address is needed too.
    """

    name: str
    from_name: str
    from_email: str
    subscription_management: SubscriptionManagement | str | int
    click_track_mode: bool
    use_account_address: bool
    archive_by_default: bool
    forward_to_friend: ForwardToFriend | str | int
    description: str | None
    street: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
