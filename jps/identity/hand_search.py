"""Search the registry by hand, without the keys of the matching: its misses are to be found too.

Words and years are compared with every person of the reader's areas; that reads the whole snapshot.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.db import everywhere
from jps.errors import InvalidData
from jps.registry.models import RegistryPerson
from jps.registry.queries import find_by_nik, find_family
from jps.text import N_

MOST = 30  # people shown
_SHORTEST = 3  # letters; fewer fit everybody


@dataclass(frozen=True)
class HandQuery:
    """What a reviewer typed: a whole number, or words with or without the year of birth."""

    nik: str = ""
    kk: str = ""
    name: str = ""
    mother: str = ""
    year: str = ""

    @property
    def words(self) -> list[tuple[str, str]]:
        """Column and word, for words long enough to say something."""
        typed = (("name", self.name), ("mother_name", self.mother))
        return [
            (column, word)
            for column, text in typed
            for word in text.upper().split()
            if len(word) >= _SHORTEST
        ]


def search_by_hand(
    session: Session, snapshot_id: int, asked: HandQuery
) -> Sequence[RegistryPerson]:
    """Return who fits, at most MOST; a NIK is looked for everywhere, all else in the own areas.

    InvalidData when too little was typed.
    """
    if asked.nik:
        with everywhere(session):
            return find_by_nik(session, snapshot_id, asked.nik)[:MOST]
    if asked.kk:
        return find_family(session, snapshot_id, asked.kk)[:MOST]
    if not asked.words:
        raise InvalidData(N_("Ketik NIK, nomor KK, atau nama paling sedikit 3 huruf."))
    one = RegistryPerson
    query = select(one).where(one.snapshot_id == snapshot_id)
    for column, word in asked.words:
        query = query.where(func.upper(getattr(one, column)).contains(word, autoescape=True))
    if asked.year:
        query = query.where(one.birth_date.startswith(asked.year, autoescape=True))
    return session.scalars(query.order_by(one.name, one.id).limit(MOST)).all()
