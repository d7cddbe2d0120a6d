"""Queries that the ORM builds and compiles once, for the few that run at every join.

Building and compiling a query costs the ORM several times what SQLite or PostgreSQL needs to answer it. A
`CompiledQuery` keeps the SQL and only binds values; rows become model instances exactly as in
`django.db.models.query.ModelIterable`.
"""

from collections.abc import Callable, Sequence
from typing import Any, Generic, TypeVar

from django.db import connection
from django.db.models import Field, Model, QuerySet
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class CompiledQuery(Generic[M]):
    """A SELECT whose only parameters are the values of `fields`, in their order.

    `build` gets one stand-in per field and returns the queryset. It runs at the first call, once per database vendor.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], *fields: tuple[Any, Any]) -> None:
        self._build = build
        self._fields: list[Field[Any, Any]] = [field for field, _ in fields]
        self._stand_ins = [value for _, value in fields]
        self._compiled: dict[str, tuple[str, Any, Any]] = {}

    def __call__(self, *values: Any) -> list[M]:
        """Return the instances for these values."""
        sql, compiler, converters = self._compiled.get(connection.vendor) or self._compile()
        with connection.cursor() as cursor:
            cursor.execute(sql, self._bind(values))
            rows: Any = cursor.fetchall()
        if converters:
            rows = map(tuple, compiler.apply_converters(rows, converters))
        info, select = compiler.klass_info, compiler.select
        start, end = info["select_fields"][0], info["select_fields"][-1] + 1
        names = [column[0].target.attname for column in select[start:end]]
        populators = get_related_populators(info, select, connection.alias)  # type: ignore[call-arg]
        found: list[M] = []
        for row in rows:
            instance = info["model"].from_db(connection.alias, names, row[start:end])
            for populator in populators:
                populator.populate(row, instance)
            found.append(instance)
        return found

    def _bind(self, values: Sequence[Any]) -> list[Any]:
        return [field.get_db_prep_value(value, connection) for field, value in zip(self._fields, values, strict=True)]

    def _compile(self) -> tuple[str, Any, Any]:
        compiler = self._build(*self._stand_ins).query.get_compiler(connection=connection)
        sql, parameters = compiler.as_sql()
        if list(parameters) != self._bind(self._stand_ins):
            raise ValueError("a compiled query's only parameters are the values of its fields, in their order")
        converters = compiler.get_converters([column[0] for column in compiler.select])
        self._compiled[connection.vendor] = compiled = (sql, compiler, converters)
        return compiled
