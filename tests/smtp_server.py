"""A mail server that does what a test wants: accept, refuse, hang, or answer one byte at a time (RFC 5321)."""

import socketserver
import threading
from base64 import b64decode
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any, Self


class SmtpServer:
    """Listens on `port` of the loopback address, 0: a free one. `behaviour` and `password` can be changed at any time.

    With a `password` only those may send who sign in with it, whatever their name is (RFC 4954, RFC 4616).
    """

    def __init__(self, behaviour: str = "accept", port: int = 0) -> None:
        self.behaviour = behaviour
        self.password = ""
        self.accepted: list[EmailMessage] = []
        self.refuse: dict[str, str] = {}  # by address, the answer to RCPT
        self.conversations = 0
        self.closing = threading.Event()
        outer = self

        class Handler(socketserver.StreamRequestHandler):
            def handle(self) -> None:
                outer._converse(self)

        class Server(socketserver.ThreadingTCPServer):
            daemon_threads = True
            allow_reuse_address = True
            request_queue_size = 100

            def handle_error(self, request: Any, client_address: Any) -> None:
                """A client that hangs up is none."""

        self._server = Server(("127.0.0.1", port), Handler)

    @property
    def port(self) -> int:
        return self._server.server_address[1]

    @property
    def url(self) -> str:
        """The value of EMAIL_URL."""
        return f"smtp://127.0.0.1:{self.port}"

    def receivers(self) -> list[str]:
        """Return to whom the accepted emails go, in order."""
        return [str(mail["To"]) for mail in self.accepted]

    def __enter__(self) -> Self:
        threading.Thread(target=self._server.serve_forever, args=(0.02,), daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self.closing.set()
        self._server.shutdown()
        self._server.server_close()

    def _converse(self, client: socketserver.StreamRequestHandler) -> None:
        self.conversations += 1
        while self.behaviour in ("hang", "drip") and not self.closing.is_set():
            if self.behaviour == "drip":
                client.wfile.write(b"220-")
            self.closing.wait(0.02)
        say(client, "220 mail.example.org ESMTP")
        known = not self.password
        for line in client.rfile:
            verb, address = line[:4].upper(), line.decode().partition("<")[2].partition(">")[0]
            if verb == b"EHLO" and self.password:
                say(client, "250-mail.example.org")
                say(client, "250 AUTH PLAIN")
            elif verb == b"AUTH":
                known = b64decode(line.split()[-1]).rpartition(b"\0")[2].decode() == self.password
                say(client, "235 welcome" if known else "535 wrong user or password")
            elif verb in (b"MAIL", b"RCPT") and not known:
                say(client, "530 sign in first")
            elif verb == b"RCPT" and address in self.refuse:
                say(client, self.refuse[address])
            elif verb == b"DATA":
                say(client, "354 go on")
                self.accepted.append(read_mail(client))
                say(client, "250 accepted")
            elif verb == b"QUIT":
                say(client, "221 bye")
                return
            else:
                say(client, "250 mail.example.org")


def say(client: socketserver.StreamRequestHandler, line: str) -> None:
    """Send one line."""
    client.wfile.write(line.encode() + b"\r\n")


def read_mail(client: socketserver.StreamRequestHandler) -> EmailMessage:
    """Read an email up to the line with a dot."""
    lines = []
    while (line := client.rfile.readline()) not in (b".\r\n", b""):
        lines.append(line.removeprefix(b"."))
    return message_from_bytes(b"".join(lines), policy=policy.default)
