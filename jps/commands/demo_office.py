"""What the demo puts into its office: areas, accounts, an invented registry and households."""

from collections.abc import Iterator, Sequence
from pathlib import Path

from rich.console import Console
from rich.progress import Progress
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.areas.in_force import draw_schematic
from jps.areas.models import Area, AreaPopulation
from jps.areas.queries import current_set
from jps.areas.rules import Level
from jps.areas.services import load_areas, load_population
from jps.assessment.services import current_scorecard
from jps.audit.services import SYSTEM
from jps.commands.demo_people import Fieldwork, make_users
from jps.commands.programmes import load_folder
from jps.commands.progress import finish
from jps.config import DATA
from jps.db import EVERYWHERE, chunks
from jps.errors import Conflict
from jps.households.bulk import register_many
from jps.households.forms import HouseholdForm
from jps.households.models import Household
from jps.households.queries import gate
from jps.households.rules import Source
from jps.households.saving import Author
from jps.households.schemas import HouseholdSchema
from jps.questionnaire import load_form
from jps.registry.services import start_import, take_file
from jps.sample import Sample, SampleArea, SampleHousehold, make_sample, poor_likelihood
from jps.sample import published_rates as read_rates
from jps.sample.truth import Known, write_truth
from jps.text import N_
from jps.worker import utc_now

_CHUNK = 400  # households in one transaction


def refuse_real_office(session: Session) -> None:
    """Raise `Conflict` when this office holds households, but none of the demo's."""
    if _count(session, Source.SAMPLE) == 0 and _count(session) > 0:
        raise Conflict(
            N_("Kantor ini berisi data sungguhan. Pakai folder lain untuk contoh: JPS_HOME=...")
        )


def load_reference(session: Session) -> None:
    """Load the areas of Gorontalo with schematic boundaries unless others are in force, and the
    programmes.
    """
    at = utc_now()
    folder = DATA / "areas"
    load_areas(session, (folder / "gorontalo.csv").read_bytes(), by=SYSTEM, at=at)
    population = folder / "gorontalo_population.csv"
    load_population(session, population.read_bytes(), by=SYSTEM, at=at)
    if current_set(session, Level.DESA) is None:
        draw_schematic(session, by=SYSTEM, at=at)
    load_folder(session)
    session.commit()


def invent(session: Session, households: int, seed: int) -> Sample:
    """Return the invented province of this size and seed."""
    people = _people(session)
    areas = [
        SampleArea(area.code, area.name, area.lat, area.lon, people.get(area.code))
        for area in session.scalars(select(Area).order_by(Area.code))
    ]
    session.rollback()
    province = next(area.code for area in areas if "." not in area.code)
    return make_sample(
        households,
        seed,
        areas,
        names=DATA / "sample",
        likelihood=poor_likelihood(current_scorecard(), province),
        rates=read_rates(DATA / "poverty_rates.csv"),
    )


def truth_file(home: Path) -> Path:
    """Return where the demo keeps what is true of its members, apart from the database."""
    return home / "demo" / "truth.csv"


def enter_households(
    session: Session, home: Path, households: int, seed: int, *, quiet: bool
) -> Sample:
    """Invent a province and send its households through the gate, as an enumerator would."""
    sample = invent(session, households, seed)
    made = list(sample.households())
    truth = truth_file(home)
    truth.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    write_truth(truth, _truth(made))
    if _are_there(session, made):
        return sample
    schema = gate(session, load_form(DATA / "questionnaire"), today=sample.on)
    session.rollback()
    fieldwork = Fieldwork(made)
    make_users(session, fieldwork.people)
    with Progress(console=Console(stderr=True), disable=quiet) as bar:
        task = bar.add_task("Households", total=len(made))
        for part in chunks(made, _CHUNK):
            _enter(session, schema, fieldwork, part)
            bar.advance(task, len(part))
    return sample


def import_registry(session: Session, home: Path, sample: Sample, *, quiet: bool) -> None:
    """Write the invented registry as a file and import it as an office would."""
    path = home / "demo" / "registry.csv"
    sample.write_registry_csv(path)
    path.chmod(0o600)
    delivery = take_file(path, home=home, today=utc_now().date(), as_of=sample.on)
    start = start_import(session, delivery, by=SYSTEM, at=utc_now())
    session.commit()
    if start.known is None:
        finish(start.job, title="Registry", quiet=quiet)


def _enter(
    session: Session,
    schema: HouseholdSchema,
    fieldwork: Fieldwork,
    part: Sequence[SampleHousehold],
) -> None:
    """Load and store some households, each under the name of who visited it."""
    forms: dict[str, list[HouseholdForm]] = {}
    for household in part:
        name, interview = fieldwork.visit(household)
        forms.setdefault(name, []).append(schema.load(document_of(household) | interview))
    for name, own in forms.items():
        author = Author(name, EVERYWHERE, Source.SAMPLE)
        tally = register_many(session, own, by=author, at=utc_now())
        if tally.refused:
            raise tally.refused[0][1]
    session.commit()


def document_of(household: SampleHousehold) -> dict[str, object]:
    """Return the answers document with the ids that the sample gives."""
    document = dict(household.answers) | {"id": str(household.id)}
    entries = document.get("members")
    if isinstance(entries, list):
        document["members"] = [
            {**entry, "id": str(member.id)}
            for entry, member in zip(entries, household.members, strict=True)
        ]
    return document


def _truth(made: list[SampleHousehold]) -> Iterator[tuple[str, Known]]:
    for household in made:
        for member in household.members:
            yield str(member.id), Known(frozenset(member.niks), member.kinds)


def _are_there(session: Session, made: list[SampleHousehold]) -> bool:
    """Whether the office holds this sample already, in whole.

    A part of it is completed; another sample is refused, for its people would get no match.
    """
    stored = _count(session, Source.SAMPLE)
    first = session.get(Household, made[0].id)
    session.rollback()
    if stored and first is None:
        raise Conflict(
            N_("Kantor ini berisi contoh lain. Pakai folder lain (JPS_HOME=...) atau hapus folder.")
        )
    return stored == len(made)


def _count(session: Session, source: Source | None = None) -> int:
    query = select(func.count()).select_from(Household)
    if source is not None:
        query = query.where(Household.source == source)
    return session.scalar(query) or 0


def _people(session: Session) -> dict[str, int]:
    """Return the newest published population of the areas that have one."""
    figures = session.scalars(select(AreaPopulation).order_by(AreaPopulation.as_of))
    return {figure.area_code: figure.persons for figure in figures}
