"""The queue: its order, its pages, who sees which part, what hangs on a case."""

import uuid
from datetime import datetime, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.bulk import write_rows
from jps.db import AreaScope, scoped_to
from jps.households.models import Member
from jps.identity.cases import renew_cases, set_stakes
from jps.identity.models import Link, ReviewCase
from jps.identity.queue import (
    PAGE,
    Asked,
    Order,
    Page,
    Reader,
    Tray,
    count_areas,
    count_places,
    next_member,
    read_page,
)
from jps.identity.rules import LinkState, Stakes, Step, doubt_of, rank, score
from jps.registry.queries import needed_snapshot
from tests.conftest import NOW
from tests.households_examples import member_document
from tests.offices import NewHousehold
from tests.registries import Import, csv_bytes, strangers

WHOLE = AreaScope(("75",))
READER = Reader("budi", WHOLE)
VILLAGES = ("75.01.01.2001", "75.01.01.2002", "75.02.01.2001")
CASES = 2 * PAGE + 7
stakes = st.builds(
    Stakes,
    st.none() | st.floats(0, 1),
    st.integers(1, 20),
    st.integers(0, 5),
    st.floats(0, 1),
)
moments = st.integers(0, 4_000).map(lambda hours: NOW - timedelta(hours=hours))


@given(stakes, moments, stakes, moments, st.integers(0, 9_000))
def test_waiting_alone_never_changes_the_order(
    one: Stakes, since: datetime, other: Stakes, then: datetime, hours: int
) -> None:
    first, second = rank(one, since), rank(other, then)
    later = NOW + timedelta(hours=hours)
    assert (first <= second) == (score(first, later) >= score(second, later))
    assert score(first, NOW) >= one.points - 1e-5


@given(stakes, moments)
def test_more_at_stake_more_doubt_and_more_days_come_first(one: Stakes, since: datetime) -> None:
    place = rank(one, since)
    richer = Stakes(one.poverty, one.household_size + 1, one.programmes, one.doubt)
    served = Stakes(one.poverty, one.household_size, one.programmes + 1, one.doubt)
    open_one = Stakes(one.poverty, one.household_size, one.programmes, 1.0)
    for more in (richer, served, open_one):
        assert rank(more, since) <= place


@given(st.floats(-80, 80), st.floats(-80, 80))
def test_doubt_is_largest_at_even_odds_and_in_ties(weight: float, margin: float) -> None:
    assert 0 <= doubt_of(weight, margin) <= 1
    assert doubt_of(weight, None) == doubt_of(-weight, None)
    assert doubt_of(weight, margin) >= doubt_of(weight, None)
    assert (doubt_of(0.0, None), doubt_of(30.0, 0.0), doubt_of(None, None)) == (1.0, 1.0, 0.0)


@pytest.fixture
def crowd(household: NewHousehold, import_file: Import, session: Session) -> None:
    """Members with links to be looked at, of three villages, waiting since one day to many."""
    import_file(csv_bytes(strangers(20)))
    ids = [household("ani", members=[member_document()], household_size=1, address=f"Jalan {n}")
           for n in range(3)]  # fmt: skip
    models = session.scalars(select(Member).where(Member.household_id.in_(map(uuid.UUID, ids))))
    samples, snapshot = list(models), needed_snapshot(session).id
    columns = [column.key for column in Member.__table__.columns]
    members: list[tuple[object, ...]] = []
    links: list[tuple[object, ...]] = []
    for n in range(CASES):
        row = {name: getattr(samples[n % 3], name) for name in columns}
        row |= {"id": uuid.UUID(int=n + 1), "area_code": VILLAGES[n % 3], "name": f"Orang {n}"}
        members.append(tuple(row.values()))
        state = LinkState.PADAN if n % 10 == 0 else LinkState.PERLU_DITINJAU
        links.append((row["id"], row["area_code"], state, n / 7 - 6, 0.5, False, snapshot, NOW, {}))
    session.query(Link).delete()
    write_rows(session, Member, columns, members)
    names = ("member_id", "area_code", "state", "weight", "probability", "shared", "snapshot_id",
             "linked_at", "evidence")  # fmt: skip
    write_rows(session, Link, names, links)
    renew_cases(session, at=NOW)
    for place, case in enumerate(session.scalars(select(ReviewCase))):
        case.opened_at = NOW - timedelta(days=place % 40)
        case.rank = round(place % 9 / 3, 6)  # many equal ones
    session.commit()


