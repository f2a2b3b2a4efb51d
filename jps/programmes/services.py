"""State what holds for programmes: terms from a day, pairs of programmes, lines of budgets."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.audit.services import Event, record, take_turn
from jps.db import AreaScope
from jps.errors import InvalidData, NotFound
from jps.programmes.given import (
    MOST_RUPIAH,
    ProgrammeFacts,
    TermsFacts,
    programme_problems,
    terms_problems,
)
from jps.programmes.models import BudgetLine, OverlapRule, Programme, ProgrammeTerms
from jps.programmes.queries import overlap_history, terms_of_programme
from jps.programmes.rules import Overlap
from jps.programmes.sipd import NOT_SIPD, normalise
from jps.text import N_

BAD_PROGRAMME = N_("Program belum disimpan. Perbaiki isian yang ditandai.")
BAD_TERMS = N_("Ketentuan belum disimpan. Perbaiki isian yang ditandai.")
CODE_TAKEN = N_("Kode ini sudah dipakai program lain.")
SAME_DAY = N_("Sudah ada ketentuan yang mulai pada hari itu. Perbaiki ketentuan itu saja.")
OVERLAPS = N_(
    "Masa ini menimpa ketentuan yang mulai {day}. Isi tanggal akhir paling lambat hari itu."
)
STARTS_BEFORE = N_("Masa ini menimpa ketentuan yang mulai {day}. Pilih tanggal yang lain.")
SAME_PROGRAMME = N_("Program yang sama di dua daftar selalu berarti bantuan yang sama.")
NO_RULE_SOURCE = N_("Isi sumber aturan ini.")
BAD_LINE = N_("Pos anggaran belum disimpan. Perbaiki isian yang ditandai.")
LINE_TAKEN = N_("Kode ini sudah ada untuk tahun dan wilayah itu.")
BAD_LINE_YEAR = N_("Tahun anggaran harus antara 2000 dan 2100.")
BAD_MONEY = N_("Isi rupiah bulat, nol atau lebih.")
NO_LINE_NAME = N_("Isi nama pos, paling banyak 200 karakter.")
NO_LINE_AREA = N_("Pilih wilayah yang termasuk wilayah kerja Anda.")


@dataclass(frozen=True)
class LineFacts:
    """What is stated about a line of a budget; the fields are those of `BudgetLine`."""

    code: str
    name: str
    year: int
    area_code: str
    owner: str = ""
    ceiling: int | None = None
    realised: int | None = None
    programme_id: int | None = None


def create_programme(
    session: Session, facts: ProgrammeFacts, *, by: str, at: datetime
) -> Programme:
    """Add a programme. Raises InvalidData."""
    take_turn(session)
    problems = programme_problems(facts)
    if not problems and session.scalars(select(Programme.id).filter_by(code=facts.code)).first():
        problems["code"] = [CODE_TAKEN]
    if problems:
        raise InvalidData(BAD_PROGRAMME, problems)
    programme = Programme(**vars(facts), made_by=by, made_at=at)
    session.add(programme)
    session.flush()
    record(session, _event("programme-created", programme), by=by, at=at)
    return programme


def change_programme(
    session: Session, programme: Programme, facts: ProgrammeFacts, *, by: str, at: datetime
) -> list[str]:
    """Change what is said about a programme; return which fields. Its code stays what it is."""
    problems = programme_problems(facts)
    if problems:
        raise InvalidData(BAD_PROGRAMME, problems)
    new = {name: value for name, value in vars(facts).items() if name != "code"}
    changed = _update(programme, new)
    if changed:
        programme.made_by, programme.made_at = by, at
        session.flush()
        event = _event("programme-changed", programme, fields=changed)
        record(session, event, by=by, at=at)
    return changed


def add_terms(
    session: Session, programme: Programme, facts: TermsFacts, *, by: str, at: datetime
) -> ProgrammeTerms:
    """Add what holds from a day; what held before ends on it. Raises InvalidData.

    Terms that begin later stay: the new ones must end before them.
    """
    take_turn(session)
    _check_terms(session, facts)
    others = terms_of_programme(session, programme.id)
    _check_room(facts, others)
    for before in others:
        if before.valid_from < facts.valid_from:
            if before.valid_to is None or before.valid_to > facts.valid_from:
                before.valid_to = facts.valid_from
            break
    return _store(session, programme, facts, by=by, at=at)


def fill_terms(
    session: Session, programme: Programme, facts: TermsFacts, *, by: str, at: datetime
) -> ProgrammeTerms | None:
    """Add terms where nothing is said about any of their days; None: something is."""
    _check_terms(session, facts)
    if any(_meets(facts, one) for one in terms_of_programme(session, programme.id)):
        return None
    return _store(session, programme, facts, by=by, at=at)


def correct_terms(
    session: Session, terms: ProgrammeTerms, facts: TermsFacts, *, by: str, at: datetime
) -> list[str]:
    """Put terms right that were stated wrongly; return which fields changed. Raises InvalidData.

    What really changed from a day is new terms instead: decrees of the time before keep the old.
    """
    take_turn(session)
    _check_terms(session, facts)
    others = [one for one in terms_of_programme(session, terms.programme_id) if one is not terms]
    for other in others:
        if _meets(facts, other):
            raise _in_the_way(other.valid_from, later=other.valid_from > facts.valid_from)
    changed = _update(terms, facts.columns())
    if changed:
        programme = session.get_one(Programme, terms.programme_id)
        details = {"valid_from": terms.valid_from.isoformat(), "fields": changed}
        terms.made_by, terms.made_at = by, at
        session.flush()
        record(session, _event("programme-terms-corrected", programme, **details), by=by, at=at)
    return changed


def set_overlap(
    session: Session,
    first: Programme,
    second: Programme,
    verdict: Overlap,
    *,
    source: str,
    verified: bool = False,
    by: str,
    at: datetime,
) -> OverlapRule:
    """Say what it means to be on the lists of two programmes; what was said before is kept.

    The same again changes nothing. Raises InvalidData for a programme with itself.
    """
    if first.id == second.id:
        raise InvalidData(SAME_PROGRAMME)
    source = source.strip()
    if not source:
        raise InvalidData(NO_RULE_SOURCE, {"source": [NO_RULE_SOURCE]})
    last = next(iter(overlap_history(session, first.id, second.id)), None)
    if last and (last.verdict, last.source, last.verified) == (verdict, source, verified):
        return last
    low, high = sorted((first, second), key=lambda one: one.id)
    rule = OverlapRule(
        first_id=low.id, second_id=high.id, verdict=verdict, source=source, verified=verified,
        made_by=by, made_at=at,
    )  # fmt: skip
    session.add(rule)
    session.flush()
    details = {"with": high.code, "verdict": str(verdict)}
    record(session, _event("overlap-rule-set", low, **details), by=by, at=at)
    return rule


def save_line(
    session: Session,
    facts: LineFacts,
    *,
    scope: AreaScope,
    by: str,
    at: datetime,
    line_id: int | None = None,
) -> BudgetLine:
    """Add a line of a budget, or change one. Raises InvalidData, NotFound."""
    take_turn(session)
    code = normalise(facts.code)
    problems = _line_problems(session, facts, scope)
    if code is None:
        problems["code"] = [NOT_SIPD]
    if not problems:
        same = select(BudgetLine).filter_by(code=code, year=facts.year, area_code=facts.area_code)
        taken = session.scalars(same).first()
        if taken is not None and taken.id != line_id:
            problems["code"] = [LINE_TAKEN]
    if problems:
        raise InvalidData(BAD_LINE, problems)
    values = {**vars(facts), "code": code}
    line = BudgetLine() if line_id is None else session.get(BudgetLine, line_id)
    if line is None:
        raise NotFound()
    changed = _update(line, values)
    if line_id is None or changed:
        line.made_by, line.made_at = by, at
        session.add(line)
        session.flush()
        details = {"code": code, "year": facts.year, "fields": changed}
        event = Event("budget-line-saved", "budget-line", str(line.id), line.area_code, details)
        record(session, event, by=by, at=at)
    return line


def _line_problems(session: Session, facts: LineFacts, scope: AreaScope) -> dict[str, list[str]]:
    bad = {
        "name": not 0 < len(facts.name) <= 200,
        "year": not 2000 <= facts.year <= 2100,
        "ceiling": not 0 <= (facts.ceiling or 0) <= 1000 * MOST_RUPIAH,
        "realised": not 0 <= (facts.realised or 0) <= 1000 * MOST_RUPIAH,
        "area_code": not scope.covers(facts.area_code)
        or session.get(Area, facts.area_code) is None,
        "programme_id": facts.programme_id is not None
        and (
            not 0 < facts.programme_id < 2**31 or session.get(Programme, facts.programme_id) is None
        ),
    }
    messages = {
        "name": NO_LINE_NAME,
        "year": BAD_LINE_YEAR,
        "ceiling": BAD_MONEY,
        "realised": BAD_MONEY,
        "area_code": NO_LINE_AREA,
        "programme_id": N_("Program tidak ditemukan."),
    }
    return {field: [messages[field]] for field, wrong in bad.items() if wrong}


def _check_terms(session: Session, facts: TermsFacts) -> None:
    known = set(session.scalars(select(Area.code))) if facts.packages else set()
    problems = terms_problems(facts, known)
    if problems:
        raise InvalidData(BAD_TERMS, problems)


def _check_room(facts: TermsFacts, others: Any) -> None:
    """Raise where terms of the same day or later ones are in the way."""
    for other in others:
        if other.valid_from == facts.valid_from:
            raise InvalidData(SAME_DAY, {"valid_from": [SAME_DAY]})
        if other.valid_from > facts.valid_from and _meets(facts, other):
            raise _in_the_way(other.valid_from, later=True)


def _in_the_way(day: date, *, later: bool) -> InvalidData:
    field, message = ("valid_to", OVERLAPS) if later else ("valid_from", STARTS_BEFORE)
    return InvalidData(message, {field: [message]}, day=day.isoformat())


def _meets(facts: TermsFacts, other: ProgrammeTerms) -> bool:
    """Whether both say something about some day."""
    before = other.valid_to is not None and other.valid_to <= facts.valid_from
    after = facts.valid_to is not None and facts.valid_to <= other.valid_from
    return not before and not after


def _store(
    session: Session, programme: Programme, facts: TermsFacts, *, by: str, at: datetime
) -> ProgrammeTerms:
    terms = ProgrammeTerms(programme_id=programme.id, **facts.columns(), made_by=by, made_at=at)
    session.add(terms)
    session.flush()
    details = {"valid_from": facts.valid_from.isoformat(), "verified": facts.verified}
    record(session, _event("programme-terms-added", programme, **details), by=by, at=at)
    return terms


def _update(row: Any, values: Mapping[str, Any]) -> list[str]:
    """Set what differs; return the names of it."""
    changed = [name for name, value in values.items() if getattr(row, name) != value]
    for name in changed:
        setattr(row, name, values[name])
    return changed


def _event(action: str, programme: Programme, **details: object) -> Event:
    told = {"code": programme.code, **details}
    return Event(action, "programme", str(programme.id), details=told)
