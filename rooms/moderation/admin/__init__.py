"""The administration: every model's pages, the dashboard, and the page that asks before an action.

Django imports `admin` of each app; the pages register themselves as their modules are imported.
"""

from . import people, reports, rooms  # noqa: F401
