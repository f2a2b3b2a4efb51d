"""How good is the matching: labelled figures, the model's own, the work it leaves, by area."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.db import within
from jps.identity.label_rules import Labelled
from jps.identity.labels import SampleProgress, labelled, newest_sample, progress_of
from jps.identity.link_counts import AreaCount, added, by_area, merged
from jps.identity.models import Decision
from jps.identity.preview_rules import Cell, Expected, Preview, Side, expected, preview
from jps.identity.quality_models import QualitySample
from jps.identity.quality_rules import (
    FEWEST,
    Interval,
    Recapture,
    labels_needed,
    minutes_per_decision,
    recapture,
)
from jps.identity.runs import last_run, tallies
from jps.identity.thresholds import thresholds_in_force
from jps.matching import Thresholds

WANTED_HALF = 0.02  # ±; what an estimate should reach before anybody relies on it
_MINUTES = 1.0  # per decision, before enough of them were timed
_TIMED = 2_000  # newest decisions


@dataclass(frozen=True)
class Figure:
    """An estimate from labels, None where there is none; `needed` more labels bring it to ± 2 %."""

    interval: Interval | None
    needed: int

    @property
    def enough(self) -> bool:
        """Whether there are enough labels to print it."""
        return self.interval is not None and self.interval.labels >= FEWEST

    @classmethod
    def of(cls, interval: Interval | None) -> "Figure":
        """Return the figure of an interval."""
        return cls(interval, labels_needed(interval, WANTED_HALF))


@dataclass(frozen=True)
class Estimates:
    """What the labels say of the matching under some thresholds."""

    precision: Figure
    recall: Figure
    sure_precision: Figure
    blocking_loss: Figure

    @classmethod
    def of(cls, found: Labelled, wanted: Thresholds | None = None) -> "Estimates":
        """Return the estimates from a sample."""
        return cls(
            precision=Figure.of(found.precision(wanted)),
            recall=Figure.of(found.recall(wanted)),
            sure_precision=Figure.of(found.sure_precision(wanted)),
            blocking_loss=Figure.of(found.blocking_loss()),
        )


@dataclass(frozen=True)
class Workload:
    """How many members somebody has to look at, and how long that takes.

    `measured` says whether the minutes per decision were measured here or supposed.
    """

    members: int
    minutes: float
    measured: bool

    @property
    def hours(self) -> float:
        """Hours of work."""
        return self.members * self.minutes / 60


@dataclass(frozen=True)
class Quality:
    """The state of the matching in the reader's areas (and in the area asked for)."""

    thresholds: Thresholds
    count: AreaCount
    expected: Expected
    workload: Workload
    recapture: Recapture | None
    sample: QualitySample | None
    progress: SampleProgress | None
    labelled: Labelled | None
    estimates: Estimates | None
    cells: Sequence[Cell]
    areas: Sequence["AreaQuality"]


def quality_of(session: Session, area: str = "") -> Quality:
    """Return how good the matching is as it stands."""
    thresholds = thresholds_in_force(session)
    found_links = tallies(session, area)
    cells = merged(cell for one in found_links.values() for cell in one.cells)
    sample = newest_sample(session, area)
    found = labelled(session, sample, area) if sample is not None else None
    digits = 8 if len(area) >= 5 else 5
    counts = by_area(found_links, digits)
    count = added(counts.values())
    return Quality(
        thresholds=thresholds,
        count=count,
        expected=expected(cells),
        workload=workload_of(session, count.review, area),
        recapture=_recapture(session),
        sample=sample,
        progress=progress_of(session, sample.id) if sample is not None else None,
        labelled=found,
        estimates=Estimates.of(found) if found is not None else None,
        cells=cells,
        areas=[_area_quality(session, sample, *one) for one in counts.items()],
    )


def _recapture(session: Session) -> Recapture | None:
    run = last_run(session)
    counts: Mapping[str, Any] = {} if run is None else run.facts.get("captured", {})
    if not counts:
        return None
    return recapture(counts["numbers"], counts["words"], counts["both"])


def workload_of(session: Session, members: int, area: str = "") -> Workload:
    """Return the work that so many members to look at are, at the pace measured so far."""
    query = select(Decision.by, Decision.at).order_by(Decision.at.desc()).limit(_TIMED)
    if area:
        query = query.where(within(Decision.area_code, [area]))
    times: dict[str, list[float]] = {}
    for by, at in session.execute(query):
        times.setdefault(by, []).append(at.timestamp())
    minutes = minutes_per_decision(times)
    return Workload(members, _MINUTES if minutes is None else minutes, minutes is not None)


@dataclass(frozen=True)
class AreaQuality:
    """One area of the table: its links and, where enough are labelled, what the labels say."""

    area: str
    count: AreaCount
    precision: Figure | None
    recall: Figure | None


def _area_quality(
    session: Session, sample: QualitySample | None, code: str, count: AreaCount
) -> AreaQuality:
    if sample is None:
        return AreaQuality(code, count, None, None)
    found = labelled(session, sample, code)
    return AreaQuality(code, count, Figure.of(found.precision()), Figure.of(found.recall()))


def cells_of(session: Session, area: str = "") -> list[Cell]:
    """Return the links of the reader's areas (and of `area`) by kind and weight."""
    return merged(cell for one in tallies(session, area).values() for cell in one.cells)


@dataclass(frozen=True)
class WhatIf:
    """Other thresholds beside those in force: members who move, work, estimates of both kinds."""

    now: Thresholds
    wanted: Thresholds
    preview: Preview
    workload: Workload
    estimates: tuple[Estimates, Estimates] | None


def what_if(
    session: Session,
    wanted: Thresholds,
    area: str = "",
    *,
    cells: Sequence[Cell] | None = None,
) -> WhatIf:
    """Return what `wanted` would change; nothing is moved. `cells`: those of the area, if known."""
    now = thresholds_in_force(session)
    if cells is None:
        cells = cells_of(session, area)
    shown = preview(cells, now, wanted)
    sample = newest_sample(session, area)
    estimates = None
    if sample is not None:
        found = labelled(session, sample, area)
        estimates = Estimates.of(found, now), Estimates.of(found, wanted)
    work = workload_of(session, shown.after[Side.REVIEW], area)
    return WhatIf(now, wanted, shown, work, estimates)
