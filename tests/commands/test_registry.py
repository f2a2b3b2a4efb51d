"""`flask registry` and `flask match`: what they say and how they end."""

import json
from pathlib import Path

import pytest
from click.testing import Result
from flask import Flask

from tests.offices import NewHousehold, areas, household
from tests.registries import FATMA, HASAN, NURUL, changed, csv_bytes, strangers

__all__ = ["areas", "household"]


@pytest.fixture
def file(tmp_path: Path) -> Path:
    """A registry file of the family and a crowd."""
    path = tmp_path / "registry.csv"
    path.write_bytes(csv_bytes([HASAN, FATMA, NURUL, *strangers(200)]))
    return path


def run(app: Flask, *arguments: object) -> Result:
    return app.test_cli_runner().invoke(args=[str(one) for one in arguments])


def test_import_match_and_list(app: Flask, household: NewHousehold, file: Path) -> None:
    household("ani")
    done = run(app, "registry", "import", file, "--as-of", "2026-01-31", "--json")
    assert done.exit_code == 0, done.output
    assert json.loads(done.stdout)["Orang diterima"] == 203
    again = run(app, "registry", "import", file, "--as-of", "2026-01-31")
    assert (again.exit_code, again.stdout) == (0, "This file is in force already.\n")
    matched = run(app, "match", "--json")
    assert (matched.exit_code, json.loads(matched.stdout)["padan"]) == (0, 3)
    assert "Perlu ditinjau" in run(app, "match").stdout
    listed = json.loads(run(app, "registry", "snapshots", "--json").stdout)
    assert [(one["as_of"], one["state"]) for one in listed] == [("2026-01-31", "current")]
    assert "Berlaku" in run(app, "registry", "snapshots").stdout


def test_changes_are_imported_on_what_is_in_force(app: Flask, areas: None, file: Path) -> None:
    assert run(app, "registry", "import", file).exit_code == 0
    file.write_bytes(csv_bytes([changed(FATMA, STATUS="MENINGGAL")]))
    done = run(app, "registry", "import", file, "--delta", "--json")
    assert (done.exit_code, json.loads(done.stdout)["Orang tanpa perubahan"]) == (0, 202)
    newest = json.loads(run(app, "registry", "snapshots", "--json").stdout)[0]
    assert (newest["base"], newest["persons"], newest["rows"]) == (1, 203, 1)


def test_problems_in_the_data_end_with_1(app: Flask, areas: None, tmp_path: Path) -> None:
    path = tmp_path / "x.csv"
    path.write_bytes(csv_bytes([HASAN, FATMA, changed(NURUL, NIK="1")]))
    done = run(app, "registry", "import", path)
    assert done.exit_code == 1
    assert "problems" in done.stdout.lower()
    path.write_bytes(b"")
    done = run(app, "registry", "import", path)
    assert (done.exit_code, done.stderr.strip()) == (1, "Berkas kosong.")


@pytest.mark.parametrize(
    "arguments",
    [
        ("import", "/no/such/file"),
        ("import",),
        ("import", __file__, "--as-of", "31-01-2026"),
        ("import", __file__, "--mapping", "/no/such/file"),
    ],
)
def test_wrong_use_ends_with_2(app: Flask, arguments: tuple[str, ...]) -> None:
    assert run(app, "registry", *arguments).exit_code == 2


def test_matching_without_a_registry_ends_with_1(app: Flask, areas: None) -> None:
    done = run(app, "match")
    assert done.exit_code == 1
    assert "Belum ada data kependudukan" in done.stderr
