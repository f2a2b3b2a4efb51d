"""What a reader sees: right sums, only their areas, small numbers hidden."""

from dataclasses import astuple
from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.assessment.models import Assessment
from jps.assessment.rules import Line
from jps.audit.models import AuditEvent
from jps.db import EVERYWHERE, AreaScope, ScopeMissing, scoped_to, set_scope
from jps.errors import NotFound
from jps.households.models import Household, Merge
from jps.households.rules import Merged, State
from jps.maps.files import Format
from jps.maps.hiding import Hidden
from jps.maps.queries import VillageSums, Work
from jps.maps.schemas import MapChoice
from jps.maps.services import Reader, download, map_view, openable_areas
from jps.maps.views import AreaRow, MapView
from tests.figures import AT, add_areas, add_household, add_rich_household, score_all

HERE, BESIDE, FAR, TOWN = "75.01.01.2001", "75.01.01.2002", "75.01.02.2001", "75.71.01.1001"
PROVINCE = AreaScope(("75",))


def _look(
    session: Session,
    *,
    scope: AreaScope = PROVINCE,
    minimum: int = 2,
    sums: VillageSums | None = None,
    at: datetime = AT,
    **choice: Any,
) -> MapView:
    reader = Reader(scope, minimum, date(2026, 11, 23), at)
    with scoped_to(session, scope):
        return map_view(
            session, MapChoice(**choice), reader=reader, sums=sums or VillageSums(timer=lambda: 0.0)
        )


def _row(view: MapView, code: str) -> AreaRow:
    return next(row for row in view.rows if row.code == code)


def _numbers(row: AreaRow) -> list[float]:
    """Return the poverty figures in a row; PostgreSQL adds in another order every time."""
    found = row.poverty
    assert found is not None
    both = [number for rate in (found.rate, found.household_rate) for number in astuple(rate)]
    return [found.scored, found.persons, found.households, *both]


@pytest.fixture(autouse=True)
def households(session: Session) -> None:
    add_areas(session)
    for village, poor, rich in ((HERE, 4, 2), (BESIDE, 3, 3), (FAR, 5, 0), (TOWN, 1, 6)):
        for _ in range(poor):
            add_household(session, village)
        for _ in range(rich):
            add_rich_household(session, village)
    score_all(session)


def test_rates_equal_an_independent_computation(session: Session) -> None:
    """Mean of probabilities by persons, straight from the stored rows."""
    for line in (Line.NPL100, Line.BOTTOM40):
        view = _look(session, line=line)
        p, w = getattr(Assessment, line), Assessment.persons
        for code in ("75.01", "75.71"):
            poor, persons, households = session.execute(
                select(func.sum(p * w), func.sum(w), func.sum(p)).where(
                    Assessment.area_code.startswith(code)
                )
            ).one()
            found = _row(view, code).poverty
            assert found is not None
            assert found.rate.rate == pytest.approx(poor / persons)
            assert found.persons == pytest.approx(poor)
            assert found.households == pytest.approx(households)


def test_levels_add_up(session: Session) -> None:
    views = [_look(session, level=level) for level in (Level.KABKOTA, Level.KECAMATAN, Level.DESA)]
    for view in views:
        assert view.total.registration is not None
        assert view.total.registration.households == 24
        shown = [row.registration.households for row in view.rows if row.registration]
        assert sum(shown) == 24
    assert [len(view.rows) for view in views] == [2, 3, 4]


def test_coverage_is_told_only_where_population_is_known(session: Session) -> None:
    view = _look(session)
    known, unknown = _row(view, "75.01").registration, _row(view, "75.71").registration
    assert known is not None
    assert unknown is not None
    persons = 12 * 5 + 5 * 4
    assert known.expected == pytest.approx(800 * 17 / persons)
    assert known.coverage == pytest.approx(17 / (800 * 17 / persons))
    assert unknown.coverage is None


