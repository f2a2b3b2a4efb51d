"""`flask areas`: the official areas, their population and their boundaries."""

import json
import sys
from collections.abc import Callable, Sequence
from dataclasses import asdict
from pathlib import Path

import click
from flask.cli import AppGroup
from rich.console import Console
from rich.table import Table
from rich.text import Text

from jps.areas.in_force import draw_schematic, import_boundaries
from jps.areas.report import BoundaryReport, LevelReport
from jps.areas.rules import CodeSystem, Level
from jps.areas.services import LoadReport, load_areas, load_population
from jps.areas.work import findings, read_options
from jps.audit.services import SYSTEM
from jps.commands.answers import PROBLEMS, fail_on_problems
from jps.db import db, everywhere
from jps.worker import utc_now

SHOWN = 30  # rows of a problem table; --json has them all

areas_cli = AppGroup("areas", help="Official areas, population and boundaries.")
_existing = click.Path(exists=True, dir_okay=False, path_type=Path)
_json = click.option("--json", "as_json", is_flag=True, help="Answer as JSON.")


@areas_cli.command("load")
@click.argument("file", type=_existing)
@_json
@fail_on_problems
def load(file: Path, as_json: bool) -> None:
    """Add or update the areas in the CSV FILE (columns: see data/areas/gorontalo.csv)."""
    _load(load_areas, file, as_json)


@areas_cli.command("load-population")
@click.argument("file", type=_existing)
@_json
@fail_on_problems
def population(file: Path, as_json: bool) -> None:
    """Add or update population in the CSV FILE (code, as_of, population, male, female, source)."""
    _load(load_population, file, as_json)


@areas_cli.command("import-boundaries")
@click.argument("file", type=_existing)
@click.option(
    "--codes",
    type=click.Choice([system.value for system in CodeSystem]),
    required=True,
    help="Whose codes the file carries: both give some codes to different areas.",
)
@click.option("--level", type=click.Choice([level.value for level in Level]), help="Only this one.")
@click.option("--code-column", help="Found by its content when left out.")
@click.option("--name-column", help="Found by its content when left out.")
@click.option("--layer", help="Layer of a GeoPackage that has several.")
@click.option("--partial", is_flag=True, help="Accept a file that lacks many areas.")
@click.option("--source", default="", help="Who made the boundaries; shown on every map.")
@click.option("--licence", default="", help="Under which licence they may be used.")
@_json
@fail_on_problems
def boundaries(
    file: Path, source: str, licence: str, as_json: bool, **how: str | bool | None
) -> None:
    """Put the boundaries in FILE (GeoJSON, GeoPackage, Shapefile, also zipped) in force.

    Nothing changes when the file is refused. Exit code 1: refused, or imported with findings.
    """
    session = db.session()
    with everywhere(session):
        report = import_boundaries(
            session,
            file,
            read_options(how),
            source=source,
            licence=licence,
            by=SYSTEM,
            at=utc_now(),
        )
        session.commit()
    if as_json:
        click.echo(json.dumps(report.as_dict(), ensure_ascii=False))
    else:
        _show(report)
    if report.findings:
        sys.exit(PROBLEMS)


@areas_cli.command("draw-schematic")
@click.option("--replace-imported", is_flag=True, help="Also when imported ones are in force.")
@_json
@fail_on_problems
def schematic(replace_imported: bool, as_json: bool) -> None:
    """Draw boundaries from the areas' points and km2, for want of real ones."""
    session = db.session()
    with everywhere(session):
        drawing = draw_schematic(
            session, by=SYSTEM, at=utc_now(), replace_imported=replace_imported
        )
        session.commit()
    if as_json:
        click.echo(json.dumps(asdict(drawing)))
        return
    rows = [(str(level), str(number)) for level, number in drawing.areas.items()]
    _print("Schematic boundaries", ("Level", "Areas"), rows)
    click.echo(f"Median size by official km2: {drawing.median_size or 'unknown'}")
    if drawing.undrawn:
        codes = ", ".join(drawing.undrawn[:SHOWN])
        click.echo(f"Not drawn for want of a point: {len(drawing.undrawn)} ({codes})")


def _load(loader: Callable[..., LoadReport], file: Path, as_json: bool) -> None:
    session = db.session()
    with everywhere(session):
        report = loader(session, file.read_bytes(), by=SYSTEM, at=utc_now())
        session.commit()
    if as_json:
        click.echo(json.dumps(_plain(report), ensure_ascii=False))
    elif report.problems:
        rows = [(str(p.row), p.column, str(p)) for p in report.problems]
        _print(f"Nothing was loaded from {file.name}", ("Row", "Column", "Problem"), rows)
    else:
        click.echo(f"{report.added} added, {report.changed} changed, {report.unchanged} unchanged")
    if report.problems:
        sys.exit(PROBLEMS)


def _plain(report: LoadReport) -> dict[str, object]:
    problems = [{"row": p.row, "column": p.column, "message": str(p)} for p in report.problems]
    return asdict(report) | {"problems": problems}


def _show(report: BoundaryReport) -> None:
    names = report.name_column or "none (names were not checked)"
    click.echo(
        f"{report.file}: {report.features} features, codes in {report.code_column!r}, names in "
        f"{names!r}, {report.crs}{' (assumed)' if report.crs_assumed else ''}"
    )
    _print(
        "Boundaries in force",
        ("Level", "From", "Areas", "km2", "Missing", "Overlaps", "Gaps closed"),
        [_row(level) for level in report.levels],
    )
    repairs = f"{len(report.repaired)} repaired, {len(report.merged)} put together"
    others = len(report.renamed)
    click.echo(f"Polygons: {repairs}. Names written otherwise: {others}.")
    found = list(findings(report))
    if found:
        _print(
            f"{len(found)} findings", ("Finding", "Code", "In the file", "In the register"), found
        )
    else:
        click.echo("No findings.")


def _row(level: LevelReport) -> tuple[str, ...]:
    origin = "kept as imported before" if level.kept else "dissolved" if level.dissolved else "file"
    return (
        str(level.level),
        origin,
        str(level.areas),
        f"{level.km2:,.1f}",
        str(len(level.missing)),
        str(len(level.overlaps)),
        str(level.gaps),
    )


def _print(title: str, columns: Sequence[str], rows: Sequence[Sequence[str]]) -> None:
    """Print the first rows of a table; what a file holds is shown as it is, never as markup."""
    table = Table(*columns, title=Text(title))
    for row in rows[:SHOWN]:
        table.add_row(*(Text(cell) for cell in row))
    Console().print(table)
    if len(rows) > SHOWN:
        click.echo(f"... and {len(rows) - SHOWN} more (--json shows all)")
