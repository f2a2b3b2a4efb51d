"""What a request would do now: its plan on the accepted data, passed through the one gate."""

import uuid
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.rules import Level
from jps.changes.applying import merged_households
from jps.changes.models import ChangeRequest
from jps.changes.planning import BORN_LATER, Asked, Plan, plan_change
from jps.changes.rules import MOVED, TOO_EARLY, Kind, date_problem
from jps.changes.schemas import read_asked
from jps.changes.stays import stays_in
from jps.db import everywhere
from jps.errors import Conflict, InvalidData, NotFound
from jps.households import storing
from jps.households.counting import kept_of
from jps.households.documents import Document, roster_of
from jps.households.forms import HouseholdForm
from jps.households.models import Household, Member
from jps.households.rules import State, is_settled
from jps.households.saving import UNKNOWN_VILLAGE
from jps.households.schemas import HouseholdSchema, InvalidHousehold
from jps.questionnaire import Problem
from jps.text import N_

REFUSED = N_("Perubahan ini belum dapat diterima: ada {count} isian yang harus diperbaiki.")
TAKEN = N_("Orang ini sudah tercatat tinggal di sebuah rumah tangga.")
ID_TAKEN = N_("Id ini sudah dipakai rumah tangga lain.")
NOT_INTERVIEWED = N_(
    "Rumah tangga ini belum diwawancarai, jadi anggotanya belum dapat dicatat. Perbaiki dahulu "
    "hasil kunjungannya."
)
NOT_SETTLED = N_("Permohonan perubahan hanya untuk data yang sudah diverifikasi.")
MERGED = N_("Rumah tangga ini digabungkan dengan data lain. Pisahkan dahulu, lalu coba lagi.")


class NotSettled(Conflict):
    """The household is not verified yet (edit it), or not in force any more."""

    code = "not-settled"


@dataclass(frozen=True, slots=True)
class Finding:
    """What the gate found in the document of a household after the change, about whom."""

    household: str
    member: str
    problem: Problem

    @property
    def path(self) -> str:
        """Where it stands: the question, for people with their id."""
        question = self.problem.question or "_"
        return f"members[{self.member}].{question}" if self.member else question


class InvalidChange(InvalidData):
    """The households would not pass the gate after the change; `found` says where and why."""

    code = "invalid-change"

    def __init__(self, found: Iterable[Finding]) -> None:
        self.found = tuple(found)
        problems: dict[str, list[str]] = {}
        for one in self.found:
            problems.setdefault(one.path, []).append(one.problem.text())
        super().__init__(REFUSED, problems, count=len(self.found))


@dataclass(frozen=True, slots=True)
class Looked:
    """A request beside the data of now. `households` are the rows that exist, by id as text."""

    households: Mapping[str, Household]
    documents: Mapping[str, Document]
    plan: Plan
    forms: Mapping[str, HouseholdForm]

    @property
    def versions(self) -> dict[str, int]:
        """The versions that were looked at."""
        return {key: household.version for key, household in self.households.items()}

    def area_after(self, household: str) -> str:
        """Return where a household lies after the change."""
        form = self.forms.get(household)
        return form.area_code if form is not None else self.households[household].area_code


def asked_of(request: ChangeRequest) -> Asked:
    """Return what a request asks for."""
    return read_asked(Kind(request.kind), request.asked)


def is_undirected(request: ChangeRequest, asked: Asked) -> bool:
    """Whether people go to a household that only the area they go to can name."""
    return request.kind == Kind.MOVE and not asked.household


def look(
    session: Session,
    request: ChangeRequest,
    gate: HouseholdSchema,
    *,
    today: date,
    asked: Asked | None = None,
    lock: bool = False,
) -> Looked:
    """Try a request on the data of now; nothing is written.

    People whose new household is not named yet are looked at as leaving. Reads all areas: what of
    it is shown is the caller's to decide. Raises `InvalidData`, `InvalidChange`, `NotSettled`.
    """
    asked = asked or asked_of(request)
    kind, here = Kind(request.kind), str(request.household_id)
    if is_undirected(request, asked):
        kind, asked = Kind.MOVED_OUT, replace(asked, presence=MOVED)
    with everywhere(session):
        ids = [here] if kind is Kind.SPLIT or not asked.household else [here, asked.household]
        if kind is Kind.SPLIT and session.get(Household, uuid.UUID(asked.household)) is not None:
            raise InvalidData(ID_TAKEN, {"household": [ID_TAKEN]})
        households = _households(session, ids, lock=lock)
        documents = {
            key: storing.accepted_document(session, household)
            for key, household in households.items()
        }
        plan = plan_change(kind, asked, here, documents)
        _check_people(session, plan, documents)
        _check_dates(session, request, asked, plan, households, today=today)
        emptied = [uuid.UUID(key) for key in plan.emptied]
        if merged_households(session, emptied) or _is_merged(session, households):
            raise Conflict(MERGED)
        forms = _through_gate(session, plan, gate)
    return Looked(households, documents, plan, forms)


