"""Who receives what per area: counted once, as the lists in force say, on both databases."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.assessment.models import Assessment, Decile
from jps.db import AreaScope, scoped_to
from jps.households.models import Family, Household, Member, Merge
from jps.households.rules import Merged
from jps.maps.queries import VillageSums
from jps.maps.schemas import MapChoice
from jps.maps.services import Reader, map_view
from jps.maps.views import AreaRow, MapView
from jps.programmes.case_models import Finding
from jps.programmes.models import OverlapRule
from jps.programmes.rules import (
    DecreeState,
    FindingKind,
    FindingState,
    Overlap,
    ProgrammeKind,
    Registered,
    Standing,
    Unit,
)
from tests.figures import AT, add_areas, add_household, add_rich_household, score_all
from tests.programmes_examples import add_decree, add_programme, add_recipients

HERE, TOWN = "75.01.01.2001", "75.71.01.1001"
PROVINCE = AreaScope(("75",))


def _look(
    session: Session, *, scope: AreaScope = PROVINCE, minimum: int = 1, **choice: Any
) -> MapView:
    reader = Reader(scope, minimum, date(2026, 11, 23), AT)
    kept = choice.pop("sums", None) or VillageSums(timer=lambda: 0.0)
    asked = MapChoice(**{"indicator": "reached_share", **choice})
    with scoped_to(session, scope):
        return map_view(session, asked, reader=reader, sums=kept)


def _row(view: MapView, code: str) -> AreaRow:
    return next(row for row in view.rows if row.code == code)


@pytest.fixture
def households(session: Session) -> list[Household]:
    """Six poor households in a desa and four rich ones in the town, scored."""
    add_areas(session)
    made = [add_household(session, HERE) for _ in range(6)]
    made += [add_rich_household(session, TOWN) for _ in range(4)]
    score_all(session)
    return made


@pytest.fixture
def lists(session: Session, households: list[Household]) -> None:
    """PKH for the first four here and one in town, rice for two of them; the two clash."""
    pkh, rice = add_programme(session, "pkh"), add_programme(session, "rice")
    add_recipients(session, add_decree(session, pkh), [*households[:4], households[6]])
    add_recipients(session, add_decree(session, rice), households[3:5])
    session.add(
        OverlapRule(
            first_id=pkh.id,
            second_id=rice.id,
            verdict=Overlap.FORBIDDEN,
            made_by="tests",
            made_at=AT,
        )
    )
    session.flush()


def test_reached_and_not_reached_equal_the_stored_rows(
    session: Session, households: list[Household], lists: None
) -> None:
    scores = session.execute(select(Assessment.household_id, Assessment.npl100))
    poor = {row.household_id: row.npl100 for row in scores}
    row = _row(_look(session), "75.01")
    got = sum(poor[household.id] or 0 for household in households[:5])
    whole = sum(poor[household.id] or 0 for household in households[:6])
    assert row.value("reached") == 5
    assert row.value("poor_reached") == pytest.approx(got)
    assert row.value("poor_unreached") == pytest.approx(whole - got)
    assert row.value("reached_share") == pytest.approx(got / whole)
    assert row.value("overlaps") == 1
    assert row.value("overlap_share") == pytest.approx(1 / 5)


def test_one_programme_alone(session: Session, lists: None) -> None:
    view = _look(session, programme="rice")
    assert dict(view.programmes) == {"pkh": "PKH", "rice": "RICE"}
    assert _row(view, "75.01").value("reached") == 2
    assert _row(view, "75.71").value("reached") == 0
    assert _look(session, programme="unknown").programme == ""


def test_whoever_does_not_receive_does_not_count(
    session: Session, households: list[Household]
) -> None:
    aid, flag = (
        add_programme(session, "aid"),
        add_programme(session, "asn", kind=ProgrammeKind.FLAG),
    )
    add_recipients(session, add_decree(session, flag), households)
    for values in (
        {"state": DecreeState.LOADED},
        {"period_to": date(2026, 11, 22)},
        {"period_from": date(2026, 11, 24)},
    ):
        add_recipients(session, add_decree(session, aid, **values), households)
    decree = add_decree(session, aid)
    add_recipients(session, decree, households[:1], standing=Standing.STRUCK)
    add_recipients(session, decree, households[1:2], registered=Registered.DOUBTFUL)
    first = add_recipients(session, decree, households[2:3])[0]
    add_recipients(session, decree, households[2:3], same_as=first.id)
    assert _row(_look(session), "75.01").value("reached") == 1


def test_without_a_list_in_force_nobody_knows(
    session: Session, households: list[Household]
) -> None:
    row = _row(_look(session), "75.01")
    assert [row.value(key) for key in ("reached", "reached_share", "overlaps", "findings")] == [
        None
    ] * 4


def test_a_merged_household_receives_for_the_one_it_counts_as(
    session: Session, households: list[Household], lists: None
) -> None:
    kept, other = households[5], households[0]
    session.add(
        Merge(
            act_id=other.id,
            kind=Merged.HOUSEHOLD,
            record_id=other.id,
            household_id=other.id,
            area_code=HERE,
            kept_id=kept.id,
            kept_household_id=kept.id,
            kept_area_code=HERE,
            reason="same",
            by="tests",
            at=AT,
            active=True,
        )
    )
    session.flush()
    assert _row(_look(session), "75.01").value("reached") == 5


def test_open_findings_count_until_they_are_closed(
    session: Session, households: list[Household]
) -> None:
    decree = add_decree(session, add_programme(session, "pkh"))
    listed = add_recipients(session, decree, households[:5])
    states = (
        FindingState.OPEN,
        FindingState.CHECKING,
        FindingState.DISMISSED,
        *[FindingState.OPEN] * 2,
    )
    for place, (recipient, state) in enumerate(zip(listed, states, strict=True)):
        session.add(
            Finding(
                area_code="75" if place == 4 else HERE,
                key=str(place),
                kind=FindingKind.DEAD,
                level=Unit.PERSON,
                decree_id=decree.id,
                recipient_id=recipient.id,
                state=state,
                found_at=AT,
                changed_at=AT,
                gone_at=AT if place == 3 else None,
            )
        )
    session.flush()
    # The last is of no known desa: it counts nowhere and hides nothing.
    assert _row(_look(session, minimum=2), "75.01").value("findings") == 2


def test_people_without_nik_and_the_newest_decile_of_each_family(
    session: Session, households: list[Household]
) -> None:
    given = []
    for place, household in enumerate(households[:3]):
        there = {"household_id": household.id, "area_code": HERE, "valid_from": date(2026, 1, 1)}
        family = Family(position=0, **there)
        session.add(family)
        session.flush()
        nik = "" if place else "7501010101909001"
        member = Member(family_id=family.id, position=0, name="X", nik=nik, nik_state="", **there)
        session.add(member)
        for period, decile in ((date(2026, 1, 1), 9), (date(2026, 7, 1), (2, 7, None)[place])):
            given.append(
                Decile(
                    area_code=HERE,
                    household_id=household.id,
                    family_id=family.id,
                    source="DTSEN",
                    period=period,
                    decile=decile,
                    loaded_by="tests",
                    loaded_at=AT,
                )
            )
    sums = VillageSums(timer=lambda: 0.0)
    assert _row(_look(session, indicator="low_share", sums=sums), "75.01").value("unranked") is None
    session.add_all(given)
    session.flush()
    view = _look(session, indicator="low_share", sums=sums)  # told of anew, not kept
    row = _row(view, "75.01")
    found = {key: row.value(key) for key in ("low_share", "low_families", "unranked")}
    assert found == {"low_share": 0.5, "low_families": 1, "unranked": 1}
    assert row.value("no_nik") == 2
    assert row.value("no_nik_share") == pytest.approx(2 / 3)
    assert _row(view, "75.71").value("low_families") is None


def test_small_numbers_of_a_programme_are_hidden_and_of_no_other_topic(
    session: Session, lists: None
) -> None:
    hidden = _row(_look(session, minimum=3, programme="rice"), "75.01")
    assert hidden.hidden["reach"] is not None
    assert hidden.value("reached") is None
    poverty = _row(_look(session, minimum=3, indicator="poverty_rate"), "75.01")
    assert poverty.value("poverty_rate") is not None


def test_two_readers_see_the_same_areas_hidden(session: Session, lists: None) -> None:
    """The town has one recipient of four: what hides it in Kab. Gorontalo hides it there too."""
    whole = _look(session, minimum=2)
    mine = _look(session, minimum=2, scope=AreaScope(("75.01",)), level=Level.KABKOTA)
    assert _row(whole, "75.01").hidden["reach"] is not None
    assert mine.total.hidden["reach"] is not None
