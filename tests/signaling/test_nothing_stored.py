"""A call leaves no trace of who was in it: no row in the database, and no line in the log."""

from tests.services import wait_until
from tests.signaling.world import SignalingServer, introduce

EVERYTHING = """
from django.db import connection
result = {}
with connection.cursor() as cursor:
    for table in connection.introspection.table_names(cursor):
        names = [field.name for field in connection.introspection.get_table_description(cursor, table)]
        names = [name for name in names if name != "last_used_at"]
        columns = ", ".join(map(connection.ops.quote_name, names))
        cursor.execute(f"SELECT {columns} FROM {connection.ops.quote_name(table)}")
        result[table] = sorted(repr(row) for row in cursor.fetchall())
"""
LAST_USED = """
from rooms.models import Room
used = Room.objects.get(pk=room).last_used_at
result = used and used.isoformat()
"""


async def test_a_call_changes_no_row_and_its_people_are_not_in_the_log(app: SignalingServer) -> None:
    scene = app.room()
    before = app.run_python(EVERYTHING)
    assert app.run_python(LAST_USED, room=scene.id) is None
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
    # The one thing that is kept: in which hour someone last joined.
    wait_until(lambda: app.run_python(LAST_USED, room=scene.id), 20, "the hour is stored")
    assert str(app.run_python(LAST_USED, room=scene.id)).endswith(":00:00+00:00")
