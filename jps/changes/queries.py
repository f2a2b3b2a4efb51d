"""Reads: requests that a person may see, what each did, and a household's past."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, tzinfo

from sqlalchemy import ColumnElement, func, or_, select, true
from sqlalchemy.orm import Session, selectinload

from jps.changes.asof import Step
from jps.changes.models import ChangeEffect, ChangeRequest
from jps.changes.rules import RequestState
from jps.db import AreaScope, everywhere, within
from jps.errors import NotFound
from jps.households.models import Household, HouseholdHistory
from jps.households.queries import history

SIZE = 25  # requests of one page


@dataclass(frozen=True, slots=True)
class RequestPage:
    """One page of requests, and how many there are."""

    rows: Sequence[ChangeRequest]
    total: int
    number: int

    @property
    def last(self) -> int:
        """The number of the last page."""
        return max(1, -(-self.total // SIZE))


def visible_to(scope: AreaScope) -> ColumnElement[bool]:
    """Return the condition that a request concerns one of these areas, from it or into it."""
    if scope.whole:
        return true()
    return or_(
        within(ChangeRequest.area_code, scope.codes),
        within(ChangeRequest.target_area_code, scope.codes),
    )


def get_request(session: Session, request_id: uuid.UUID, scope: AreaScope) -> ChangeRequest:
    """Return a request that concerns one of these areas, or raise `NotFound`."""
    query = select(ChangeRequest).where(ChangeRequest.id == request_id, visible_to(scope))
    with everywhere(session):
        found = session.scalars(query.options(selectinload(ChangeRequest.household))).one_or_none()
    if found is None:
        raise NotFound()
    return found


def list_requests(
    session: Session,
    scope: AreaScope,
    *,
    state: RequestState | None = None,
    proposed_by: str = "",
    page: int = 1,
) -> RequestPage:
    """Return requests of these areas: those that wait the oldest first, others the newest."""
    wanted = [visible_to(scope)]
    if state is not None:
        wanted.append(ChangeRequest.state == state)
    if proposed_by:
        wanted.append(ChangeRequest.proposed_by == proposed_by)
    oldest = state is RequestState.PROPOSED
    time = ChangeRequest.proposed_at if oldest else ChangeRequest.proposed_at.desc()
    query = select(ChangeRequest).where(*wanted).options(selectinload(ChangeRequest.household))
    query = query.order_by(time, ChangeRequest.id).limit(SIZE).offset((max(1, page) - 1) * SIZE)
    with everywhere(session):
        total = session.scalar(select(func.count()).select_from(ChangeRequest).where(*wanted))
        return RequestPage(session.scalars(query).all(), total or 0, max(1, page))


def request_counts(session: Session, scope: AreaScope) -> dict[RequestState, int]:
    """Return how many requests of these areas stand in each state."""
    query = select(ChangeRequest.state, func.count()).where(visible_to(scope))
    with everywhere(session):
        rows = session.execute(query.group_by(ChangeRequest.state))
        found = {row[0]: row[1] for row in rows}
    return {state: found.get(state, 0) for state in RequestState}


@dataclass(frozen=True, slots=True)
class Waiting:
    """How many requests wait, and since when the first of them does."""

    count: int
    oldest: datetime | None


def waiting(session: Session, scope: AreaScope, *, but: str) -> Waiting:
    """Return which requests of these areas wait for somebody else than `but`, who proposed some."""
    wanted = (
        visible_to(scope),
        ChangeRequest.state == RequestState.PROPOSED,
        ChangeRequest.proposed_by != but,
    )
    query = select(func.count(), func.min(ChangeRequest.proposed_at)).where(*wanted)
    with everywhere(session):
        count, oldest = session.execute(query).one()
    return Waiting(count, oldest)


def requests_of(session: Session, household_id: uuid.UUID) -> Sequence[ChangeRequest]:
    """Return the requests that concern a household, from either side, newest first."""
    query = select(ChangeRequest).where(
        or_(ChangeRequest.household_id == household_id, ChangeRequest.other_id == household_id)
    )
    with everywhere(session):
        return session.scalars(query.order_by(ChangeRequest.proposed_at.desc())).all()


def waiting_for(session: Session, household_id: uuid.UUID) -> list[ChangeRequest]:
    """Return the requests about a household, from either side, that nobody decided about yet."""
    return [one for one in requests_of(session, household_id) if one.state == RequestState.PROPOSED]


def written_by(session: Session, request: ChangeRequest) -> list[HouseholdHistory]:
    """Return the history rows of an approved request, household by household."""
    query = (
        select(HouseholdHistory)
        .join(
            ChangeEffect,
            (ChangeEffect.household_id == HouseholdHistory.household_id)
            & (ChangeEffect.version == HouseholdHistory.version),
        )
        .where(ChangeEffect.request_id == request.id)
        .order_by(HouseholdHistory.household_id)
    )
    with everywhere(session):
        return list(session.scalars(query))


def changed_since(session: Session, request: ChangeRequest) -> list[HouseholdHistory]:
    """Return what happened to the households of a request since it was proposed."""
    found: list[HouseholdHistory] = []
    with everywhere(session):
        for key, version in request.versions.items():
            query = select(HouseholdHistory).where(
                HouseholdHistory.household_id == uuid.UUID(key), HouseholdHistory.version > version
            )
            found += session.scalars(query.order_by(HouseholdHistory.version))
    return found


def steps_of(session: Session, household: Household, *, zone: tzinfo) -> list[Step]:
    """Return the versions of a household with the days from which they hold.

    What a request changed holds from the day it happened; what was collected, from the visit.
    """
    effects = select(ChangeEffect).where(ChangeEffect.household_id == household.id)
    days: dict[int, date] = {}
    with everywhere(session):
        for effect in session.scalars(effects):
            days[effect.version] = effect.effective_on
            if effect.undone_version is not None:
                days[effect.undone_version] = effect.effective_on
    rows = sorted(history(session, household), key=lambda row: row.version)
    found: list[Step] = []
    first_effect = min(days, default=None)
    for row in rows:
        day = row.at.astimezone(zone).date()
        if row.version in days:
            day = days[row.version]
        elif row.document is not None:
            visit = row.document.get("interview_date")
            day = date.fromisoformat(str(visit)) if visit else day
        elif found and (first_effect is None or row.version < first_effect):
            day = found[0].day
        found.append(Step(day, row.version, row.document, tuple(row.changes)))
    return found
