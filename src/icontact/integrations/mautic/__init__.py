"""Mautic's data: contacts, web hooks, and whole segments."""

from icontact.integrations.errors import MauticError, SignatureError
from icontact.integrations.events import ContactEvent, Events
from icontact.integrations.mautic.bodies import MAX_BYTES, sign
from icontact.integrations.mautic.contacts import contact
from icontact.integrations.mautic.hooks import events
from icontact.integrations.mautic.reader import Mautic

__all__ = [
    "MAX_BYTES",
    "ContactEvent",
    "Events",
    "Mautic",
    "MauticError",
    "SignatureError",
    "contact",
    "events",
    "sign",
]
