"""Indexes of the trigrams of texts, by which PostgreSQL finds a part of a text without reading the whole table.

They need the extension pg_trgm. It comes with PostgreSQL, and the owner of a database may create it. Where that is not
so, `migrate` goes on without, and makes the indexes once the extension is there.
"""

from typing import Any

from django.core.checks import CheckMessage, register
from django.core.checks import Warning as Caution
from django.db import DatabaseError, connection, connections, transaction


def make_trigrams(using: str) -> bool:
    """Create the extension and the indexes as far as they are missing; return whether they are there now."""
    database = connections[using]
    if database.vendor != "postgresql" or "moderation_auditentry" not in database.introspection.table_names():
        return False
    try:
        with transaction.atomic(using), database.cursor() as cursor:
            cursor.execute("CREATE EXTENSION IF NOT EXISTS pg_trgm")
            # The expressions are those of `icontains` and `istartswith`. No fastupdate: a search reads what it delays.
            cursor.execute(
                """
                CREATE INDEX IF NOT EXISTS accounts_user_email_trigrams
                  ON accounts_user USING gin (upper(email::text) gin_trgm_ops) WITH (fastupdate = off);
                CREATE INDEX IF NOT EXISTS accounts_user_display_name_trigrams
                  ON accounts_user USING gin (upper(display_name::text) gin_trgm_ops) WITH (fastupdate = off);
                CREATE INDEX IF NOT EXISTS rooms_room_name_trigrams
                  ON rooms_room USING gin (upper(name::text) gin_trgm_ops) WITH (fastupdate = off);
                CREATE INDEX IF NOT EXISTS rooms_room_slug_trigrams
                  ON rooms_room USING gin (upper(slug::text) gin_trgm_ops) WITH (fastupdate = off);
                CREATE INDEX IF NOT EXISTS rooms_invite_label_trigrams
                  ON rooms_invite USING gin (upper(label::text) gin_trgm_ops) WITH (fastupdate = off);
                CREATE INDEX IF NOT EXISTS moderation_report_description_trigrams
                  ON moderation_report USING gin (upper(description::text) gin_trgm_ops) WITH (fastupdate = off);
                CREATE INDEX IF NOT EXISTS moderation_auditentry_reason_trigrams
                  ON moderation_auditentry USING gin (upper(reason::text) gin_trgm_ops) WITH (fastupdate = off);
                CREATE INDEX IF NOT EXISTS moderation_auditentry_target_trigrams
                  ON moderation_auditentry USING gin (upper(target::text) gin_trgm_ops) WITH (fastupdate = off);
                """
            )
    except DatabaseError:
        return False  # this role may not, or the extension is not installed: the check says so
    return True


def has_trigrams() -> bool:
    """Say whether the indexes are there."""
    if connection.vendor != "postgresql":
        return False
    with connection.cursor() as cursor:
        cursor.execute("SELECT to_regclass('moderation_auditentry_target_trigrams') IS NOT NULL")
        ((found,),) = cursor.fetchall()
    return bool(found)


@register(deploy=True)
def trigrams(app_configs: Any, **options: Any) -> list[CheckMessage]:
    """W031: PostgreSQL has the indexes by which staff search."""
    try:
        if connection.vendor != "postgresql" or has_trigrams():
            return []
    except DatabaseError:
        return []  # other parts of the site say that it is away
    return [
        Caution(
            "PostgreSQL has no indexes of trigrams: on the admin site, searches find only newer rows on a large site.",
            hint="As a superuser, in the database of the site: CREATE EXTENSION pg_trgm. Then run manage.py migrate.",
            id="meetingpoint.W031",
        )
    ]
