"""Features of a file matched to official areas, and proof that the code system is the right one.

BPS and Kemendagri give some codes to different areas, so a file read with the wrong system joins
without an error. It is caught by what a code cannot fake: the name beside it, and the place.
"""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import shapely

from jps.areas.columns import Columns, other_system
from jps.areas.geofile import RawLayer
from jps.areas.names import Agreement, compare
from jps.areas.plane import as_array, plane_of
from jps.areas.register import KnownArea, Register
from jps.areas.rules import CodeSystem, Level, dotted
from jps.errors import InvalidData
from jps.text import N_

CONTRADICTED = 0.25  # share of areas with another name or place from which a file is refused
FAR = 3.0  # km; an official point may lie this far outside of its area, or a third of its width
SHOWN = 12  # contradictions listed in a refusal


@dataclass(frozen=True)
class Feature:
    """One row of the file: its code and name as given, and the area they mean (None: unknown)."""

    value: str
    name: str
    area: KnownArea | None
    geometry: shapely.Geometry | None


@dataclass(frozen=True)
class Renamed:
    """An area whose name in the file is not the official one."""

    code: str
    found: str
    expected: str
    agreement: Agreement


@dataclass(frozen=True)
class Misplaced:
    """An area whose official point lies `km` outside of the polygon in the file."""

    code: str
    name: str
    km: float


def identify(
    layer: RawLayer, columns: Columns, register: Register, system: CodeSystem
) -> list[Feature]:
    """Return the rows of `layer` with the areas that their codes mean in `system`."""
    values = layer.columns[columns.code]
    names = layer.columns[columns.name] if columns.name else [""] * len(values)
    return [
        Feature(value, name, register.resolve(value, name, system), geometry)
        for value, name, geometry in zip(values, names, layer.geometries, strict=True)
    ]


def renamed(features: Sequence[Feature]) -> list[Renamed]:
    """Return the known areas whose name is spelled otherwise or is another one."""
    found = [
        Renamed(f.area.code, f.name, f.area.name, compare(f.name, f.area.names))
        for f in features
        if f.area is not None and f.name
    ]
    return [item for item in found if item.agreement is not Agreement.SAME]


def misplaced(features: Sequence[Feature]) -> list[Misplaced]:
    """Return the known areas whose official point lies clearly outside of their polygon."""
    placed = [
        (f.area, f.area.lon, f.area.lat, f.geometry)
        for f in features
        if f.area is not None
        and f.area.lat is not None
        and f.area.lon is not None
        and f.geometry is not None
        and not shapely.is_empty(f.geometry)
    ]
    if not placed:
        return []
    polygons = as_array([geometry for *_, geometry in placed])
    plane = plane_of(polygons)
    flat = plane.project(polygons)
    points = shapely.points(plane.to_km(np.array([(lon, lat) for _, lon, lat, _ in placed])))
    distances = shapely.distance(points, flat)
    limits = np.maximum(FAR, np.sqrt(shapely.area(flat)) / 3)
    return [
        Misplaced(area.code, area.name, round(float(km), 1))
        for (area, *_), km, limit in zip(placed, distances, limits, strict=True)
        if km > limit
    ]


def refuse_wrong_codes(features: Sequence[Feature], register: Register, system: CodeSystem) -> None:
    """Raise InvalidData when names or places say that the codes mean other areas than assumed."""
    known = [feature for feature in features if feature.area is not None]
    if not known:
        raise InvalidData(N_("Tidak satu pun kode di berkas ada dalam daftar wilayah."))
    named = [feature for feature in known if feature.name]
    others = [item for item in renamed(named) if item.agreement is Agreement.DIFFERENT]
    if named and len(others) > CONTRADICTED * len(named):
        raise InvalidData(
            _why(features, register, system),
            problems={item.code: [f"{item.found} ≠ {item.expected}"] for item in others[:SHOWN]},
            count=len(others),
            total=len(named),
            system=system.label,
            other=other_system(system).label,
            option=str(other_system(system)),
        )
    elsewhere = misplaced(known)
    if len(elsewhere) > CONTRADICTED * len(known):
        raise InvalidData(
            N_(
                "Letak {count} dari {total} wilayah tidak cocok dengan kodenya. Periksa sistem "
                "kode (Kemendagri atau BPS) dan sistem koordinatnya."
            ),
            problems={item.code: [f"{item.name}: {item.km} km"] for item in elsewhere[:SHOWN]},
            count=len(elsewhere),
            total=len(known),
        )


def _why(features: Sequence[Feature], register: Register, system: CodeSystem) -> str:
    """Return the message that fits: do the names agree when the codes are read as the other's?"""
    agreeing = sum(
        area is not None and bool(compare(feature.name, area.names))
        for feature in features
        for area in [_as_other(feature, register, system)]
    )
    if agreeing > len(features) / 2:
        return N_(
            "Kode di berkas ini kode {other}, bukan {system}: nama {count} dari {total} wilayah "
            "tidak cocok dengan kodenya. Ulangi dengan --codes {option}, atau pakai berkas berkode "
            "{system}."
        )
    return N_(
        "Nama {count} dari {total} wilayah tidak cocok dengan kode {system} di sebelahnya. Berkas "
        "ini tidak dapat dipakai sebelum kodenya diperbaiki."
    )


def _as_other(feature: Feature, register: Register, system: CodeSystem) -> KnownArea | None:
    """Return the area when the code, or only its kabupaten part, is read as the other system's."""
    other = other_system(system)
    area = register.resolve(feature.value.replace(".", ""), feature.name, other)
    code = dotted(feature.value)
    if area is not None or system is CodeSystem.BPS or code is None:
        return area
    length = Level.KABKOTA.code_length
    regency = register.by_bps.get(code[:length].replace(".", ""))
    return register.areas.get(regency.code + code[length:]) if regency else None
