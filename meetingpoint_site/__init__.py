"""The Django project: settings, URLs, the ASGI entry, system checks, logging and security headers."""

__version__ = "0.1.0"
