"""Rows that are found first, and sorted or joined then.

With ORDER BY and LIMIT PostgreSQL would rather go through the index of the order, up to its end, when it expects to
meet enough rows on the way. It expects too many of them where two conditions depend on each other, or all are at the
end.
"""

from typing import TypeVar

from django.db.models import Model, QuerySet
from django.db.models.functions import Coalesce
from django.db.models.sql.where import WhereNode

M = TypeVar("M", bound=Model)


def sorted_by(name: str) -> Coalesce:
    """Return a field of the rows as an order that has no index."""
    return Coalesce(name, name)


def slice_of(rows: QuerySet[M], bottom: int, top: int) -> QuerySet[M]:
    """Return `rows[bottom:top]`, what they refer to joined to these alone: PostgreSQL joins all that it has to sort."""
    keys = list(rows.values_list("pk", flat=True)[bottom:top])
    found = rows.all()
    found.query.where = WhereNode()  # a second condition would let it expect fewer rows, and read whole tables for them
    return found.filter(pk__in=keys)
