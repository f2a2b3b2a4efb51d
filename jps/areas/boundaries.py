"""From a file of polygons to boundaries that fit together at every level, with a report.

Nothing here writes: a file that is refused leaves everything as it was.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import shapely

from jps.areas import coverage
from jps.areas.columns import choose_columns
from jps.areas.geofile import read_layer
from jps.areas.identify import Feature, identify, misplaced, refuse_wrong_codes, renamed
from jps.areas.levels import Boundaries, dissolved_to, measured
from jps.areas.names import Agreement, compare
from jps.areas.plane import as_array
from jps.areas.register import KnownArea, Register
from jps.areas.report import AreaGap, BoundaryReport, LevelReport, Missing, Surplus
from jps.areas.rules import CodeSystem, Level
from jps.errors import InvalidData
from jps.text import N_

SIZE_TOLERANCE = 0.25  # share by which a polygon's km2 may differ from the register's
SIZE_FLOOR = 0.5  # km2; smaller differences are not worth a look
PARTIAL = 0.2  # share of a level that may be missing before a file counts as incomplete
SAME_LAND = 0.01  # share of the smaller polygon from which two rows of one code are duplicates


@dataclass(frozen=True)
class Options:
    """How to read a file; what is None is found by content."""

    system: CodeSystem
    level: Level | None = None
    code_column: str | None = None
    name_column: str | None = None
    layer: str | None = None
    partial: bool = False


@dataclass(frozen=True)
class Prepared:
    """Boundaries of every level that could be made, desa first, and the report on them."""

    levels: tuple[Boundaries, ...]
    report: BoundaryReport


def prepare_boundaries(path: Path, register: Register, options: Options) -> Prepared:
    """Return the boundaries in the file `path`, checked against `register`.

    Upper levels that the file lacks are dissolved from the level below. Raises InvalidFile or
    InvalidData, each saying what to do, when the file cannot be read, has codes of another system
    or province, holds an area twice, or covers too little of a level (unless `partial`).
    """
    layer = read_layer(path, layer=options.layer)
    columns = choose_columns(
        layer,
        register,
        system=options.system,
        code_column=options.code_column,
        name_column=options.name_column,
    )
    features = identify(layer, columns, register, options.system)
    refuse_wrong_codes(features, register, options.system)
    wanted = [f for f in features if f.area is not None and _is_wanted(f.area, options)]
    if not wanted:
        label = options.level.label if options.level else "-"
        raise InvalidData(N_("Berkas tidak berisi wilayah tingkat {level}."), level=label)
    polygons = _polygons(wanted)
    levels, details = _levels(polygons, register, options)
    report = BoundaryReport(
        file=path.name,
        layer=layer.name,
        code_column=columns.code,
        name_column=columns.name,
        crs=layer.crs,
        crs_assumed=layer.crs_assumed,
        features=len(layer),
        levels=details,
        surplus=tuple(Surplus(f.value, f.name) for f in features if f.area is None),
        without_polygon=tuple(
            Surplus(f.value, f.name)
            for f in wanted
            if f.area is not None and f.area.code not in polygons.geometries
        ),
        renamed=tuple(renamed(wanted)),
        misplaced=tuple(misplaced(wanted)),
        merged=polygons.merged,
        repaired=polygons.repaired,
    )
    return Prepared(levels, report)


def _is_wanted(area: KnownArea, options: Options) -> bool:
    return options.level is None or area.level is options.level


@dataclass(frozen=True)
class _Polygons:
    geometries: dict[str, shapely.Geometry]
    merged: tuple[str, ...]
    repaired: tuple[str, ...]


def _polygons(features: Sequence[Feature]) -> _Polygons:
    """Return one polygon per code, its rows put together; refuse rows that contradict another."""
    rows: dict[str, list[tuple[Feature, shapely.Geometry]]] = {}
    repaired: list[str] = []
    for feature in features:
        whole = coverage.polygons_only(feature.geometry)
        if feature.area is None or whole is None or feature.geometry is None:
            continue
        if not shapely.is_valid(feature.geometry):
            repaired.append(feature.area.code)
        rows.setdefault(feature.area.code, []).append((feature, whole))
    _refuse_duplicates(rows)
    geometries = {code: _together([whole for _, whole in parts]) for code, parts in rows.items()}
    merged = tuple(code for code, parts in sorted(rows.items()) if len(parts) > 1)
    return _Polygons(geometries, merged, tuple(sorted(set(repaired))))


def _together(parts: Sequence[shapely.Geometry]) -> shapely.Geometry:
    return shapely.union_all(as_array(parts)) if len(parts) > 1 else parts[0]


def _refuse_duplicates(rows: Mapping[str, Sequence[tuple[Feature, shapely.Geometry]]]) -> None:
    """Islands of one desa may be rows of their own; the same land or another name twice may not."""
    problems: dict[str, list[str]] = {}
    for code, parts in sorted(rows.items()):
        first = parts[0][0].name
        if any(name and compare(name, [first]) is Agreement.DIFFERENT for name in _names(parts)):
            problems[code] = [", ".join(_names(parts))]
        elif _same_land([whole for _, whole in parts]):
            problems[code] = [first]
    if problems:
        raise InvalidData(
            N_(
                "{count} kode dipakai lebih dari satu kali dalam berkas. Setiap wilayah harus "
                "muncul satu kali dengan kodenya sendiri."
            ),
            problems=dict(list(problems.items())[:20]),
            count=len(problems),
        )


def _names(parts: Sequence[tuple[Feature, shapely.Geometry]]) -> list[str]:
    return [feature.name for feature, _ in parts]


def _same_land(parts: Sequence[shapely.Geometry]) -> bool:
    if len(parts) < 2:
        return False
    sizes = shapely.area(as_array(parts))
    common = float(sizes.sum() - shapely.area(shapely.union_all(as_array(parts))))
    return common > SAME_LAND * float(sizes.min())


def _levels(
    polygons: _Polygons, register: Register, options: Options
) -> tuple[tuple[Boundaries, ...], tuple[LevelReport, ...]]:
    """Return the levels of the file, cleaned, and those dissolved from them, desa first."""
    boundaries: list[Boundaries] = []
    details: list[LevelReport] = []
    for level in sorted(Level, key=lambda level: -level.depth):
        codes = [code for code in sorted(polygons.geometries) if _at(code, level)]
        if codes:
            made, detail = _from_file(level, codes, polygons, register)
            _refuse_incomplete(detail, options)
        elif boundaries:
            made = dissolved_to(level, boundaries[-1])
            detail = _detail(made, register)
        else:
            continue
        boundaries.append(made)
        details.append(detail)
    return tuple(boundaries), tuple(details)


def _at(code: str, level: Level) -> bool:
    return len(code) == level.code_length


def _from_file(
    level: Level, codes: Sequence[str], polygons: _Polygons, register: Register
) -> tuple[Boundaries, LevelReport]:
    cleaned = coverage.clean(codes, as_array([polygons.geometries[code] for code in codes]))
    fitted = dict(zip(codes, cleaned.geometries, strict=True))
    made = measured(level, fitted, dissolved=False)
    return made, _detail(made, register, cleaned)


def _detail(
    made: Boundaries, register: Register, cleaned: coverage.Cleaned | None = None
) -> LevelReport:
    known = register.at(made.level, like=made.geometries)
    return LevelReport(
        level=made.level,
        dissolved=made.dissolved,
        areas=len(made.geometries),
        km2=round(sum(made.km2.values()), 3),
        missing=tuple(Missing(a.code, a.name) for a in known if a.code not in made.geometries),
        sizes=() if made.dissolved else tuple(_sizes(made, known)),
        overlaps=cleaned.overlaps if cleaned else (),
        gaps=cleaned.gaps if cleaned else 0,
        gaps_km2=round(cleaned.gaps_km2, 4) if cleaned else 0.0,
        cleaned=cleaned is not None and cleaned.changed,
    )


def _sizes(made: Boundaries, known: Sequence[KnownArea]) -> list[AreaGap]:
    found = []
    for area in known:
        km2 = made.km2.get(area.code)
        if km2 is None or not area.km2:
            continue
        if abs(km2 - area.km2) > max(SIZE_FLOOR, SIZE_TOLERANCE * area.km2):
            found.append(AreaGap(area.code, area.name, round(km2, 3), area.km2))
    return found


def _refuse_incomplete(detail: LevelReport, options: Options) -> None:
    total = detail.areas + len(detail.missing)
    if options.partial or len(detail.missing) <= PARTIAL * total:
        return
    raise InvalidData(
        N_(
            "Berkas hanya memuat {areas} dari {total} wilayah tingkat {level}, dan menggantikan "
            "batas seluruh provinsi. Bila itu memang disengaja, ulangi dengan --partial."
        ),
        areas=detail.areas,
        total=total,
        level=detail.level.label,
    )
