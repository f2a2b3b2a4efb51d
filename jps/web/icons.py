"""The icon of the app as PNG, drawn from its SVG: older Androids install no app without one."""

import re
import struct
import zlib
from collections.abc import Iterator
from itertools import pairwise

import numpy as np
from lxml import etree

# Name: pixels, and whether the phone may cut it to any shape (then it fills the whole square).
PNG_ICONS = {
    "icon-180.png": (180, True),
    "icon-192.png": (192, False),
    "icon-512.png": (512, False),
    "icon-maskable-512.png": (512, True),
}
_SAFE = 0.8  # of a square that is cut: what lies in this circle is always seen
_TOKEN = re.compile(r"[MmHhVvLlZz]|-?\d+(?:\.\d+)?")

Point = tuple[float, float]
Pixels = np.ndarray[tuple[int, ...], np.dtype[np.float64]]


def draw_png(svg: bytes, pixels: int, *, cut: bool) -> bytes:
    """Return the drawing of `svg` (a filled rectangle and stroked paths) as a PNG."""
    root = etree.fromstring(svg)
    size = float(root.get("viewBox", "").split()[2])
    back, *paths = root
    scale = _SAFE if cut else 1.0
    line = ((np.arange(pixels) + 0.5) * size / pixels - size / 2) / scale + size / 2
    x, y = np.meshgrid(line, line)
    per_pixel = pixels * scale / size
    image = np.zeros((pixels, pixels, 4))
    distance = np.full_like(x, -size) if cut else _outside_of_rectangle(x, y, back)
    _paint(image, back.get("fill", ""), distance * per_pixel)
    for path in paths:
        half = float(path.get("stroke-width", "1")) / 2
        _paint(image, path.get("stroke", ""), (_from_path(x, y, path) - half) * per_pixel)
    return _png(np.rint(image * 255).astype(np.uint8))


def _outside_of_rectangle(x: Pixels, y: Pixels, node: etree._Element) -> Pixels:
    """Return the distance of each point to the rounded rectangle; negative inside."""
    width, height = float(node.get("width", "0")), float(node.get("height", "0"))
    radius = float(node.get("rx", "0"))
    over_x = np.abs(x - width / 2) - width / 2 + radius
    over_y = np.abs(y - height / 2) - height / 2 + radius
    corner = np.hypot(np.maximum(over_x, 0), np.maximum(over_y, 0))
    return corner + np.minimum(np.maximum(over_x, over_y), 0) - radius


def _from_path(x: Pixels, y: Pixels, node: etree._Element) -> Pixels:
    """Return the distance of each point to the nearest line of the path."""
    nearest = np.full_like(x, np.inf)
    for (x1, y1), (x2, y2) in pairwise(_points(node.get("d", ""))):
        dx, dy = x2 - x1, y2 - y1
        along = np.clip(((x - x1) * dx + (y - y1) * dy) / (dx * dx + dy * dy), 0, 1)
        nearest = np.minimum(nearest, np.hypot(x - x1 - along * dx, y - y1 - along * dy))
    return nearest


def _points(text: str) -> Iterator[Point]:
    """Yield the corners of one line of a path: M, L, H, V and Z, absolute or relative."""
    tokens = _TOKEN.findall(text)
    start: Point | None = None
    here, command = (0.0, 0.0), ""
    while tokens:
        if tokens[0].isalpha():
            command = tokens.pop(0)
        here = start or here if command in "Zz" else _next(here, command, tokens)
        start = start or here
        yield here


def _next(here: Point, command: str, tokens: list[str]) -> Point:
    base = here if command.islower() else (0.0, 0.0)
    first = float(tokens.pop(0))
    if command in "Hh":
        return base[0] + first, here[1]
    if command in "Vv":
        return here[0], base[1] + first
    return base[0] + first, base[1] + float(tokens.pop(0))


def _paint(image: Pixels, colour: str, distance: Pixels) -> None:
    """Lay `colour` over what lies within, soft by one pixel at the edge."""
    digits = colour.removeprefix("#")
    if len(digits) == 3:
        digits = "".join(digit * 2 for digit in digits)
    rgba = np.array([*(value / 255 for value in bytes.fromhex(digits)), 1.0])
    share = np.clip(0.5 - distance, 0, 1)[..., None]
    if not image[..., 3].any():  # the first one: its edge is see-through, not dark
        image[...] = rgba * np.where(np.arange(4) == 3, share, 1)
        return
    image[..., :3] += (rgba[:3] - image[..., :3]) * share


def _png(image: np.ndarray[tuple[int, ...], np.dtype[np.uint8]]) -> bytes:
    height, width, _ = image.shape
    rows = np.insert(image.reshape(height, width * 4), 0, 0, axis=1)  # 0: no filter
    head = struct.pack(">IIBBBBB", width, height, 8, 6, 0, 0, 0)
    chunks = ((b"IHDR", head), (b"IDAT", zlib.compress(rows.tobytes(), 9)), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))
        for kind, data in chunks
    )
