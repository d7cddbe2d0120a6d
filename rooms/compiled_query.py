"""Queries that the ORM builds and compiles once, for the few that run at every join.

Building and compiling a query costs the ORM several times what SQLite or PostgreSQL needs to answer it. A
`CompiledQuery` keeps the SQL and only binds values; rows become the same model instances as in
`django.db.models.query.ModelIterable`, without the signals and the per-field work of `Model.__init__`.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Generic, TypeVar

from django.db import DEFAULT_DB_ALIAS, connections
from django.db.backends.base.base import BaseDatabaseWrapper
from django.db.models import Field, Model, QuerySet
from django.db.models.base import ModelState
from django.db.models.query import get_related_populators

M = TypeVar("M", bound=Model)


class CompiledQuery(Generic[M]):
    """A SELECT whose last parameters are the values of `fields`, in their order; those before them never change.

    `build` gets one stand-in per field and returns the queryset. It runs at the first call, once per database vendor.
    """

    def __init__(self, build: Callable[..., QuerySet[M]], *fields: tuple[Any, Any]) -> None:
        self._build = build
        self._fields: list[Field[Any, Any]] = [field for field, _ in fields]
        self._stand_ins = [value for _, value in fields]
        self._compiled: dict[str, _Compiled] = {}

    def __call__(self, *values: Any) -> list[M]:
        """Return the instances for these values."""
        database = connections[DEFAULT_DB_ALIAS]  # looked up once: it belongs to the thread
        compiled = self._compiled.get(database.vendor) or self._compile(database)
        sql = compiled.sql
        with database.cursor() as cursor:
            cursor.execute(sql, [*compiled.constants, *self._bind(values, database)])
            rows: Any = cursor.fetchall()
        found: list[M] = []
        for row in rows:
            columns = list(row)
            for position, expression, converters in compiled.converters:
                value = columns[position]
                for convert in converters:
                    value = convert(value, expression, database)
                columns[position] = value
            instance = _instance(compiled.model, database.alias, compiled.names, columns[compiled.columns])
            for populator in compiled.populators:
                _populate(populator, columns, instance)
            for name, column in compiled.annotations:
                setattr(instance, name, columns[column])
            found.append(instance)
        return found

    def _bind(self, values: Sequence[Any], database: BaseDatabaseWrapper) -> list[Any]:
        return [field.get_db_prep_value(value, database) for field, value in zip(self._fields, values, strict=True)]

    def _compile(self, database: BaseDatabaseWrapper) -> "_Compiled":
        compiler: Any = self._build(*self._stand_ins).query.get_compiler(connection=database)
        sql, parameters = compiler.as_sql()
        bound = self._bind(self._stand_ins, database)
        constants = list(parameters)[: -len(bound)]
        if [*constants, *bound] != list(parameters):
            raise ValueError("the last parameters of a compiled query are the values of its fields, in their order")
        info, select = compiler.klass_info, compiler.select
        columns = slice(info["select_fields"][0], info["select_fields"][-1] + 1)
        self._compiled[database.vendor] = compiled = _Compiled(
            sql=sql,
            constants=constants,
            converters=[
                (position, expression, converters)
                for position, (converters, expression) in compiler.get_converters(
                    [column[0] for column in select]
                ).items()
            ],
            model=info["model"],
            columns=columns,
            names=[column[0].target.attname for column in select[columns]],
            populators=get_related_populators(info, select, database.alias),  # type: ignore[call-arg]
            annotations=list(compiler.annotation_col_map.items()),
        )
        return compiled


def _instance(model: Any, alias: str, names: Sequence[str], values: Sequence[Any]) -> Any:
    """Do what `Model.from_db` does: a field that was not read is read when it is asked for."""
    made = model.__new__(model)
    made._state = state = ModelState()
    state.adding, state.db = False, alias
    made.__dict__.update(zip(names, values, strict=True))
    return made


def _populate(populator: Any, row: list[Any], owner: Any) -> None:
    """Do what `RelatedPopulator.populate` does."""
    values = row[populator.cols_start : populator.cols_end]
    related = None
    if values[populator.pk_idx] is not None:
        related = _instance(populator.model_cls, populator.db, populator.init_list, values)
        for further in populator.related_populators:
            _populate(further, row, related)
    populator.local_setter(owner, related)
    if related is not None:
        populator.remote_setter(related, owner)


@dataclass(frozen=True, slots=True)
class _Compiled:
    """What running a query takes.

    `constants` are the parameters that never change, `columns` those of the model itself, `annotations` the places of
    others.
    """

    sql: str
    constants: list[Any]
    converters: list[tuple[int, Any, list[Callable[..., Any]]]]
    model: Any
    columns: slice
    names: list[str]
    populators: list[Any]
    annotations: list[tuple[str, int]]
