"""Codes of SIPD budgets in one spelling: 2.02, 02.02 and 202 are the same level. Pure.

urusan.bidang.program.kewenangan.kegiatan.subkegiatan, such as 1.06.05.2.02.0003.
"""

import re

from jps.text import N_

NOT_SIPD = N_(
    "Kode SIPD tidak dikenal. Tulis seperti 1.06.05.2.02.0003: urusan, bidang, program, "
    "kewenangan (1 provinsi, 2 kabupaten/kota), kegiatan, subkegiatan."
)
_SEPARATORS = re.compile(r"[.\s/-]+")
_JOINED = re.compile(r"(\d)(\d\d)(\d\d)(?:(\d)(\d\d)(\d{4}|\d\d)?)?$")


def normalise(text: str) -> str | None:
    """Return a code in the one spelling, None when it is none.

    A programme, a kegiatan or a subkegiatan will do. The four digits of a subkegiatan today and the
    two of lists before 2023 are kept as they are: they are other lists.
    """
    parts = [part for part in _SEPARATORS.split(text.strip()) if part]
    if not all(part.isascii() and part.isdigit() for part in parts):
        return None
    if len(parts) == 1:
        joined = _JOINED.match(parts[0])
        parts = [part for part in joined.groups() if part] if joined else []
    if len(parts) >= 4 and len(parts[3]) == 3:  # 202
        parts[3:4] = [parts[3][0], parts[3][1:]]
    if len(parts) not in {3, 5, 6} or any(int(part) == 0 for part in parts):
        return None
    widths = (1, 2, 2, 1, 2)
    fitted = [str(int(part)).zfill(width) for part, width in zip(parts, widths, strict=False)]
    if any(len(part) > width for part, width in zip(fitted, widths, strict=False)):
        return None
    if len(fitted) > 3 and fitted[3] not in {"1", "2"}:
        return None
    if len(parts) == 6 and len(parts[5]) not in {2, 4}:
        return None
    return ".".join([*fitted, *parts[5:]])
