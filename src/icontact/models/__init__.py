"""The things of iContact as frozen values, without input or output.

Read models carry every field that iContact is known to send, and collect the others. Write shapes
(``…Fields``) are typed dictionaries for keyword arguments and for rows of bulk calls.
"""

from typing import TYPE_CHECKING

from icontact import _lazy

if TYPE_CHECKING:
    # All that these modules define is public, but for a few names of three of them.
    from icontact.models._base import Model as Model
    from icontact.models._base import OpenEnum as OpenEnum
    from icontact.models._base import OpenModel as OpenModel
    from icontact.models.accounts import *
    from icontact.models.automations import *
    from icontact.models.campaigns import *
    from icontact.models.contacts import ActionType as ActionType
    from icontact.models.contacts import Contact as Contact
    from icontact.models.contacts import ContactAction as ContactAction
    from icontact.models.contacts import ContactDetails as ContactDetails
    from icontact.models.contacts import ContactFields as ContactFields
    from icontact.models.contacts import ContactStatus as ContactStatus
    from icontact.models.contacts import CustomField as CustomField
    from icontact.models.contacts import CustomFieldFields as CustomFieldFields
    from icontact.models.contacts import CustomValue as CustomValue
    from icontact.models.contacts import FieldType as FieldType
    from icontact.models.filters import ActionFilters as ActionFilters
    from icontact.models.filters import ClientFolderFilters as ClientFolderFilters
    from icontact.models.filters import Condition as Condition
    from icontact.models.filters import ContactFilters as ContactFilters
    from icontact.models.filters import Filter as Filter
    from icontact.models.filters import ListFilters as ListFilters
    from icontact.models.filters import Scalar as Scalar
    from icontact.models.filters import SubscriptionFilters as SubscriptionFilters
    from icontact.models.lists import *
    from icontact.models.messages import *
    from icontact.models.segments import *
    from icontact.models.signup_forms import *
    from icontact.models.uploads import *
    from icontact.models.users import *
    from icontact.models.webhooks import *

    __all__: list[str]

if not TYPE_CHECKING:
    __getattr__, __all__ = _lazy.lazy_package(
        __name__,
        {
            "_base": "Model OpenEnum OpenModel",
            "accounts": "Account AccountFields ClientFolder ClientFolderFields ServerTime",
            "automations": "Automation AutomationFields",
            "campaigns": "Campaign CampaignFields ForwardToFriend SubscriptionManagement",
            "contacts": (
                "ActionType Contact ContactAction ContactDetails ContactFields ContactStatus "
                "CustomField CustomFieldFields CustomValue FieldType"
            ),
            "filters": (
                "ActionFilters ClientFolderFilters Condition ContactFilters Filter "
                "ListFilters Scalar SubscriptionFilters"
            ),
            "lists": ("ContactList ListFields Subscription SubscriptionFields SubscriptionStatus"),
            "messages": (
                "Bounce Click Message MessageFields MessageFilters MessageType Open SPAM_LIMIT "
                "Send SendStatus SpamCheck SpamDetail Statistics Tally Unsubscribe"
            ),
            "segments": (
                "Criterion CriterionFields CriterionValue NewSegmentFields Operator "
                "Segment SegmentFields"
            ),
            "signup_forms": "SignupForm",
            "uploads": "Upload UploadAction UploadFields UploadStatus",
            "users": (
                "NewUserFields Permission PermissionFields PermissionFilters User UserFields"
            ),
            "webhooks": "EventId Webhook WebhookFields",
        },
    )
