"""Merging is a link over untouched records: everything counts once, and everything comes back."""

import os
import signal
import subprocess
import sys
import uuid
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.assessment.acceptance import follow_up
from jps.audit.models import AuditEvent
from jps.config import DATA, ROOT, Settings
from jps.db import EVERYWHERE, AreaScope, Base
from jps.errors import Conflict, InvalidData, JpsError
from jps.households import workflow
from jps.households.counting import kept_of, merged_away, person_corrections, surviving
from jps.households.frames import answer_frame, member_frame
from jps.households.lists import Filters, list_households, state_counts
from jps.households.models import Household, Merge
from jps.households.progress import progress_by_village
from jps.households.queries import gate, get_household
from jps.households.rules import Merged, Source
from jps.households.saving import Author
from jps.households.services import current_document, update_household
from jps.identity.group_models import GroupDecision
from jps.identity.group_rules import Group
from jps.identity.matchers import current_matcher
from jps.identity.merge_checks import Effect, EffectsOf, NotMergeable, OutsideScope
from jps.identity.merge_preview import Preview, preview, rather_kept
from jps.identity.merging import Merger, merge_households, merge_members, unmerge
from jps.identity.models import Decision
from jps.identity.open_pairs import Asked, Kind, open_pairs
from jps.identity.queries import duplicates_to_decide
from jps.identity.rules import Verdict
from jps.questionnaire import load_form
from tests.conftest import NOW
from tests.households_examples import member_document
from tests.offices import NewHousehold

LATER = NOW + timedelta(hours=1)
OFFICE = Merger("citra", EVERYWHERE)
AUTHOR = Author("citra", EVERYWHERE, Source.FORM)
Twins = Callable[[], tuple[Household, Household]]
People = dict[uuid.UUID, uuid.UUID]


@pytest.fixture
def twins(household: NewHousehold, session: Session) -> Twins:
    """Make one household recorded twice: two people in both, one only in the second record."""

    def make() -> tuple[Household, Household]:
        first = household("ani")
        son = member_document(
            name="Budi Contoh",
            nik="7501011203109005",
            relation="3",
            birth_date="2010-03-12",
            marital_status="1",
            mother_name="Fatma Contoh",
        )
        documents = [*_members(session, first)[:2], son]
        for document in documents:
            document.pop("id", None)
        second = household("budi", members=documents, address="Dusun Contoh 2")
        for household_id in (first, second):
            follow_up(session, uuid.UUID(household_id), at=NOW)
        session.commit()
        return _read(session, first), _read(session, second)

    return make


def _members(session: Session, household_id: str) -> list[dict[str, Any]]:
    session.rollback()
    document = current_document(session, _read(session, household_id))
    members: list[dict[str, Any]] = document["members"]
    session.rollback()
    return members


def _read(session: Session, household_id: object) -> Household:
    session.rollback()
    return get_household(session, uuid.UUID(str(household_id)))


def look(session: Session, kept: Household, other: Household, *effects: EffectsOf) -> Preview:
    session.rollback()
    one, two = (get_household(session, household.id) for household in (kept, other))
    return preview(session, one, two, current_matcher(session), effects=effects)


def couples(session: Session, kept: Household, other: Household) -> People:
    shown = look(session, kept, other)
    return {couple.other.id: couple.kept.id for couple in shown.couples}


def merge(session: Session, kept: Household, other: Household) -> uuid.UUID:
    act = merge_households(
        session, kept.id, other.id, couples(session, kept, other), by=OFFICE, at=LATER
    )
    session.commit()
    return act


def dump(session: Session) -> dict[str, list[str]]:
    """Return every row of every table but the ledger and the audit, as text."""
    session.rollback()
    kept = {"merge", "audit_event", "audit_head"}
    return {
        table.name: sorted(map(repr, session.execute(select(table)).all()))
        for table in Base.metadata.sorted_tables
        if table.name not in kept
    }


def counted(session: Session) -> dict[str, int]:
    """Return how many households and people there are, by every way of counting."""
    session.rollback()
    frame = member_frame(session, with_merged=False)
    sizes = session.scalar(
        select(func.sum(Household.household_size)).where(
            Household.id.not_in(merged_away(Merged.HOUSEHOLD))
        )
    )
    return {
        "list": list_households(session, Filters()).total,
        "states": sum(state_counts(session).values()),
        "progress": sum(one.total for one in progress_by_village(session).values()),
        "answers": answer_frame(session, []).num_rows,
        "people": frame.num_rows,
        "persons": (sizes or 0) + sum(person_corrections(session).values()),
    }