def _households(session: Session, ids: list[str], *, lock: bool) -> dict[str, Household]:
    query = select(Household).where(Household.id.in_([uuid.UUID(key) for key in ids]))
    query = query.order_by(Household.id).execution_options(populate_existing=True)
    rows = session.scalars(query.with_for_update() if lock else query)
    found = {str(row.id): row for row in rows}
    if found.keys() != set(ids):
        raise NotFound()
    if any(not is_settled(State(row.state)) for row in found.values()):
        raise NotSettled(NOT_SETTLED)
    return {key: found[key] for key in ids}


def _is_merged(session: Session, households: Mapping[str, Household]) -> bool:
    """Whether one of them counts as another household: the other one is changed then."""
    return any(kept_of(session, household.id) for household in households.values())


def _check_people(session: Session, plan: Plan, documents: Mapping[str, Document]) -> None:
    """Nobody may come who lives in a household already."""
    before = {entry["id"] for document in documents.values() for entry in roster_of(document)}
    after = {e["id"] for document in plan.documents.values() for e in roster_of(document)}
    new = [uuid.UUID(str(key)) for key in after - before]
    query = select(Member.id).where(Member.id.in_(new), Member.valid_to.is_(None))
    if session.scalars(query).first() is not None:
        raise InvalidData(TAKEN, {"newcomers": [TAKEN]})


def _check_dates(
    session: Session,
    request: ChangeRequest,
    asked: Asked,
    plan: Plan,
    households: Mapping[str, Household],
    *,
    today: date,
) -> None:
    day = request.effective_on
    goes = [uuid.UUID(key) for key in (*plan.left, *plan.moved)]
    comes = [uuid.UUID(str(entry["id"])) for entry in asked.newcomers]
    people = select(Member.valid_from, Member.valid_to).where(Member.id.in_([*goes, *comes]))
    since = [row.valid_to or row.valid_from for row in session.execute(people)]
    since += [begun for row in households.values() if (begun := begin_of(session, row.id))]
    problem = date_problem(day, today=today, since=since)
    if problem is not None:
        message, last = problem
        brief = TOO_EARLY if last else message
        raise InvalidData(message, {"effective_on": [brief]}, day=last)
    if request.kind == Kind.BIRTH and any(
        str(entry.get("birth_date", "")) > day.isoformat() for entry in asked.newcomers
    ):
        raise InvalidData(BORN_LATER, {"effective_on": [BORN_LATER]})


def begin_of(session: Session, household_id: uuid.UUID) -> date | None:
    """Return the day from which a household is recorded; None when nobody ever lived there."""
    return min((stay.valid_from for stay in stays_in(session, household_id)), default=None)


def _through_gate(session: Session, plan: Plan, gate: HouseholdSchema) -> dict[str, HouseholdForm]:
    forms: dict[str, HouseholdForm] = {}
    found: list[Finding] = []
    for key, document in plan.documents.items():
        if key in plan.emptied:
            continue
        try:
            form = gate.load(document)
        except InvalidHousehold as error:
            wrong = [one for one in error.found if one.level == "error"]
            found += [Finding(key, _member_of(document, one), one) for one in wrong]
            continue
        assert isinstance(form, HouseholdForm)
        if len(form.members) != len(roster_of(document)):  # nobody may get lost on the way
            raise InvalidData(NOT_INTERVIEWED, {"_": [NOT_INTERVIEWED]})
        found += _village_findings(session, key, form)
        forms[key] = form
    if found:
        raise InvalidChange(found)
    return forms


def _member_of(document: Document, problem: Problem) -> str:
    place = problem.path.partition("[")[2].partition("]")[0]
    roster = roster_of(document)
    return str(roster[int(place)]["id"]) if place.isdigit() and int(place) < len(roster) else ""


def _village_findings(session: Session, key: str, form: HouseholdForm) -> Iterator[Finding]:
    area = session.get(Area, form.area_code)
    if area is None or area.level != Level.DESA:
        problem = Problem("area_code", "area_code", "error", UNKNOWN_VILLAGE, rule="choice")
        yield Finding(key, "", problem)
