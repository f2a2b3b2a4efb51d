"""Households and families that may be listed twice, why, and what people say about them."""

import uuid
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.assessment.acceptance import follow_up
from jps.db import AreaScope, scoped_to
from jps.errors import Conflict, InvalidData
from jps.identity.group_models import GroupPair
from jps.identity.group_rules import (
    LEAST,
    Group,
    Place,
    Shared,
    distinct,
    family_evidence,
    household_evidence,
    weight,
)
from jps.identity.group_services import decide_group, undo_group
from jps.identity.groups import renew_groups, replace_groups
from jps.identity.open_pairs import (
    Asked,
    Kind,
    counts_below,
    find_group,
    next_pair,
    open_pairs,
    totals,
)
from jps.identity.rules import Verdict
from tests.conftest import NOW
from tests.households_examples import household_document, member_document
from tests.offices import NewHousehold

HERE = Place("75.01.01.2001", ("CONTO", "HASAN"), ("CONTO",), 0.6, 123.05)
BESIDE = Place("75.01.01.2001", ("CONTO", "HASAN"), ("CONTO",), 0.6001, 123.05)
FAR = Place("75.02.01.2001", ("CONTO", "HASAN"), ("LAIN",), 0.7, 122.3)
UNKNOWN = Place("75.01.01.2001", ("CONTO", "HASAN"), (), None, None)


def test_the_distance_of_two_doors() -> None:
    assert HERE.metres(BESIDE) == pytest.approx(11.1, abs=0.1)
    assert HERE.metres(UNKNOWN) is None


@pytest.mark.parametrize(
    ("two", "shared", "same_kk", "facts"),
    [
        (BESIDE, Shared(4, 4), True, {"people_all", "same_kk", "near", "same_village"}),
        (FAR, Shared(2, 3), False, {"people_most", "far", "other_village"}),
        (UNKNOWN, Shared(1, 4), False, {"people_some", "same_village"}),
        (BESIDE, Shared(0, 4), False, {"people_none", "same_head", "near", "same_village"}),
        (UNKNOWN, Shared(0, 0), False, {"same_head", "same_village"}),
    ],
)
def test_what_is_said_of_two_households(
    two: Place, shared: Shared, same_kk: bool, facts: set[str]
) -> None:
    found = household_evidence(HERE, two, shared, same_kk=same_kk)
    assert found.keys() - {"same_address"} == {"start", *facts}
    assert found == household_evidence(two, HERE, shared, same_kk=same_kk)


def test_more_people_in_common_never_weigh_less() -> None:
    weights = [
        weight(household_evidence(HERE, FAR, Shared(people, 4), same_kk=False))
        for people in range(5)
    ]
    assert weights == sorted(weights)


def test_one_shared_child_far_away_is_no_double_household() -> None:
    assert weight(household_evidence(HERE, FAR, Shared(1, 5), same_kk=False)) < LEAST
    assert weight(household_evidence(HERE, UNKNOWN, Shared(3, 4), same_kk=False)) >= LEAST
    assert "one_kk" in family_evidence(HERE, FAR, Shared(0, 3), same_kk=True)


def test_nobody_is_counted_twice() -> None:
    assert distinct([(1, 5), (1, 6), (2, 6)]) == 2
    assert distinct([]) == 0


def child(number: int, **overrides: Any) -> dict[str, Any]:
    given = {
        "name": ("Budi Lahay", "Citra Napu", "Darwis Tuli")[number],
        "nik": f"750101120310900{5 + number}",
        "relation": "3",
        "birth_date": "2010-03-12",
        "marital_status": "1",
        "mother_name": "Ramla Tuli",
    }
    return member_document(**(given | overrides))


