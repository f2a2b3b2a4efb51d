"""Pages of deciles: load a list, compare periods, the history of a household."""

import io
import uuid
from datetime import date

import pytest
from flask import Flask
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.assessment.deciles import DECILE_KIND
from jps.assessment.models import Decile
from jps.db import EVERYWHERE, db, set_scope
from jps.households.models import Family
from jps.jobs.models import Job
from jps.worker import run_now
from tests.conftest import SignIn
from tests.offices import NewHousehold


@pytest.fixture
def family(app: Flask, household: NewHousehold) -> tuple[uuid.UUID, str, str]:
    """A household's id, its family's KK and the address of its page."""
    address = household("ani")
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        one = db.session.scalars(select(Family)).one()
        return one.household_id, one.kk, address


def _run_last(app: Flask, session: Session) -> Job:
    jobs = select(Job).where(Job.kind == DECILE_KIND).order_by(Job.created_at)
    job = session.scalars(jobs).all()[-1]
    run_now(app, job)
    return job


def test_a_list_is_loaded_compared_and_shown_with_the_household(
    app: Flask, family: tuple[uuid.UUID, str, str], sign_in: SignIn
) -> None:
    household, kk, _ = family
    operator = sign_in(Role.OPERATOR, "75.01")
    assert "Belum ada desil." in operator.get("/deciles/").text
    refused = operator.post(
        "/deciles/", data={"file": (io.BytesIO(b"a,b\n1,2\n"), "x.csv"), "period": "2026-07"}
    )
    assert refused.status_code == 422
    assert "Kolom DESIL" in refused.text
    for period, decile in (("2026-04", "4"), ("2026-07", "belum diperingkat")):
        text = f"NO_KK,DESIL\n{kk},{decile}\n7501010101159999,1\n".encode()
        form = {"file": (io.BytesIO(text), "desil.csv"), "source": "DTSEN", "period": period}
        assert operator.post("/deciles/", data=form).status_code == 303
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            job = _run_last(app, db.session())
            job_id = job.id
    page = operator.get("/deciles/").text
    assert "DTSEN · Jul 2026" in page
    assert "Baris yang keluarganya tidak dikenal: 1" in page
    with operator.post(f"/deciles/{job_id}/problems") as problems:
        assert "keluarga ini tidak ada di data kita,7501**********99" in problems.get_data(
            as_text=True
        )
    moved = operator.get("/deciles/compare").text
    assert "Tidak lagi diperingkat: <strong>1</strong>" in moved
    shown = operator.get(f"/households/{household}").text
    assert shown.index("belum diperingkat") < shown.index("desil 4</strong>")
    elsewhere = sign_in(Role.OPERATOR, "75.02")
    assert elsewhere.post(f"/deciles/{job_id}/problems").status_code == 403
    assert "DTSEN · Jul 2026" not in elsewhere.get("/deciles/").text
    with app.app_context():
        set_scope(db.session(), EVERYWHERE)
        days = [one.period for one in db.session.scalars(select(Decile).order_by(Decile.id))]
    assert days == [date(2026, 4, 1), date(2026, 7, 1)]
    assert sign_in(Role.ANALYST).post("/deciles/", data={}).status_code == 403
    ana = sign_in(Role.ANALYST, username="ana")
    assert "DTSEN · Apr 2026" in ana.get("/deciles/").text
