"""Files of an office by their content: kept once, whole, and never changed.

A file lies under its SHA-256 in the folder `files` of the office. It is written beside, flushed to
the disk and renamed, so a crash leaves either the whole file or none; who refers to it commits
afterwards, so no row names a file that is not there.
"""

import hashlib
import os
import secrets
from contextlib import suppress
from pathlib import Path

FOLDER = "files"  # in the office's folder


def keep(home: Path, content: bytes) -> str:
    """Keep `content` in the office at `home` and return its SHA-256 (hex); the same again is one.

    Raises OSError when the disk is full; nothing is then left behind.
    """
    digest = hashlib.sha256(content).hexdigest()
    path = path_of(home, digest)
    if path.is_file() and path.stat().st_size == len(content):
        return digest
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    draft = path.with_name(f".{digest[:8]}-{secrets.token_hex(4)}")
    try:
        with open(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "wb") as file:
            file.write(content)
            file.flush()
            os.fsync(file.fileno())
        draft.replace(path)
    except OSError:
        with suppress(OSError):
            draft.unlink(missing_ok=True)
        raise
    _flush_folder(path.parent)
    return digest


def path_of(home: Path, sha256: str) -> Path:
    """Return where the file with this SHA-256 lies, or would lie."""
    if len(sha256) != 64 or not set(sha256) <= set("0123456789abcdef"):
        raise ValueError("a SHA-256 has 64 lower-case hexadecimal digits")
    return home / FOLDER / sha256[:2] / sha256


def _flush_folder(folder: Path) -> None:
    """Make the new name itself survive a power cut, where the system can (not on Windows)."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
