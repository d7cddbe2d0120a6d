"""Finding rows by parts of their texts, in a time that does not grow with the tables. Small tables are read whole.

PostgreSQL finds a part of a text by its trigrams (`trigrams.py`), if these are indexed and the part has three
characters. Otherwise only the newest rows are searched for a part, and all rows for addresses that begin with it. Of
each word, and of the rows that a row refers to, the newest `MOST` that match are taken.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import cached_property, reduce
from operator import or_
from typing import Any

from django.contrib.admin.utils import get_fields_from_path
from django.db import connection
from django.db.models import Model, Q, QuerySet

from common.found_first import sorted_by

from .trigrams import has_trigrams

MOST = 500  # rows that a word finds
NEWEST = 10_000  # rows that are searched without an index
SHORT = 1_000  # of them, for words that are too short for the index
TRIGRAM = 3  # characters


@dataclass
class Matches:
    """The keys of rows in which a word is, the newest first, and whether these are all."""

    keys: list[Any]
    complete: bool


class Search:
    """Finds words in several tables, of each `most` rows. What it has found once it does not look up again."""

    def __init__(self, most: int = MOST) -> None:
        self._most = most
        self._found: dict[tuple[type[Model], str, tuple[str, ...]], Matches] = {}

    @cached_property
    def _trigrams(self) -> bool:
        return has_trigrams()

    def filter(
        self, rows: QuerySet[Any], words: Collection[str], fields: Collection[str]
    ) -> tuple[QuerySet[Any], bool]:
        """Return those of `rows` in which each word is, in any of the fields, and whether these are all.

        A field of another row is written with its way there: `owner__email`.
        """
        if not words or not fields:
            return rows, True
        matches: dict[str, Matches] = {}
        # The longest word first: fewer rows have it. One that is found completely is enough to look through.
        ordered = sorted(dict.fromkeys(words), key=len, reverse=True)
        for word in ordered if is_large(rows.model) else ():
            matches[word] = self._matches(rows.model, word, fields)
            if matches[word].complete:
                break
        best = min(matches, key=lambda word: (not matches[word].complete, len(matches[word].keys)), default=None)
        for word in ordered:
            if word != best:
                rows = rows.filter(_contains(fields, word))
        if best is None:
            return rows, True
        return _without_index(rows.filter(pk__in=matches[best].keys)), matches[best].complete

    def _matches(self, model: type[Model], word: str, fields: Iterable[str]) -> Matches:
        """Find the rows of a model that have a word in one of the fields, their own or of rows that they refer to."""
        ways: dict[str, list[str]] = {}
        for field in fields:
            way, _separator, name = field.rpartition("__")
            ways.setdefault(way, []).append(name)
        keys: dict[Any, None] = {}
        complete = True
        for way, names in ways.items():
            if way:
                there = self._own_matches(get_fields_from_path(model, way)[-1].related_model, word, tuple(names))
                few = _all(model).filter(**{f"{way}__in": there.keys}).order_by(_order(model))
                found = _keys(_without_index(few), self._most) if there.keys else []
                complete = complete and there.complete and len(found) <= self._most
            else:
                here = self._own_matches(model, word, tuple(names))
                found, complete = here.keys, complete and here.complete
            keys |= dict.fromkeys(found[: self._most])
        return Matches(list(keys), complete)

    def _own_matches(self, model: Any, word: str, names: tuple[str, ...]) -> Matches:
        """Find the rows of a model that have a word in their own texts."""
        asked = (model, word, names)
        if asked not in self._found:
            indexed = self._trigrams and len(word) >= TRIGRAM
            find = self._in_all if indexed else self._in_newest
            self._found[asked] = find(model, word, names)
        return self._found[asked]

    def _in_all(self, model: Any, word: str, names: tuple[str, ...]) -> Matches:
        found = _newest(_all(model).filter(_contains(names, word)), self._most)
        return Matches(found[: self._most], len(found) <= self._most)

    def _in_newest(self, model: Any, word: str, names: tuple[str, ...]) -> Matches:
        newest, is_all = _newest_rows(model, min(SHORT, NEWEST) if self._trigrams else NEWEST)
        among = _newest(newest.filter(_contains(names, word)), self._most)
        if len(among) > self._most or is_all:
            return Matches(among[: self._most], len(among) <= self._most)
        # Any of them: sorting would read all that begin so.
        begins = _keys(_all(model).filter(_begins(model, names, word)).order_by(), self._most)
        return Matches(list(dict.fromkeys(among + begins))[: self._most], False)


def is_large(model: type[Model]) -> bool:
    """Say whether a table has more rows than can be read whole for a page."""
    return _all(model)[NEWEST : NEWEST + 1].exists()


def distinct_values(model: Any, name: str) -> list[Any]:
    """Return the values that a field has, by its index: each next one, instead of those of all rows."""
    quote = connection.ops.quote_name
    column, table = quote(model._meta.get_field(name).column), quote(model._meta.db_table)
    with connection.cursor() as cursor:
        cursor.execute(
            f"""
            WITH RECURSIVE found(value) AS (
              SELECT min({column}) FROM {table}
              UNION ALL
              SELECT (SELECT min({column}) FROM {table} WHERE {column} > value) FROM found WHERE value IS NOT NULL
            )
            SELECT value FROM found WHERE value IS NOT NULL
            """  # noqa: S608 - names of the model
        )
        return [value for (value,) in cursor.fetchall()]


def _newest_rows(model: type[Model], count: int) -> tuple[QuerySet[Any], bool]:
    """Return so many of the newest rows of a model, and whether these are all."""
    order = _order(model)
    name = order.removeprefix("-")
    last = list(_all(model).order_by(order).values_list(name, flat=True)[count - 1 : count + 1])
    if len(last) < 2:
        return _all(model), True
    # A range of the index: PostgreSQL may read a whole table for the keys of a subquery.
    return _all(model).filter(**{f"{name}__gte": last[0]}), False


def _begins(model: Any, names: Iterable[str], word: str) -> Q:
    """Match texts that begin with a word, as far as every database has an index for that: those that are unique.

    They are in small letters: addresses of people and rooms.
    """
    start = word.lower()
    unique = [name for name in names if model._meta.get_field(name).unique]
    if connection.vendor == "postgresql":  # whose order of texts is that of a language
        conditions = [Q(**{f"{name}__startswith": start}) for name in unique]
    else:
        conditions = [Q(**{f"{name}__gte": start, f"{name}__lt": f"{start}\U0010ffff"}) for name in unique]
    return reduce(or_, conditions, Q(pk__in=[]))


def _contains(fields: Iterable[str], word: str) -> Q:
    return reduce(or_, (Q(**{f"{field}__icontains": word}) for field in fields))


def _newest(rows: QuerySet[Any], most: int) -> list[Any]:
    """Return the keys of the newest rows, one more than `most` if there are as many."""
    return _keys(rows.order_by(_order(rows.model)), most)


def _keys(rows: QuerySet[Any], most: int) -> list[Any]:
    return list(rows.values_list("pk", flat=True)[: most + 1])


def _without_index(rows: QuerySet[Any]) -> QuerySet[Any]:
    """Return the rows in their order, but found first and sorted then."""
    own = {"pk", *(field.name for field in rows.model._meta.concrete_fields if not field.is_relation)}

    def hidden(entry: Any) -> Any:
        name = entry.removeprefix("-") if isinstance(entry, str) else ""
        if name not in own:
            return entry
        order = sorted_by(name)
        return order.desc() if entry.startswith("-") else order.asc()

    return rows.order_by(*map(hidden, rows.query.order_by or rows.model._meta.ordering))


def _order(model: Any) -> str:
    """Return the order from the newest on that the model has an index for."""
    names = {field.name for field in model._meta.concrete_fields}
    return next((f"-{name}" for name in ("created_at", "date_joined", "at") if name in names), "-pk")


def _all(model: type[Model]) -> QuerySet[Any]:
    return QuerySet(model=model)
