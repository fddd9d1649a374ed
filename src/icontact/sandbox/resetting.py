"""Making a sandbox as new."""

# ruff: noqa: S608  (names of tables come from the database itself)

from __future__ import annotations

from icontact.sandbox.store import Store

_TABLES = (
    "SELECT name FROM sqlite_master WHERE type = 'table'"
    " AND (name = 'sqlite_sequence' OR name NOT LIKE 'sqlite!_%' ESCAPE '!')"
)


def empty(store: Store) -> None:
    """Put the state of a new store in the place of what a store holds, all of it or nothing."""
    pristine = Store()
    try:
        with store.transaction():
            names = [row["name"] for row in store.rows(_TABLES)]
            for name in names:
                store.execute(f'DELETE FROM "{name}"')
            for name in names:
                for row in pristine.rows(f'SELECT * FROM "{name}"'):
                    store.insert(f'"{name}"', dict(row))
    finally:
        pristine.close()
