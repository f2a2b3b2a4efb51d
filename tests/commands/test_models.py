"""Commands of targeting: an invented survey, a model of it, a list proved without its office."""

import json
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask
from sqlalchemy.orm import Session

from jps.app import create_app
from jps.areas.services import load_areas
from jps.commands.answers import PROBLEMS, USAGE
from jps.config import DATA, Settings
from jps.db import db
from jps.targeting.services import write_list_bundle
from tests.apps import FAST
from tests.conftest import NOW
from tests.databases import Databases
from tests.targeting.test_services import defined, drawn, homes, run_snapshot

__all__ = ["homes"]
Run = Callable[..., Result]


@pytest.fixture
def run(app: Flask) -> Run:
    """Run a command: `run("models", "list")`."""
    return lambda *arguments: app.test_cli_runner().invoke(args=list(arguments))


def test_an_invented_survey_trains_a_model(run: Run, app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        rows = (DATA / "areas" / "gorontalo.csv").read_bytes().splitlines(keepends=True)
        near = [row for row in rows if row[:5] in (rows[0][:5], b"75,pr", b"75.71")]
        load_areas(db.session(), b"".join(near), by="tests", at=NOW)
        db.session.commit()
    file = tmp_path / "survei.csv"
    made = run("sample", "consumption", str(file), "--households", "150")
    assert made.exit_code == 0, made.output
    assert "INVENTED" in made.output
    again = tmp_path / "lagi.csv"
    run("sample", "consumption", str(again), "--households", "150")
    assert file.read_bytes() == again.read_bytes()
    train = ("models", "train", str(file), "--name", "PMT", "--json", "--line", "700000")
    few = ("--variables", "log_size,floor_material,asset_refrigerator,ppi_savings_account")
    hashes = set()
    for _ in range(2):
        found = run(*train, *few)
        assert found.exit_code == 0, found.output
        told = json.loads(found.output)
        hashes.add(told["hash"])
        assert told["r2"] > 0.2
    assert len(hashes) == 1
    assert json.loads(run("models", "list", "--json").output)[0]["state"] == "trained"
    assert run(*train).exit_code == PROBLEMS  # more coefficients than so few rows can tell
    for wrong in (("--variables", "shoe_size"), ("--consumption", "nothing")):
        assert run(*train, *few, *wrong).exit_code == PROBLEMS
    assert run(*train[:-1], "75.01=1").exit_code == USAGE
    assert run(*train[:-1], "-5").exit_code == USAGE
    nobody = run("models", "assess", "--json")
    assert nobody.exit_code == PROBLEMS
    assert "PMT" in nobody.output


@pytest.mark.usefixtures("homes")
def test_a_list_is_verified_where_its_database_is_not(
    session: Session, run: Run, tmp_path: Path, databases: Databases
) -> None:
    """Drawn on either database, proved in an office that has none of its tables."""
    run_snapshot(session, tmp_path)
    found = drawn(session, tmp_path, defined(8))
    bundle = tmp_path / "list.zip"
    write_list_bundle(session, tmp_path, found.id, bundle)
    session.rollback()
    elsewhere = create_app(Settings(home=tmp_path / "elsewhere", log_level="ERROR"), FAST)
    ask = elsewhere.test_cli_runner().invoke
    proved = ask(args=["lists", "verify", str(bundle), "--json"])
    assert proved.exit_code == 0, proved.output
    assert json.loads(proved.output) == {"same": True, "hash": found.content_hash, "problems": []}
    bundle.write_bytes(bundle.read_bytes()[:-100])
    assert ask(args=["lists", "verify", str(bundle)]).exit_code == PROBLEMS
    assert run("lists", "verify", "neither").exit_code == USAGE
    assert databases is not None