def test_a_merged_household_counts_once_and_none_of_its_people_is_lost(
    twins: Twins, session: Session
) -> None:
    kept, other = twins()
    size = _read(session, kept.id).household_size
    assert size is not None
    before = counted(session)
    assert (before["list"], before["people"]) == (2, size + 3)
    shown = look(session, kept, other)
    assert {one.kept.name for one in shown.couples} == {"Hasan Contoh", "Fatma Contoh"}
    assert [one.name for one in shown.only_other] == ["Budi Contoh"]
    assert "address" in {change.field for change in shown.differences}
    assert open_pairs(session, Asked(Kind.HOUSEHOLD)).total == 1
    assert open_pairs(session, Asked(Kind.MEMBER)).total == 2
    merge(session, kept, other)
    assert open_pairs(session, Asked(Kind.HOUSEHOLD)).total == 0
    assert open_pairs(session, Asked(Kind.MEMBER)).total == duplicates_to_decide(session)[1] == 0
    households = dict.fromkeys(("list", "states", "progress", "answers"), 1)
    assert counted(session) == households | dict.fromkeys(("people", "persons"), size + 1)
    assert kept_of(session, other.id) == kept.id
    assert list_households(session, Filters(with_merged=True)).total == 2


def test_taking_it_back_restores_every_byte(twins: Twins, session: Session) -> None:
    kept, other = twins()
    before, numbers = dump(session), counted(session)
    act = merge(session, kept, other)
    assert dump(session) == before
    undone = unmerge(session, act, by=OFFICE, at=LATER)
    session.commit()
    assert {one.undone_by for one in undone} == {"citra"}
    assert (dump(session), counted(session)) == (before, numbers)
    with pytest.raises(Conflict):
        unmerge(session, act, by=OFFICE, at=LATER)
    actions = select(AuditEvent.action).where(AuditEvent.actor == "citra")
    told = session.scalars(actions.order_by(AuditEvent.seq)).all()
    assert told == ["records-merged", "merge-undone"]


def test_edits_in_between_are_kept(twins: Twins, session: Session) -> None:
    kept, other = twins()
    untouched = document(session, other)
    act = merge(session, kept, other)
    edited = document(session, kept) | {"address": "Dusun Baru"}
    save(session, kept, edited)
    unmerge(session, act, by=OFFICE, at=LATER)
    session.commit()
    assert document(session, kept) == edited
    assert document(session, other) == untouched
    assert counted(session)["list"] == 2


def test_who_left_or_was_archived_no_longer_stands_for_others(
    twins: Twins, session: Session
) -> None:
    kept, other = twins()
    merge(session, kept, other)
    size = counted(session)["people"]
    edited = document(session, kept)
    edited["members"] = [one for one in edited["members"] if one["name"] != "Fatma Contoh"]
    save(session, kept, edited)
    assert counted(session)["people"] == size  # Fatma of the other record counts again
    version = _read(session, kept.id).version
    workflow.archive(session, kept.id, "keliru", version=version, by=AUTHOR, at=LATER)
    follow_up(session, kept.id, at=LATER)
    session.commit()
    assert counted(session)["people"] == 3
    assert (kept_of(session, other.id), person_corrections(session)) == (None, {})
    version = _read(session, kept.id).version
    workflow.restore(session, kept.id, version=version, by=AUTHOR, at=LATER)
    follow_up(session, kept.id, at=LATER)
    session.commit()
    assert kept_of(session, other.id) == kept.id


def save(session: Session, household: Household, document: dict[str, Any]) -> None:
    version = _read(session, household.id).version
    form = gate(session, load_form(DATA / "questionnaire"), today=NOW.date()).load(document)
    update_household(session, household.id, form, version=version, by=AUTHOR, at=LATER)
    follow_up(session, household.id, at=LATER)
    session.commit()


def document(session: Session, household: Household) -> dict[str, Any]:
    return current_document(session, _read(session, household.id))


def test_one_person_in_two_households_counts_once(twins: Twins, session: Session) -> None:
    kept, other = twins()
    (record, person), *_ = couples(session, kept, other).items()
    before = counted(session)
    act = merge_members(session, person, record, reason="Pindah", by=OFFICE, at=LATER)
    session.commit()
    assert person_corrections(session) == {other.id: -1}
    after = counted(session)
    assert after["list"] == 2
    assert (after["people"], after["persons"]) == (before["people"] - 1, before["persons"] - 1)
    shown = look(session, kept, other)
    assert [one.id for one in shown.merged] == [record]
    merge(session, kept, other)
    unmerge(session, act, by=OFFICE, at=LATER)
    session.commit()
    assert record not in surviving(session)


def test_a_chain_of_merges_ends_in_one_record(
    twins: Twins, household: NewHousehold, session: Session
) -> None:
    kept, other = twins()
    session.rollback()
    third = _read(session, household("cici"))
    first = merge(session, kept, other)
    with pytest.raises(NotMergeable):
        merge_households(session, other.id, third.id, {}, by=OFFICE, at=LATER)
    session.rollback()
    merge_households(session, third.id, kept.id, {}, by=OFFICE, at=LATER)
    session.commit()
    assert surviving(session)[other.id] == third.id
    assert counted(session)["list"] == 1
    unmerge(session, first, by=OFFICE, at=LATER)
    session.commit()
    assert counted(session)["list"] == 2


