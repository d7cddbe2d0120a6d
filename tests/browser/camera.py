"""A small camera: a moving picture in a file that Chromium takes for what its camera sees."""

from pathlib import Path

WIDTH, HEIGHT, RATE, FRAMES = 320, 180, 12, 48


def make_camera(path: Path) -> Path:
    """Write a YUV4MPEG2 file of four seconds, 320×180 at 12 frames a second, and return its path.

    Small on purpose: two cores encode and decode a call of four people only when each picture is small.
    """
    chroma = bytes(WIDTH * HEIGHT // 4)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{WIDTH} H{HEIGHT} F{RATE}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            shift = number * WIDTH // FRAMES
            row = bytes(40 + ((x + shift) % WIDTH) * 170 // WIDTH for x in range(WIDTH))
            dark = bytes(value // 2 for value in row)
            bar = number * HEIGHT // FRAMES
            file.write(b"FRAME\n")
            file.write(b"".join(dark if bar <= y < bar + 12 else row for y in range(HEIGHT)))
            file.write(bytes(110 + value for value in chroma) + bytes(140 + value for value in chroma))
    return path
