"""One class per family of URIs: what may be asked of iContact (API 5)."""

from icontact.resources._base import BatchResult, Rejected, Resource
from icontact.resources.accounts import Accounts, ClientFolders
from icontact.resources.contacts import ContactRow, Contacts
from icontact.resources.custom_fields import CustomFields
from icontact.resources.lists import Lists
from icontact.resources.subscriptions import Subscriptions

__all__ = [
    "Accounts",
    "BatchResult",
    "ClientFolders",
    "ContactRow",
    "Contacts",
    "CustomFields",
    "Lists",
    "Rejected",
    "Resource",
    "Subscriptions",
]
