"""The frozen households at hand: the newest, and their columns as they are needed."""

from collections.abc import Iterable
from functools import lru_cache
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.config import DATA
from jps.errors import InvalidData, NotFound
from jps.questionnaire import load_form
from jps.targeting.catalogue import Programmes, catalogue
from jps.targeting.facts import Catalogue, Population
from jps.targeting.models import TargetSnapshot
from jps.targeting.reading import rule_problems
from jps.targeting.rules import Definition, Listed, make_list, needed_facts, require_quotas
from jps.targeting.snapshots import facts_in, open_snapshot
from jps.targeting.taking import FOLDER, has_files
from jps.text import N_

TOO_OLD = N_("Potret data ini belum memuat {names}. Ambil potret data yang baru, lalu coba lagi.")


def facts(language: str = "id", programmes: Programmes | None = None) -> Catalogue:
    """Return the facts of the questionnaire in force, and of these programmes."""
    return catalogue(load_form(DATA / "questionnaire"), language, programmes)


def newest_snapshot(session: Session) -> TargetSnapshot:
    """Return the last snapshot taken; NotFound before there is one."""
    newest = (TargetSnapshot.taken_at.desc(), TargetSnapshot.id.desc())
    found = session.scalars(select(TargetSnapshot).order_by(*newest).limit(1)).one_or_none()
    if found is None:
        raise NotFound(N_("Belum ada potret data. Ambil potret data terlebih dahulu."))
    return found


def frozen_facts(home: Path, digest: str) -> Catalogue:
    """Return the facts of a snapshot as they were when it was taken; NotFound without files."""
    if not has_files(home, digest):
        raise NotFound(N_("Berkas potret data ini tidak ada di kantor ini."))
    return _facts_in(home, digest)


def opened(home: Path, digest: str, names: Iterable[str]) -> Population:
    """Return the people of a snapshot with the columns of these facts.

    NotFound without files, InvalidData for a snapshot of before there were such facts.
    """
    frozen_facts(home, digest)
    try:
        return _opened(home, digest, tuple(sorted(set(names))))
    except LookupError as error:
        raise InvalidData(TOO_OLD, names=str(error.args[0])) from None


def listed_from(home: Path, digest: str, definition: Definition) -> Listed:
    """Draw a list from a snapshot; InvalidData where its rule, its score or its quotas do not fit
    it."""
    known = frozen_facts(home, digest)
    with rule_problems():
        needed = needed_facts(definition, known)
        people = opened(home, digest, (fact.name for fact in needed))
        listed = make_list(definition, people, known)
    require_quotas(definition, listed)
    return listed


@lru_cache(maxsize=8)
def _facts_in(home: Path, digest: str) -> Catalogue:
    return facts_in(home / FOLDER, digest) or facts()


@lru_cache(maxsize=8)
def _opened(home: Path, digest: str, names: tuple[str, ...]) -> Population:
    known = _facts_in(home, digest)
    missing = [name for name in names if name not in known]
    if missing:
        raise LookupError(", ".join(missing))
    return open_snapshot(home / FOLDER, digest, [known[name] for name in names])
