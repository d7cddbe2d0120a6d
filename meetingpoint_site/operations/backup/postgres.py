"""PostgreSQL: the rows of one snapshot, table by table, in the text format of COPY; no other program is needed."""

from typing import Any, cast

from django.apps import apps
from django.core.management.sql import emit_post_migrate_signal
from django.db import connection, transaction
from django.db.migrations.executor import MigrationExecutor
from django.db.utils import ProgrammingError
from psycopg import DataError, sql

from .archive import LEFT_OUT, Archive, ArchiveWriter, BadArchive, Member


def write_rows(archive: ArchiveWriter) -> None:
    """Copy all tables as they are at one moment; the site goes on meanwhile."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ READ ONLY")
        cursor.execute("SET LOCAL statement_timeout = 0")
        tables = {}
        for table in sorted(connection.introspection.table_names(cursor)):
            columns = [found.name for found in connection.introspection.get_table_description(cursor, table)]
            tables[table] = columns
            statement = sql.SQL("COPY {} ({}) TO STDOUT").format(*names(table, columns))
            with archive.member(f"tables/{table}") as member:
                if table != LEFT_OUT:
                    copy_rows(statement, member)
        archive.manifest["tables"] = tables


def copy_rows(statement: sql.Composed, member: Member) -> None:
    with psycopg_cursor().copy(statement) as copy:
        for piece in copy:
            member.write(piece)


def read_rows(archive: Archive) -> None:
    """Replace the database in one transaction: either all of it is as in the archive, or nothing has changed.

    The tables are made as the release of the archive had them, filled, and brought to this release. Raises `BadArchive`
    if its rows do not fit, and `ProgrammingError` if the role may not create tables.
    """
    try:
        _replace(archive)
    except DataError as error:
        raise BadArchive(f"Its rows do not fit: {str(error).splitlines()[0]}") from error


def _replace(archive: Archive) -> None:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL statement_timeout = 0")
        for table in connection.introspection.table_names(cursor):
            cursor.execute(sql.SQL("DROP TABLE {} CASCADE").format(sql.Identifier(table)))  # type: ignore[arg-type]
        executor = MigrationExecutor(connection)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")  # a table whose rows are still unchecked cannot be changed
        executor.migrate(newest_of(executor, archive.migrations))
        tables: dict[str, list[str]] = archive.manifest["tables"]
        cursor.execute(sql.SQL("TRUNCATE {}").format(sql.SQL(", ").join(map(sql.Identifier, tables))))  # type: ignore[arg-type]
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")
        for table, columns in tables.items():
            statement = sql.SQL("COPY {} ({}) FROM STDIN").format(*names(table, columns))
            with psycopg_cursor().copy(statement) as copy:
                for piece in archive.pieces(f"tables/{table}"):
                    copy.write(piece)
        reset_sequences(cursor)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        executor = MigrationExecutor(connection)
        executor.migrate(executor.loader.graph.leaf_nodes())
        emit_post_migrate_signal(0, False, connection.alias, apps=apps, plan=[])


def newest_of(executor: MigrationExecutor, recorded: set[tuple[str, str]]) -> list[tuple[str, str]]:
    """Return those of the recorded migrations on which no other recorded one rests."""
    nodes = executor.loader.graph.node_map
    return [key for key in recorded if not any(child.key in recorded for child in nodes[key].children)]


def reset_sequences(cursor: Any) -> None:
    """Let the next row of each table get a number above those that are there."""
    cursor.execute(
        "SELECT table_name, column_name FROM information_schema.columns"
        " WHERE table_schema = current_schema() AND (is_identity = 'YES' OR column_default LIKE 'nextval(%%')"
    )
    for table, column in cursor.fetchall():
        statement = sql.SQL(
            "SELECT setval(pg_get_serial_sequence({}, {}), COALESCE(MAX({column}), 1), MAX({column}) IS NOT NULL)"
            " FROM {}"
        )
        name, quoted = sql.Literal(f'"{table}"'), sql.Identifier(table)
        cursor.execute(statement.format(name, sql.Literal(column), quoted, column=sql.Identifier(column)))


def names(table: str, columns: list[str]) -> tuple[sql.Composable, sql.Composable]:
    """Return the quoted name of a table and those of its columns."""
    return sql.Identifier(table), sql.SQL(", ").join(map(sql.Identifier, columns))


def psycopg_cursor() -> Any:
    """Return a cursor of the driver, which has COPY, in the open transaction."""
    return cast(Any, connection.connection).cursor()


def may_replace() -> bool:
    """Say whether this role may create tables, as `migrate` has to."""
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT has_schema_privilege(current_schema(), 'CREATE')")
            return bool(cursor.fetchone()[0])
    except ProgrammingError:
        return False
