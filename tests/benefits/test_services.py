"""Plan, record and reconcile deliveries, on both databases."""

import uuid
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.audit.models import AuditEvent
from jps.benefits import payments
from jps.benefits.models import Payment, PaymentFile
from jps.benefits.payments import About, bring
from jps.benefits.planning import preview, start_plan
from jps.benefits.queries import (
    Progress,
    areas_progress,
    decree_lines,
    instalments,
    terms_on,
    village_benefits,
)
from jps.benefits.recording import (
    Evidence,
    Given,
    Seen,
    deliver,
    not_deliver,
    take_back,
    version_of,
)
from jps.benefits.rules import FileState, Proof, Schedule, Why, proposed
from jps.config import Settings
from jps.db import EVERYWHERE, AreaScope, set_scope
from jps.errors import Conflict, InvalidData, InvalidFile, JpsError, NotAllowed, NotFound
from jps.jobs.models import Job
from jps.jobs.rules import JobState
from jps.jobs.services import ask_cancel, try_again
from jps.programmes.models import Benefit, Decree, Recipient
from jps.programmes.rules import BenefitState, DecreeState, Standing
from jps.worker import run_now
from tests.benefits.decrees import AT, TODAY, VILLAGE, add_decree, add_programme, add_recipient
from tests.figures import add_areas

BY: dict[str, Any] = {"by": "rahma", "at": AT}
THRICE = Schedule(date(2026, 1, 1), 1, 3)


@pytest.fixture
def decree(session: Session) -> Decree:
    """A decree of four recipients in one village and one in the next."""
    add_areas(session)
    found = add_decree(session, add_programme(session))
    for row in range(2, 6):
        add_recipient(session, found, row)
    add_recipient(session, found, 6, area_code="75.01.02.2001", name="Penerima 2")
    session.commit()
    return found


def run(app: Flask, session: Session, job: Job) -> Job:
    """Run a job to its end."""
    session.commit()
    assert run_now(app, job) == JobState.DONE, job.message
    set_scope(session, EVERYWHERE)
    session.refresh(job)
    return job


@pytest.fixture
def planned(app: Flask, session: Session, decree: Decree) -> Decree:
    """The decree with three deliveries each."""
    run(app, session, start_plan(session, decree.id, THRICE, **BY))
    return decree


def all_of(session: Session) -> list[tuple[int, int, int | None, str]]:
    """Return the deliveries as (row of the recipient, instalment, amount, state)."""
    query = (
        select(Recipient.row, Benefit.instalment, Benefit.amount, Benefit.state)
        .join(Recipient, Recipient.id == Benefit.recipient_id)
        .order_by(Recipient.row, Benefit.instalment)
    )
    return [(row[0], row[1], row[2], row[3]) for row in session.execute(query)]


def test_a_decree_is_planned_once_however_often(
    app: Flask, session: Session, planned: Decree
) -> None:
    before = all_of(session)
    assert before == [(row, n, 300_000, "planned") for row in range(2, 7) for n in (1, 2, 3)]
    ids = set(session.scalars(select(Benefit.id)))
    run(app, session, start_plan(session, planned.id, THRICE, **BY))
    assert set(session.scalars(select(Benefit.id))) == ids
    terms = terms_on(session, planned.programme_id, planned.period_from)
    assert proposed(terms, planned.period_from, planned.period_to) == THRICE
    shown = preview(session, planned, THRICE)
    assert (shown.recipients, shown.deliveries, shown.amount) == (5, 15, 4_500_000)
    (line,) = decree_lines(session)
    assert (line.recipients, line.progress) == (5, Progress(15, 0, 0, 0, 4_500_000, 0))


def test_what_was_recorded_stays_when_the_plan_changes(
    app: Flask, session: Session, planned: Decree
) -> None:
    first, second, *_ = village_benefits(session, planned.id, 1, VILLAGE)
    given = Given(date(2026, 1, 5), 250_000, Evidence(Proof.PHOTO, "a" * 64, "image/jpeg"))
    assert deliver(session, [Seen(first[0].id)], given, today=TODAY, **BY) == 1
    struck = second[1]
    struck.standing = Standing.STRUCK
    new = add_recipient(session, planned, 90, standing=Standing.REPLACEMENT, replaces=struck.id)
    gone = first[1]
    gone.standing = Standing.STRUCK
    heir = add_recipient(session, planned, 91, standing=Standing.REPLACEMENT, replaces=gone.id)
    run(app, session, start_plan(session, planned.id, Schedule(date(2026, 2, 1), 1, 2), **BY))
    of = {
        one.row: [b[1:] for b in all_of(session) if b[0] == one.row]
        for one in (gone, struck, new, heir)
    }
    assert of[gone.row] == [(1, 300_000, "delivered")]
    assert of[struck.row] == []
    assert of[new.row] == [(1, 300_000, "planned"), (2, 300_000, "planned")]
    assert of[heir.row] == [(2, 300_000, "planned")]


