"""Deleting rows with all that depends on them, as `on_delete` says: a few statements for thousands of rows.

Django's own deletion reads every row that refers to a deleted one, and deletes them a hundred at a time.
"""

from collections import Counter
from collections.abc import Iterator
from typing import Any

from django.db import models, transaction
from django.db.models import QuerySet
from django.db.models.signals import post_delete, pre_delete

from .found_first import sorted_by

# Rows in one transaction: others write to an SQLite database between two of them.
BATCH = 1000
# Keys that are read at once: finding what is due takes longer than deleting one batch of it.
KEYS = 50_000


def delete_rows(rows: "QuerySet[Any]") -> int:
    """Delete rows and what depends on them, `BATCH` rows in a transaction; return how many of the rows themselves."""
    total = 0
    for batch in _batches(rows):
        with transaction.atomic():
            total += _delete(batch)
    return total


def delete_row(row: models.Model) -> None:
    """Delete one row and what depends on it, in one transaction."""
    with transaction.atomic():
        _delete(_all(type(row)).filter(pk=row.pk))


def update_rows(rows: "QuerySet[Any]", **values: object) -> int:
    """Change rows so that `rows` no longer finds them, `BATCH` rows in a transaction; return how many there were."""
    return sum(batch.update(**values) for batch in _batches(rows))


def count_dependents(rows: "QuerySet[Any]") -> "Counter[type[models.Model]]":
    """Return how many rows of which model would be deleted along with these."""
    found: Counter[type[models.Model]] = Counter()
    for _field, dependents in _cascades(rows):
        found[dependents.model] += dependents.count()
        found += count_dependents(dependents)
    return found


def _batches(rows: "QuerySet[Any]") -> "Iterator[QuerySet[Any]]":
    # In the order of the primary key: each part goes on where the last one ended, and reads nothing twice.
    keys = rows.order_by(sorted_by("pk")).values_list("pk", flat=True)
    part = list(keys[:KEYS])
    while part:
        for start in range(0, len(part), BATCH):
            batch = part[start : start + BATCH]
            # A range: thousands of keys in each statement take longer to write down than the rows to delete.
            yield rows.filter(pk__gte=batch[0], pk__lte=batch[-1])
        part = list(keys.filter(pk__gt=part[-1])[:KEYS]) if len(part) == KEYS else []


def _delete(rows: "QuerySet[Any]") -> int:
    """Delete in the order of Django: `pre_delete`, what refers to the rows, the rows, `post_delete`."""
    model = rows.model
    heard = pre_delete.has_listeners(model) or post_delete.has_listeners(model)
    instances = list(rows) if heard else []
    for instance in instances:
        pre_delete.send(model, instance=instance, using=rows.db, origin=rows)
    for _field, dependents in _cascades(rows):
        _delete(dependents)
    for field, dependents in _referring(rows, models.SET_NULL):
        dependents.update(**{field.name: None})
    count = rows._raw_delete(rows.db)
    for instance in instances:
        post_delete.send(model, instance=instance, using=rows.db, origin=rows)
    return count


def _cascades(rows: "QuerySet[Any]") -> "Iterator[tuple[models.ForeignKey, QuerySet[Any]]]":
    return _referring(rows, models.CASCADE)


def _referring(rows: "QuerySet[Any]", on_delete: Any) -> "Iterator[tuple[models.ForeignKey, QuerySet[Any]]]":
    """Yield each foreign key to the rows' model with this `on_delete`, and the rows that refer to `rows` by it."""
    for relation in rows.model._meta.get_fields(include_hidden=True):
        if isinstance(relation, models.ManyToOneRel) and relation.on_delete is on_delete:
            field = relation.field
            yield field, _all(field.model).filter(**{f"{field.name}__in": rows})


def _all(model: type[models.Model]) -> "QuerySet[Any]":
    # A plain query set: a model's own manager may hide rows, or refuse to change them.
    return QuerySet(model=model)
