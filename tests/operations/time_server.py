"""A time server that is wrong as a test wants it (RFC 5905)."""

import socket
import struct
import threading
import time
from collections.abc import Callable


class TimeServer:
    """A time server whose clock is `ahead` of ours, in seconds; `spoil` changes its answers."""

    def __init__(self, port: int = 0) -> None:
        self.ahead = 0.0
        self.spoil: Callable[[bytes], bytes] = bytes
        self.socket = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
        self.socket.bind(("127.0.0.1", port))
        self.port = self.socket.getsockname()[1]
        threading.Thread(target=self._serve, daemon=True).start()

    def _serve(self) -> None:
        while True:
            asked, sender = self.socket.recvfrom(100)
            now = int((time.time() + self.ahead + 2_208_988_800) * 2**32) % 2**64
            answer = struct.pack("!BB22x8sQQ", 0x24, 2, asked[40:48], now, now)
            self.socket.sendto(self.spoil(answer), sender)