def test_deliveries_are_recorded_and_taken_back(session: Session, planned: Decree) -> None:
    rows = village_benefits(session, planned.id, 1, VILLAGE)
    assert [recipient.row for _, recipient in rows] == [2, 3, 4, 5]
    ids = [benefit.id for benefit, _ in rows]
    deliver(session, [Seen(one) for one in ids[:2]], Given(TODAY), today=TODAY, **BY)
    not_deliver(session, [Seen(ids[2])], Why.OTHER, "banjir", **BY)
    areas = areas_progress(session, planned.id, 1, "", Level.DESA)
    assert areas[VILLAGE] == Progress(4, 2, 1, 2, 1_200_000, 600_000)
    assert areas[VILLAGE].waiting == 1
    assert [one.progress.planned for one in instalments(session, planned.id)] == [5, 5, 5]
    take_back(session, [Seen(ids[2])], **BY)
    session.refresh(rows[2][0])
    assert (rows[2][0].state, rows[2][0].reason, rows[2][0].note) == ("planned", "", "")
    actions = session.scalars(select(AuditEvent.action).where(AuditEvent.subject_type == "benefit"))
    assert sorted(actions) == [
        "benefit-delivered",
        "benefit-delivered",
        "benefit-not-delivered",
        "benefit-record-undone",
    ]


@pytest.mark.parametrize(
    ("given", "said"),
    [
        (Given(None), "on"),
        (Given(date(2026, 3, 11)), "on"),
        (Given(date(2025, 12, 31)), ""),
        (Given(TODAY, 0), "amount"),
        (Given(TODAY, 10**15), "amount"),
    ],
)
def test_what_cannot_be_recorded(
    session: Session, planned: Decree, given: Given, said: str
) -> None:
    first = village_benefits(session, planned.id, 1, VILLAGE)[0][0]
    with pytest.raises(InvalidData) as error:
        deliver(session, [Seen(first.id)], given, today=TODAY, **BY)
    assert said in ("", *error.value.problems)
    assert first.state == BenefitState.PLANNED


def test_who_comes_late_or_from_elsewhere_changes_nothing(
    session: Session, planned: Decree
) -> None:
    first, recipient = village_benefits(session, planned.id, 1, VILLAGE)[0]
    seen = Seen(first.id, version_of(first))
    deliver(session, [seen], Given(TODAY), today=TODAY, **BY)
    with pytest.raises(Conflict):
        not_deliver(session, [seen], Why.MOVED, "", **BY)
    for why, note in ((None, ""), (Why.OTHER, " "), (Why.NOT_IN_FILE, "")):
        with pytest.raises(InvalidData):
            not_deliver(session, [Seen(first.id)], why, note, **BY)
    with pytest.raises(NotFound):
        take_back(session, [Seen(uuid.uuid4())], **BY)
    with pytest.raises(InvalidData):
        take_back(session, [], **BY)
    set_scope(session, AreaScope(("75.01.02",)))
    with pytest.raises(NotFound):
        take_back(session, [Seen(first.id)], **BY)
    with pytest.raises(NotAllowed):
        start_plan(session, planned.id, THRICE, **BY)
    assert [line.recipients for line in decree_lines(session)] == [1]
    set_scope(session, AreaScope(("75.71",)))
    assert decree_lines(session) == []
    with pytest.raises(NotFound):
        start_plan(session, planned.id, THRICE, **BY)
    set_scope(session, EVERYWHERE)
    planned.state = DecreeState.WITHDRAWN
    for act in (
        lambda: take_back(session, [Seen(first.id)], **BY),
        lambda: start_plan(session, planned.id, THRICE, **BY),
    ):
        with pytest.raises(Conflict):
            act()
    recipient.standing = Standing.STRUCK


@pytest.mark.parametrize(
    "schedule",
    [
        Schedule(date(2025, 12, 1), 1, 1),
        Schedule(date(2026, 1, 1), 1, 13),
        Schedule(date(2026, 1, 1), 0, 1),
        Schedule(date(2026, 1, 1), 1, 0),
        Schedule(date(2026, 1, 1), 1, 10**6),
    ],
)
def test_plans_lie_in_the_period(session: Session, decree: Decree, schedule: Schedule) -> None:
    with pytest.raises(InvalidData):
        start_plan(session, decree.id, schedule, **BY)


FILE = """No Rekening,NIK,Nama,Jumlah,Tanggal,Referensi
1002,,x,300000,05/01/2026,R1
1003,,x,600000,05/01/2026,R2
1004,,x,250000,05/01/2026,R3
9999,,Orang Lain,300000,05/01/2026,R4
1.00E+15,,Penerima 5,300000,05/01/2026,R5
1002,,x,300000,05/01/2026,R1
1002,,x,300000,05/01/2027,R6
"""

