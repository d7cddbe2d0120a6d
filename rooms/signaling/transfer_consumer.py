"""One socket of a transfer room: browsers that deliver waiting transfers to each other, outside of the call."""

from rooms.live.close_codes import ErrorCode
from rooms.live.transfer_rooms import transfer_room

from .admission import EntryGrant
from .consumer import SignalingConsumer
from .limits import MAX_TRANSFERRING
from .messages import Admit, Deny, Knock, type_of
from .registry import LiveRoom, Member


class TransferConsumer(SignalingConsumer):
    """Serves `/ws/rooms/<slug>/transfers`: as in the call, but no one knocks, and it is no use of the room."""

    in_call = False

    def live_room(self, grant: EntryGrant) -> tuple[int, int]:
        """Return the transfer room."""
        return transfer_room(grant.room_id), MAX_TRANSFERRING

    def join_succeeded(self, grant: EntryGrant, room: LiveRoom) -> None:
        """Do nothing: who is here is in no call."""

    def join_failed(self, grant: EntryGrant, failure: Exception) -> None:
        """Do nothing: no one was kept out of the call."""

    async def knock(self, message: Knock) -> None:
        """Refuse: only people who may enter at once can transfer files from outside."""
        self.error(ErrorCode.NOT_ALLOWED, type_of[type(message)])

    async def answer_knock(self, member: Member, message: Admit | Deny) -> None:
        """Refuse: guests knock at the call."""
        self.error(ErrorCode.NOT_ALLOWED, type_of[type(message)])