def test_drafts_archived_and_failed_visits_do_not_count(session: Session) -> None:
    add_household(session, TOWN, state=State.DRAFT)
    add_household(session, TOWN, state=State.ARCHIVED)
    add_household(session, TOWN, visit_result="4")
    score_all(session)
    found = _row(_look(session), "75.71").registration
    assert found is not None
    assert found.households == 7


def test_registered_households_without_score_count_as_registered_only(session: Session) -> None:
    add_household(session, TOWN, answers={})
    score_all(session)
    row = _row(_look(session), "75.71")
    assert row.registration is not None
    assert row.poverty is not None
    assert (row.registration.households, row.poverty.scored) == (8, 7)


def test_an_area_without_households_is_no_data_and_not_zero(session: Session) -> None:
    for household in session.scalars(select(Household).where(Household.area_code == TOWN)):
        household.state = State.ARCHIVED
    session.flush()
    row = _row(_look(session), "75.71")
    assert (row.poverty, row.poverty_hidden, row.registration) == (None, None, None)


def test_before_any_scoring_there_is_registration_but_no_rate(session: Session) -> None:
    session.query(Assessment).delete()
    row = _row(_look(session), "75.01")
    assert row.poverty is None
    assert row.poverty_hidden is None
    assert row.registration is not None


def test_small_numbers_are_hidden_with_a_neighbour(session: Session) -> None:
    view = _look(session, minimum=6, level=Level.DESA)
    assert {row.code: row.poverty_hidden for row in view.rows} == {
        HERE: Hidden.COMPLEMENT,
        BESIDE: None,
        FAR: Hidden.INSIDE,
        TOWN: None,
    }
    hidden = [row for row in view.rows if row.poverty_hidden]
    assert all(row.poverty is None and row.registration is None for row in hidden)
    small = _look(session, minimum=6, inside="75.01.02").total
    assert (small.poverty, small.poverty_hidden) == (None, Hidden.FEW)


def test_a_person_sees_their_areas_only(session: Session) -> None:
    view = _look(session, scope=AreaScope(("75.71",)))
    assert view.inside == "75.71"
    assert [row.code for row in view.rows] == ["75.71.01"]
    assert view.total.registration is not None
    assert view.total.registration.households == 7
    assert [(crumb.code, crumb.is_open) for crumb in view.crumbs] == [
        ("75", False),
        ("75.71", True),
    ]


@pytest.mark.parametrize("code", ["75", "75.01", "75.01.01.2001", "31", "75.7"])
def test_what_lies_outside_is_not_found(session: Session, code: str) -> None:
    with pytest.raises(NotFound):
        _look(session, scope=AreaScope(("75.71",)), inside=code)


def test_an_area_that_does_not_exist_is_not_found(session: Session) -> None:
    with pytest.raises(NotFound):
        _look(session, inside="75.99")


def test_nobody_without_an_area_sees_anything(session: Session) -> None:
    with pytest.raises(NotFound):
        _look(session, scope=AreaScope())


def test_a_forgotten_scope_fails(session: Session) -> None:
    reader = Reader(PROVINCE, 2, date(2026, 11, 23), AT)
    set_scope(session, None)
    try:
        with pytest.raises(ScopeMissing):
            map_view(session, MapChoice(), reader=reader, sums=VillageSums(timer=lambda: 0.0))
    finally:
        set_scope(session, EVERYWHERE)


def test_a_person_with_several_areas_sees_them_together(session: Session) -> None:
    view = _look(session, scope=AreaScope(("75.01.02", "75.71.01")))
    assert view.inside == ""
    assert [row.code for row in view.rows] == ["75.01.02", "75.71.01"]
    assert view.levels == (Level.KECAMATAN, Level.DESA)
    assert view.total.registration is not None
    assert view.total.registration.households == 12
    assert view.parents == {"75.01": "Kabupaten Gorontalo", "75.71": "Kota Gorontalo"}


def test_a_desa_shows_itself(session: Session) -> None:
    view = _look(session, inside=HERE)
    assert [row.code for row in view.rows] == [HERE]
    assert view.level is Level.DESA


def test_a_level_above_the_area_gives_way_to_the_next_below(session: Session) -> None:
    assert _look(session, inside="75.01.01", level=Level.KABKOTA).level is Level.DESA


