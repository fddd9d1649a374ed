"""One class per family of URIs: what may be asked of iContact."""

from typing import TYPE_CHECKING

from icontact import _lazy

if TYPE_CHECKING:
    from icontact.resources._base import Resource as Resource
    from icontact.resources.accounts import Accounts as Accounts
    from icontact.resources.accounts import ClientFolders as ClientFolders
    from icontact.resources.automations import Automations as Automations
    from icontact.resources.batches import BatchResult as BatchResult
    from icontact.resources.batches import Rejected as Rejected
    from icontact.resources.campaigns import CampaignRow as CampaignRow
    from icontact.resources.campaigns import Campaigns as Campaigns
    from icontact.resources.contacts import ContactRow as ContactRow
    from icontact.resources.contacts import Contacts as Contacts
    from icontact.resources.custom_fields import CustomFields as CustomFields
    from icontact.resources.lists import Lists as Lists
    from icontact.resources.messages import Messages as Messages
    from icontact.resources.segments import Criteria as Criteria
    from icontact.resources.segments import CriterionRow as CriterionRow
    from icontact.resources.segments import Segments as Segments
    from icontact.resources.send_preview import SendPreview as SendPreview
    from icontact.resources.sends import Sends as Sends
    from icontact.resources.signup_forms import SignupForms as SignupForms
    from icontact.resources.subscriptions import Subscriptions as Subscriptions
    from icontact.resources.uploads import UploadResult as UploadResult
    from icontact.resources.uploads import Uploads as Uploads
    from icontact.resources.users import Permissions as Permissions
    from icontact.resources.users import UserRow as UserRow
    from icontact.resources.users import Users as Users
    from icontact.resources.webhooks import Webhooks as Webhooks

    __all__: list[str]

if not TYPE_CHECKING:
    __getattr__, __all__ = _lazy.lazy_package(
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
