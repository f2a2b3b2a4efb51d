"""What is known about Indonesian names as data: variants, titles, sounds."""

import csv
import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from hashlib import sha256
from pathlib import Path

from jps.errors import InvalidFile
from jps.text import N_

DEFAULT_FILE = Path(__file__).resolve().parents[2] / "data" / "name_variants.csv"
_KINDS = ("variant", "leading", "title", "alias", "sound")


@dataclass(frozen=True)
class Variants:
    """One name_variants.csv.

    `variant`: word -> common form anywhere; `leading`: the same, only before other words of the
    name (M. ALI); `titles` are left out unless nothing else remains; what follows an `alias` word
    is left out; `sounds`: letters -> letters of the skeleton. `version` changes with the content.
    """

    variant: Mapping[str, str]
    leading: Mapping[str, str]
    titles: frozenset[str]
    aliases: frozenset[str]
    sounds: Mapping[str, str]
    version: str

    @classmethod
    def load(cls, path: Path) -> "Variants":
        """Read the CSV with columns kind, token, normal, source. Raises InvalidFile."""
        content = path.read_bytes()
        tables: dict[str, dict[str, str]] = {kind: {} for kind in _KINDS}
        for line, row in enumerate(csv.DictReader(content.decode().splitlines()), start=2):
            token, normal = row.get("token") or "", row.get("normal") or ""
            if row.get("kind") not in tables or not re.fullmatch("[A-Z]+", token):
                raise InvalidFile(
                    N_("{file}, baris {line}: jenis atau kata tidak dikenal."),
                    file=path.name,
                    line=line,
                )
            tables[str(row["kind"])][token] = normal
        return cls(
            variant=tables["variant"],
            leading=tables["leading"],
            titles=frozenset(tables["title"]),
            aliases=frozenset(tables["alias"]),
            sounds=tables["sound"],
            version=sha256(content).hexdigest()[:12],
        )


@cache
def default_variants() -> Variants:
    """Return the variants shipped with JPS, read once."""
    return Variants.load(DEFAULT_FILE)
