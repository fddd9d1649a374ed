"""Other systems: their events push contacts into lists, and they learn of suppressions.

- :mod:`icontact.integrations.mautic` reads what Mautic sends and what it answers.
- :mod:`icontact.integrations.triggers` pushes contacts when rules fire, and loses no event.
- :mod:`icontact.integrations.receiver` takes web hooks, as a WSGI application.
- :mod:`icontact.integrations.sync` carries suppressions over to other systems.
- :mod:`icontact.integrations.dlt` is a destination for dlt's pipelines.

Events of any other system can be made by hand: :class:`icontact.integrations.events.ContactEvent`.
"""
