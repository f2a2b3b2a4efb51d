"""Training as long work: progress, nothing before the end, the same one model however often."""

import csv
import uuid
from datetime import datetime
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.assessment import training
from jps.assessment.models import ScoreModel
from jps.assessment.training_work import Wish, start_training, training_work
from jps.errors import InvalidData
from jps.jobs.runner import Step, Task
from jps.welfare import pmt_training
from jps.welfare.pmt import By
from tests.figures import AT

WISH = Wish("PMT uji", "Contoh", 480_000.0, By.NONE)


@pytest.fixture
def survey(tmp_path: Path) -> Path:
    """A survey of 300 homes whose consumption follows the floor."""
    rng = np.random.default_rng(5)
    path = tmp_path / "survei.csv"
    with path.open("w", newline="") as file:
        writer = csv.writer(file)
        writer.writerow(["consumption_per_head", "weight", "psu", "floor_area", "floor_material"])
        for number in range(300):
            floor = int(rng.integers(10, 90))
            rupiah = int(np.exp(12.4 + 0.02 * floor + 0.2 * rng.standard_normal()))
            writer.writerow([rupiah, 1 + number % 2, number // 10, floor, 1 + number % 3])
    return path


def steps_of(session: Session, home: Path, params: dict[str, Any], cut: int = 99) -> list[Step]:
    """Train and return the first steps."""

    def clock() -> datetime:
        return AT

    task = Task(session, uuid.uuid4(), params, {}, "ani", home, clock)
    work = training_work(task)
    return [step for step, _ in zip(work, range(cut), strict=False)]


def test_a_killed_training_begins_again_and_leaves_one_model(
    session: Session, tmp_path: Path, survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(training, "PIECE", 100)
    job = start_training(session, tmp_path, survey, WISH, by="ani", at=AT)
    again = start_training(session, tmp_path, survey, WISH, by="ani", at=AT)
    assert again.id == job.id
    steps_of(session, tmp_path, job.params, cut=5)
    models = select(func.count()).select_from(ScoreModel).where(ScoreModel.kind == "pmt")
    assert session.scalar(models) == 0
    for _ in range(2):
        steps = steps_of(session, tmp_path, job.params)
        assert [step.done for step in steps] == sorted(step.done for step in steps)
        assert len(steps) >= 9  # pieces of the file, folds, the end
        assert steps[-1].done == steps[-1].total == 600
        assert session.scalar(models) == 1
    result = steps[-1].result
    assert result is not None
    assert session.get_one(ScoreModel, int(result["model"])).made_by == "ani"


def test_many_rows_are_solved_piece_by_piece_to_the_same_model(
    session: Session, tmp_path: Path, survey: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    hashes = set()
    for at_once in (20_000, 70):
        monkeypatch.setattr(pmt_training, "AT_ONCE", at_once)
        job = start_training(session, tmp_path, survey, WISH, by=f"a{at_once}", at=AT)
        result = steps_of(session, tmp_path, job.params)[-1].result
        assert result is not None
        hashes.add(session.get_one(ScoreModel, int(result["model"])).content_hash)
    assert len(hashes) == 1


def test_a_model_without_a_name_is_not_begun(
    session: Session, tmp_path: Path, survey: Path
) -> None:
    with pytest.raises(InvalidData):
        start_training(session, tmp_path, survey, Wish(" ", "", 1.0, By.NONE), by="ani", at=AT)
