"""Plan the deliveries of a decree in force: one row per recipient and time."""

import uuid
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.benefits.queries import get_decree, may_see_whole, terms_on
from jps.benefits.rules import MOST_DELIVERIES, Gift, Schedule, Terms, gift
from jps.bulk import write_rows
from jps.errors import Conflict, InvalidData, NotAllowed
from jps.jobs.models import Job
from jps.jobs.runner import Step, Task
from jps.jobs.services import start_job
from jps.programmes.models import Benefit, Decree, Recipient
from jps.programmes.rules import BenefitState, DecreeState, Standing
from jps.text import N_

PLAN = "benefit-plan"
AT_ONCE = 2_000  # recipients
COLUMNS = (
    "id", "area_code", "decree_id", "recipient_id", "instalment", "due_on", "amount", "contents",
    "state", "proof", "reason", "note", "taker", "reference", "state_by", "state_at",
)  # fmt: skip

NOT_IN_FORCE = N_("SK ini belum atau tidak lagi berlaku, jadi penyalurannya tidak dapat dicatat.")
NOT_WHOLE = N_("Hanya yang wilayah kerjanya meliputi seluruh wilayah SK dapat melakukan ini.")
BAD_PLAN = N_("Rencana ini belum dapat dibuat. Tidak ada yang berubah.")
BAD_COUNT = N_("Isi 1 sampai 60 kali.")
BAD_MONTHS = N_("Isi jarak 1 sampai 24 bulan.")
BEFORE = N_("Penyaluran pertama harus dalam masa SK.")
AFTER = N_("Penyaluran terakhir jatuh sesudah masa SK berakhir. Kurangi kali atau jaraknya.")


@dataclass(frozen=True)
class Preview:
    """What a schedule would plan. `unknown` recipients have no amount."""

    recipients: int
    deliveries: int
    amount: int
    unknown: int


def must_be_mine(session: Session, decree_id: uuid.UUID) -> Decree:
    """Return a decree in force whose whole area is the reader's. Raises Conflict, NotAllowed."""
    decree = get_decree(session, decree_id)
    if not may_see_whole(session, decree):
        raise NotAllowed(NOT_WHOLE)
    if decree.state != DecreeState.IN_FORCE:
        raise Conflict(NOT_IN_FORCE)
    return decree


def check_schedule(decree: Decree, schedule: Schedule) -> None:
    """Raise InvalidData when the deliveries do not lie in the decree's period."""
    problems: dict[str, list[str]] = {}
    if not 1 <= schedule.count <= MOST_DELIVERIES:
        problems["count"] = [BAD_COUNT]
    if not 1 <= schedule.months <= 24:
        problems["months"] = [BAD_MONTHS]
    end = decree.period_to or date.max
    if not decree.period_from <= schedule.first <= end:
        problems["first"] = [BEFORE]
    if not problems and schedule.dates()[-1] > end:
        problems["count"] = [AFTER]
    if problems:
        raise InvalidData(BAD_PLAN, problems)


def preview(session: Session, decree: Decree, schedule: Schedule) -> Preview:
    """Return what a schedule would plan, counted over the recipients by area and component."""
    terms = terms_on(session, decree.programme_id, decree.period_from)
    groups = session.execute(
        select(Recipient.area_code, Recipient.component, Recipient.amount, func.count())
        .where(*_planned(decree.id))
        .group_by(Recipient.area_code, Recipient.component, Recipient.amount)
    )
    recipients = unknown = amount = 0
    for area, component, own, count in groups:
        recipients += count
        each = gift(terms, area, own=own, component=component).amount
        unknown += count if each is None else 0
        amount += count * (each or 0) * schedule.count
    return Preview(recipients, recipients * schedule.count, amount, unknown)


