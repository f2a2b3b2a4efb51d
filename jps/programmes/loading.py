"""Load the programmes of files into an office: what people stated there is never overruled."""

from collections.abc import Iterable
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.errors import InvalidFile
from jps.programmes.files import (
    DescribedOverlap,
    DescribedProgramme,
    read_overlaps,
    read_programmes,
)
from jps.programmes.given import TermsFacts, programme_problems
from jps.programmes.matrix import Clash, PairRule, clashes
from jps.programmes.models import Programme, ProgrammeTerms
from jps.programmes.queries import overlap_history, terms_of_programme
from jps.programmes.services import (
    change_programme,
    correct_terms,
    create_programme,
    fill_terms,
    set_overlap,
)
from jps.text import N_

CLASH_NAMES = {
    Clash.ITSELF: N_("{file}: {first} berpasangan dengan dirinya sendiri."),
    Clash.CONTRADICTED: N_("{file}: dua aturan tentang {first} dan {second} bertentangan."),
    Clash.UNKNOWN: N_("{file}: {first} atau {second} bukan program yang dikenal."),
}
BAD_FILE = N_("{file}: kode atau nama program salah.")


@dataclass
class Loaded:
    """What loading did; `kept` are things that people had stated otherwise, left as they are."""

    added: int = 0
    changed: int = 0
    unchanged: int = 0
    kept: int = 0

    def count(self, outcome: str) -> None:
        """Count one thing."""
        setattr(self, outcome, getattr(self, outcome) + 1)


def load_programmes(session: Session, folder: Path, *, by: str, at: datetime) -> Loaded:
    """Add the programmes of a folder with their terms and overlap rules, and flush.

    Loading again changes only what a load by the same name brought and nobody changed since.
    Raises InvalidFile, before anything is written, when a file is wrong.
    """
    described, pairs = read_programmes(folder), read_overlaps(folder)
    codes = {one.facts.code for one in described}
    known = codes | set(session.scalars(select(Programme.code)))
    for found in clashes([PairRule(one.first, one.second, one.verdict) for one in pairs], known):
        first, second = found.programmes
        message = CLASH_NAMES[found.clash]
        raise InvalidFile(message, file="overlaps.csv", first=first, second=second)
    for one in described:
        if programme_problems(one.facts):
            raise InvalidFile(BAD_FILE, file=f"{one.facts.code}.toml")
    report = Loaded()
    for one in described:
        _load(session, one, report, by=by, at=at)
    _load_overlaps(session, pairs, report, by=by, at=at)
    return report


def _load_overlaps(
    session: Session, pairs: Iterable[DescribedOverlap], report: Loaded, *, by: str, at: datetime
) -> None:
    rows = {row.code: row for row in session.scalars(select(Programme))}
    for rule in pairs:
        first, second = rows[rule.first], rows[rule.second]
        said = (rule.verdict, rule.source, rule.verified)
        last = next(iter(overlap_history(session, first.id, second.id)), None)
        same = last is not None and (last.verdict, last.source, last.verified) == said
        if last is not None and (same or last.made_by != by):
            report.count("unchanged" if same else "kept")
            continue
        source, verified = rule.source, rule.verified
        set_overlap(
            session, first, second, rule.verdict, source=source, verified=verified, by=by, at=at
        )
        report.count("changed" if last else "added")


def _load(
    session: Session, described: DescribedProgramme, report: Loaded, *, by: str, at: datetime
) -> None:
    facts = described.facts
    programme = session.scalars(select(Programme).where(Programme.code == facts.code)).first()
    if programme is None:
        programme = create_programme(session, facts, by=by, at=at)
        report.count("added")
    elif programme.made_by == by:
        changed = change_programme(session, programme, facts, by=by, at=at)
        report.count("changed" if changed else "unchanged")
    else:
        report.count("kept")
    areas = set(session.scalars(select(Area.code)))
    for described_terms in described.terms:
        # An office of another province has no use for the packages of this one.
        packages = tuple(one for one in described_terms.packages if one.area in areas)
        terms = replace(described_terms, packages=packages)
        present = {one.valid_from: one for one in terms_of_programme(session, programme.id)}
        report.count(_load_terms(session, programme, present.get(terms.valid_from), terms, by, at))


def _load_terms(
    session: Session,
    programme: Programme,
    stored: ProgrammeTerms | None,
    facts: TermsFacts,
    by: str,
    at: datetime,
) -> str:
    if stored is None:
        return "added" if fill_terms(session, programme, facts, by=by, at=at) else "kept"
    if stored.made_by != by:
        return "kept"
    # What ended because people stated something later ends there still.
    ends = facts.valid_to if facts.valid_to is not None else stored.valid_to
    same = replace(facts, valid_to=ends)
    return "changed" if correct_terms(session, stored, same, by=by, at=at) else "unchanged"
