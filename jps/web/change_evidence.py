"""Photos and papers sent with a request: what they are by how they begin, never by their names."""

import uuid
from collections.abc import Iterable
from dataclasses import dataclass

from werkzeug.datastructures import FileStorage

from jps.errors import InvalidData
from jps.households.attachments import BAD_TYPE, BEGINNINGS, MAX_BYTES, TOO_LARGE
from jps.text import N_

MOST = 5  # files with one request
ENDINGS = {"image/jpeg": "jpg", "image/png": "png", "application/pdf": "pdf"}
TOO_MANY = N_("Paling banyak lima berkas bukti.")


@dataclass(frozen=True, slots=True)
class Paper:
    """One file under the name it is kept by."""

    name: str
    content: bytes
    media_type: str


def sent_papers(files: Iterable[FileStorage]) -> list[Paper]:
    """Return the files that were chosen; raises `InvalidData` for what is no photo or PDF."""
    found = [_paper(one) for one in files if one.filename]
    if len(found) > MOST:
        raise InvalidData(TOO_MANY, {"evidence": [TOO_MANY]})
    return found


def _paper(file: FileStorage) -> Paper:
    content = file.stream.read(MAX_BYTES + 1)
    kind = next((k for k, start in BEGINNINGS.items() if content.startswith(start)), "")
    if kind not in ENDINGS:
        raise InvalidData(BAD_TYPE, {"evidence": [BAD_TYPE]})
    if len(content) > MAX_BYTES:
        raise InvalidData(TOO_LARGE, {"evidence": [BAD_TYPE]}, limit=MAX_BYTES // 2**20)
    return Paper(f"bukti-{uuid.uuid4()}.{ENDINGS[kind]}", content, kind)
