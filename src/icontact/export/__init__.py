"""The contacts of a client folder with their subscriptions, out of iContact.

.. code-block:: python

    report = folder.export("people.csv.gz")

:meth:`icontact.Folder.export` is the way in. What was exported can be pushed back, and changes
nothing.
"""

from icontact.export.export import ContactExport, ExportReport
from icontact.export.files import Format
from icontact.export.reading import ExportProgress

__all__ = ["ContactExport", "ExportProgress", "ExportReport", "Format"]
