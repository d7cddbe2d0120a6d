"""After a call nothing says that there was one, or of whom: no row of the database, and no line of the log."""

from tests.signaling.world import SignalingServer, introduce

EVERYTHING = """
from django.db import connection
result = {}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        result[table] = sorted(repr(row) for row in cursor.fetchall())
"""


async def test_the_database_is_the_same_after_a_call_and_the_log_does_not_know_of_it(app: SignalingServer) -> None:
    scene = app.room()
    before = app.run_python(EVERYTHING)
    callers = [scene.caller(person) for person in (scene.olga, scene.max, scene.guests[0])]
    await introduce(*callers)
    await callers[0].relay(callers[1], '"hello"')
    await callers[1].expect("relay")
    for caller in callers:
        await caller.send("leave")
        assert await caller.close_code() == 1000
    assert app.run_python(EVERYTHING) == before
    log = app.logged()
    for trace in (scene.slug, *(c.pid for c in callers), *(c.membership for c in callers)):
        assert trace not in log
