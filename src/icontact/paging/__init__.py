"""Listings: all rows, page by page, one after another or side by side (API 2.4, 2.6)."""

from icontact.paging.page_size import PageSize, expected_pages
from icontact.paging.pager import MOST_WORKERS, Page, Pager

__all__ = ["MOST_WORKERS", "Page", "PageSize", "Pager", "expected_pages"]
