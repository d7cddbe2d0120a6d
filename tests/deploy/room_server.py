"""Run as a program: a process behind a proxy, which takes sockets and says by which of them it was reached."""

import sys
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer


class Process(BaseHTTPRequestHandler):
    """Opens every socket and names this process in a field; sockets stay until the client goes away."""

    protocol_version = "HTTP/1.1"

    def do_GET(self) -> None:
        opens = bool(self.headers.get("Upgrade"))
        self.send_response(101 if opens else 200)
        self.send_header("X-Process", sys.argv[1])
        if opens:
            self.send_header("Upgrade", "websocket")
            self.send_header("Connection", "upgrade")
        else:
            self.send_header("Content-Length", "0")
        self.end_headers()
        if opens:
            self.rfile.read()

    def log_message(self, *arguments: object) -> None:
        """Say nothing."""


if __name__ == "__main__":
    ThreadingHTTPServer(("127.0.0.1", int(sys.argv[1])), Process).serve_forever()
