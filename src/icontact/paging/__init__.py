"""Listings: all rows, page by page, one after another or side by side (API 2.4, 2.6)."""

from icontact.paging.pager import DEFAULT_PAGE_SIZE, MOST_WORKERS, Page, Pager

__all__ = ["DEFAULT_PAGE_SIZE", "MOST_WORKERS", "Page", "Pager"]
