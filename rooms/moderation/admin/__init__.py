"""The admin pages: every model's pages, the dashboard, the search, and the page that confirms an action.

Django imports `admin` of each app; importing these modules registers their pages.
"""

from . import audit_log, groups, mails, people, reports, rooms, site_policy  # noqa: F401
