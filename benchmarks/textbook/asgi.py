"""A whole Django project in one module: `daphne benchmarks.textbook.asgi:application`."""

import django
from channels.generic.websocket import AsyncJsonWebsocketConsumer
from channels.routing import ProtocolTypeRouter, URLRouter
from django.conf import settings
from django.urls import path

if not settings.configured:
    settings.configure(
        SECRET_KEY="textbook",
        ALLOWED_HOSTS=["*"],
        INSTALLED_APPS=["channels"],
        CHANNEL_LAYERS={"default": {"BACKEND": "channels.layers.InMemoryChannelLayer"}},
    )
    django.setup()


class RoomConsumer(AsyncJsonWebsocketConsumer):
    """One person in a room."""

    async def connect(self):
        self.room = self.scope["url_route"]["kwargs"]["room"]
        await self.channel_layer.group_add(self.room, self.channel_name)
        await self.accept()
        await self.send_json({"type": "welcome", "id": self.channel_name})
        news = {"type": "room.joined", "id": self.channel_name}
        await self.channel_layer.group_send(self.room, news)

    async def disconnect(self, code):
        await self.channel_layer.group_discard(self.room, self.channel_name)
        await self.channel_layer.group_send(self.room, {"type": "room.left", "id": self.channel_name})

    async def receive_json(self, content):
        message = {"type": "peer.message", "from": self.channel_name, "body": content["body"]}
        await self.channel_layer.send(content["to"], message)

    async def room_joined(self, event):
        if event["id"] != self.channel_name:
            await self.send_json({"type": "joined", "id": event["id"]})

    async def room_left(self, event):
        await self.send_json({"type": "left", "id": event["id"]})

    async def peer_message(self, event):
        await self.send_json({"type": "message", "from": event["from"], "body": event["body"]})


application = ProtocolTypeRouter({"websocket": URLRouter([path("ws/<room>", RoomConsumer.as_asgi())])})