def test_kept_sums_are_per_scope_and_renewed_when_data_change(session: Session) -> None:
    sums = VillageSums(timer=lambda: 0.0)
    assert _look(session, sums=sums).total.registration is not None
    town = _look(session, sums=sums, scope=AreaScope(("75.71",))).total.registration
    assert town is not None
    assert town.households == 7
    add_household(session, TOWN, changed_at=AT.replace(hour=7))
    again = _look(session, sums=sums, scope=AreaScope(("75.71",))).total.registration
    assert again is not None
    assert again.households == 8


def test_dear_sums_are_shown_for_a_while(session: Session) -> None:
    """Counting and hiding take three seconds here: for a minute the page keeps what it has."""
    seconds = count(0, 1.5)
    sums = VillageSums(timer=lambda: next(seconds))
    assert _look(session, sums=sums).counted_at == AT
    add_household(session, TOWN, changed_at=AT + timedelta(seconds=1))
    for passed, households in ((30, 24), (59, 24), (61, 25)):
        view = _look(session, sums=sums, at=AT + timedelta(seconds=passed))
        assert view.total.registration is not None
        assert view.total.registration.households == households, passed


def test_dear_sums_are_shown_while_others_count_them_anew(session: Session) -> None:
    seconds, asked = count(0, 1.5), list[Work]()
    sums = VillageSums(timer=lambda: next(seconds), aside=asked.append)
    _look(session, sums=sums)
    add_household(session, TOWN, changed_at=AT + timedelta(seconds=1))
    for passed in (61, 62):
        view = _look(session, sums=sums, at=AT + timedelta(seconds=passed))
        assert view.counted_at == AT
    [work] = asked
    work(session)
    view = _look(session, sums=sums, at=AT + timedelta(seconds=63))
    assert view.counted_at == AT + timedelta(seconds=61)
    assert view.total.registration is not None
    assert view.total.registration.households == 25
    _look(session, sums=sums, at=AT + timedelta(hours=2))
    assert len(asked) == 1


def test_openable_areas_are_those_above_desa(session: Session) -> None:
    with scoped_to(session, AreaScope(("75.71",))):
        codes = [place.code for place in openable_areas(session, AreaScope(("75.71",)))]
    assert codes == ["75.71", "75.71.01"]


def test_handing_out_figures_is_recorded(session: Session) -> None:
    view = _look(session, inside="75.01")
    file = download(session, view, Format.CSV, by="manager", at=AT)
    assert file.name == "jps-kecamatan-7501-20261123.csv"
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "figures-exported")).one()
    assert (event.actor, event.area_code) == ("manager", "75.01")
    assert event.details == {"format": "csv", "line": "npl100", "areas": 2}


def test_a_household_merged_into_another_counts_once(session: Session) -> None:
    before = {code: _row(_look(session), code) for code in ("75.01", "75.71")}
    here = select(Household).where(Household.area_code == HERE).order_by(Household.id)
    kept, other = session.scalars(here.limit(2)).all()
    act = Merge(
        act_id=other.id,
        kind=Merged.HOUSEHOLD,
        record_id=other.id,
        household_id=other.id,
        area_code=HERE,
        kept_id=kept.id,
        kept_household_id=kept.id,
        kept_area_code=HERE,
        active=True,
        reason="",
        by="tests",
        at=AT,
    )
    session.add(act)
    session.flush()
    after = {code: _row(_look(session), code) for code in before}
    assert _numbers(after["75.71"]) == pytest.approx(_numbers(before["75.71"]))
    one, two = after["75.01"].poverty, before["75.01"].poverty
    assert one is not None
    assert two is not None
    assert one.scored == two.scored - 1
    p = session.scalars(select(Assessment.npl100).where(Assessment.household_id == other.id)).one()
    assert p is not None
    assert one.households == pytest.approx(two.households - p)
    act.active, act.undone_at = False, AT
    session.flush()
    assert _numbers(_row(_look(session), "75.01")) == pytest.approx(_numbers(before["75.01"]))
