"""The things of iContact as frozen values, without input or output.

Read models carry every field that iContact is known to send, and collect the others. Write shapes
(``…Fields``) are typed dictionaries for keyword arguments and for rows of bulk calls.
"""

from typing import TYPE_CHECKING

from icontact import _lazy

if TYPE_CHECKING:
    from icontact.models._base import Model as Model
    from icontact.models._base import OpenEnum as OpenEnum
    from icontact.models._base import OpenModel as OpenModel
    from icontact.models.accounts import Account as Account
    from icontact.models.accounts import AccountFields as AccountFields
    from icontact.models.accounts import ClientFolder as ClientFolder
    from icontact.models.accounts import ClientFolderFields as ClientFolderFields
    from icontact.models.accounts import ServerTime as ServerTime
    from icontact.models.automations import Automation as Automation
    from icontact.models.automations import AutomationFields as AutomationFields
    from icontact.models.campaigns import Campaign as Campaign
    from icontact.models.campaigns import CampaignFields as CampaignFields
    from icontact.models.campaigns import ForwardToFriend as ForwardToFriend
    from icontact.models.campaigns import SubscriptionManagement as SubscriptionManagement
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
    from icontact.models.lists import ContactList as ContactList
    from icontact.models.lists import ListFields as ListFields
    from icontact.models.lists import Subscription as Subscription
    from icontact.models.lists import SubscriptionFields as SubscriptionFields
    from icontact.models.lists import SubscriptionStatus as SubscriptionStatus
    from icontact.models.messages import SPAM_LIMIT as SPAM_LIMIT
    from icontact.models.messages import Bounce as Bounce
    from icontact.models.messages import Click as Click
    from icontact.models.messages import Message as Message
    from icontact.models.messages import MessageFields as MessageFields
    from icontact.models.messages import MessageFilters as MessageFilters
    from icontact.models.messages import MessageType as MessageType
    from icontact.models.messages import Open as Open
    from icontact.models.messages import Send as Send
    from icontact.models.messages import SendStatus as SendStatus
    from icontact.models.messages import SpamCheck as SpamCheck
    from icontact.models.messages import SpamDetail as SpamDetail
    from icontact.models.messages import Statistics as Statistics
    from icontact.models.messages import Tally as Tally
    from icontact.models.messages import Unsubscribe as Unsubscribe
    from icontact.models.segments import Criterion as Criterion
    from icontact.models.segments import CriterionFields as CriterionFields
    from icontact.models.segments import CriterionValue as CriterionValue
    from icontact.models.segments import NewSegmentFields as NewSegmentFields
    from icontact.models.segments import Operator as Operator
    from icontact.models.segments import Segment as Segment
    from icontact.models.segments import SegmentFields as SegmentFields
    from icontact.models.signup_forms import SignupForm as SignupForm
    from icontact.models.uploads import Upload as Upload
    from icontact.models.uploads import UploadAction as UploadAction
    from icontact.models.uploads import UploadFields as UploadFields
    from icontact.models.uploads import UploadStatus as UploadStatus
    from icontact.models.users import NewUserFields as NewUserFields
    from icontact.models.users import Permission as Permission
    from icontact.models.users import PermissionFields as PermissionFields
    from icontact.models.users import PermissionFilters as PermissionFilters
    from icontact.models.users import User as User
    from icontact.models.users import UserFields as UserFields
    from icontact.models.webhooks import EventId as EventId
    from icontact.models.webhooks import Webhook as Webhook
    from icontact.models.webhooks import WebhookFields as WebhookFields

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
