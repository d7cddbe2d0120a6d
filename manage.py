#!/usr/bin/env python
"""Django's command line for Meeting Point."""

import os
import sys


def main() -> None:
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
    from django.core.exceptions import ImproperlyConfigured
    from django.core.management import execute_from_command_line
    from django.db import DatabaseError, InterfaceError

    try:
        execute_from_command_line(sys.argv)
    except (DatabaseError, InterfaceError, ImproperlyConfigured) as error:
        if "--traceback" in sys.argv:
            raise
        helps = "" if isinstance(error, ImproperlyConfigured) else "\nWhat helps: manage.py doctor --only services"
        sys.exit(f"{type(error).__name__}: {str(error).strip()}{helps}")


if __name__ == "__main__":
    main()
