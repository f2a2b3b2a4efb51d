"""The frames of an office as pandas, wherever they come from."""

import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jps.analysis.frames import Frame
from jps.analysis.rules import Ask
from jps.analysis.services import META
from jps.analysis.snapshots import write_snapshot

if TYPE_CHECKING:
    import geopandas as gpd
    import pandas as pd
    import pyarrow as pa


class Source(Protocol):
    """Where frames come from: an office's folder, its server, or a snapshot."""

    def fetch(self, asked: Mapping[Frame, Ask], *, purpose: str) -> dict[Frame, "pa.Table"]:
        """Return these frames, all as of one moment where the source can."""
        ...

    def frames(self) -> tuple[Frame, ...]:
        """Return the frames that may be read."""
        ...


class Office:
    """Frames of one office, of the areas and under the permissions of one person.

    Keys (`household`, `member`, ...) lead from frame to frame of one project and to nobody. Every
    read is recorded in the office. Rows are of single households and people: before a figure is
    published, areas are joined until each holds enough households.
    """

    def __init__(self, source: Source) -> None:
        self._source = source

    def households(
        self, *, columns: Iterable[str] = (), area: str = "", identified: bool = False
    ) -> "pd.DataFrame":
        """Return one row per household: answers by the codes of the questionnaire, and scores."""
        return self.frame(Frame.HOUSEHOLDS, columns=columns, area=area, identified=identified)

    def members(
        self, *, columns: Iterable[str] = (), area: str = "", identified: bool = False
    ) -> "pd.DataFrame":
        """Return one row per person."""
        return self.frame(Frame.MEMBERS, columns=columns, area=area, identified=identified)

    def areas(self, *, level: str = "", area: str = "") -> "gpd.GeoDataFrame":
        """Return the areas (of one level) with population and outline, degrees of WGS84."""
        import geopandas as gpd
        import shapely

        found = self.frame(Frame.AREAS, area=area)
        shapes = shapely.from_wkb(found.pop("geometry").to_numpy())
        outlined = gpd.GeoDataFrame(found, geometry=shapes, crs="EPSG:4326")
        outlined.attrs.update(found.attrs)
        if level:
            outlined = outlined[outlined["level"] == level].reset_index(drop=True)
        return outlined

    def links(self, *, columns: Iterable[str] = (), area: str = "") -> "pd.DataFrame":
        """Return how each member was matched with the population registry."""
        return self.frame(Frame.LINKS, columns=columns, area=area)

    def labels(self, *, area: str = "") -> "pd.DataFrame":
        """Return what reviewers found out about the members of the newest quality sample."""
        return self.frame(Frame.LABELS, area=area)

    def programmes(self) -> "pd.DataFrame":
        """Return the programmes with the terms in force."""
        return self.frame(Frame.PROGRAMMES)

    def decrees(self, *, area: str = "") -> "pd.DataFrame":
        """Return the decrees and lists of members."""
        return self.frame(Frame.DECREES, area=area)

    def recipients(self, *, columns: Iterable[str] = (), area: str = "") -> "pd.DataFrame":
        """Return whom decrees name; `receives` says who counts today."""
        return self.frame(Frame.RECIPIENTS, columns=columns, area=area)

    def benefits(self, *, columns: Iterable[str] = (), area: str = "") -> "pd.DataFrame":
        """Return deliveries planned and made."""
        return self.frame(Frame.BENEFITS, columns=columns, area=area)

    def deciles(self, *, area: str = "") -> "pd.DataFrame":
        """Return the deciles of families by source and period."""
        return self.frame(Frame.DECILES, area=area)

    def lists(self) -> "pd.DataFrame":
        """Return the target lists."""
        return self.frame(Frame.LISTS)

    def entries(self, *, columns: Iterable[str] = (), area: str = "") -> "pd.DataFrame":
        """Return where households stand on target lists."""
        return self.frame(Frame.ENTRIES, columns=columns, area=area)

    def frame(
        self,
        frame: Frame | str,
        *,
        columns: Iterable[str] = (),
        area: str = "",
        identified: bool = False,
    ) -> "pd.DataFrame":
        """Return a frame by name; `attrs` says as of when, of which areas, by which versions."""
        name = Frame(frame)
        ask = Ask(tuple(columns), area, identified)
        return as_pandas(self._source.fetch({name: ask}, purpose="")[name])

    def frames(self) -> tuple[Frame, ...]:
        """Return the frames that may be read."""
        return self._source.frames()

    def snapshot(self, folder: Path | str) -> Path:
        """Write all frames as of one moment to a folder: (Geo)Parquet, and what they are.

        The folder is new or holds a snapshot, which is replaced.
        """
        asked = dict.fromkeys(self.frames(), Ask())
        return write_snapshot(Path(folder), self._source.fetch(asked, purpose="snapshot"))


def as_pandas(table: "pa.Table") -> "pd.DataFrame":
    """Return a table as pandas with its facts in `attrs`."""
    found = table.to_pandas(date_as_object=False)
    found.attrs.update(facts_in(table))
    return found


def facts_in(table: "pa.Table") -> dict[str, Any]:
    """Return what a table says of itself."""
    facts: dict[str, Any] = json.loads((table.schema.metadata or {}).get(META, b"{}"))
    return facts
