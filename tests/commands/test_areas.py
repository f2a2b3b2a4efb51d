"""`flask areas` as an office's technician uses it."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from jps.config import DATA
from tests.databases import Databases

AREAS = DATA / "areas"


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """One database is enough here: the services are tested on both."""
    return databases.sqlite(tmp_path / "office")


def run(app: Flask, *words: str | Path) -> Result:
    """Run `flask areas ...`."""
    return app.test_cli_runner().invoke(args=["areas", *map(str, words)])


@pytest.fixture
def loaded(app: Flask) -> Flask:
    """An office with the areas of Gorontalo."""
    assert run(app, "load", AREAS / "gorontalo.csv").exit_code == 0
    return app


def test_areas_and_population_load(app: Flask) -> None:
    answer = run(app, "load", AREAS / "gorontalo.csv")
    assert answer.exit_code == 0
    assert "813 added" in answer.output
    again = run(app, "load", AREAS / "gorontalo.csv", "--json")
    assert json.loads(again.output)["unchanged"] == 813
    people = run(app, "load-population", AREAS / "gorontalo_population.csv", "--json")
    assert json.loads(people.output)["changed"] == 7


def test_wrong_rows_are_shown_and_nothing_loaded(app: Flask, tmp_path: Path) -> None:
    file = tmp_path / "salah.csv"
    file.write_text("code,name\n75,[bold]Gorontalo\n75.1,\n")
    answer = run(app, "load", file)
    assert answer.exit_code == 1
    assert "75.1" in answer.output
    plain = json.loads(run(app, "load", file, "--json").output)
    assert [(p["row"], p["column"]) for p in plain["problems"]] == [(3, "code")]
    assert run(app, "load", AREAS / "gorontalo.csv", "--json").output.count('"added": 813') == 1


def test_what_is_no_file_is_wrong_use(app: Flask, tmp_path: Path) -> None:
    assert run(app, "load", tmp_path / "tidak-ada.csv").exit_code == 2
    assert run(app, "import-boundaries", AREAS / "gorontalo.csv").exit_code == 2
    assert run(app, "import-boundaries", AREAS / "gorontalo.csv", "--codes", "x").exit_code == 2


def test_what_is_no_boundary_file_is_refused(loaded: Flask) -> None:
    answer = run(loaded, "import-boundaries", AREAS / "gorontalo.csv", "--codes", "bps")
    assert answer.exit_code == 1
    assert "bukan GeoJSON" in answer.output


def test_schematic_boundaries_are_drawn(loaded: Flask) -> None:
    answer = run(loaded, "draw-schematic", "--json")
    assert answer.exit_code == 0
    drawing = json.loads(answer.output)
    assert drawing["areas"]["desa"] == 729
    assert drawing["undrawn"] == []


def test_real_boundaries_replace_drawn_ones(loaded: Flask, shared_data: Path) -> None:
    desa = shared_data / "gorontalo_desa.geojson"
    answer = run(loaded, "import-boundaries", desa, "--codes", "kemendagri")
    assert answer.exit_code == 0
    assert "No findings" in answer.output
    assert "12,022" in answer.output
    refused = run(loaded, "draw-schematic")
    assert refused.exit_code == 1
    swapped = shared_data / "gorontalo_kabkota.geojson"
    wrong = run(loaded, "import-boundaries", swapped, "--codes", "bps")
    assert wrong.exit_code == 1
    assert "kode Kemendagri, bukan BPS" in wrong.output
    assert "75.02: Kabupaten Gorontalo" in wrong.output


def test_an_import_with_findings_ends_with_one(
    loaded: Flask, shared_data: Path, tmp_path: Path
) -> None:
    content = json.loads((shared_data / "gorontalo_kabkota.geojson").read_text())
    content["features"][0]["properties"]["nama"] = "[red]Lain Sekali"
    file = tmp_path / "kabkota.geojson"
    file.write_text(json.dumps(content))
    answer = run(loaded, "import-boundaries", file, "--codes", "kemendagri")
    assert answer.exit_code == 1
    assert "[red]Lain Sekali" in answer.output
    plain = run(loaded, "import-boundaries", file, "--codes", "kemendagri", "--json")
    assert json.loads(plain.output)["findings"] == 1
