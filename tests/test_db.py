"""The session's area scope: narrowed always, closed when nobody decided."""

import uuid
from datetime import UTC, datetime, timedelta, timezone
from itertools import combinations

import pytest
from sqlalchemy import exists, func, select, update
from sqlalchemy.engine import default
from sqlalchemy.orm import Session, aliased

from jps.db import EVERYWHERE, AreaScope, ScopeMissing, UtcDateTime, scoped_to, set_scope
from jps.households.models import Household
from jps.households.rules import Source, State
from jps.programmes.models import Decree, Programme
from jps.programmes.rules import DecreeState
from tests.conftest import NOW

AREAS = ("75.01.01.2001", "75.01.02.2001", "75.02.01.2001", "75.71.01.1001")
KABUPATEN = AreaScope(codes=("75.01",))
NOWHERE = AreaScope()


@pytest.fixture
def rows(session: Session) -> Session:
    """One household in each of four villages."""
    for area in AREAS:
        session.add(
            Household(
                id=uuid.uuid4(),
                area_code=area,
                state=State.DRAFT,
                state_by="tests",
                state_at=NOW,
                source=Source.FORM,
                entered_by="tests",
                entered_at=NOW,
                changed_at=NOW,
            )
        )
    session.commit()
    session.expunge_all()
    return session


def seen(session: Session) -> list[str]:
    """Return the areas whose households a plain query finds."""
    return sorted(session.scalars(select(Household.area_code)))


def test_scope_narrows_every_shape_of_query(rows: Session) -> None:
    other = aliased(Household)
    with scoped_to(rows, KABUPATEN):
        assert seen(rows) == ["75.01.01.2001", "75.01.02.2001"]
        assert rows.scalar(select(func.count()).select_from(Household)) == 2
        assert len(rows.scalars(select(other)).all()) == 2
        outside = exists().where(other.area_code == "75.02.01.2001")
        assert rows.scalars(select(Household.id).where(outside)).all() == []
        subquery = select(Household.area_code).subquery()
        assert len(rows.execute(select(subquery.c.area_code)).all()) == 2
        both = select(Household.id).union_all(select(other.id))
        assert len(rows.execute(both).all()) == 4


def test_scope_narrows_get_and_update(rows: Session) -> None:
    hidden = rows.scalars(select(Household.id).where(Household.area_code == AREAS[2])).one()
    with scoped_to(rows, KABUPATEN):
        assert rows.get(Household, hidden) is None
        rows.execute(update(Household).values(head_name="X"))
    assert rows.scalar(select(func.count()).where(Household.head_name == "X")) == 2


def test_what_holds_for_an_area_is_seen_from_below(session: Session) -> None:
    programme = Programme(
        code="uji", name="Uji", kind="aid", unit="family", made_by="tests", made_at=NOW
    )
    session.add(programme)
    session.flush()
    for place in ("75", "75.01", "75.01.02", "75.02", "7", "75.01.02.2001"):
        day, by = NOW.date(), {"state_by": "tests", "state_at": NOW, "made_by": "tests"}
        session.add(
            Decree(
                area_code=place,
                programme_id=programme.id,
                number=place,
                dated=day,
                period_from=day,
                state=DecreeState.DRAFT,
                made_at=NOW,
                **by,
            )
        )
    session.commit()
    session.expunge_all()
    with scoped_to(session, AreaScope(codes=("75.01",))):
        found = set(session.scalars(select(Decree.area_code)))
        assert found == {"75", "75.01", "75.01.02", "75.01.02.2001"}
    with scoped_to(session, NOWHERE):
        assert session.scalars(select(Decree.area_code)).all() == []


def test_no_scope_fails_and_empty_scope_sees_nothing(rows: Session) -> None:
    set_scope(rows, None)
    with pytest.raises(ScopeMissing):
        seen(rows)
    with scoped_to(rows, NOWHERE):
        assert seen(rows) == []
    set_scope(rows, EVERYWHERE)
    assert len(seen(rows)) == 4


def test_scope_is_restored_after_an_error(rows: Session) -> None:
    with pytest.raises(LookupError), scoped_to(rows, NOWHERE):
        raise LookupError
    assert len(seen(rows)) == 4


def test_a_code_is_no_prefix_of_its_neighbour(rows: Session) -> None:
    with scoped_to(rows, AreaScope(codes=("75.0",))):
        assert seen(rows) == []


def test_covers_agrees_with_the_condition_on_the_database(rows: Session) -> None:
    codes = ("75", "75.01", "75.01.01", "75.0", "75.02", "75.71.01.1001", "76")
    for several in (*combinations(codes, 1), *combinations(codes, 2)):
        scope = AreaScope(codes=several)
        with scoped_to(rows, scope):
            assert seen(rows) == [area for area in AREAS if scope.covers(area)], several


def test_times_need_a_zone_and_come_back_in_utc() -> None:
    column = UtcDateTime()
    dialect = default.DefaultDialect()
    with pytest.raises(ValueError, match="time zone"):
        column.process_bind_param(NOW.replace(tzinfo=None), dialect)
    wita = datetime(2026, 1, 1, 8, tzinfo=timezone(timedelta(hours=8)))
    stored = column.process_bind_param(wita, dialect)
    assert stored == datetime(2026, 1, 1, tzinfo=UTC)
