"""`flask match quality`: the figures of the page on the command line, and accepting a registry."""

import json

from flask import Flask

from tests.offices import NewHousehold, areas, household
from tests.registries import (
    FAMILY,
    Import,
    RunJob,
    csv_bytes,
    home,
    import_file,
    match_all,
    strangers,
)

__all__ = ["areas", "home", "household", "import_file", "match_all"]


def test_figures_on_the_command_line(
    app: Flask, household: NewHousehold, import_file: Import, match_all: RunJob
) -> None:
    household("ani")
    import_file(csv_bytes([*FAMILY, *strangers(40)]))
    match_all()
    run = app.test_cli_runner().invoke
    plain = run(args=["match", "quality"])
    assert plain.exit_code == 0, plain.output
    assert "3 members, 3 linked" in plain.output
    assert "no sample yet" in plain.output
    found = json.loads(run(args=["match", "quality", "--json", "--area", "75.01"]).output)
    assert found["members"] == 3
    assert found["labels"] is None
    assert "contoh" not in json.dumps(found).lower()
    assert run(args=["match", "quality", "--area", "nonsense"]).exit_code == 2
    refused = run(args=["match", "accept", "Sudah dicek"])
    assert refused.exit_code != 0
    assert "menunggu" in refused.output
