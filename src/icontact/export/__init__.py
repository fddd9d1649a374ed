"""The contacts of a client folder with their subscriptions, as rows or as a file."""

from icontact.export.export import ContactExport, ExportReport
from icontact.export.files import Format
from icontact.export.reading import ExportProgress

__all__ = ["ContactExport", "ExportProgress", "ExportReport", "Format"]
