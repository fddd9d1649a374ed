"""The things of iContact as frozen values, without input or output.

Read models carry every field that iContact is known to send, and collect the others. Write shapes
(``…Fields``) are typed dictionaries for keyword arguments and for rows of bulk calls.
"""

from typing import TYPE_CHECKING

from icontact import _lazy

if TYPE_CHECKING:
    from icontact.models._base import Model, OpenEnum, OpenModel
    from icontact.models.accounts import (
        Account,
        AccountFields,
        ClientFolder,
        ClientFolderFields,
        ServerTime,
    )
    from icontact.models.automations import Automation, AutomationFields
    from icontact.models.campaigns import (
        Campaign,
        CampaignFields,
        ForwardToFriend,
        SubscriptionManagement,
    )
    from icontact.models.contacts import (
        ActionType,
        Contact,
        ContactAction,
        ContactDetails,
        ContactFields,
        ContactStatus,
        CustomField,
        CustomFieldFields,
        CustomValue,
        FieldType,
    )
    from icontact.models.filters import (
        ActionFilters,
        ClientFolderFilters,
        Condition,
        ContactFilters,
        Filter,
        ListFilters,
        Scalar,
        SubscriptionFilters,
    )
    from icontact.models.lists import (
        ContactList,
        ListFields,
        Subscription,
        SubscriptionFields,
        SubscriptionStatus,
    )
    from icontact.models.messages import (
        SPAM_LIMIT,
        Bounce,
        Click,
        Message,
        MessageFields,
        MessageFilters,
        MessageType,
        Open,
        Send,
        SendStatus,
        SpamCheck,
        SpamDetail,
        Statistics,
        Tally,
        Unsubscribe,
    )
    from icontact.models.segments import (
        Criterion,
        CriterionFields,
        CriterionValue,
        NewSegmentFields,
        Operator,
        Segment,
        SegmentFields,
    )
    from icontact.models.signup_forms import SignupForm
    from icontact.models.uploads import Upload, UploadAction, UploadFields, UploadStatus
    from icontact.models.users import (
        NewUserFields,
        Permission,
        PermissionFields,
        PermissionFilters,
        User,
        UserFields,
    )
    from icontact.models.webhooks import EventId, Webhook, WebhookFields

__all__ = [
    "SPAM_LIMIT",
    "Account",
    "AccountFields",
    "ActionFilters",
    "ActionType",
    "Automation",
    "AutomationFields",
    "Bounce",
    "Campaign",
    "CampaignFields",
    "Click",
    "ClientFolder",
    "ClientFolderFields",
    "ClientFolderFilters",
    "Condition",
    "Contact",
    "ContactAction",
    "ContactDetails",
    "ContactFields",
    "ContactFilters",
    "ContactList",
    "ContactStatus",
    "Criterion",
    "CriterionFields",
    "CriterionValue",
    "CustomField",
    "CustomFieldFields",
    "CustomValue",
    "EventId",
    "FieldType",
    "Filter",
    "ForwardToFriend",
    "ListFields",
    "ListFilters",
    "Message",
    "MessageFields",
    "MessageFilters",
    "MessageType",
    "Model",
    "NewSegmentFields",
    "NewUserFields",
    "Open",
    "OpenEnum",
    "OpenModel",
    "Operator",
    "Permission",
    "PermissionFields",
    "PermissionFilters",
    "Scalar",
    "Segment",
    "SegmentFields",
    "Send",
    "SendStatus",
    "ServerTime",
    "SignupForm",
    "SpamCheck",
    "SpamDetail",
    "Statistics",
    "Subscription",
    "SubscriptionFields",
    "SubscriptionFilters",
    "SubscriptionManagement",
    "SubscriptionStatus",
    "Tally",
    "Unsubscribe",
    "Upload",
    "UploadAction",
    "UploadFields",
    "UploadStatus",
    "User",
    "UserFields",
    "Webhook",
    "WebhookFields",
]

if not TYPE_CHECKING:
    __getattr__ = _lazy.lazy_import(
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
