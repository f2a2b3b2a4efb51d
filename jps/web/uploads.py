"""Files that somebody uploads: tables for a look through, papers and photos as bytes."""

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from tempfile import NamedTemporaryFile

from werkzeug.datastructures import FileStorage

from jps.households.attachments import BEGINNINGS, MAX_BYTES, TOO_LARGE, TooLarge, WrongKind
from jps.http import settings
from jps.text import N_

ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}


@contextmanager
def saved(file: FileStorage) -> Iterator[Path]:
    """Keep an upload on the office's own disk while it is looked through."""
    with NamedTemporaryFile(dir=settings().folder("uploads"), prefix="new-") as copy:
        file.save(copy)
        copy.flush()
        yield Path(copy.name)


def read_paper(file: FileStorage | None) -> tuple[bytes, str] | None:
    """Return what an uploaded photo or paper holds and its kind, None when there is none.

    Raises `TooLarge` and `WrongKind`.
    """
    if file is None or not file.filename:
        return None
    content = file.stream.read(MAX_BYTES + 1)
    if len(content) > MAX_BYTES:
        raise TooLarge(TOO_LARGE, limit=MAX_BYTES // 2**20)
    kind = next((kind for kind, begin in BEGINNINGS.items() if content.startswith(begin)), "")
    if not kind:
        raise WrongKind(N_("Unggah bukti sebagai foto JPEG atau PNG, atau PDF."))
    return content, kind
