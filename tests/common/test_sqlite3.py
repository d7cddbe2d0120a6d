"""The SQLite engine answers as Django's does."""

import pytest
from django.db import connection, connections

from common.sqlite3.base import DatabaseWrapper


@pytest.mark.django_db
def test_placeholders_and_percent_signs_mean_what_they_mean_to_django() -> None:
    if connection.vendor != "sqlite":
        pytest.skip("this run is on another database")
    assert isinstance(connections["default"], DatabaseWrapper)
    with connection.cursor() as cursor:
        for value in ("a%b", "?", "%s", "%%"):  # the second time the statement is known
            cursor.execute("SELECT %s, 'x%%y', %s LIKE 'a%%'", [value, value])
            assert cursor.fetchone() == (value, "x%y", value == "a%b")
        cursor.execute("SELECT %(one)s || %(two)s", {"one": "a", "two": "b"})
        assert cursor.fetchone() == ("ab",)
        cursor.execute("SELECT 'x%y'")
        assert cursor.fetchone() == ("x%y",)
