"""Villages on the pages of the form: their names, which ones may be chosen, and what GPS says."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.queries import area_at, areas_at, path
from jps.areas.rules import Level, ancestor, is_code
from jps.db import AreaScope
from jps.errors import NotFound
from jps.questionnaire import Problem
from jps.text import N_

FEW = 40  # villages that are listed at once; with more the kecamatan is chosen first
# What stands before an area's name, in every language: it is part of the name.
KINDS = {
    "desa": "Desa",
    "kelurahan": "Kel.",
    "kecamatan": "Kec.",
    "kabupaten": "Kabupaten",
    "kota": "Kota",
}
POOR_ACCURACY = 50  # metres; a reading this vague may lie in the next village

ELSEWHERE = N_("Titik ini berada di {found}, bukan di {village}. Periksa titik atau desanya.")
SCHEMATIC = N_(
    "Titik ini tampaknya di {found}, bukan di {village}. Batas desa masih skematis: periksa saja."
)
OUTSIDE = N_("Titik ini berada di luar wilayah yang dikenal. Periksa kembali.")
VAGUE = N_("Akurasi titik hanya {metres} meter. Ambil ulang di tempat terbuka bila dapat.")


@dataclass(frozen=True, slots=True)
class VillageGroup:
    """The villages of one kecamatan, or the kecamatan of one kabupaten, to choose from."""

    name: str
    areas: tuple[Area, ...]


def village_name(session: Session, code: str) -> str:
    """Return `Desa Bua, Kec. Batudaa`, the code itself when nobody knows it."""
    try:
        areas = path(session, code)
    except NotFound:
        return code
    return ", ".join(full_name(area) for area in reversed(areas[2:] or areas[-1:]))


def full_name(area: Area) -> str:
    """Return an area's name with its kind in front: `Kel. Biawao`, `Kec. Kota Selatan`."""
    kind = KINDS.get(area.type, "")
    return area.name if area.name.startswith(kind) else f"{kind} {area.name}"


def choices_of_village(
    session: Session, scope: AreaScope, inside: str
) -> tuple[Level, tuple[VillageGroup, ...]]:
    """Return what is to be chosen next, and from what: villages, or kecamatan when they are many.

    `inside` is a chosen kecamatan; anything that is not the person's own is ignored.
    """
    codes = [inside] if is_code(inside) and scope.covers(inside) else list(scope.codes)
    villages = areas_at(session, Level.DESA, inside=None if scope.whole else codes)
    if len(villages) <= FEW:
        return Level.DESA, _grouped(session, villages, Level.KECAMATAN)
    districts = areas_at(session, Level.KECAMATAN, inside=None if scope.whole else codes)
    return Level.KECAMATAN, _grouped(session, districts, Level.KABKOTA)


def _grouped(session: Session, areas: Sequence[Area], level: Level) -> tuple[VillageGroup, ...]:
    found: dict[str, list[Area]] = {}
    for area in areas:
        found.setdefault(ancestor(area.code, level), []).append(area)
    uppers = {code: session.get(Area, code) for code in found}
    return tuple(
        VillageGroup(full_name(upper) if upper else code, tuple(found[code]))
        for code, upper in uppers.items()
    )


def place_notes(session: Session, document: Mapping[str, object]) -> dict[str, list[Problem]]:
    """Return what the GPS point says about the village: warnings, as it never decides."""
    point = _point(document.get("gps"))
    if point is None:
        return {}
    latitude, longitude, accuracy = point
    notes = []
    if accuracy > POOR_ACCURACY:
        notes.append(_warning(VAGUE, metres=round(accuracy)))
    code = str(document.get("area_code", ""))
    place = area_at(session, latitude, longitude)
    if place is None:
        notes.append(_warning(OUTSIDE))
    elif code and place.code != code:
        names = {"found": village_name(session, place.code), "village": village_name(session, code)}
        notes.append(_warning(SCHEMATIC if place.schematic else ELSEWHERE, **names))
    return {"gps": notes} if notes else {}


def _warning(message: str, **params: object) -> Problem:
    return Problem("gps", "gps", "warning", message, params)


def _point(text: object) -> tuple[float, float, float] | None:
    """Return latitude, longitude (degrees of WGS84) and accuracy (metres) of a typed point."""
    parts = text.replace(",", " ").split() if isinstance(text, str) else []
    try:
        numbers = [float(part) for part in parts]
    except ValueError:
        return None
    if not 2 <= len(numbers) <= 4 or abs(numbers[0]) > 90 or abs(numbers[1]) > 180:
        return None
    return numbers[0], numbers[1], numbers[3] if len(numbers) == 4 else 0.0
