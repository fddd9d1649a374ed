"""Mautic's data: contacts, web hooks, and whole segments.

.. code-block:: python

    from icontact.integrations import mautic

    body = b'''{"mautic.lead_post_save_new": [{"timestamp": "2026-01-05T10:00:01+00:00",
        "contact": {"id": 52, "points": 5, "fields": {"personal": [], "core": {
            "email": {"alias": "email", "value": "jo@example.com"}}}}}]}'''
    for event in mautic.events(body, signature=mautic.sign(body, "s3cret"), secret="s3cret"):
        print(event.type, event.contact_id, event.contact["points"])
"""

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
