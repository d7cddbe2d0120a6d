"""Picture formats, written by Chromium or by hand."""

import base64
import struct

from playwright.sync_api import Browser

SHRINK = """async ([source, width, quality]) => {
  const picture = new Image();
  picture.src = source;
  await picture.decode();
  const height = Math.round((picture.height * width) / picture.width);
  const small = await createImageBitmap(picture, { resizeWidth: width, resizeHeight: height, resizeQuality: 'high' });
  const canvas = new OffscreenCanvas(width, height);
  canvas.getContext('2d', { alpha: false }).drawImage(small, 0, 0);
  const bytes = new Uint8Array(await (await canvas.convertToBlob({ type: 'image/webp', quality })).arrayBuffer());
  return Array.from(bytes);
}"""


def data_url(png: bytes) -> str:
    """Return a PNG as an address."""
    return f"data:image/png;base64,{base64.b64encode(png).decode()}"


def webp(browser: Browser, png: bytes, width: int, quality: float) -> bytes:
    """Return a PNG as a WebP of `width` pixels; `quality` is 0 to 1."""
    page = browser.new_page()
    data = bytes(page.evaluate(SHRINK, [data_url(png), width, quality]))
    page.close()
    return data


def page_png(browser: Browser, html: str, width: int, height: int, *, transparent: bool = False) -> bytes:
    """Return what a document shows, in pixels of CSS."""
    page = browser.new_page(viewport={"width": width, "height": height})
    page.set_content(html, wait_until="load")
    png = page.screenshot(omit_background=transparent)
    page.close()
    return png


def svg_png(browser: Browser, svg: str, size: int) -> bytes:
    """Return a square drawing as a PNG of `size` pixels."""
    html = f"<style>body{{margin:0}}svg{{display:block;width:{size}px;height:{size}px}}</style>{svg}"
    return page_png(browser, html, size, size, transparent=True)


def ico(pngs: list[bytes]) -> bytes:
    """Return square PNGs of at most 256 pixels as one icon file: a header, 16 bytes for each, then the PNGs."""
    offset = 6 + 16 * len(pngs)
    head, body = struct.pack("<3H", 0, 1, len(pngs)), b""
    for png in pngs:
        (size,) = struct.unpack(">I", png[16:20])
        head += struct.pack("<4B2H2I", size % 256, size % 256, 0, 0, 1, 32, len(png), offset + len(body))
        body += png
    return head + body
