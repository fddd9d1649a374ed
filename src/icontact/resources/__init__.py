"""One class per family of URIs: what may be asked of iContact."""

from typing import TYPE_CHECKING

from icontact import _lazy

if TYPE_CHECKING:
    from icontact.resources._base import Resource
    from icontact.resources.accounts import Accounts, ClientFolders
    from icontact.resources.automations import Automations
    from icontact.resources.batches import BatchResult, Rejected
    from icontact.resources.campaigns import CampaignRow, Campaigns
    from icontact.resources.contacts import ContactRow, Contacts
    from icontact.resources.custom_fields import CustomFields
    from icontact.resources.lists import Lists
    from icontact.resources.messages import Messages
    from icontact.resources.segments import Criteria, CriterionRow, Segments
    from icontact.resources.send_preview import SendPreview
    from icontact.resources.sends import Sends
    from icontact.resources.signup_forms import SignupForms
    from icontact.resources.subscriptions import Subscriptions
    from icontact.resources.uploads import UploadResult, Uploads
    from icontact.resources.users import Permissions, UserRow, Users
    from icontact.resources.webhooks import Webhooks

__all__ = [
    "Accounts",
    "Automations",
    "BatchResult",
    "CampaignRow",
    "Campaigns",
    "ClientFolders",
    "ContactRow",
    "Contacts",
    "Criteria",
    "CriterionRow",
    "CustomFields",
    "Lists",
    "Messages",
    "Permissions",
    "Rejected",
    "Resource",
    "Segments",
    "SendPreview",
    "Sends",
    "SignupForms",
    "Subscriptions",
    "UploadResult",
    "Uploads",
    "UserRow",
    "Users",
    "Webhooks",
]

if not TYPE_CHECKING:
    __getattr__ = _lazy.lazy_import(
        __name__,
        {
            "_base": "Resource",
            "accounts": "Accounts ClientFolders",
            "automations": "Automations",
            "batches": "BatchResult Rejected",
            "campaigns": "CampaignRow Campaigns",
            "contacts": "ContactRow Contacts",
            "custom_fields": "CustomFields",
            "lists": "Lists",
            "messages": "Messages",
            "segments": "Criteria CriterionRow Segments",
            "send_preview": "SendPreview",
            "sends": "Sends",
            "signup_forms": "SignupForms",
            "subscriptions": "Subscriptions",
            "uploads": "UploadResult Uploads",
            "users": "Permissions UserRow Users",
            "webhooks": "Webhooks",
        },
    )