Take = Callable[..., PaymentFile]


@pytest.fixture
def take(app: Flask, session: Session, office: Settings, planned: Decree) -> Take:
    """Bring a payment file of the January and February deliveries and let it be checked."""

    def bring_it(text: str = FILE, **about: Any) -> PaymentFile:
        path = office.home / "bank.csv"
        path.write_text(text, encoding="utf-8")
        asked = About(planned.programme_id, planned.id, "Bank", "bank.csv", None, date(2026, 2, 1))
        asked = replace(asked, **about)
        found = payments.take_file(
            session, bring(path, office.home), asked, today=date(2027, 2, 1), **BY
        )
        assert found.job_id
        run(app, session, session.get_one(Job, found.job_id))
        session.refresh(found)
        return found

    return bring_it


def test_what_is_future_is_told_by_the_day_of_the_office(session: Session, take: Take) -> None:
    header = FILE.partition("\n")[0]
    file = take(f"{header}\n1002,,x,300000,20/12/2026,R1\n")
    assert (2, "matched", 1) in outcomes(session, file)


def outcomes(session: Session, file: PaymentFile) -> list[tuple[int, str, int]]:
    """Return what the rows of a file mean: (row, outcome, how many deliveries)."""
    query = select(Payment).where(Payment.file_id == file.id).order_by(Payment.row)
    return [(one.row, one.outcome, len(one.benefits)) for one in session.scalars(query)]


def test_a_file_of_the_bank_is_checked_written_and_undone(
    app: Flask, session: Session, take: Take
) -> None:
    before = all_of(session)
    file = take()
    assert outcomes(session, file) == [
        (-4, "missing", 2),
        (-3, "missing", 1),
        (-2, "missing", 1),
        (-1, "missing", 1),
        (2, "matched", 1),
        (3, "matched", 2),
        (4, "differs", 1),
        (5, "unknown", 0),
        (6, "matched", 1),
        (7, "repeated", 0),
        (8, "unreadable", 0),
    ]
    assert all_of(session) == before
    job = payments.confirm(session, file.id, with_differing=False, with_missing=True, **BY)
    run(app, session, job)
    assert str(file.state) == FileState.WRITTEN
    assert [row[3] for row in all_of(session)] == [
        *("delivered", "not-delivered", "planned"),
        *("delivered", "delivered", "planned"),
        *("planned", "not-delivered", "planned"),
        *("delivered", "not-delivered", "planned"),
        *("not-delivered", "not-delivered", "planned"),
    ]
    again = take(FILE.replace("R4", "R44"))
    assert [row[1] for row in outcomes(session, again) if row[0] in (2, 3, 4, 6)] == [
        *("recorded", "recorded", "differs", "recorded"),
    ]
    first = session.scalars(select(Benefit).where(Benefit.reference == "R1")).one()
    with pytest.raises(Conflict):
        take_back(session, [Seen(first.id)], **BY)
    run(app, session, payments.undo(session, file.id, "salah berkas", **BY))
    assert all_of(session) == before
    assert session.scalar(select(func.count()).where(Benefit.reference != "")) == 0
    assert str(file.state) == FileState.UNDONE


def test_what_changed_since_stays(app: Flask, session: Session, take: Take) -> None:
    file, other = take(), take(FILE.replace("R4", "R44"))
    for one in (file, other):
        job = payments.confirm(session, one.id, with_differing=True, with_missing=False, **BY)
        run(app, session, job)
    assert job.result["Dilewati: sudah berubah"] == 4
    by_hand = session.scalars(select(Benefit).where(Benefit.reference == "R3")).one()
    by_hand.state_at = by_hand.state_at.replace(minute=59)
    session.flush()
    run(app, session, payments.undo(session, file.id, "salah", **BY))
    assert session.scalars(select(Benefit.reference).where(Benefit.reference != "")).all() == ["R3"]


def test_a_payment_confirms_what_was_recorded_by_hand(
    app: Flask, session: Session, planned: Decree, take: Take
) -> None:
    first = village_benefits(session, planned.id, 1, VILLAGE)[0][0]
    photo = Evidence(Proof.PHOTO, "a" * 64, "image/jpeg")
    deliver(session, [Seen(first.id)], Given(TODAY, evidence=photo), today=TODAY, **BY)
    file = take()
    run(
        app,
        session,
        payments.confirm(session, file.id, with_differing=False, with_missing=False, **BY),
    )
    session.refresh(first)
    assert (first.proof, first.proof_sha256, first.reference) == ("photo", "a" * 64, "R1")
    assert session.get_one(Payment, (file.id, 2)).problems == ["by-hand"]


