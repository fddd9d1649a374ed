"""What iContact's things are: frozen values, without input or output.

Read models carry every field that iContact is known to send, and collect the others. Write shapes
(``…Fields``) are typed dictionaries for keyword arguments and for rows of bulk calls.
"""

from icontact.models._base import OpenEnum
from icontact.models.accounts import (
    Account,
    AccountFields,
    ClientFolder,
    ClientFolderFields,
    ServerTime,
)
from icontact.models.contacts import (
    ActionType,
    Contact,
    ContactAction,
    ContactFields,
    ContactStatus,
    CustomValue,
)
from icontact.models.custom_fields import CustomField, CustomFieldFields, FieldType
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

__all__ = [
    "Account",
    "AccountFields",
    "ActionFilters",
    "ActionType",
    "ClientFolder",
    "ClientFolderFields",
    "ClientFolderFilters",
    "Condition",
    "Contact",
    "ContactAction",
    "ContactFields",
    "ContactFilters",
    "ContactList",
    "ContactStatus",
    "CustomField",
    "CustomFieldFields",
    "CustomValue",
    "FieldType",
    "Filter",
    "ListFields",
    "ListFilters",
    "OpenEnum",
    "Scalar",
    "ServerTime",
    "Subscription",
    "SubscriptionFields",
    "SubscriptionFilters",
    "SubscriptionStatus",
]