def start_plan(
    session: Session, decree_id: uuid.UUID, schedule: Schedule, *, by: str, at: datetime
) -> Job:
    """Queue the planning of a decree. What was recorded stays; what was only planned is new."""
    decree = must_be_mine(session, decree_id)
    check_schedule(decree, schedule)
    details = {
        "first": schedule.first.isoformat(),
        "months": schedule.months,
        "count": schedule.count,
    }
    event = Event("benefits-planned", "decree", str(decree.id), decree.area_code, details)
    record(session, event, by=by, at=at)
    return start_job(session, PLAN, {"decree": str(decree.id), **details}, by=by, at=at)


def plan_work(task: Task) -> Iterator[Step]:
    """Plan a decree's deliveries, some recipients at a time; goes on where it was."""
    session, params = task.session, task.params
    decree = get_decree(session, uuid.UUID(params["decree"]))
    schedule = Schedule(date.fromisoformat(params["first"]), params["months"], params["count"])
    terms = terms_on(session, decree.programme_id, decree.period_from)
    total = session.scalar(select(func.count()).select_from(Recipient).where(*_planned(decree.id)))
    cursor = dict(task.cursor)
    if "after" not in cursor:
        waiting = (Benefit.decree_id == decree.id, Benefit.state == BenefitState.PLANNED)
        session.execute(delete(Benefit).where(*waiting))
        cursor = {"after": 0, "done": 0}
        yield Step(0, total, cursor=dict(cursor))
    while part := _next(session, decree.id, cursor["after"]):
        by, at = task.by, task.clock()
        rows = list(_rows(session, decree.id, part, schedule, terms, by=by, at=at))
        write_rows(session, Benefit, COLUMNS, rows)
        cursor = {"after": part[-1].row, "done": cursor["done"] + len(part)}
        yield Step(cursor["done"], total, cursor=dict(cursor))
    yield Step(cursor["done"], total, cursor, result={N_("Penerima direncanakan"): cursor["done"]})


def _planned(decree_id: uuid.UUID) -> tuple[Any, ...]:
    return (
        Recipient.decree_id == decree_id,
        Recipient.standing != Standing.STRUCK,
        Recipient.same_as.is_(None),
    )


def _next(session: Session, decree_id: uuid.UUID, after: int) -> list[Recipient]:
    query = select(Recipient).where(*_planned(decree_id), Recipient.row > after)
    return list(session.scalars(query.order_by(Recipient.row).limit(AT_ONCE)))


def _rows(
    session: Session,
    decree_id: uuid.UUID,
    part: list[Recipient],
    schedule: Schedule,
    terms: Terms,
    *,
    by: str,
    at: datetime,
) -> Iterator[tuple[object, ...]]:
    """Yield the deliveries that are not there: a replacement gets what the other one did not."""
    taken = _recorded(session, part)
    gifts: dict[tuple[str, str, int | None], Gift] = {}
    for who in part:
        key = (who.area_code, who.component, who.amount)
        if key not in gifts:
            gifts[key] = gift(terms, who.area_code, own=who.amount, component=who.component)
        for number, due_on in enumerate(schedule.dates(), start=1):
            if (who.id, number) in taken or (who.replaces, number) in taken:
                continue
            yield (
                uuid.uuid5(who.id, str(number)), who.area_code, decree_id, who.id, number, due_on,
                gifts[key].amount, gifts[key].contents, BenefitState.PLANNED, "", "", "", "", "",
                by, at,
            )  # fmt: skip


def _recorded(session: Session, part: list[Recipient]) -> set[tuple[uuid.UUID | None, int]]:
    """Return for whom of a part, or of those they replace, something was recorded, and which.

    Of those struck only what they got: what they did not is the replacement's.
    """
    ids = {who.id for who in part} | {who.replaces for who in part if who.replaces}
    query = (
        select(Benefit.recipient_id, Benefit.instalment)
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .where(Benefit.recipient_id.in_(ids), Benefit.state != BenefitState.PLANNED)
        .where((Benefit.state == BenefitState.DELIVERED) | (Recipient.standing != Standing.STRUCK))
    )
    return {(row[0], row[1]) for row in session.execute(query)}
