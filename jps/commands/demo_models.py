"""The demo's score model: an INVENTED survey, trained by one account, approved by another."""

import csv
from pathlib import Path

from sqlalchemy.orm import Session

from jps.assessment.consumption import decide_model, inputs_of, trained_models
from jps.assessment.rules import ModelState
from jps.assessment.training_work import Wish, start_training
from jps.commands.progress import finish, run_to_end
from jps.commands.sample import FIXED, row_of
from jps.db import chunks
from jps.errors import InvalidFile
from jps.jobs.rules import JobState
from jps.sample import Sample, household_id
from jps.sample.consumption import LINE, survey_consumption
from jps.welfare.pmt import By
from jps.worker import utc_now

TRAINER, APPROVER = "analis", "pengelola"
MOST = 2_000  # homes of the survey: a real one asks a few, too
NAME = "PMT contoh"
SOURCE = (
    "Survei konsumsi KARANGAN dari data contoh: tidak menyatakan apa pun tentang wilayah mana pun"
)
# Few, so that a small demo can be trained on too.
VARIABLES = (
    "log_size",
    "share_children",
    "head_certificate",
    "floor_area",
    "floor_material",
    "wall_material",
    "cooking_fuel",
    "toilet",
    "asset_refrigerator",
    "asset_motorcycle",
    "ppi_savings_account",
)


def train_example(session: Session, home: Path, sample: Sample, seed: int, *, quiet: bool) -> None:
    """Train, approve and ask a model, unless the office has one already."""
    if trained_models(session):
        return
    path = write_survey(session, home, sample, seed)
    wish = Wish(NAME, SOURCE, float(LINE), By.NONE)
    try:
        job = start_training(session, home, path, wish, by=TRAINER, at=utc_now())
    except InvalidFile:  # nobody was interviewed
        session.rollback()
        return
    job = finish(job, title="Model", quiet=quiet)
    if job.state != JobState.DONE:  # a very small sample is too small to train on
        return
    model = int(job.result["model"])
    decide_model(session, model, ModelState.APPROVED, by=APPROVER, at=utc_now())
    session.commit()
    run_to_end("consumption", {}, title="Consumption", quiet=quiet)


def write_survey(session: Session, home: Path, sample: Sample, seed: int) -> Path:
    """Write the invented consumption of some homes beside what their households answered."""
    surveyed = survey_consumption(sample, seed)
    surveyed = surveyed[:: max(1, len(surveyed) // MOST)]
    ids = {household_id(sample.name, sample.visits[one.place].number): one for one in surveyed}
    path = home / "demo" / "consumption.csv"
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    with path.open("w", encoding="utf-8", newline="") as out:
        writer = csv.writer(out, lineterminator="\n")
        writer.writerow([*FIXED, *VARIABLES])
        for piece in chunks(list(ids), 500):
            for key, found in inputs_of(session, piece).items():
                writer.writerow(row_of(ids[key], found.area, found.features, VARIABLES))
    session.rollback()
    path.chmod(0o600)
    return path
