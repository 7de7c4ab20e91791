"""Honest access: is somebody there whenever the customer was promised somebody?"""

from staffplan.control.access.step import Access, access

__all__ = ["Access", "access"]
