"""Proofs that take long: load, chaos, and processes that are killed. ``nox -s endurance``.

They run small by default, so that they can run with every change; ``ICONTACT_ENDURANCE=full`` runs
them at the size that is promised. They never run with the ordinary tests.
"""
