"""Put boundaries in force: imported from a file, or drawn for want of one."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from statistics import median

import shapely
from sqlalchemy.orm import Session

from jps.areas.boundaries import Options, prepare_boundaries
from jps.areas.levels import Boundaries, nested
from jps.areas.models import Boundary, BoundarySet
from jps.areas.queries import current_set, read_register
from jps.areas.register import Register
from jps.areas.report import BoundaryReport
from jps.areas.rules import CodeSystem, Level
from jps.areas.schematic import draw, lowest_sites
from jps.audit.services import Event, record
from jps.errors import Conflict, InvalidData
from jps.text import N_

SCHEMATIC_SOURCE = N_("Digambar dari titik dan luas wilayah; bukan batas sebenarnya.")


@dataclass(frozen=True)
class Drawing:
    """What was drawn: areas per level, codes without a drawing, and drawn by official km2."""

    areas: Mapping[Level, int]
    undrawn: tuple[str, ...]
    median_size: float | None  # 1.0: as large as the official km2


@dataclass(frozen=True)
class _Origin:
    source: str
    licence: str
    schematic: bool
    system: CodeSystem | None
    by: str
    at: datetime


def import_boundaries(
    session: Session,
    path: Path,
    options: Options,
    *,
    source: str = "",
    licence: str = "",
    by: str,
    at: datetime,
) -> BoundaryReport:
    """Put the boundaries of the file `path` in force at its levels and above, and flush.

    Upper levels are dissolved from the file unless they were imported from a file of their own
    before. Raises InvalidFile or InvalidData, and changes nothing, when the file is refused.
    """
    prepared = prepare_boundaries(path, read_register(session), options)
    origin = _Origin(source or path.name, licence, False, options.system, by, at)
    kept: set[Level] = set()
    for boundaries in prepared.levels:
        current = current_set(session, boundaries.level)
        own = current is not None and not current.schematic and not current.dissolved
        if boundaries.dissolved and own:
            kept.add(boundaries.level)
        else:
            _put_in_force(session, boundaries, origin)
    levels = [replace(level, kept=level.level in kept) for level in prepared.report.levels]
    return replace(prepared.report, levels=tuple(levels))


def draw_schematic(
    session: Session, *, by: str, at: datetime, replace_imported: bool = False
) -> Drawing:
    """Put schematic boundaries of all areas in force, and flush.

    The lowest areas with a point are drawn and upper levels dissolved from them. Raises InvalidData
    when no area has a point, and Conflict when imported boundaries are in force, unless
    `replace_imported`.
    """
    sets = [current_set(session, level) for level in Level]
    if not replace_imported and any(found is not None and not found.schematic for found in sets):
        raise Conflict(
            N_("Batas yang diimpor sedang dipakai; batas skematis tidak menggantikannya.")
        )
    register = read_register(session)
    cells = draw(lowest_sites(register))
    if not cells:
        raise InvalidData(N_("Belum ada wilayah dengan titik; muat dahulu daftar wilayahnya."))
    origin = _Origin(SCHEMATIC_SOURCE, "", True, None, by, at)
    made = nested(cells)
    for boundaries in made:
        _put_in_force(session, boundaries, origin)
    return _drawing(register, made, cells)


def _put_in_force(session: Session, boundaries: Boundaries, origin: _Origin) -> None:
    """Store a new set, unless the one in force has the same polygons of the same origin."""
    current = current_set(session, boundaries.level)
    same = current is not None and (
        (current.version, current.source, current.licence, current.schematic)
        == (boundaries.version, origin.source, origin.licence, origin.schematic)
    )
    if same:
        return
    stored = BoundarySet(
        level=boundaries.level,
        schematic=origin.schematic,
        dissolved=boundaries.dissolved,
        source=origin.source,
        licence=origin.licence,
        code_system=origin.system,
        version=boundaries.version,
        imported_at=origin.at,
        imported_by=origin.by,
    )
    session.add(stored)
    session.flush()
    session.add_all(
        Boundary(
            set_id=stored.id,
            area_code=code,
            geometry=shapely.to_wkb(geometry),
            km2=boundaries.km2[code],
        )
        for code, geometry in boundaries.geometries.items()
    )
    session.flush()
    action = "boundaries-drawn" if origin.schematic else "boundaries-imported"
    details = {"level": str(boundaries.level), "version": boundaries.version}
    event = Event(action, "boundary-set", str(stored.id), details=details)
    record(session, event, by=origin.by, at=origin.at)


def _drawing(register: Register, made: Sequence[Boundaries], cells: Iterable[str]) -> Drawing:
    km2 = {code: value for level in made for code, value in level.km2.items()}
    sizes = [km2[code] / official for code in cells if (official := register.areas[code].km2)]
    return Drawing(
        areas={level.level: len(level.geometries) for level in made},
        undrawn=tuple(code for code in register.areas if code not in km2),
        median_size=round(median(sizes), 3) if sizes else None,
    )
