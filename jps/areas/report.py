"""What was found while a boundary file was read: plain values, ready for JSON and for tables."""

from dataclasses import asdict, dataclass
from typing import Any

from jps.areas.coverage import Overlap
from jps.areas.identify import Misplaced, Renamed
from jps.areas.names import Agreement
from jps.areas.rules import Level


@dataclass(frozen=True)
class Missing:
    """An official area that the file does not have."""

    code: str
    name: str


@dataclass(frozen=True)
class Surplus:
    """A row of the file whose code is no official one, or that has no polygon."""

    value: str
    name: str


@dataclass(frozen=True)
class AreaGap:
    """An area whose polygon is clearly larger or smaller than its km2 in the register."""

    code: str
    name: str
    km2: float
    official_km2: float


@dataclass(frozen=True)
class LevelReport:
    """One level: read from the file or dissolved from the level below."""

    level: Level
    dissolved: bool
    areas: int
    km2: float
    missing: tuple[Missing, ...] = ()
    sizes: tuple[AreaGap, ...] = ()
    overlaps: tuple[Overlap, ...] = ()
    gaps: int = 0
    gaps_km2: float = 0.0
    cleaned: bool = False
    kept: bool = False  # not stored: the level has boundaries from a file of its own


@dataclass(frozen=True)
class BoundaryReport:
    """The whole file. `findings` counts what a person should look at; 0 is a clean file."""

    file: str
    layer: str
    code_column: str
    name_column: str | None
    crs: str
    crs_assumed: bool
    features: int
    levels: tuple[LevelReport, ...]
    surplus: tuple[Surplus, ...] = ()
    without_polygon: tuple[Surplus, ...] = ()
    renamed: tuple[Renamed, ...] = ()
    misplaced: tuple[Misplaced, ...] = ()
    merged: tuple[str, ...] = ()  # codes on several rows whose parts were put together
    repaired: tuple[str, ...] = ()  # codes whose polygon was not valid

    @property
    def findings(self) -> int:
        """How many things a person should look at. Spellings and repairs are not among them."""
        others = sum(item.agreement is Agreement.DIFFERENT for item in self.renamed)
        own = len(self.surplus) + len(self.without_polygon) + len(self.misplaced) + others
        return own + sum(
            len(level.missing) + len(level.sizes) + len(level.overlaps) for level in self.levels
        )

    def as_dict(self) -> dict[str, Any]:
        """Return the report as plain JSON values."""
        plain = asdict(self)
        plain["findings"] = self.findings
        for item in plain["renamed"]:
            item["agreement"] = Agreement(item["agreement"]).name.lower()
        return plain
