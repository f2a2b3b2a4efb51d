"""One pass over a file's bytes: its hash, its line ends, the encoding of its text."""

import codecs
from dataclasses import dataclass
from hashlib import sha256
from pathlib import Path
from typing import IO

_BLOCK = 1 << 20  # bytes read at once


@dataclass(frozen=True)
class Scan:
    """What one pass over the bytes tells: SHA-256, line ends, the encoding of text."""

    digest: str
    head: bytes
    lines: int
    encoding: str


def scan_file(path: Path) -> Scan:
    """Read the file once, whatever it is."""
    with path.open("rb") as stream:
        return scan(stream)


def scan(stream: IO[bytes]) -> Scan:
    """Read a stream once."""
    digest, utf8 = sha256(), codecs.getincrementaldecoder("utf-8")()
    head, lines, is_utf8 = b"", 0, True
    while block := stream.read(_BLOCK):
        head = head or block[:4096]
        digest.update(block)
        lines += block.count(b"\n")
        if is_utf8:
            try:
                utf8.decode(block)
            except UnicodeDecodeError:
                is_utf8 = False
    return Scan(digest.hexdigest(), head, lines, _encoding(head, is_utf8))


def _encoding(head: bytes, is_utf8: bool) -> str:
    """Return the text encoding, empty for bytes that are no text."""
    if head.startswith((codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)):
        return "utf-16"
    if b"\0" in head:  # every other byte of Latin letters is zero in UTF-16
        odd, even = head[1::2].count(0), head[::2].count(0)
        if max(odd, even) < len(head) * 0.35:  # of the 0.5 that plain Latin letters would have
            return ""
        return "utf-16-le" if odd > even else "utf-16-be"
    return "utf-8-sig" if is_utf8 else "cp1252"
