"""An office whose enumerators have interviewed a few villages."""

from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask

from jps.config import DATA
from jps.db import EVERYWHERE, db, set_scope
from jps.households.bulk import register_many
from jps.households.queries import gate
from jps.households.rules import Source
from jps.households.saving import Author
from jps.jobs.models import Job
from jps.jobs.services import find_job, start_job
from jps.questionnaire import load_form
from jps.worker import run_now
from tests.conftest import NOW
from tests.households_examples import household_document
from tests.offices import areas

__all__ = ["areas"]

Fill = Callable[..., None]
Counted = Callable[[], Job]


@pytest.fixture
def fill(app: Flask, areas: None) -> Fill:
    """Store interviews: `fill("ani", 25, lambda n: {"address": f"Jalan {n}"})`."""

    def run(by: str, count: int, answers: Callable[[int], dict[str, Any]]) -> None:
        with app.app_context():
            session = db.session()
            set_scope(session, EVERYWHERE)
            schema = gate(session, load_form(DATA / "questionnaire"), today=NOW.date())
            author = Author(by, EVERYWHERE, Source.PHONE)
            forms = [schema.load(household_document(**answers(n))) for n in range(count)]
            tally = register_many(session, forms, by=author, at=NOW)
            assert not tally.refused
            session.commit()

    return run


@pytest.fixture
def count(app: Flask) -> Counted:
    """Count all interviews and return the ended job."""

    def run() -> Job:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            job = start_job(db.session(), "fieldwork", {"zone": "Asia/Makassar"}, by="t", at=NOW)
            db.session.commit()
            run_now(app, job)
            ended = find_job(db.session(), job.id)
            db.session.refresh(ended)
            db.session.expunge_all()
            return ended

    return run
