"""Abuse: reports, what moderators do about them, the audit log, and the admin pages."""
