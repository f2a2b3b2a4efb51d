"""Lists from frozen households: the same on both databases, proved, and approved by two."""

import uuid
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.audit.models import AuditEvent
from jps.db import AreaScope, scoped_to
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.households.models import Household
from jps.jobs.runner import Task
from jps.targeting.drawing import Reason, Standing
from jps.targeting.models import TargetEntry, TargetList, TargetSnapshot
from jps.targeting.quotas import Method
from jps.targeting.rules import Definition, ListState
from jps.targeting.services import draw_list, move_list, save_rule, verify_list
from jps.targeting.taking import snapshot_work
from tests.figures import AT, add_areas, add_household, add_rich_household, score_all

HERE, FAR, TOWN = "75.01.01.2001", "75.01.02.2001", "75.71.01.1001"
POOR_RULE = {"fact": "npl100", "is": ">=", "value": 0.2}


def run_snapshot(session: Session, home: Path) -> dict[str, Any]:
    """Freeze the households; return what the work tells."""

    def clock() -> datetime:
        return AT

    task = Task(session, uuid.uuid4(), {}, {}, "tests", home, clock)
    steps = list(snapshot_work(task))
    session.commit()
    assert steps[-1].result is not None
    return steps[-1].result


@pytest.fixture
def homes(session: Session) -> None:
    """Fifteen poor and six rich households in three villages, scored."""
    add_areas(session)
    for village, poor, rich in ((HERE, 6, 2), (FAR, 5, 1), (TOWN, 4, 3)):
        for number in range(poor):
            key = uuid.uuid5(uuid.NAMESPACE_URL, f"{village} poor {number}")
            add_household(session, village, id=key)
        for number in range(rich):
            key = uuid.uuid5(uuid.NAMESPACE_URL, f"{village} rich {number}")
            add_rich_household(session, village, id=key)
    score_all(session)
    session.commit()


def defined(total: int, *, area: str = "75", seed: str = "1", **values: Any) -> Definition:
    """Return a definition for the poor of an area, divided among kecamatan."""
    given = {"method": Method.EXPECTED_POOR, "level": Level.KECAMATAN, "by_hand": {}, **values}
    return Definition(tree=POOR_RULE, area=area, total=total, seed=seed, **given)


def drawn(session: Session, home: Path, definition: Definition, by: str = "ani") -> TargetList:
    """Save the rule and draw a list by it."""
    rule = save_rule(session, "miskin", definition.tree, by=by, at=AT)
    return draw_list(session, home, rule, definition, name="Daftar", amount=300_000, by=by, at=AT)


def standings(session: Session, found: TargetList) -> dict[str, int]:
    """Return how many entries have which reason."""
    rows = session.execute(
        select(TargetEntry.reason, func.count())
        .where(TargetEntry.list_id == found.id)
        .group_by(TargetEntry.reason)
    )
    return {str(reason): number for reason, number in rows}


@pytest.mark.usefixtures("homes")
def test_a_list_selects_its_total_and_says_why(session: Session, tmp_path: Path) -> None:
    assert run_snapshot(session, tmp_path)["households"] == 21
    found = drawn(session, tmp_path, defined(8))
    assert sum(found.quotas.values()) == 8
    assert standings(session, found) == {
        Reason.WITHIN_QUOTA: 8,
        Reason.BELOW_QUOTA: 7,
        Reason.NOT_ELIGIBLE: 6,
    }
    for area, quota in found.quotas.items():
        inside = select(func.count()).where(
            TargetEntry.list_id == found.id,
            TargetEntry.standing == Standing.SELECTED,
            TargetEntry.area_code.startswith(area),
        )
        assert session.scalar(inside) == quota
    assert verify_list(session, tmp_path, found.id).same


@pytest.mark.usefixtures("homes")
def test_a_list_of_picked_areas_knows_nobody_else(session: Session, tmp_path: Path) -> None:
    run_snapshot(session, tmp_path)
    found = drawn(session, tmp_path, defined(8, areas=(HERE, TOWN)))
    query = select(TargetEntry.area_code).where(TargetEntry.list_id == found.id)
    assert set(session.scalars(query)) == {HERE, TOWN}
    assert sum(standings(session, found).values()) == 6 + 2 + 4 + 3
    assert set(found.quotas) == {HERE[:8], TOWN[:8]}
    assert found.areas == [HERE, TOWN]
    assert verify_list(session, tmp_path, found.id).same
    whole = drawn(session, tmp_path, defined(8))
    assert '"areas"' not in defined(8).as_json()
    assert whole.areas is None


