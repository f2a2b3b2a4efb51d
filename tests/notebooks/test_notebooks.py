"""The notebooks as an analyst runs them, as plain Python on the demo: all answer from the data."""

import os
import runpy
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import matplotlib.pyplot
import numpy as np
import pytest
from flask import Flask

from jps.access.services import find_user
from jps.access.tokens import create_api_token
from jps.analysis import open_office, open_snapshot
from jps.analysis.populations import facts_in_frames, population_of
from jps.app import create_app
from jps.config import Settings
from jps.db import db
from jps.targeting.facts import Unit
from jps.targeting.frozen import facts, newest_snapshot, opened
from jps.web.data import NOTEBOOKS
from tests.apps import FAST
from tests.databases import Databases
from tests.repository import ROOT

FOLDER = ROOT / "notebooks"
FILES = sorted(path.name for path in FOLDER.glob("*.py"))
HOUSEHOLDS = 600
SAYS = {
    "01": "600 households",
    "02": "precision",
    "03": "are expected to be poor",
    "04": "of the poor are left out",
    "05": "reaches most",
    "06": "two or more",
    "07": "The median error falls from",
}


@pytest.fixture(scope="module")
def demo(databases: Databases, tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The application of a demo."""
    home = tmp_path_factory.mktemp("notebooks") / "office"
    databases.sqlite(home)
    app = create_app(Settings(home=home, log_level="ERROR", worker=False), FAST)
    command = ["demo", "--no-serve", "--json", "--households", str(HOUSEHOLDS)]
    run = app.test_cli_runner().invoke(args=command)
    assert run.exit_code == 0, run.output
    return app


@pytest.fixture(scope="module")
def snapshot(demo: Flask) -> Path:
    """Its frames, read by its analyst and kept."""
    with demo.app_context():
        user = find_user(db.session(), "analis")
        assert user is not None
        at = datetime.now(UTC)
        token = create_api_token(db.session(), user, name="tests", days=1, by="tests", at=at)
        db.session.commit()
        db.session.remove()
        db.engine.dispose()
    home: Path = demo.config["JPS"].home
    return open_office(token, home).snapshot(home.parent / "snapshot")


@pytest.fixture
def figures(snapshot: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """Where pictures go; the notebooks open the snapshot."""
    matplotlib.use("Agg")
    for name in [name for name in os.environ if name.startswith("JPS_")]:
        monkeypatch.delenv(name)
    monkeypatch.setenv("JPS_SNAPSHOT", str(snapshot))
    monkeypatch.setenv("JPS_FIGURES", str(tmp_path / "figures"))
    yield tmp_path / "figures"
    matplotlib.pyplot.close("all")


def test_the_page_names_all_of_them() -> None:
    assert [one.file for one in NOTEBOOKS] == FILES
    readme = (FOLDER / "README.md").read_text()
    assert all(f"({name})" in readme for name in FILES)


@pytest.mark.parametrize("name", FILES)
def test_a_notebook_answers_its_question(
    name: str, figures: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    runpy.run_path(str(FOLDER / name))
    told = " ".join(capsys.readouterr().out.split())
    assert SAYS[name[:2]] in told
    assert "nan" not in told.split()
    picture = figures / name.replace(".py", ".png")
    assert picture.stat().st_size > 10_000


def test_a_survey_of_ones_own_trains_the_model(
    figures: Path,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """Consumption is 100 for who has a refrigerator and half without: the model finds it."""
    rows = ["consumption_per_head,weight,area_code,psu,stratum,asset_refrigerator,floor_area"]
    for n in range(240):
        has = n % 2
        area = f"75.0{1 + n % 3}.01.200{n % 4}"
        consumption = (100 if has else 50) + n % 7
        rows.append(f"{consumption},1,{area},{area},{area[:5]},{2 - has},{30 + n % 5}")
    survey = tmp_path / "survey.csv"
    survey.write_text("\n".join(rows))
    monkeypatch.setenv("JPS_SURVEY", str(survey))
    monkeypatch.setenv("JPS_LINE", "80")
    runpy.run_path(str(FOLDER / "04_proxy_means_test.py"))
    told = " ".join(capsys.readouterr().out.split())
    assert "INVENTED" not in told
    assert "P0, share below the line: 0.5000" in told
    assert "With places for 50%: 0%" in told


def test_frames_are_the_people_that_lists_are_drawn_from(demo: Flask, snapshot: Path) -> None:
    """The office freezes its households by another way; only the keys are others."""
    office = open_snapshot(snapshot)
    households, members = office.households(), office.members()
    known = facts_in_frames(facts(), households, members)
    found = population_of(households, members, known.values())
    with demo.app_context():
        frozen = newest_snapshot(db.session()).content_hash
        db.session.remove()
        db.engine.dispose()
    truth = opened(demo.config["JPS"].home, frozen, known)
    assert len(known) > 80
    assert found.areas.tolist() == truth.areas.tolist()
    assert found.home.tolist() == truth.home.tolist()
    for unit in (Unit.HOUSEHOLD, Unit.MEMBER):
        for name, column in truth.columns(unit).items():
            mine = found.columns(unit)[name]
            if name == "pmt":  # lists keep six decimals, so that machines agree
                mine = np.round(mine, 6)
            np.testing.assert_array_equal(mine, column, err_msg=name)