def ids_of(page: Page) -> list[uuid.UUID]:
    return [row.member.id for row in page.rows]


@pytest.mark.parametrize(
    "asked",
    [
        Asked(),
        Asked(order=Order.AGE),
        Asked(order=Order.AREA),
        Asked(area="75.01"),
        Asked(days=7),
        Asked(place=LinkState.PADAN),
    ],
    ids=lambda asked: f"{asked.place}-{asked.order}-{asked.area}-{asked.days}",
)
def test_pages_hold_everybody_once_forwards_and_backwards(
    crowd: None, session: Session, asked: Asked
) -> None:
    page = read_page(session, READER, asked, now=NOW)
    seen, pages = ids_of(page), [ids_of(page)]
    while page.after is not None:
        page = read_page(session, READER, asked, now=NOW, after=page.after)
        seen += ids_of(page)
        pages.append(ids_of(page))
    assert len(seen) == len(set(seen)) > 0
    counts = count_areas(session, READER, asked, length=2, now=NOW)
    assert counts == {"75": len(seen)}
    for earlier in reversed(pages[:-1]):
        page = read_page(session, READER, asked, now=NOW, before=page.before)
        assert ids_of(page) == earlier
    assert page.before is None
    walked = [seen[0]]
    for _ in seen[1:]:
        found = next_member(session, READER, asked, walked[-1], now=NOW)
        assert found is not None
        walked.append(found)
    assert walked == seen
    assert next_member(session, READER, asked, seen[-1], now=NOW) == seen[0]


def test_readers_see_their_areas_and_their_part(crowd: None, session: Session) -> None:
    first, second, third = session.scalars(
        select(ReviewCase).where(ReviewCase.area_code == VILLAGES[0]).limit(3)
    )
    first.step, first.first_by = Step.SECOND, "budi"
    second.step, second.first_by = Step.SECOND, "ani"
    third.step, third.first_by, third.second_by = Step.THIRD, "ani", "dewi"
    session.flush()
    expected = {
        ("budi", "75.01"): (2, 1),  # somebody else's doubt and the kabupaten's
        ("budi", "75.01.01.2001"): (1, 2),
        ("ani", "75"): (1, 2),
        ("citra", "75.02"): (0, 0),
    }
    for (name, area), (mine, others) in expected.items():
        scope = AreaScope((area,))
        with scoped_to(session, scope):
            counts = count_places(session, Reader(name, scope), now=NOW)
            assert (counts[Tray.SECOND], counts[Tray.OTHERS]) == (mine, others), name
            page = read_page(session, Reader(name, scope), Asked(Tray.SECOND), now=NOW)
            assert len(page.rows) == mine
            rows = read_page(session, Reader(name, scope), Asked(), now=NOW).rows
            assert all(scope.covers(row.member.area_code) for row in rows)


def test_a_score_puts_the_household_where_it_belongs(crowd: None, session: Session) -> None:
    case = session.scalars(select(ReviewCase)).first()
    assert case is not None
    household = session.get_one(Member, case.member_id).household_id
    mine = select(ReviewCase).join(Member, Member.id == ReviewCase.member_id)
    mine = mine.where(Member.household_id == household)
    set_stakes(session, {household: 0.25})
    before = {one.member_id: one.rank for one in session.scalars(mine)}
    set_stakes(session, {household: 0.75})
    session.commit()
    assert all(one.poverty == 0.75 for one in session.scalars(mine))
    assert all(one.rank <= before[one.member_id] for one in session.scalars(mine))
    assert any(one.rank < before[one.member_id] for one in session.scalars(mine))


def test_who_waited_already_keeps_the_time(crowd: None, session: Session) -> None:
    query = select(ReviewCase.member_id, ReviewCase.opened_at).order_by(ReviewCase.member_id)
    before = session.execute(query).all()
    renew_cases(session, at=NOW + timedelta(days=3))
    assert session.execute(query).all() == before
