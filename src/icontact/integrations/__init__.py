"""Other systems: what they tell about contacts, and when that pushes somebody into a list.

- :mod:`icontact.integrations.mautic` reads what Mautic sends and what it answers.
- :mod:`icontact.integrations.triggers` decides who is pushed, and loses nothing on the way.
- :mod:`icontact.integrations.receiver` takes web hooks, as a WSGI application.

Events of any other system can be made by hand: :class:`icontact.integrations.events.ContactEvent`.
"""
