"""Compile every template of the project, to find a misspelt tag without opening its page."""

import os
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent


def main() -> int:
    """Return 0 when every template compiles, 1 otherwise (one line per failure)."""
    sys.path.insert(0, str(ROOT))
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")
    import django
    from django.template import TemplateSyntaxError
    from django.template.loader import get_template

    django.setup()
    failures = 0
    for path in sorted((ROOT / "templates").rglob("*")):
        if not path.is_file():
            continue
        name = path.relative_to(ROOT / "templates").as_posix()
        try:
            get_template(name)
        except (TemplateSyntaxError, UnicodeDecodeError) as error:
            failures += 1
            sys.stderr.write(f"{name}: {error}\n")
    return 1 if failures else 0


if __name__ == "__main__":
    sys.exit(main())
