"""Deleting rows in bulk."""

from typing import Any

from django.db.models import QuerySet


def delete_rows(rows: "QuerySet[Any]") -> int:
    """Delete rows and what depends on them; return how many of the rows themselves."""
    _total, by_model = rows.delete()
    return by_model.get(rows.model._meta.label, 0)
