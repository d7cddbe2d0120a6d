from django.apps import AppConfig


class RoomsConfig(AppConfig):
    name = "rooms"

    def ready(self) -> None:
        """Listen for deletions."""
        from . import signals  # noqa: F401
