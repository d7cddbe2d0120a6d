"""A small camera: a moving picture in a file that Chromium takes for what its camera sees."""

from pathlib import Path

WIDTH, HEIGHT, RATE, FRAMES = 320, 180, 12, 48


def make_camera(path: Path, scale: int = 1, rate: int = RATE, upright: bool = False) -> Path:
    """Write a YUV4MPEG2 file of 48 frames, 320×180 times `scale` at `rate` frames a second, and return its path.

    An upright one is 180×320, as from a phone.

    Small on purpose: two cores encode and decode a call of four people only when each picture is small.
    """
    width, height = (HEIGHT * scale, WIDTH * scale) if upright else (WIDTH * scale, HEIGHT * scale)
    chroma = bytes(width * height // 4)
    with path.open("wb") as file:
        file.write(f"YUV4MPEG2 W{width} H{height} F{rate}:1 Ip A1:1 C420jpeg\n".encode())
        for number in range(FRAMES):
            shift = number * width // FRAMES
            row = bytes(40 + ((x + shift) % width) * 170 // width for x in range(width))
            dark = bytes(value // 2 for value in row)
            bar = number * height // FRAMES
            file.write(b"FRAME\n")
            file.write(b"".join(dark if bar <= y < bar + 12 * scale else row for y in range(height)))
            file.write(bytes(110 + value for value in chroma) + bytes(140 + value for value in chroma))
    return path
