"""What one reader sees on one map: typed values, already without what must be hidden."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date, datetime

from jps.areas.rules import Level
from jps.assessment.rules import Line
from jps.maps.figures import Population, Poverty, Registration
from jps.maps.hiding import Hidden
from jps.maps.indicators import BY_KEY, Topic


@dataclass(frozen=True)
class AreaRow:
    """The figures of one area. A figure is None when there is no data or when it is hidden."""

    code: str
    name: str
    type: str
    poverty: Poverty | None = None
    poverty_hidden: Hidden | None = None
    registration: Registration | None = None
    registration_hidden: Hidden | None = None
    population: Population | None = None
    more: Mapping[str, float | None] = field(default_factory=dict)  # figures of other topics
    hidden: Mapping[str, Hidden | None] = field(default_factory=dict)  # of their groups

    def value(self, indicator: str) -> float | None:
        """Return the figure of `indicator`, None when it is hidden or there is none."""
        found, registered = self.poverty, self.registration
        match indicator:
            case "poverty_rate":
                return None if found is None else found.rate.rate
            case "poor_persons":
                return None if found is None else found.persons
            case "poor_households":
                return None if found is None else found.households
            case "coverage":
                return None if registered is None else registered.coverage
            case "households":
                return None if registered is None else registered.households
            case "age_days":
                return None if registered is None else registered.age_days
        return self.more.get(BY_KEY[indicator].key)


@dataclass(frozen=True)
class Details:
    """More figures of all areas of a map together, for reports; None: hidden, or of another topic.

    `registered` are households by day of interview, `kinds` findings by kind (`OTHER_KINDS`: those
    that are too few), `deciles` families by decile.
    """

    registered: Mapping[date, int] | None = None
    kinds: Mapping[str, int] | None = None
    deciles: Mapping[int, int] | None = None


@dataclass(frozen=True)
class Crumb:
    """One step of the way to an area; `is_open` says whether the reader may open it."""

    code: str
    name: str
    is_open: bool


@dataclass(frozen=True)
class Model:
    """By what households were scored."""

    name: str
    version: str


@dataclass(frozen=True)
class MapView:
    """A map and its table: the areas of `level` inside `inside`, and all of them together.

    `interviews` are the first and last day of interview, None when nothing is registered;
    `counted_at` is the instant whose data the figures are.
    """

    indicator: str
    topic: Topic
    programme: str  # code; empty: any
    programmes: Mapping[str, str]  # names by code, of those to choose from
    level: Level
    inside: str
    line: Line
    levels: tuple[Level, ...]
    crumbs: tuple[Crumb, ...]
    rows: tuple[AreaRow, ...]
    total: AreaRow
    parents: Mapping[str, str]  # names of the areas one level above the rows
    interviews: tuple[date, date] | None
    model: Model | None
    counted_at: datetime
    minimum: int  # households; areas with fewer are hidden
    on: date
    period: int | None = None  # of a frozen one
    details: Details = Details()
