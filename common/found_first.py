"""Orders of rows that PostgreSQL finds first and sorts then.

With ORDER BY and LIMIT it would rather go through the index of the order, up to its end, when it expects to meet
enough rows on the way. It expects too many of them where two conditions depend on each other, or all are at the end.
"""

from django.db.models.functions import Coalesce


def sorted_by(name: str) -> Coalesce:
    """Return a field of the rows as an order that has no index."""
    return Coalesce(name, name)
