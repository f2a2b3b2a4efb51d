"""Keys that lead to nobody, and what may be asked of a frame. Pure."""

import hashlib
import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from jps.errors import InvalidData
from jps.text import N_

_BYTES = 8  # of a key: 16 letters
NOTICE = N_(
    "Baris per rumah tangga dan orang tidak disamarkan per wilayah kecil: sebelum menerbitkan "
    "angka, gabungkan wilayah sampai setiap angka berisi cukup banyak rumah tangga."
)


@dataclass(frozen=True)
class Pseudonyms:
    """Keys of one person's one project in one office.

    The same record has the same key in every frame and on every day of the project; with another
    office, person or project the keys are others, and nothing joins the two.
    """

    office: str  # secret of the office
    person: uuid.UUID
    project: str

    @cached_property
    def _secret(self) -> bytes:
        meant = f"{self.person}\n{self.project}".encode()
        return hashlib.blake2b(meant, key=self.office.encode()[:64], digest_size=32).digest()

    def of(self, kind: str, record: object) -> str:
        """Return the key of a record of a kind (household, member, ...)."""
        meant = f"{kind}\n{record}".encode()
        return hashlib.blake2b(meant, key=self._secret, digest_size=_BYTES).hexdigest()


@dataclass(frozen=True, slots=True)
class Ask:
    """What somebody wants of a frame.

    `columns`: these alone (empty: all). `area`: a part of the person's areas. `identified`: with
    names, addresses, points and true ids, for those who may see households.
    """

    columns: tuple[str, ...] = ()
    area: str = ""
    identified: bool = False


def chosen_columns(asked: Sequence[str], known: Sequence[str]) -> tuple[str, ...]:
    """Return the columns to give, in the frame's own order; InvalidData names unknown ones."""
    wanted = set(asked)
    if unknown := sorted(wanted - set(known)):
        message = N_("Kolom tidak dikenal: {columns}")
        shown = ", ".join(name[:40] for name in unknown[:5])
        raise InvalidData(message, {"columns": [message]}, columns=shown)
    return tuple(name for name in known if not wanted or name in wanted)
