"""A call leaves no trace: no row in the database, and no line in the log."""

from tests.signaling.world import SignalingServer, introduce

EVERYTHING = """
from django.db import connection
result = {}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        cursor.execute(f"SELECT * FROM {connection.ops.quote_name(table)}")
        result[table] = sorted(repr(row) for row in cursor.fetchall())
"""


async def test_a_call_changes_no_row_and_its_people_are_not_in_the_log(app: SignalingServer) -> None:
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
