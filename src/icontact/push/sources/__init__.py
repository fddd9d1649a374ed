"""Files of contacts as rows for a push: CSV, JSON Lines, JSON; nothing but the standard library.

.. code-block:: python

    from icontact.push.sources import read_rows

    with read_rows("contacts.csv") as rows:
        print(rows.columns, rows.encoding)
        for row in rows:
            print(row)

Rows are read one by one. A row that cannot be read comes as a :class:`BadRow`, which a push
rejects with its reason, so that no other row is lost for it.
"""

from icontact.push.sources.reading import RowFile, read_rows
from icontact.push.sources.rows import BadRow

__all__ = ["BadRow", "RowFile", "read_rows"]