@pytest.fixture
def doubles(household: NewHousehold, session: Session) -> tuple[uuid.UUID, uuid.UUID, uuid.UUID]:
    """A household entered twice under two KK numbers, and another that shows the first one's."""
    first = household("ani")
    again = [{**one, "kk": "7501012301159002"} for one in household_document()["members"]]
    second = household("budi", members=again)
    stranger = [child(0, relation="1", nik="7501011203109007", marital_status="1")]
    third = household(
        "cici", area_code="75.02.01.2001", members=stranger, address="Jalan Lain", gps=None
    )
    ids = uuid.UUID(first), uuid.UUID(second), uuid.UUID(third)
    for one in ids:
        follow_up(session, one, at=NOW)
    session.commit()
    return ids


def pairs_of(session: Session, kind: Group) -> list[GroupPair]:
    query = select(GroupPair).where(GroupPair.kind == kind).order_by(GroupPair.weight.desc())
    return list(session.scalars(query))


def rows(session: Session) -> list[tuple[object, ...]]:
    found = session.execute(
        select(GroupPair.first_id, GroupPair.other_id, GroupPair.weight, GroupPair.evidence)
    )
    return sorted((tuple(row[:3]) for row in found), key=str)


def test_they_are_found_by_a_save_as_by_a_run_over_everything(
    doubles: tuple[uuid.UUID, uuid.UUID, uuid.UUID], session: Session
) -> None:
    first, second, third = doubles
    (pair,) = pairs_of(session, Group.HOUSEHOLD)
    assert {pair.first_id, pair.other_id} == {first, second}
    assert {"people_all", "same_village"} <= pair.evidence.keys()
    families = pairs_of(session, Group.FAMILY)
    found = {
        frozenset((one.first_household_id, one.other_household_id)): {*one.evidence}
        for one in families
    }
    assert "two_kk" in found[frozenset((first, second))]
    assert "one_kk" in found[frozenset((first, third))]
    before = rows(session)
    assert replace_groups(session, at=NOW) == len(before)
    assert rows(session) == before
    renew_groups(session, doubles[1:2], at=NOW)
    assert rows(session) == before


def test_decisions_are_kept_and_can_be_undone(
    doubles: tuple[uuid.UUID, uuid.UUID, uuid.UUID], session: Session
) -> None:
    (pair,) = pairs_of(session, Group.HOUSEHOLD)
    with pytest.raises(InvalidData):
        decide_group(session, pair, Verdict.UNSURE, by="ani", at=NOW)
    decide_group(session, pair, Verdict.UNSURE, reason="Cek ke desa", by="ani", at=NOW)
    assert open_pairs(session, Asked(Kind.HOUSEHOLD)).total == 0
    assert open_pairs(session, Asked(Kind.HOUSEHOLD, unsure=True)).total == 1
    made = decide_group(session, pair, Verdict.DIFFERENT, by="budi", at=NOW)
    session.commit()
    replace_groups(session, at=NOW)
    (pair,) = pairs_of(session, Group.HOUSEHOLD)
    assert pair.verdict == Verdict.DIFFERENT
    undo_group(session, made, by="budi", at=NOW)
    assert find_group(session, pair.id).verdict is None
    with pytest.raises(Conflict):
        undo_group(session, made, by="budi", at=NOW)


def test_lists_by_area_count_a_pair_for_both_its_areas(
    doubles: tuple[uuid.UUID, uuid.UUID, uuid.UUID], session: Session
) -> None:
    counts = totals(session, Asked())
    assert counts[Kind.HOUSEHOLD] == 1
    assert counts[Kind.FAMILY] == 2
    assert counts[Kind.MEMBER] >= 2
    assert counts_below(session, Asked(Kind.FAMILY)) == {"75.01": 2, "75.02": 1}
    families = open_pairs(session, Asked(Kind.FAMILY)).rows
    assert next_pair(session, Asked(Kind.FAMILY), families[0]) == families[1].id
    with scoped_to(session, AreaScope(("75.02",))):
        assert open_pairs(session, Asked(Kind.FAMILY)).total == 1
        assert open_pairs(session, Asked(Kind.FAMILY, area="75.01")).total == 1
        assert open_pairs(session, Asked(Kind.HOUSEHOLD)).total == 0
        assert counts_below(session, Asked(Kind.FAMILY)) == {"75.02": 1}
