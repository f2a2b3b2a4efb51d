"""The list of households as it is asked for: filters in the address, names only in the body."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace

from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.areas.queries import areas_at
from jps.areas.rules import Level, ancestor, is_code, lineage
from jps.db import AreaScope
from jps.households.queries import Filters, Page, list_households, state_counts
from jps.households.rules import State

SIZE = 25  # households of one page
MAX_TEXT = 100  # characters of a search
IN_WORK = tuple(state for state in State if state != State.ARCHIVED)
CASCADE = (Level.KABKOTA, Level.KECAMATAN, Level.DESA)


@dataclass(frozen=True, slots=True)
class Asked:
    """What the reader asks for. `state` empty means all that is not archived."""

    area: str = ""
    state: str = ""
    text: str = ""
    page: int = 1

    @property
    def filters(self) -> Filters:
        """The same for the query."""
        states = (State(self.state),) if self.state else IN_WORK
        return Filters(area=self.area, states=states, text=self.text)


@dataclass(frozen=True, slots=True)
class AreaChoice:
    """One drop-down of the cascade; `fixed` when the reader has one area at this level."""

    level: Level
    areas: tuple[Area, ...]
    chosen: str

    @property
    def fixed(self) -> bool:
        """Is there nothing to choose?"""
        return len(self.areas) == 1


def read_asked(values: Mapping[str, str]) -> Asked:
    """Return what was asked; anything that is no filter counts as not given."""
    area = next((values[level] for level in reversed(CASCADE) if _fits(values, level)), "")
    area = area or (values.get("area", "") if is_code(values.get("area", "")) else "")
    state = values.get("state", "")
    page = values.get("page", "")
    return Asked(
        area=area,
        state=state if state in set(State) else "",
        text=values.get("text", "")[:MAX_TEXT].strip(),
        page=int(page) if page.isascii() and page.isdigit() and len(page) < 7 else 1,
    )


def _fits(values: Mapping[str, str], level: Level) -> bool:
    """Is the area chosen at this level, and does it lie in those chosen above?"""
    code = values.get(level, "")
    uppers = [values.get(upper, "") for upper in CASCADE if upper.depth < level.depth]
    return is_code(code) and all(not upper or code.startswith(upper + ".") for upper in uppers)


def find(session: Session, asked: Asked) -> tuple[Page, dict[State, int]]:
    """Return one page of what was asked, and how many stand in each state."""
    counts = state_counts(session, replace(asked.filters, states=()))
    return list_households(session, asked.filters, page=asked.page, size=SIZE), counts


def cascade(session: Session, scope: AreaScope, chosen: str) -> list[AreaChoice]:
    """Return the drop-downs: the next level opens when the one above is chosen or has one area."""
    found: list[AreaChoice] = []
    inside = ""
    for level in CASCADE:
        areas = _areas(session, scope, level, inside)
        mine = ancestor(chosen, level) if len(chosen) >= level.code_length else ""
        mine = mine if any(area.code == mine for area in areas) else ""
        if len(areas) == 1:
            mine = areas[0].code
        found.append(AreaChoice(level, tuple(areas), mine))
        if not mine:
            break
        inside = mine
    return found


def _areas(session: Session, scope: AreaScope, level: Level, inside: str) -> Sequence[Area]:
    """Return the areas of a level that are the reader's or hold some of the reader's."""
    within = [inside] if inside else None
    above = {upper for code in scope.codes for upper in lineage(code)}
    return [
        area
        for area in areas_at(session, level, inside=within)
        if scope.whole or scope.covers(area.code) or area.code in above
    ]
