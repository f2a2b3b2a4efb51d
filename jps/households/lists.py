"""Lists of households: filters, search, pages, the order of changes, counts per state."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, func, or_, select, tuple_
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.db import AreaScope, within
from jps.errors import InvalidData
from jps.households.counting import household_counts, kept_household
from jps.households.models import Household, HouseholdConflict, HouseholdWord
from jps.households.rules import State
from jps.households.words import asked_words
from jps.matching.normalise import default_normaliser
from jps.text import N_

MAX_PAGE = 200  # households of one page
NARROW = 10  # areas of a scope, of kecamatan size or smaller
_LAST = "\U0010ffff"  # sorts after every word with the same beginning


@dataclass(frozen=True, slots=True)
class Filters:
    """Which households are asked for. Empty means all. `text` is what somebody typed to search.

    Those that count as another one are left out, unless `with_merged`.
    """

    area: str = ""
    states: tuple[State, ...] = ()
    entered_by: str = ""
    text: str = ""
    with_conflicts: bool = False
    with_merged: bool = False


@dataclass(frozen=True, slots=True)
class Row:
    """One household in a list."""

    id: uuid.UUID
    version: int
    area_code: str
    state: State
    state_reason: str | None
    head_name: str
    address: str
    household_size: int | None
    interview_date: date | None
    entered_by: str
    changed_at: datetime
    has_draft: bool
    merged_into: uuid.UUID | None


@dataclass(frozen=True, slots=True)
class Page:
    """One page of a list; `number` counts from 1."""

    rows: tuple[Row, ...]
    number: int
    size: int
    total: int

    @property
    def last(self) -> int:
        """The number of the last page, at least 1."""
        return max(1, -(-self.total // self.size))


@dataclass(frozen=True, slots=True)
class Cursor:
    """Where a list in the order of changes stopped."""

    changed_at: datetime
    id: uuid.UUID


_COLUMNS = (
    Household.id,
    Household.version,
    Household.area_code,
    Household.state,
    Household.state_reason,
    Household.head_name,
    Household.address,
    Household.household_size,
    Household.interview_date,
    Household.entered_by,
    Household.changed_at,
    Household.draft_by.is_not(None).label("has_draft"),
    kept_household().label("merged_into"),
)


def list_households(session: Session, filters: Filters, *, page: int = 1, size: int = 50) -> Page:
    """Return one page, what changed last first. Raises `InvalidData` when a search asks nothing."""
    size = max(1, min(size, MAX_PAGE))
    page = max(1, page)
    conditions = _conditions(session, filters)
    first = (page - 1) * size
    order = (Household.changed_at.desc(), Household.id.desc())
    if filters.text.strip():  # found and counted in one go: both would visit the same households
        counted = select(Household.id, func.count().over().label("total")).where(*conditions)
        hits = session.execute(counted.order_by(*order).limit(size).offset(first)).all()
        if hits:
            chosen = [Household.id.in_([hit.id for hit in hits])]
            query = select(*_COLUMNS).where(*chosen).order_by(*order)
            return Page(_rows(session, query), page, size, hits[0].total)
    total = session.scalar(select(func.count()).select_from(Household).where(*conditions)) or 0
    query = select(*_COLUMNS).where(*conditions).order_by(*order).limit(size).offset(first)
    return Page(_rows(session, query), page, size, total)


def list_after(
    session: Session, filters: Filters, *, after: Cursor | None, size: int = 50
) -> tuple[Row, ...]:
    """Return the next `size` households in the order of their last change.

    Stable under inserts: who asks on with the last row as cursor sees every change once or more,
    but for saves still under way, whose moment lies before the cursor: go back a little next time.
    """
    conditions = _conditions(session, filters)
    if after is not None:
        place = tuple_(Household.changed_at, Household.id)
        conditions.append(place > (after.changed_at, after.id))
    query = (
        select(*_COLUMNS)
        .where(*conditions)
        .order_by(Household.changed_at, Household.id)
        .limit(max(1, min(size, MAX_PAGE)))
    )
    return _rows(session, query)


def chosen_by(
    session: Session, filters: Filters, *, limit: int
) -> list[tuple[uuid.UUID, int, str]]:
    """Return id, version and area of the households asked for, what changed last first."""
    query = (
        select(Household.id, Household.version, Household.area_code)
        .where(*_conditions(session, filters))
        .order_by(Household.changed_at.desc(), Household.id.desc())
        .limit(limit)
    )
    return [(row.id, row.version, row.area_code) for row in session.execute(query)]


def state_counts(session: Session, filters: Filters | None = None) -> dict[State, int]:
    """Return how many households stand in each state."""
    query = (
        select(Household.state, func.count())
        .where(*_conditions(session, filters or Filters()))
        .group_by(Household.state)
    )
    found = {State(state): count for state, count in session.execute(query)}
    return {state: found.get(state, 0) for state in State}


def _rows(session: Session, query: Any) -> tuple[Row, ...]:
    return tuple(
        Row(**{**row._mapping, "state": State(row.state)}) for row in session.execute(query)
    )


def _conditions(session: Session, filters: Filters) -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = []
    narrow = _is_narrow(session, filters)
    if filters.area:
        found.append(within(Household.area_code, [filters.area]))
    if filters.states:
        # In a small area the index of areas is the best one; joined with "" the state has none.
        state = Household.state.concat("") if narrow else Household.state
        others = [other for other in State if other not in filters.states]
        # Nearly all states said one by one lead SQLite through most of the index of states, and
        # from there to every row: 0.86 s to count 300,000 where "not in" takes 0.04 s.
        few = len(filters.states) <= len(others)
        found.append(state.in_(filters.states) if few else state.not_in(others))
    if filters.entered_by:
        found.append(Household.entered_by == filters.entered_by)
    if not filters.with_merged:
        found.append(household_counts())
    if filters.with_conflicts:
        waiting = select(HouseholdConflict.household_id)
        found.append(Household.id.in_(waiting.where(HouseholdConflict.resolved_at.is_(None))))
    if filters.text.strip():
        found += _search(filters.text, narrow=narrow)
    return found


def _is_narrow(session: Session, filters: Filters) -> bool:
    """Whether only a few kecamatan are asked for: some thousand households."""
    scope: AreaScope | None = session.info.get("scope")
    codes = (filters.area,) if filters.area else scope.codes if scope else ()
    smallest = Level.KECAMATAN.code_length
    return 0 < len(codes) <= NARROW and all(len(code) >= smallest for code in codes)


def _search(text: str, *, narrow: bool) -> list[ColumnElement[bool]]:
    """Every word typed must begin a word of the household.

    In a whole province the index of words leads to the households; in a few kecamatan their own
    words are read instead, which does not suffer from words that everybody has.
    """
    asked = asked_words(text, default_normaliser())
    if not asked:
        message = N_("Ketik paling sedikit dua huruf nama atau alamat, atau empat angka.")
        raise InvalidData(message, {"text": [message]})
    return [(_among_own if narrow else _by_index)(word.beginnings) for word in asked]


def _among_own(beginnings: Sequence[str]) -> ColumnElement[bool]:
    own = Household.words  # letters and digits only: nothing to escape
    return or_(*(or_(own.like(f"{text}%"), own.like(f"% {text}%")) for text in beginnings))


def _by_index(beginnings: Sequence[str]) -> ColumnElement[bool]:
    word = HouseholdWord.word
    begins = or_(*(and_(word >= text, word < text + _LAST) for text in beginnings))
    # Grouped, PostgreSQL reads the words once; as a plain semi-join it tried each household in the
    # order of the list: minutes for a word that a fifth of 300,000 households has.
    found = select(HouseholdWord.household_id).where(begins)
    return Household.id.in_(found.group_by(HouseholdWord.household_id))