def test_both_areas_must_be_the_persons_own(twins: Twins, session: Session) -> None:
    kept, other = twins()
    elsewhere = Merger("dedi", AreaScope(("75.02",)))
    with pytest.raises(OutsideScope):
        merge_households(session, kept.id, other.id, {}, by=elsewhere, at=LATER)
    act = merge(session, kept, other)
    with pytest.raises(OutsideScope):
        unmerge(session, act, by=elsewhere, at=LATER)


def test_senseless_merges_are_refused(twins: Twins, session: Session) -> None:
    kept, other = twins()
    people = couples(session, kept, other)
    one, two = list(people)[:2]
    cases: list[tuple[uuid.UUID, People, str, type[JpsError]]] = [
        (other.id, {}, "", NotMergeable),
        (kept.id, people | {one: people[two]}, "", InvalidData),
        (kept.id, {people[one]: one}, "", InvalidData),
        (kept.id, people, "x" * 501, InvalidData),
        (uuid.uuid4(), {}, "", NotMergeable),
    ]
    for into, pairs, reason, expected in cases:
        with pytest.raises(expected):
            merge_households(session, into, other.id, pairs, reason=reason, by=OFFICE, at=LATER)
        session.rollback()
    assert session.scalar(select(func.count()).select_from(Merge)) == 0


def test_what_was_said_to_be_different_is_not_merged(twins: Twins, session: Session) -> None:
    kept, other = twins()
    people = couples(session, kept, other)
    record, person = next(iter(people.items()))
    first, last = sorted((record, person))
    said = {"verdict": Verdict.DIFFERENT, "reason": "", "by": "ani", "at": NOW}
    area = kept.area_code
    decision = Decision(area_code=area, member_id=first, other_id=last, **said)
    session.add(decision)
    session.commit()
    assert record not in couples(session, kept, other)
    with pytest.raises(NotMergeable):
        merge_households(session, kept.id, other.id, people, by=OFFICE, at=LATER)
    session.rollback()
    del people[record]
    first, last = sorted((kept.id, other.id))
    session.add(
        GroupDecision(kind=Group.HOUSEHOLD, area_code=area, first_id=first, other_id=last, **said)
    )
    session.commit()
    with pytest.raises(NotMergeable):
        merge_households(session, kept.id, other.id, people, by=OFFICE, at=LATER)


def test_effects_are_shown_and_may_forbid(twins: Twins, session: Session) -> None:
    kept, other = twins()

    def tell(session: Session, kept: uuid.UUID, other: uuid.UUID) -> list[Effect]:
        return [Effect("Bantuan", "PKH", None, "Tetap satu.", blocks=True)]

    shown = look(session, kept, other, tell)
    assert shown.is_blocked
    with pytest.raises(NotMergeable):
        merge_households(session, kept.id, other.id, {}, effects=[tell], by=OFFICE, at=LATER)


def test_the_larger_household_is_rather_kept(twins: Twins) -> None:
    kept, other = twins()
    assert rather_kept(kept, other) == rather_kept(other, kept)


SCRIPT = """
import sys, uuid
from datetime import datetime, UTC
from jps.app import create_app
from jps.db import EVERYWHERE, db, set_scope
from jps.identity.merging import Merger, merge_households

app = create_app()
with app.app_context():
    session = db.session()
    set_scope(session, EVERYWHERE)
    kept, other, *people = map(uuid.UUID, sys.argv[1:])
    pairs = dict(zip(people[::2], people[1::2], strict=True))
    merge_households(
        session, kept, other, pairs, by=Merger("citra", EVERYWHERE), at=datetime.now(UTC)
    )
    print("flushed", flush=True)
    sys.stdin.read()
"""


def test_killed_in_the_midst_of_it_nothing_is_merged(
    twins: Twins, session: Session, office: Settings, tmp_path: Path
) -> None:
    kept, other = twins()
    before, people = dump(session), couples(session, kept, other)
    ids = [kept.id, other.id, *(one for pair in people.items() for one in pair)]
    session.rollback()
    process = subprocess.Popen(
        [sys.executable, "-c", SCRIPT, *map(str, ids)],
        cwd=ROOT,
        env={**os.environ, "JPS_HOME": str(office.home), "JPS_DATABASE_URL": office.database_url},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
    )
    assert process.stdout is not None
    assert process.stdin is not None
    assert process.stdout.readline() == b"flushed\n"
    process.send_signal(signal.SIGKILL)
    process.wait()
    process.stdout.close()
    process.stdin.close()
    assert dump(session) == before
    assert session.scalar(select(func.count()).select_from(Merge)) == 0
    assert merge(session, kept, other)
    assert counted(session)["list"] == 1
