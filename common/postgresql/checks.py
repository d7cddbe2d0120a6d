"""System check: the processes of this site open no more connections than PostgreSQL admits."""

from typing import Any

from django.conf import settings
from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError, connection

COMMANDS = 5  # connections that are left for `prune`, `remind`, `backup`, `migrate` and a person at psql


@register(deploy=True)
def enough_connections(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """W030: all processes together need no more connections than PostgreSQL admits for this database and role."""
    if connection.vendor != "postgresql":
        return []
    try:
        with connection.cursor() as cursor:
            cursor.execute(
                """
                SELECT least(
                  (SELECT sum(setting::int * CASE name WHEN 'max_connections' THEN 1 ELSE -1 END) FROM pg_settings
                   WHERE name IN ('max_connections', 'superuser_reserved_connections', 'reserved_connections')),
                  (SELECT nullif(datconnlimit, -1) FROM pg_database WHERE datname = current_database()),
                  (SELECT nullif(rolconnlimit, -1) FROM pg_roles WHERE rolname = current_user))
                """
            )
            ((admitted,),) = cursor.fetchall()
    except DatabaseError:
        return []  # other parts of the site say that it is away
    processes, each = settings.WEB_PROCESSES, settings.DATABASE_CONNECTIONS
    if processes * each + COMMANDS <= admitted:
        return []
    most = max(0, int(admitted) - COMMANDS)
    needed = f"{processes} processes (WEB_PROCESSES) open up to {each} connections each (DATABASE_CONNECTIONS)"
    return [
        Caution(
            f"PostgreSQL admits {admitted} connections, and {needed}; commands need {COMMANDS} more.",
            hint=f"Set DATABASE_CONNECTIONS to {max(1, most // processes)}, or raise max_connections above "
            f"{processes * each + COMMANDS}. As it is, {most // each} processes are enough for it.",
            id="meetingpoint.W030",
        )
    ]
