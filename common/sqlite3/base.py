"""Django's SQLite engine, except that it remembers how a statement is written in SQLite's own style.

Django writes `%s` where SQLite wants `?`, and looks for them in each statement each time: as long as SQLite needs to
answer a small one.
"""

from functools import lru_cache
from typing import Any

from django.db.backends.sqlite3 import base


class _Cursor(base.SQLiteCursorWrapper):
    def convert_query(self, query: str, *, param_names: list[str] | None = None) -> str:
        if param_names is None:
            return _in_qmark_style(query)
        converted: str = super().convert_query(query, param_names=param_names)
        return converted


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection to SQLite."""

    def create_cursor(self, name: str | None = None) -> Any:
        """Return a cursor."""
        return self.connection.cursor(factory=_Cursor)


@lru_cache(maxsize=1024)
def _in_qmark_style(query: str) -> str:
    return base.FORMAT_QMARK_REGEX.sub("?", query).replace("%%", "%")
