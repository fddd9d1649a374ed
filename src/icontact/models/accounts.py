"""Accounts, client folders, and the server's clock."""

from __future__ import annotations

from datetime import datetime
from typing import TypedDict

import attrs

from icontact.models._base import OpenModel


@attrs.frozen(kw_only=True)
class Account(OpenModel):
    """An iContact account.

    Attributes:
        account_id: Primary key.
        company_name: The account's owner.
        enabled: Whether the account may be used.
        email: Required on update.
        first_name: Required on update.
        last_name: Required on update.
        title: Job title.
        street: Postal address.
        city: Postal address.
        state: Postal address.
        postal_code: Postal address.
        country: Postal address.
        phone: Phone number.
        fax: Fax number.
        billing_street: Billing address.
        billing_city: Billing address.
        billing_state: Billing address.
        billing_postal_code: Billing address.
        billing_country: Billing address.
        multi_client_folder: Receive-only; whether there may be several client folders.
        multi_user: Receive-only; whether there may be several users.
        account_type: Receive-only.
        subscriber_limit: Receive-only; how many contacts the plan allows.

    iContact has no public page on accounts; the fields are those of recorded answers (API 15.1).
    """

    account_id: int
    company_name: str = ""
    enabled: bool | None = None
    email: str = attrs.field(default="", repr=False)
    first_name: str = attrs.field(default="", repr=False)
    last_name: str = attrs.field(default="", repr=False)
    title: str = attrs.field(default="", repr=False)
    street: str = attrs.field(default="", repr=False)
    city: str = attrs.field(default="", repr=False)
    state: str = attrs.field(default="", repr=False)
    postal_code: str = attrs.field(default="", repr=False)
    country: str = attrs.field(default="", repr=False)
    phone: str = attrs.field(default="", repr=False)
    fax: str = attrs.field(default="", repr=False)
    billing_street: str = attrs.field(default="", repr=False)
    billing_city: str = attrs.field(default="", repr=False)
    billing_state: str = attrs.field(default="", repr=False)
    billing_postal_code: str = attrs.field(default="", repr=False)
    billing_country: str = attrs.field(default="", repr=False)
    multi_client_folder: bool | None = None
    multi_user: bool | None = None
    account_type: str = ""
    subscriber_limit: int | None = None


class AccountFields(TypedDict, total=False):
    """What may be written of an account (API 15.1)."""

    email: str
    first_name: str
    last_name: str
    title: str | None
    company_name: str | None
    street: str | None
    city: str | None
    state: str | None
    postal_code: str | None
    country: str | None
    phone: str | None
    fax: str | None
    billing_street: str | None
    billing_city: str | None
    billing_state: str | None
    billing_postal_code: str | None
    billing_country: str | None


@attrs.frozen(kw_only=True)
class ClientFolder(OpenModel):
    """A client folder: what holds contacts, lists and messages.

    Accounts without the agency feature see only ``client_folder_id``, ``logo_id`` and
    ``email_recipient``.

    Attributes:
        client_folder_id: Primary key.
        name: Required (agency accounts).
        enabled: Whether the folder may be used.
        from_name: Required (agency accounts).
        from_last_name: Seen in a live client; its class is not documented.
        from_email: Required (agency accounts).
        email_recipient: Where sandbox mail goes.
        street: Required (agency accounts).
        city: Required (agency accounts).
        state: Required (agency accounts).
        postal_code: Required (agency accounts).
        country: Required (agency accounts).
        phone: Seen in a live client; its class is not documented.
        logo_id: The folder's logo.
        footer_logo_url: Where the footer's logo is.
        use_logo_in_footer: Whether the logo stands in the footer.
        business_name: Historic.

    Documentation: "Client Folders".
    """

    client_folder_id: int
    name: str = ""
    enabled: bool | None = None
    from_name: str = attrs.field(default="", repr=False)
    from_last_name: str = attrs.field(default="", repr=False)
    from_email: str = attrs.field(default="", repr=False)
    email_recipient: str = attrs.field(default="", repr=False)
    street: str = attrs.field(default="", repr=False)
    city: str = attrs.field(default="", repr=False)
    state: str = attrs.field(default="", repr=False)
    postal_code: str = attrs.field(default="", repr=False)
    country: str = attrs.field(default="", repr=False)
    phone: str = attrs.field(default="", repr=False)
    logo_id: int | None = None
    footer_logo_url: str = ""
    use_logo_in_footer: bool | None = None
    business_name: str = ""


class ClientFolderFields(TypedDict, total=False):
    """What may be written of a client folder (agency accounts; API 15.2)."""

    name: str
    from_name: str
    from_last_name: str | None
    from_email: str
    street: str
    city: str
    state: str
    postal_code: str
    country: str
    phone: str | None
    logo_id: int | None
    enabled: bool
    footer_logo_url: str | None
    use_logo_in_footer: bool
    email_recipient: str | None


@attrs.frozen(kw_only=True)
class ServerTime(OpenModel):
    """iContact's clock.

    Attributes:
        time: Aware, with the offset of US Eastern.
        timestamp: Seconds since 1970.

    Documentation: "Time".
    """

    time: datetime
    timestamp: int
