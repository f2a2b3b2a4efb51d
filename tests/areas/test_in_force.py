"""Boundaries put in force, on both databases."""

import csv
import uuid
from dataclasses import replace
from pathlib import Path

import pytest
import shapely
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.boundaries import Options
from jps.areas.in_force import draw_schematic, import_boundaries
from jps.areas.models import Area, Boundary, BoundarySet
from jps.areas.plane import as_array
from jps.areas.queries import area_at, current_set, geometries
from jps.areas.rules import CodeSystem, Level
from jps.areas.services import load_areas
from jps.areas.work import import_boundaries_work
from jps.audit.models import AuditEvent
from jps.errors import Conflict, InvalidData, InvalidFile
from jps.jobs.runner import Task
from tests.areas.conftest import MakeRows, WriteGeoJson
from tests.conftest import NOW

KEMENDAGRI = Options(CodeSystem.KEMENDAGRI)


def sets_of(session: Session) -> dict[Level, tuple[bool, bool] | None]:
    """Whether the boundaries in force are schematic and dissolved, per level."""
    found = {level: current_set(session, level) for level in Level}
    return {level: (s.schematic, s.dissolved) if s else None for level, s in found.items()}


def test_a_drawing_covers_every_level_once(kota: Session) -> None:
    drawing = draw_schematic(kota, by="tests", at=NOW)
    assert [drawing.areas[level] for level in Level] == [1, 1, 9, 50]
    assert drawing.undrawn == ()
    assert drawing.median_size == pytest.approx(1, abs=0.05)
    draw_schematic(kota, by="tests", at=NOW)
    assert kota.scalar(select(func.count()).select_from(BoundarySet)) == 4
    stored = current_set(kota, Level.DESA)
    assert stored is not None
    polygons = geometries(kota, stored)
    assert shapely.coverage_is_valid(as_array(list(polygons.values())))
    place = area_at(kota, 0.5425, 123.05675, level=Level.KECAMATAN)
    assert place is not None
    assert (place.code, place.schematic) == ("75.71.02", True)
    assert area_at(kota, -3.0, 120.0) is None


def test_an_import_replaces_its_level_and_those_above(
    kota: Session, kota_features: MakeRows, write: WriteGeoJson
) -> None:
    draw_schematic(kota, by="tests", at=NOW)
    report = import_boundaries(
        kota, write(kota_features(Level.KECAMATAN)), KEMENDAGRI, source="BIG", by="tests", at=NOW
    )
    assert [level.kept for level in report.levels] == [False, False, False]
    assert sets_of(kota) == {
        Level.PROVINSI: (False, True),
        Level.KABKOTA: (False, True),
        Level.KECAMATAN: (False, False),
        Level.DESA: (True, False),
    }
    actions = select(AuditEvent.action).where(AuditEvent.actor == "tests")
    assert list(kota.scalars(actions)).count("boundaries-imported") == 3


def test_a_level_imported_on_its_own_is_not_dissolved_over(
    kota: Session, kota_features: MakeRows, write: WriteGeoJson
) -> None:
    own = write(kota_features(Level.KABKOTA), "kabkota.geojson")
    import_boundaries(kota, own, KEMENDAGRI, by="tests", at=NOW)
    desa = write(kota_features(Level.DESA), "desa.geojson")
    report = import_boundaries(kota, desa, KEMENDAGRI, by="tests", at=NOW)
    assert {level.level for level in report.levels if level.kept} == {Level.KABKOTA}
    assert sets_of(kota)[Level.KABKOTA] == (False, False)
    assert sets_of(kota)[Level.KECAMATAN] == (False, True)


def test_a_refused_file_changes_nothing(
    kota: Session, kota_features: MakeRows, write: WriteGeoJson, tmp_path: Path
) -> None:
    draw_schematic(kota, by="tests", at=NOW)
    kota.commit()
    before = kota.scalar(select(func.count()).select_from(Boundary))
    broken = tmp_path / "rusak.geojson"
    broken.write_text("{")
    for path in (broken, write(kota_features(Level.KECAMATAN))):
        with pytest.raises(InvalidFile):
            import_boundaries(kota, path, Options(CodeSystem.BPS), by="tests", at=NOW)
    assert not kota.new
    assert not kota.dirty
    assert kota.scalar(select(func.count()).select_from(Boundary)) == before
    assert sets_of(kota)[Level.KABKOTA] == (True, True)


def test_a_drawing_does_not_replace_an_import_unasked(
    kota: Session, kota_features: MakeRows, write: WriteGeoJson
) -> None:
    import_boundaries(kota, write(kota_features(Level.KABKOTA)), KEMENDAGRI, by="tests", at=NOW)
    with pytest.raises(Conflict):
        draw_schematic(kota, by="tests", at=NOW)
    draw_schematic(kota, by="tests", at=NOW, replace_imported=True)
    assert sets_of(kota)[Level.KABKOTA] == (True, True)


def test_without_points_there_is_nothing_to_draw(session: Session) -> None:
    load_areas(session, b"code,name\n75,Gorontalo\n", by="tests", at=NOW)
    with pytest.raises(InvalidData, match="titik"):
        draw_schematic(session, by="tests", at=NOW)


def test_the_job_tells_its_findings(
    kota: Session, kota_features: MakeRows, write: WriteGeoJson, tmp_path: Path
) -> None:
    rows = kota_features(Level.KECAMATAN)
    rows[0] = ({"kode": rows[0][0]["kode"], "nama": "=Bukan Ini"}, rows[0][1])
    (tmp_path / "uploads").mkdir()
    write(rows).rename(tmp_path / "uploads" / "batas.geojson")
    params = {"file": "../batas.geojson", "codes": "kemendagri", "level": "", "code_column": ""}
    task = Task(kota, uuid.uuid4(), params, {}, "tests", tmp_path, lambda: NOW)
    (step,) = import_boundaries_work(task)
    assert step.problems
    assert step.result is not None
    assert (step.result["Poligon di berkas"], step.result["Temuan"]) == (9, 1)
    assert step.problem_file is not None
    text = (tmp_path / step.problem_file).read_text(encoding="utf-8-sig")
    assert ["nama berbeda", "75.71.01", "'=Bukan Ini", "Kota Barat"] in list(
        csv.reader(text.splitlines())
    )


def test_boundaries_need_known_areas(
    session: Session, kota_features: MakeRows, write: WriteGeoJson
) -> None:
    assert session.scalar(select(func.count()).select_from(Area)) == 0
    with pytest.raises(InvalidFile, match="tidak ada dalam daftar wilayah"):
        import_boundaries(
            session,
            write(kota_features(Level.KABKOTA)),
            replace(KEMENDAGRI, partial=True),
            by="tests",
            at=NOW,
        )