@pytest.mark.usefixtures("homes")
def test_the_same_inputs_give_the_same_hash(session: Session, tmp_path: Path) -> None:
    for folder in ("one", "two"):
        run_snapshot(session, tmp_path / folder)
    assert session.scalar(select(func.count()).select_from(TargetSnapshot)) == 1
    lists = [drawn(session, tmp_path / folder, defined(8)) for folder in ("one", "two")]
    assert len({one.content_hash for one in lists}) == 1
    other = drawn(session, tmp_path / "one", defined(8, seed="2"))
    assert other.content_hash != lists[0].content_hash
    rows = session.execute(
        select(TargetEntry.household_id, TargetEntry.reason, TargetEntry.rank)
        .where(TargetEntry.list_id == lists[0].id)
        .order_by(TargetEntry.household_id)
    )
    told = "\n".join(f"{key} {reason} {rank}" for key, reason, rank in rows)
    # Held here so that both databases, and every later version, draw this very list.
    assert sha256(told.encode()).hexdigest()[:16] == "a3f38d7489a5a439"


@pytest.mark.usefixtures("homes")
def test_a_list_stays_what_it_was_when_data_change(session: Session, tmp_path: Path) -> None:
    run_snapshot(session, tmp_path)
    found = drawn(session, tmp_path, defined(8))
    for household in session.scalars(select(Household)):
        household.answers = {**household.answers, "ppi_ate_meat": "1"}
    score_all(session)
    session.commit()
    assert verify_list(session, tmp_path, found.id).same
    run_snapshot(session, tmp_path)
    assert session.scalar(select(func.count()).select_from(TargetSnapshot)) == 2


@pytest.mark.usefixtures("homes")
def test_an_entry_changed_by_hand_is_found(session: Session, tmp_path: Path) -> None:
    run_snapshot(session, tmp_path)
    found = drawn(session, tmp_path, defined(8))
    waiting = select(TargetEntry).where(TargetEntry.standing == Standing.WAITING).limit(1)
    session.scalars(waiting).one().standing = Standing.SELECTED
    session.flush()
    checked = verify_list(session, tmp_path, found.id)
    assert (checked.same, checked.entries_differ) == (False, 1)


@pytest.mark.usefixtures("homes")
def test_two_people_approve(session: Session, tmp_path: Path) -> None:
    run_snapshot(session, tmp_path)
    found = drawn(session, tmp_path, defined(8), by="ani")

    def move(target: ListState, by: str, reason: str = "") -> TargetList:
        return move_list(session, found.id, target, reason=reason, by=by, at=AT)

    with pytest.raises(Conflict):
        move(ListState.APPROVED, "budi")
    move(ListState.PROPOSED, "cici")
    for nobody in ("ani", "cici"):
        with pytest.raises(NotAllowed):
            move(ListState.APPROVED, nobody)
    with pytest.raises(InvalidData):
        move(ListState.REFUSED, "budi", "  ")
    assert move(ListState.APPROVED, "budi").state == ListState.APPROVED
    assert move(ListState.WITHDRAWN, "budi", "Anggaran dipotong").state_reason
    actions = session.scalars(select(AuditEvent.action)).all()
    assert {"target-list-drawn", "target-list-proposed", "target-list-approved"} <= set(actions)


@pytest.mark.usefixtures("homes")
def test_what_cannot_be_drawn_is_said_and_nothing_is_kept(session: Session, tmp_path: Path) -> None:
    with pytest.raises(NotFound):
        drawn(session, tmp_path, defined(3))
    run_snapshot(session, tmp_path)
    rule = save_rule(session, "miskin", POOR_RULE, by="ani", at=AT)
    nobody = {"fact": "npl100", "is": ">", "value": 1}
    for definition, name in ((defined(3), "  "), (defined(3, area="75.02"), "Daftar")):
        with pytest.raises(InvalidData):
            draw_list(session, tmp_path, rule, definition, name=name, amount=1, by="ani", at=AT)
    empty = Definition(nobody, "75", Method.NONE, Level.DESA, 5, "1", {})
    with pytest.raises(InvalidData):
        draw_list(session, tmp_path, rule, empty, name="Daftar", amount=1, by="ani", at=AT)
    with pytest.raises(InvalidData):
        save_rule(session, "salah", {"fact": "nothing"}, by="ani", at=AT)
    assert session.scalar(select(func.count()).select_from(TargetList)) == 0


@pytest.mark.usefixtures("homes")
def test_lists_of_other_areas_are_neither_seen_nor_made(session: Session, tmp_path: Path) -> None:
    run_snapshot(session, tmp_path)
    found = drawn(session, tmp_path, defined(8))
    session.commit()
    with scoped_to(session, AreaScope(("75.71",))):
        with pytest.raises(NotFound):
            verify_list(session, tmp_path, found.id)
        with pytest.raises(NotAllowed):
            drawn(session, tmp_path, defined(3))
        own = drawn(session, tmp_path, defined(3, area="75.71"))
        assert standings(session, own)[Reason.WITHIN_QUOTA] == 3


def test_a_rule_has_versions(session: Session) -> None:
    add_areas(session)
    first = save_rule(session, " Lansia ", POOR_RULE, by="ani", at=AT)
    assert save_rule(session, "Lansia", POOR_RULE, by="budi", at=AT) is first
    second = save_rule(session, "Lansia", {"area": ["75.01"]}, by="budi", at=AT)
    assert (first.version, second.version) == (1, 2)
