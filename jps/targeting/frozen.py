"""The frozen households at hand: the newest, and their columns as they are needed."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.config import DATA
from jps.errors import NotFound
from jps.questionnaire import load_form
from jps.targeting.catalogue import catalogue
from jps.targeting.facts import Catalogue, Population
from jps.targeting.models import TargetSnapshot
from jps.targeting.snapshots import open_snapshot
from jps.targeting.taking import FOLDER, has_files
from jps.text import N_


def facts(language: str = "id") -> Catalogue:
    """Return the facts of the questionnaire in force."""
    return catalogue(load_form(DATA / "questionnaire"), language)


def newest_snapshot(session: Session) -> TargetSnapshot:
    """Return the last snapshot taken; NotFound before there is one."""
    newest = (TargetSnapshot.taken_at.desc(), TargetSnapshot.id.desc())
    found = session.scalars(select(TargetSnapshot).order_by(*newest).limit(1)).one_or_none()
    if found is None:
        raise NotFound(N_("Belum ada potret data. Ambil potret data terlebih dahulu."))
    return found


def opened(home: Path, digest: str, names: Iterable[str]) -> Population:
    """Return the people of a snapshot with the columns of these facts; NotFound without files."""
    if not has_files(home, digest):
        raise NotFound(N_("Berkas potret data ini tidak ada di kantor ini."))
    return _opened(home, digest, tuple(sorted(set(names))))


@lru_cache(maxsize=8)
def _opened(home: Path, digest: str, names: tuple[str, ...]) -> Population:
    known = facts()
    return open_snapshot(home / FOLDER, digest, [known[name] for name in names])
