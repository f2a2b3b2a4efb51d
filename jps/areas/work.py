"""The import of a boundary file as a job of the worker."""

import csv
from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jps.areas.boundaries import Options
from jps.areas.in_force import import_boundaries
from jps.areas.names import Agreement
from jps.areas.report import BoundaryReport
from jps.areas.rules import CodeSystem, Level
from jps.jobs.runner import Step, Task
from jps.text import N_, csv_safe


def import_boundaries_work(task: Task) -> Iterator[Step]:
    """Import the file of the job's parameters.

    `params`: `file` (name in the office's uploads), `codes` (kemendagri or bps); optional `level`,
    `code_column`, `name_column`, `layer`, `partial`, `source`, `licence`. All levels are put in
    force in one transaction, so that a job that died begins again without harm.
    """
    params = task.params
    report = import_boundaries(
        task.session,
        task.home / "uploads" / Path(params["file"]).name,
        read_options(params),
        source=params.get("source") or "",
        licence=params.get("licence") or "",
        by=task.by,
        at=task.clock(),
    )
    problem_file = None
    if report.findings:
        problem_file = f"problems/{task.job_id}.csv"
        write_findings(report, task.home / problem_file)
    yield Step(1, 1, result=_told(report), problem_file=problem_file, problems=bool(problem_file))


def read_options(params: Mapping[str, Any]) -> Options:
    """Return the options in a job's parameters; empty texts mean that none was given."""
    return Options(
        system=CodeSystem(params["codes"]),
        level=Level(params["level"]) if params.get("level") else None,
        code_column=params.get("code_column") or None,
        name_column=params.get("name_column") or None,
        layer=params.get("layer") or None,
        partial=bool(params.get("partial")),
    )


def findings(report: BoundaryReport) -> Iterator[tuple[str, str, str, str]]:
    """Yield what a person should look at: kind, code, in the file, in the register."""
    for surplus in report.surplus:
        yield N_("kode tidak dikenal"), surplus.value, surplus.name, ""
    for empty in report.without_polygon:
        yield N_("tanpa poligon"), empty.value, empty.name, ""
    for name in report.renamed:
        if name.agreement is Agreement.DIFFERENT:
            yield N_("nama berbeda"), name.code, name.found, name.expected
    for place in report.misplaced:
        yield N_("letak berbeda"), place.code, f"{place.km} km", place.name
    for level in report.levels:
        for missing in level.missing:
            yield N_("tidak ada di berkas"), missing.code, "", missing.name
        for size in level.sizes:
            yield N_("luas berbeda"), size.code, f"{size.km2} km2", f"{size.official_km2} km2"
        for overlap in level.overlaps:
            yield N_("tumpang tindih"), overlap.code, f"{overlap.km2} km2", overlap.other


def write_findings(report: BoundaryReport, path: Path) -> None:
    """Write the findings of a report as CSV."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with path.open("w", newline="", encoding="utf-8-sig") as file:
        writer = csv.writer(file)
        writer.writerow(["temuan", "kode", "di_berkas", "di_daftar"])
        writer.writerows([csv_safe(cell) for cell in finding] for finding in findings(report))


def _told(report: BoundaryReport) -> dict[str, Any]:
    told: dict[str, Any] = {
        N_("Poligon di berkas"): report.features,
        N_("Temuan"): report.findings,
        N_("Ejaan lain"): sum(name.agreement is Agreement.SPELLING for name in report.renamed),
        N_("Poligon diperbaiki"): len(report.repaired),
    }
    return told | {level.level.label: level.areas for level in report.levels}
