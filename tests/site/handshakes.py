"""Opening handshakes of WebSockets, usual and unusual, for the servers that have a short way through the usual ones."""

KEY = ("sec-websocket-key", "dGhlIHNhbXBsZSBub25jZQ==")
USUAL = [
    ("host", "meet.example.org"),
    ("connection", "keep-alive, Upgrade"),
    ("upgrade", "websocket"),
    ("origin", "https://meet.example.org"),
    ("sec-websocket-version", "13"),
    KEY,
    ("cookie", "a=b; c=d"),
]
USUALS = [
    USUAL,
    [*USUAL, ("x-name", "  caf\u00e9\t")],
    [*USUAL[:1], ("connection", "upgrade"), ("upgrade", "WebSocket"), *USUAL[3:]],
    [*USUAL, ("sec-websocket-extensions", "permessage-deflate; client_max_window_bits")],
]


def request(headers: list[tuple[str, str]], line: str = "GET /ws/rooms/caf%C3%A9?x=%20y HTTP/1.1") -> bytes:
    """Return a request as it goes over the line."""
    return "".join(f"{text}\r\n" for text in (line, *(f"{name}: {value}" for name, value in headers), "")).encode(
        "latin-1"
    )


def without(name: str) -> list[tuple[str, str]]:
    """Return the usual headers but one."""
    return [header for header in USUAL if header[0] != name]


def instead(name: str, value: str) -> list[tuple[str, str]]:
    """Return the usual headers with another value of one."""
    return [*without(name), (name, value)]


UNUSUAL = [
    *(request(without(name)) for name in ("connection", "upgrade", "sec-websocket-version", "sec-websocket-key")),
    *(request([*USUAL, header]) for header in (USUAL[1], USUAL[2], USUAL[3], USUAL[4], KEY)),
    request(instead("sec-websocket-version", "8")),
    request(instead("upgrade", "h2c")),
    request(instead("connection", "close")),
    request(instead("sec-websocket-key", "c2hvcnQ=")),
    request(instead("sec-websocket-key", "not base64 at all!!")),
    request([*USUAL, ("sec-websocket-protocol", "chat, superchat")]),
    request([*USUAL, ("content-length", "6")]),
    request([*USUAL, ("transfer-encoding", "chunked")]),
    request([*USUAL, ("x-zero", "a\x00b")]),
    request([*USUAL, ("x-long", "a" * 9000)]),
    request([*USUAL, *((f"x-{number}", "1") for number in range(120))]),
    request(USUAL, "POST /ws/rooms/x HTTP/1.1"),
    request(USUAL, "GET /ws/rooms/x HTTP/1.0"),
]
