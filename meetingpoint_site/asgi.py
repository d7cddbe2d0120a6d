"""The ASGI application: static files from memory, HTTP to Django, WebSockets (of our origins) to the consumer."""

import os

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "meetingpoint_site.settings")

from django.core.asgi import get_asgi_application

django_application = get_asgi_application()

from channels.routing import ProtocolTypeRouter  # noqa: E402

from accounts.outbox import sender  # noqa: E402
from rooms.signaling.routing import websocket_application  # noqa: E402

from .assets.static_files import StaticFiles  # noqa: E402
from .bodies import BodilessHead, BodyLimit  # noqa: E402
from .ending import lifespan  # noqa: E402
from .middleware.turns import PagesInTurn  # noqa: E402
from .operations.front import Operations, Timed  # noqa: E402

application = ProtocolTypeRouter(
    {
        "http": Operations(BodyLimit(BodilessHead(StaticFiles(Timed(PagesInTurn(django_application)))))),
        "websocket": websocket_application,
        "lifespan": lifespan,
    }
)

sender.start()
