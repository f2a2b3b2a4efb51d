"""Fixtures of the tests of lists: an office with areas, a list brought in, its jobs run."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from sqlalchemy.orm import Session

from jps.config import DATA
from jps.db import EVERYWHERE, AreaScope, set_scope
from jps.intake import services
from jps.intake.models import IntakeBatch
from jps.intake.queries import batch_of
from jps.intake.rules import Part
from jps.intake.services import Where
from jps.jobs.models import Job
from jps.jobs.services import find_job
from jps.layouts import Layout, layouts
from jps.questionnaire import load_form
from jps.worker import run_now
from tests.conftest import NOW
from tests.intake.lists import csv_bytes, table
from tests.offices import areas

__all__ = ["areas"]

TODAY = date(2026, 11, 23)
WHERE = Where(TODAY, "75", {})


@pytest.fixture(scope="session")
def known() -> tuple[Layout, ...]:
    """The makes of list that JPS knows."""
    return layouts(load_form(DATA / "questionnaire"), DATA / "layouts")


@dataclass
class Lists:
    """An office into which lists are brought."""

    app: Flask
    session: Session
    known: tuple[Layout, ...]
    folder: Path

    @property
    def home(self) -> Path:
        """The office's folder."""
        found: Path = self.app.config["JPS"].home
        return found

    def bring(
        self,
        content: bytes,
        *,
        source: str = "uji",
        partial: bool = False,
        scope: AreaScope = EVERYWHERE,
        by: str = "ani",
    ) -> IntakeBatch:
        """Bring a file; its rows are not staged yet."""
        path = self.folder / "list.file"
        path.write_bytes(content)
        delivery = services.take_list(path, home=self.home, known=self.known)
        batch = services.begin_batch(
            self.session,
            delivery,
            source=source,
            label="Daftar uji.csv",
            partial=partial,
            scope=scope,
            by=by,
            at=NOW,
        )
        self.session.commit()
        return batch

    def run(self, batch: IntakeBatch) -> Job:
        """Run the queued work on a list, and return how it ended."""
        self.session.commit()
        key, job_id = batch.id, batch.job_id
        assert job_id is not None
        run_now(self.app, find_job(self.session, job_id))
        set_scope(self.session, EVERYWHERE)
        self.session.expire_all()
        assert batch_of(self.session, key).job_id == job_id
        return find_job(self.session, job_id)

    def see_all(self) -> None:
        """Let the test's own session see all areas: a worker ended with it."""
        set_scope(self.session, EVERYWHERE)

    def queue_check(self, batch: IntakeBatch) -> None:
        """Map the columns as proposed and queue the dry run."""
        mapping, _ = services.propose_mapping(self.session, batch, self.known)
        services.start_check(self.session, batch, mapping, where=WHERE, by="ani", at=NOW)

    def check(self, batch: IntakeBatch) -> Job:
        """Map the columns as proposed and make the dry run."""
        self.queue_check(batch)
        return self.run(batch)

    def tried(self, documents: Sequence[dict[str, Any]], **how: Any) -> IntakeBatch:
        """Bring documents as a CSV in our own template, stage and try them."""
        keys = how.pop("keys", ())
        return self.tried_file(csv_bytes(table(documents, keys)), **how)

    def tried_file(self, content: bytes, **how: Any) -> IntakeBatch:
        """Bring a file, stage and try it."""
        batch = self.bring(content, **how)
        self.run(batch)
        self.check(batch)
        return batch

    def queue_accept(self, batch: IntakeBatch, part: Part = Part.ALL, today: date = TODAY) -> None:
        """Queue the storing of what the trial found good."""
        version = load_form(DATA / "questionnaire").version
        where = Where(today, "75", {})
        services.accept(self.session, batch, part, version=version, where=where, by="ani", at=NOW)

    def accept(self, batch: IntakeBatch, part: Part = Part.ALL, today: date = TODAY) -> Job:
        """Store what the trial found good."""
        self.queue_accept(batch, part, today)
        return self.run(batch)

    def queue_undo(self, batch: IntakeBatch) -> None:
        """Queue the taking back."""
        services.undo(self.session, batch, where=WHERE, by="ani", at=NOW)

    def undo(self, batch: IntakeBatch) -> Job:
        """Take back what was stored."""
        self.queue_undo(batch)
        return self.run(batch)


@pytest.fixture
def lists(
    app: Flask, session: Session, areas: None, known: tuple[Layout, ...], tmp_path: Path
) -> Lists:
    """An office into which lists are brought."""
    set_scope(session, EVERYWHERE)
    return Lists(app, session, known, tmp_path)
