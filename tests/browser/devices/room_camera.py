"""A camera that sees a person before a wall with a pattern, in a file that Chromium takes for its camera."""

from pathlib import Path

WIDTH, HEIGHT, RATE, FRAMES = 640, 360, 15, 30
SQUARE = 16
WALL = (30, 225)
HAIR, SKIN, SHIRT = 45, 175, 90


def _luma(x: int, y: int, sway: int) -> int:
    """Return the brightness of one point: a head with hair and shoulders, before a chequered wall."""
    middle = WIDTH // 2 + sway
    across, down = x - middle, y
    if (across / 62) ** 2 + ((down - 150) / 82) ** 2 < 1:  # the head
        eyes = abs(down - 140) < 7 and abs(abs(across) - 25) < 11
        mouth = abs(down - 192) < 5 and abs(across) < 22
        return HAIR if down < 105 or eyes or mouth else SKIN
    if abs(across) < 28 and 215 <= down < 260:  # the neck
        return SKIN - 20
    if (across / 170) ** 2 + ((down - 370) / 125) ** 2 < 1:  # the shoulders
        return SHIRT
    return WALL[(x // SQUARE + y // SQUARE) % 2]


def _chroma(x: int, y: int, sway: int) -> tuple[int, int]:
    luma = _luma(x, y, sway)
    if luma in (SKIN, SKIN - 20):
        return 108, 152
    if luma == SHIRT:
        return 150, 110
    return 128, 128


def make_room_camera(path: Path) -> Path:
    """Write a YUV4MPEG2 file in which the person sways, and return its path."""
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        pictures = [_picture(sway) for sway in (-6, -2, 2, 6)]
        swings = [*pictures, *pictures[-2:0:-1]]
        for number in range(FRAMES):
            file.write(b"FRAME\n" + swings[number % len(swings)])
    return path


def _picture(sway: int) -> bytes:
    luma = bytes(_luma(x, y, sway) for y in range(HEIGHT) for x in range(WIDTH))
    chroma = [_chroma(x, y, sway) for y in range(0, HEIGHT, 2) for x in range(0, WIDTH, 2)]
    return luma + bytes(u for u, _ in chroma) + bytes(v for _, v in chroma)
