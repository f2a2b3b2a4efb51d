"""What the demo found, as a table for people and as JSON."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from rich.console import Console
from rich.table import Table
from sqlalchemy import false, func, select
from sqlalchemy.orm import Session

from jps.areas.geometry import geometry_file
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.assessment import consumption
from jps.assessment.models import Consumption
from jps.assessment.rules import Line
from jps.assessment.services import current_scorecard, find_model
from jps.commands.demo_office import truth_file
from jps.commands.match import effort
from jps.db import Base
from jps.households.models import Household, Member
from jps.identity.models import Link
from jps.identity.runs import last_run
from jps.maps.figures import poverty_of, roll_up
from jps.maps.queries import Wanted, village_sums
from jps.programmes.models import Benefit
from jps.programmes.rules import BenefitState
from jps.registry.models import RegistryPerson
from jps.registry.queries import needed_snapshot
from jps.sample import Sample
from jps.sample.truth import Quality, measure, read_truth
from jps.welfare.estimates import Estimate


@dataclass(frozen=True)
class Regency:
    """A kabupaten or kota; rates in percent of persons below the national line."""

    code: str
    name: str
    households: int
    rate: float
    low: float | None  # of the 95 % interval
    high: float | None
    published: float | None

    @property
    def difference(self) -> float | None:
        """Demo less published, percentage points."""
        return None if self.published is None else self.rate - self.published


@dataclass(frozen=True)
class Summary:
    """What is there, how well it was matched, how poor it is, and how long it took."""

    counts: Mapping[str, int]
    states: Mapping[str, int]
    effort: str
    quality: Quality
    regencies: tuple[Regency, ...]
    seconds: Mapping[str, float]
    home: Path

    def as_json(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        quality = asdict(self.quality) | {
            name: round(getattr(self.quality, name), 5) for name in ("precision", "recall", "f1")
        }
        return {
            "counts": dict(self.counts),
            "links": dict(self.states),
            "effort": self.effort,
            "matching": quality,
            "regencies": [asdict(one) | {"difference": one.difference} for one in self.regencies],
            "seconds": dict(self.seconds),
            "home": str(self.home),
        }


def summarise(
    session: Session, home: Path, sample: Sample, seconds: Mapping[str, float]
) -> Summary:
    """Read the summary from the database; draws the maps' geometry on the way."""
    for level in (Level.KABKOTA, Level.KECAMATAN, Level.DESA):
        geometry_file(session, level, folder=home / "maps")
    counts = {
        "desa": len(names_at(session, Level.DESA)),
        "households": _count(session, Household),
        "members": _count(session, Member),
        "registry persons": needed_snapshot(session).persons,
        "households with a predicted consumption": _predicted(session),
        "deliveries made": _delivered(session),
    }
    states = session.execute(select(Link.state, func.count()).group_by(Link.state))
    return Summary(
        counts=counts,
        states={str(state): number for state, number in states},
        effort=effort(run.facts) if (run := last_run(session)) is not None else "",
        quality=measure(read_truth(truth_file(home)), _found(session)),
        regencies=_regencies(session, sample),
        seconds=seconds,
        home=home,
    )


def print_summary(console: Console, summary: Summary) -> None:
    """Print the summary for a person."""
    console.print()
    console.print(_rates(summary))
    quality = summary.quality
    things = Table("What", "Figure", title="What it found", title_justify="left")
    for name, number in summary.counts.items():
        things.add_row(name, f"{number:,}")
    for state, number in summary.states.items():
        things.add_row(f"matched: {state}", f"{number:,}")
    things.add_row("matching", summary.effort)
    things.add_row("matching precision", f"{quality.precision:.4f} ({quality.wrong} wrong links)")
    things.add_row("matching recall", f"{quality.recall:.4f} ({quality.lost} people missed)")
    things.add_row("matching F1", f"{quality.f1:.4f}")
    for step, took in summary.seconds.items():
        things.add_row(f"seconds: {step}", f"{took:.1f}")
    things.add_row("seconds in all", f"{sum(summary.seconds.values()):.1f}")
    console.print(things)
    console.print(f"Everything is in {summary.home}", soft_wrap=True)


def _rates(summary: Summary) -> Table:
    title = "Poverty by kabupaten/kota, percent of persons (PPI 2022, national line)"
    table = Table(title=title, title_justify="left")
    table.add_column("Area", no_wrap=True)
    for name in ("Households", "Demo", "95 %", "BPS 2024", "Diff."):
        table.add_column(name, justify="right", no_wrap=True)
    for one in summary.regencies:
        table.add_row(
            one.name.replace("Kabupaten", "Kab."),
            f"{one.households:,}",
            f"{one.rate:.2f}",
            "" if one.low is None else f"{one.low:.2f}-{one.high:.2f}",
            "" if one.published is None else f"{one.published:.2f}",
            "" if one.difference is None else f"{one.difference:+.2f}",
        )
    return table


def _count(session: Session, table: type[Base]) -> int:
    return session.scalar(select(func.count()).select_from(table)) or 0


def _predicted(session: Session) -> int:
    """Return of how many households the model in force could tell what they consume."""
    model = consumption.model_in_force(session)
    told = (Consumption.model_id == model.id) & Consumption.log.is_not(None) if model else false()
    return session.scalar(select(func.count()).select_from(Consumption).where(told)) or 0


def _delivered(session: Session) -> int:
    query = select(func.count()).where(Benefit.state == BenefitState.DELIVERED)
    return session.scalar(query) or 0


def _found(session: Session) -> dict[str, str]:
    """Return the NIK of the registry person of every linked member."""
    rows = session.execute(
        select(Link.member_id, RegistryPerson.nik).join(
            RegistryPerson, RegistryPerson.id == Link.person_id
        )
    )
    return {str(member): nik for member, nik in rows}


def _regencies(session: Session, sample: Sample) -> tuple[Regency, ...]:
    model = find_model(session, current_scorecard())
    villages = village_sums(session, Wanted(Line.NPL100, model.id if model else None))
    names = names_at(session, Level.KABKOTA)
    found = []
    for code, tally in sorted(roll_up(villages, Level.KABKOTA).items()):
        poverty = poverty_of(tally)
        if poverty is None:
            continue
        published = sample.rates[code].published if code in sample.rates else None
        rate, low, high = (_percent(poverty.rate, name) for name in ("rate", "low", "high"))
        found.append(
            Regency(code, names[code], tally.households, rate or 0.0, low, high, published)
        )
    return tuple(found)


def _percent(estimate: Estimate, name: str) -> float | None:
    value = getattr(estimate, name)
    return None if value is None else value * 100
