"""The jobs of a payment file: check it against the plan, write what it says, take that back."""

import uuid
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from datetime import date, datetime
from typing import Any

from sqlalchemy import delete, func, select, update
from sqlalchemy.orm import Session

from jps.benefits.models import Payment, PaymentFile
from jps.benefits.payments import count_outcomes
from jps.benefits.reading import Paid, account, find_columns, read_payments
from jps.benefits.reconciling import Due, Payee, Result, reconcile
from jps.benefits.rules import OUTCOME_NAMES, FileState, Outcome, Proof, Why
from jps.bulk import write_rows
from jps.errors import Conflict
from jps.filestore import path_of
from jps.jobs.runner import Step, Task
from jps.programmes.models import Benefit, Decree, Recipient
from jps.programmes.rules import BenefitState, Standing
from jps.tables.files import by_columns, open_source
from jps.text import N_

OVERTAKEN = N_("Berkas ini sudah dikerjakan oleh pekerjaan yang lebih baru.")
AT_ONCE = 500  # payments written together
COLUMNS = (
    "file_id", "row", "area_code", "account", "nik", "name", "amount", "paid_on", "reference",
    "outcome", "problems", "recipient_id", "planned", "benefits", "before",
)  # fmt: skip
# What a file changes of a delivery, and what it was before.
CHANGED = (
    "state", "delivered_on", "delivered_amount", "proof", "reason", "reference",
)  # fmt: skip


def check_work(task: Task) -> Iterator[Step]:
    """Say of every row of a file what it means. Begins anew when it was interrupted."""
    session, found = task.session, _file(task)
    yield Step(0)
    source = open_source(path_of(task.home, found.file_sha256), by_columns(find_columns))
    today = date.fromisoformat(task.params["today"])
    periods = _periods(session, found)
    rows = (_in_time(one, periods, today) for one in read_payments(source, paid_on=found.paid_on))
    results = reconcile(rows, _payees(session, found), written=_written(session, found))
    session.execute(delete(Payment).where(Payment.file_id == found.id))
    write_rows(session, Payment, COLUMNS, list(_rows(found, results)))
    found.state, found.counts = FileState.CHECKED, count_outcomes(session, found.id)
    result = {OUTCOME_NAMES[Outcome(one)]: counted["rows"] for one, counted in found.counts.items()}
    total = sum(result.values())
    yield Step(total, total, result=result)


def write_work(task: Task) -> Iterator[Step]:
    """Write what a file says into the deliveries, some payments at a time; goes on where it was."""
    session, found = task.session, _file(task)
    outcomes = [Outcome(one) for one in task.params["outcomes"]]
    mine = (Payment.file_id == found.id, Payment.outcome.in_(outcomes))
    total = session.scalar(select(func.count()).select_from(Payment).where(*mine)) or 0
    after, done, left = task.cursor.get("after"), task.cursor.get("done", 0), 0
    yield Step(done, total, dict(task.cursor))
    while part := _part(session, mine, after):
        left += _write(session, found, part)
        after, done = part[-1].row, done + len(part)
        yield Step(done, total, {"after": after, "done": done})
    found.state = FileState.WRITTEN
    result = {N_("Pembayaran dicatat"): done - left, N_("Dilewati: sudah berubah"): left}
    yield Step(done, total, {"after": after, "done": done}, result=result)


def undo_work(task: Task) -> Iterator[Step]:
    """Give every delivery back what it was, where nobody touched it since."""
    session, found = task.session, _file(task)
    mine = (Payment.file_id == found.id,)
    total = session.scalar(select(func.count()).select_from(Payment).where(*mine)) or 0
    after, done, left = task.cursor.get("after"), task.cursor.get("done", 0), 0
    yield Step(done, total, dict(task.cursor))
    while part := _part(session, mine, after):
        left += _restore(session, found, part)
        after, done = part[-1].row, done + len(part)
        yield Step(done, total, {"after": after, "done": done})
    found.state = FileState.UNDONE
    result = {N_("Baris dibatalkan"): done - left, N_("Dilewati: sudah berubah"): left}
    yield Step(done, total, {"after": after, "done": done}, result=result)


def _file(task: Task) -> PaymentFile:
    """Return the file of a job; an older job that is tried again must not touch it any more."""
    found = task.session.get_one(PaymentFile, uuid.UUID(task.params["file"]))
    if found.job_id != task.job_id:
        raise Conflict(OVERTAKEN)
    return found


def _periods(session: Session, found: PaymentFile) -> Sequence[tuple[date, date]]:
    ids = [uuid.UUID(one) for one in found.decrees]
    query = select(Decree.period_from, Decree.period_to).where(Decree.id.in_(ids))
    return [(start, end or date.max) for start, end in session.execute(query)]


def _in_time(paid: Paid, periods: Sequence[tuple[date, date]], today: date) -> Paid:
    """Return a payment, with what is wrong about its day."""
    if paid.paid_on is None:
        return paid
    if paid.paid_on > today:
        return replace(paid, problems=(*paid.problems, "date-future"))
    if not any(start <= paid.paid_on <= end for start, end in periods):
        return replace(paid, problems=(*paid.problems, "date-outside"))
    return paid


