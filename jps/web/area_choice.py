"""Areas to choose from by name, and how chosen ones are called."""

from collections.abc import Collection
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.queries import areas_at, find_areas
from jps.areas.rules import Level, is_code, lineage
from jps.web.places import full_name

SUGGESTED = 12  # areas in an answer: what fits a phone without scrolling far


@dataclass(frozen=True)
class AreaLabel:
    """An area as people call it: `Desa Bua`, in `Kec. Batudaa, Kab. Gorontalo`."""

    code: str
    name: str
    inside: str


def known_areas(session: Session, codes: Collection[str]) -> set[str]:
    """Return those of `codes` that are official areas."""
    possible = [code for code in codes if is_code(code)]
    return set(session.scalars(select(Area.code).where(Area.code.in_(possible))))


def area_labels(session: Session, codes: Collection[str]) -> dict[str, AreaLabel]:
    """Return how each area is called; a code that nobody knows is its own name."""
    wanted = {upper for code in filter(is_code, codes) for upper in lineage(code)}
    found = {a.code: a for a in session.scalars(select(Area).where(Area.code.in_(wanted)))}
    return {code: _label(code, found) for code in sorted(codes)}


def suggest_areas(session: Session, asked: str) -> list[AreaLabel]:
    """Return areas like `asked`; for nothing the province and its kabupaten and kota."""
    if asked:
        areas = find_areas(session, asked, limit=5 * SUGGESTED)
        areas.sort(key=lambda area: not _begins(area, asked))  # somebody is still typing
        del areas[SUGGESTED:]
    else:
        areas = [*areas_at(session, Level.PROVINSI), *areas_at(session, Level.KABKOTA)]
    labels = area_labels(session, [area.code for area in areas])
    return [labels[area.code] for area in areas]


def _begins(area: Area, asked: str) -> bool:
    """Whether a name of the area, its kind left out or not, begins with what was typed."""
    typed = asked.casefold()
    names = [*area.names, *(name.casefold().removeprefix(f"{area.type} ") for name in area.names)]
    return area.code.startswith(typed) or any(n.casefold().startswith(typed) for n in names)


def _name(area: Area) -> str:
    """Return the name with its kind, which official names of kabupaten and kota carry already."""
    if area.level == Level.PROVINSI:
        return gettext("Provinsi %(name)s", name=area.name)
    return area.name if area.name.casefold().startswith(area.type) else full_name(area)


def _label(code: str, found: dict[str, Area]) -> AreaLabel:
    uppers = [found[upper] for upper in reversed(lineage(code)[1:-1]) if upper in found]
    name = _name(found[code]) if code in found else code
    return AreaLabel(code, name, ", ".join(map(_name, uppers)))
