"""The main job as a person starts it: in a process of its own, twice."""

import json
import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

ROOT = Path(__file__).resolve().parents[2]
HOUSEHOLDS = 240


def demo(home: Path, *options: str) -> subprocess.CompletedProcess[str]:
    """Run `flask demo` for the office in `home`."""
    environment = {name: text for name, text in os.environ.items() if not name.startswith("JPS_")}
    command = [sys.executable, "-m", "flask", "--app", "wsgi", "demo", "--no-serve", *options]
    return subprocess.run(
        command,
        cwd=ROOT,
        env=environment | {"JPS_HOME": str(home)},
        capture_output=True,
        text=True,
        timeout=300,
        check=False,
    )


@pytest.fixture(scope="module")
def twice(tmp_path_factory: pytest.TempPathFactory) -> tuple[Path, list[dict[str, Any]]]:
    """The answers of two runs in one office."""
    home = tmp_path_factory.mktemp("demo") / "office"
    answers = []
    for _ in range(2):
        run = demo(home, "--households", str(HOUSEHOLDS), "--json")
        assert run.returncode == 0, run.stderr
        answers.append(json.loads(run.stdout))
    return home, answers


@pytest.mark.slow
def test_finds_what_is_there(twice: tuple[Path, list[dict[str, Any]]]) -> None:
    first = twice[1][0]
    assert first["counts"]["desa"] == 729
    assert first["counts"]["households"] == HOUSEHOLDS
    assert sum(first["links"].values()) == first["counts"]["members"]
    assert first["matching"]["f1"] >= 0.99
    assert first["counts"]["deliveries made"] > 0
    assert first["counts"]["households with a predicted consumption"] >= 0.8 * HOUSEHOLDS


@pytest.mark.slow
def test_poverty_follows_the_published_rates(twice: tuple[Path, list[dict[str, Any]]]) -> None:
    regencies = twice[1][0]["regencies"]
    assert len(regencies) == 6
    assert all(abs(one["difference"]) <= 2.0 for one in regencies)
    assert min(regencies, key=lambda one: one["rate"])["code"] == "75.71"


@pytest.mark.slow
def test_second_run_changes_nothing(twice: tuple[Path, list[dict[str, Any]]]) -> None:
    first, second = twice[1]
    for name in ("counts", "links", "matching", "regencies"):
        assert first[name] == second[name]


@pytest.mark.slow
def test_another_sample_in_the_same_office_is_refused(
    twice: tuple[Path, list[dict[str, Any]]],
) -> None:
    run = demo(twice[0], "--households", "5", "--json")
    assert run.returncode == 1
    assert "contoh lain" in run.stderr
    assert "Traceback" not in run.stderr
