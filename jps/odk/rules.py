"""What may come from ODK Collect: states of a submission, limits, and names and kinds of files."""

import re
from collections.abc import Mapping
from enum import StrEnum

from jps.text import N_

MAX_BODY = 32 * 2**20  # bytes of one part of a submission; Collect splits what is larger
MAX_XML = 2 * 2**20  # bytes of the answers; 50 members are some 300 KB
MAX_FILES = 100  # files of one part: Collect begins another one after so many
MAX_NODES = 20_000  # elements of the answers
MAX_DEPTH = 30  # of elements in one another
MAX_ID = 200  # characters of an instance id
LIST_LIMIT = 5_000  # households in the list on a phone; more choices make Collect slow

_FILE_NAME = re.compile(r"[^\W_][\w \-.()]{0,99}")
# What a file may be by the ending of its name, and how its content begins (any of them).
KINDS: Mapping[str, tuple[str, tuple[bytes, ...]]] = {
    "jpg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "jpeg": ("image/jpeg", (b"\xff\xd8\xff",)),
    "png": ("image/png", (b"\x89PNG\r\n\x1a\n",)),
    "pdf": ("application/pdf", (b"%PDF-",)),
    "csv": ("text/csv", (b"",)),  # Collect's own record of an interview
}


class SubmissionState(StrEnum):
    """What became of a submission."""

    RECEIVED = "received"
    ACCEPTED = "accepted"
    DRAFT = "draft"
    CONFLICT = "conflict"
    REFUSED = "refused"
    REPLACED = "replaced"


STATE_NAMES: dict[SubmissionState, str] = {
    SubmissionState.RECEIVED: N_("Diterima, belum diperiksa"),
    SubmissionState.ACCEPTED: N_("Menjadi data"),
    SubmissionState.DRAFT: N_("Menjadi draf"),
    SubmissionState.CONFLICT: N_("Berbeda"),
    SubmissionState.REFUSED: N_("Tertahan"),
    SubmissionState.REPLACED: N_("Diganti"),
}
# It became what the form shows.
TAKEN = frozenset({SubmissionState.ACCEPTED, SubmissionState.DRAFT})
# A household holds it, whichever side is chosen.
KEPT = TAKEN | {SubmissionState.CONFLICT}
# What an operator can send through the checks once more.
RETRIABLE = frozenset({SubmissionState.REFUSED})


class Due(StrEnum):
    """What is still to be done about a submission, in this order."""

    ACCEPT = "accept"  # read, check, make it a household
    FILES = "files"  # put them with the household


def media_type_of(name: str, content: bytes) -> str | None:
    """Return the media type of a file by its name and beginning; None when it is not for us."""
    media_type, beginnings = KINDS.get(name.rpartition(".")[2].lower(), ("", ()))
    return media_type if content.startswith(beginnings) and beginnings else None


def is_file_name(name: str) -> bool:
    """Is `name` a plain file name: no folder, no hidden file, nothing a path could be made of?"""
    return _FILE_NAME.fullmatch(name) is not None and ".." not in name