def test_files_that_cannot_be_taken(
    session: Session, office: Settings, planned: Decree, take: Take
) -> None:
    path = office.home / "bad.csv"
    path.write_text("Rekening,Tanggal\n1,2\n", encoding="utf-8")
    with pytest.raises(InvalidFile):
        bring(path, office.home)
    file = take()
    refused: list[tuple[type[JpsError], dict[str, Any]]] = [
        (Conflict, {}),
        (InvalidData, {"source": ""}),
        (InvalidData, {"paid_on": date(2099, 1, 1)}),
        (InvalidData, {"due_from": date(2026, 5, 1)}),
    ]
    for error, about in refused:
        with pytest.raises(error):
            take(**about)
    path.write_text("Rekening,Jumlah\n1,2\n", encoding="utf-8")
    brought = bring(path, office.home)
    for programme, decree in ((999, None), (planned.programme_id, uuid.uuid4())):
        asked = About(programme, decree, "Bank", "x")
        with pytest.raises(InvalidData):
            payments.take_file(session, brought, asked, today=TODAY, **BY)
    with pytest.raises(Conflict):
        payments.undo(session, file.id, "x", **BY)
    payments.discard(session, file.id, **BY)
    assert outcomes(session, file) == []
    with pytest.raises(Conflict):
        payments.confirm(session, file.id, with_differing=True, with_missing=True, **BY)
    set_scope(session, AreaScope((VILLAGE,)))
    with pytest.raises(NotFound):
        payments.get_file(session, file.id)
    assert payments.list_files(session) == []
    asked = About(planned.programme_id, None, "Bank", "x")
    with pytest.raises(InvalidData):
        payments.take_file(session, brought, asked, today=TODAY, **BY)


def test_a_job_that_died_goes_on(
    app: Flask, session: Session, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jps.benefits.payment_work.AT_ONCE", 1)
    file = take()
    job = payments.confirm(session, file.id, with_differing=True, with_missing=True, **BY)
    session.commit()
    steps = 0

    def stop(_: Job) -> None:
        nonlocal steps
        steps += 1
        if steps == 4:
            raise SystemExit

    with pytest.raises(SystemExit):
        run_now(app, job, on_step=stop)
    set_scope(session, EVERYWHERE)
    session.refresh(job)
    assert (job.state, file.state) == (JobState.QUEUED, FileState.WRITING)
    with pytest.raises(Conflict):
        payments.discard(session, file.id, **BY)
    session.rollback()
    run(app, session, job)
    assert [row[3] for row in all_of(session)].count("planned") == 5


def test_a_file_whose_writing_failed_is_written_or_taken_back_whole(
    app: Flask, session: Session, take: Take, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("jps.benefits.payment_work.AT_ONCE", 1)
    before, file = all_of(session), take()

    def fail(job: Job) -> None:
        if job.done == 2:
            raise Conflict("x")

    def confirm_and_fail() -> Job:
        job = payments.confirm(session, file.id, with_differing=True, with_missing=True, **BY)
        session.commit()
        assert run_now(app, job, on_step=fail) == JobState.FAILED
        set_scope(session, EVERYWHERE)
        return job

    job = confirm_and_fail()
    assert all_of(session) != before
    for refused in (payments.discard, partial(payments.check_again, today=TODAY)):
        with pytest.raises(Conflict):
            refused(session, file.id, **BY)
    run(app, session, payments.undo(session, file.id, "gagal", **BY))
    assert all_of(session) == before
    assert str(file.state) == FileState.UNDONE
    try_again(session, job, **BY)
    session.commit()
    assert run_now(app, job) == JobState.FAILED  # a later job is in charge of the file
    set_scope(session, EVERYWHERE)
    assert all_of(session) == before
    with pytest.raises(Conflict):
        payments.go_on(session, file.id, **BY)
    file = take()
    confirm_and_fail()
    run(app, session, payments.go_on(session, file.id, **BY))
    assert str(file.state) == FileState.WRITTEN
    assert [row[3] for row in all_of(session)].count("planned") == 5


def test_a_file_whose_check_was_cancelled_can_be_thrown_away(
    session: Session, office: Settings, planned: Decree
) -> None:
    path = office.home / "bank.csv"
    path.write_text(FILE, encoding="utf-8")
    asked, brought = About(planned.programme_id, None, "Bank", "x"), bring(path, office.home)
    file = payments.take_file(session, brought, asked, today=TODAY, **BY)
    with pytest.raises(Conflict):
        payments.discard(session, file.id, **BY)
    ask_cancel(session, session.get_one(Job, file.job_id), **BY)
    payments.discard(session, file.id, **BY)
    assert payments.take_file(session, brought, asked, today=TODAY, **BY).id != file.id
