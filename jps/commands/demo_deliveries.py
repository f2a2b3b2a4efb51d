"""The demo's deliveries: what a decree gives this year as a plan, and what was handed over."""

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.audit.services import SYSTEM
from jps.benefits.planning import start_plan
from jps.benefits.queries import terms_on
from jps.benefits.recording import MOST, Evidence, Given, Seen, deliver, not_deliver
from jps.benefits.rules import Proof, Why, proposed
from jps.commands.decrees import today
from jps.commands.progress import finish
from jps.db import chunks
from jps.programmes.models import Benefit, Decree, Programme, Recipient
from jps.programmes.rules import DecreeState
from jps.worker import utc_now

PROGRAMME = "blt-dd"  # the smallest list
ON_PAPER = Evidence(Proof.LIST)


def deliver_example(session: Session, *, quiet: bool) -> None:
    """Plan the deliveries of a decree and record what was due, unless the office has a plan.

    Of each delivery one recipient in twenty did not get it; of the last one a part is still open.
    """
    if session.scalar(select(Benefit.id).limit(1)) is not None:
        return
    query = select(Decree).join(Programme, Programme.id == Decree.programme_id)
    ours = (Programme.code == PROGRAMME, Decree.state == DecreeState.IN_FORCE)
    decree = session.scalars(query.where(*ours).order_by(Decree.number)).first()
    if decree is None:
        return
    key = decree.id
    terms = terms_on(session, decree.programme_id, decree.period_from)
    schedule = proposed(terms, decree.period_from, decree.period_to)
    finish(
        start_plan(session, key, schedule, by=SYSTEM, at=utc_now()),
        title="Deliveries planned",
        quiet=quiet,
    )
    due = [day for day in schedule.dates() if day <= today()]
    for number, day in enumerate(due, start=1):
        planned = list(_planned(session, decree, number))
        if number == len(due):
            planned = planned[: len(planned) * 3 // 4]
        given = Given(day, evidence=ON_PAPER)
        for part in chunks([one for place, one in enumerate(planned) if place % 20], MOST):
            deliver(session, part, given, today=today(), by=SYSTEM, at=utc_now())
        if planned:
            not_deliver(session, planned[::20][:MOST], Why.ABSENT, "", by=SYSTEM, at=utc_now())
    session.commit()


def _planned(session: Session, decree: Decree, number: int) -> Iterator[Seen]:
    """Yield the deliveries of one time, in the order of the decree's list."""
    query = (
        select(Benefit.id)
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .where(Benefit.decree_id == decree.id, Benefit.instalment == number)
        .order_by(Recipient.row)
    )
    yield from map(Seen, session.scalars(query))