def _payees(session: Session, found: PaymentFile) -> list[Payee]:
    """Return the recipients of a file's decrees with what is due to each."""
    ids = [uuid.UUID(one) for one in found.decrees]
    due: dict[uuid.UUID, list[Due]] = defaultdict(list)
    query = select(
        Benefit.recipient_id, Benefit.id, Benefit.amount, Benefit.state, Benefit.reference
    ).where(Benefit.decree_id.in_(ids))
    if found.due_from is not None:
        query = query.where(Benefit.due_on >= found.due_from)
    if found.due_to is not None:
        query = query.where(Benefit.due_on <= found.due_to)
    query = query.order_by(Benefit.recipient_id, Benefit.instalment)
    for recipient, benefit, amount, state, reference in session.execute(query):
        delivered = state == BenefitState.DELIVERED
        due[recipient].append(Due(str(benefit), amount, delivered, reference))
    columns = (
        Recipient.id, Recipient.area_code, Recipient.account, Recipient.nik, Recipient.name,
        Recipient.standing,
    )  # fmt: skip
    people = session.execute(
        select(*columns)
        .where(Recipient.decree_id.in_(ids))
        .order_by(Recipient.decree_id, Recipient.row)
    )
    return [
        Payee(
            str(one.id),
            one.area_code,
            _bare(one.account),
            one.nik,
            one.name,
            one.standing == Standing.STRUCK,
            due.get(one.id, ()),
        )
        for one in people
    ]


def _bare(text: str) -> str:
    try:
        return account(text)
    except ValueError:  # the decree's own list had lost it
        return ""


def _written(session: Session, found: PaymentFile) -> set[str]:
    """Return the references that were written for the programme."""
    query = (
        select(Benefit.reference)
        .join(Decree, Decree.id == Benefit.decree_id)
        .where(Decree.programme_id == found.programme_id, Benefit.reference != "")
    )
    return set(session.scalars(query))


def _rows(found: PaymentFile, results: Iterable[Result]) -> Iterator[tuple[object, ...]]:
    absent = 0
    for one in results:
        paid, who = one.paid, one.payee
        if paid is None:
            absent -= 1
            paid = Paid(absent, who.account, who.nik, who.name) if who else Paid(absent)
        yield (
            found.id,
            paid.row,
            who.area_code if who else found.area_code,
            paid.account,
            paid.nik,
            paid.name,
            paid.amount,
            paid.paid_on,
            paid.reference,
            one.outcome,
            list(one.problems),
            uuid.UUID(who.id) if who else None,
            one.planned,
            [due.id for due in one.due],
            [],
        )


def _part(session: Session, mine: tuple[Any, ...], after: int | None) -> Sequence[Payment]:
    query = select(Payment).where(*mine).order_by(Payment.row).limit(AT_ONCE)
    return session.scalars(query if after is None else query.where(Payment.row > after)).all()


def _benefits(session: Session, part: Sequence[Payment]) -> dict[str, Benefit]:
    ids = [uuid.UUID(one) for payment in part for one in payment.benefits]
    rows = session.scalars(
        select(Benefit)
        .where(Benefit.id.in_(ids))
        .order_by(Benefit.id)
        .with_for_update()
        .execution_options(populate_existing=True)
    )
    return {str(benefit.id): benefit for benefit in rows}


def _write(session: Session, found: PaymentFile, part: Sequence[Payment]) -> int:
    """Write some payments; return how many were left because the plan changed since the check."""
    known, changes, left = _benefits(session, part), [], 0
    for payment in part:
        due = [known.get(one) for one in payment.benefits]
        missing = payment.outcome == Outcome.MISSING
        ready = [one for one in due if one is not None and _may_write(one, missing=missing)]
        if len(ready) < len(due):
            left += 1
            continue
        payment.before = [_before(one) for one in ready]
        changes += [_after(found, payment, one, alone=len(ready) == 1) for one in ready]
    _change(session, changes)
    return left


def _may_write(benefit: Benefit, *, missing: bool) -> bool:
    if missing:
        return benefit.state == BenefitState.PLANNED
    return not benefit.reference


def _before(benefit: Benefit) -> dict[str, Any]:
    """Return what a delivery is, as plain JSON."""
    values = {name: getattr(benefit, name) for name in CHANGED}
    day: date | None = values["delivered_on"]
    return {
        **values,
        "id": str(benefit.id),
        "delivered_on": day.isoformat() if day else None,
        "state_by": benefit.state_by,
        "state_at": benefit.state_at.isoformat(),
    }


def _after(
    found: PaymentFile, payment: Payment, benefit: Benefit, *, alone: bool
) -> dict[str, Any]:
    same = {"id": benefit.id, "state_by": found.written_by, "state_at": found.written_at}
    if payment.outcome == Outcome.MISSING:
        return {
            **same,
            **{name: getattr(benefit, name) for name in CHANGED},
            "state": BenefitState.NOT_DELIVERED,
            "reason": Why.NOT_IN_FILE,
        }
    return {
        **same,
        "state": BenefitState.DELIVERED,
        "delivered_on": payment.paid_on,
        "delivered_amount": payment.amount if alone else benefit.amount,
        "proof": benefit.proof or Proof.BANK,
        "reason": "",
        "reference": payment.reference,
    }


def _restore(session: Session, found: PaymentFile, part: Sequence[Payment]) -> int:
    """Give back what some payments changed; return how many others changed since."""
    known, changes, left = _benefits(session, part), [], 0
    for payment in part:
        for before in payment.before:
            benefit = known.get(before["id"])
            if benefit is None or benefit.state_at != found.written_at:
                left += 1
                continue
            day = before["delivered_on"]
            changes.append(
                {
                    **{name: before[name] for name in CHANGED},
                    "id": benefit.id,
                    "delivered_on": date.fromisoformat(day) if day else None,
                    "state_by": before["state_by"],
                    "state_at": datetime.fromisoformat(before["state_at"]),
                }
            )
    _change(session, changes)
    return left


def _change(session: Session, changes: list[dict[str, Any]]) -> None:
    session.flush()
    if changes:
        session.execute(update(Benefit), changes)
        session.expire_all()
