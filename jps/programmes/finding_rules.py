"""What is wrong about a recipient, told from what is known. Pure."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from hashlib import sha256
from types import MappingProxyType
from uuid import UUID

from jps.identity.rules import LinkState
from jps.programmes.rules import FindingKind, Registered, Unit
from jps.text import N_

LATE_AFTER = 30  # days after a delivery was due from which it counts as not delivered
_NIK = frozenset(
    {
        LinkState.GANDA,
        LinkState.NONAKTIF,
        LinkState.FORMAT_SALAH,
        LinkState.NIK_TIDAK_DITEMUKAN,
    }
)
_DIED, _LEFT = "2", frozenset({"3", "4"})  # codes of `presence`
WIDTH: Mapping[Unit, int] = MappingProxyType({Unit.PERSON: 0, Unit.FAMILY: 1, Unit.HOUSEHOLD: 2})
FIND = "findings"  # kind of the job that finds anew
# The first part of `Finding.source`; the day, or the moment in UTC, follows after a colon.
SOURCE_NAMES: Mapping[str, str] = MappingProxyType(
    {
        "registry": N_("Data kependudukan per {day}"),
        "visit": N_("Pendataan {day}"),
        "list": N_("Daftar pada SK, dicocokkan {day}"),
        "rules": N_("Syarat program, diperiksa {day}"),
        "decrees": N_("SK yang berlaku, dibandingkan {day}"),
        "benefits": N_("Realisasi penyaluran sampai {day}"),
    }
)


@dataclass(frozen=True, slots=True)
class Known:
    """A recipient as far as findings need it; `stake` is rupiah a year."""

    id: UUID
    link_state: LinkState | None
    registered: Registered | None
    eligible: bool | None
    same_as: UUID | None
    member_id: UUID | None
    family_id: UUID | None
    household_id: UUID | None
    presence: str
    interviewed: date | None
    nik_problem: bool
    undelivered: bool
    stake: int


@dataclass(frozen=True, slots=True)
class Days:
    """The days on which the sources of findings were as they are; `matched` may be a moment."""

    registry: date | None
    matched: date
    today: date


@dataclass(frozen=True, slots=True)
class Found:
    """One finding before it is stored."""

    kind: FindingKind
    level: Unit
    recipient_id: UUID
    source: str
    other_id: UUID | None = None

    @property
    def key(self) -> str:
        """What tells it apart, whoever of a pair stands first."""
        people = sorted(str(one) for one in (self.recipient_id, self.other_id) if one)
        return sha256(":".join([self.kind, *people]).encode()).hexdigest()


def found_about(one: Known, days: Days) -> Iterator[Found]:
    """Yield what is wrong about a recipient by itself."""

    def found(kind: FindingKind, source: str, day: date, *, other: UUID | None = None) -> Found:
        return Found(kind, Unit.PERSON, one.id, f"{source}:{day.isoformat()}", other)

    registry, visited = days.registry or days.matched, one.interviewed or days.matched
    if one.same_as is not None:
        yield found(FindingKind.TWICE, "list", days.matched, other=one.same_as)
    if one.link_state is LinkState.MENINGGAL:
        yield found(FindingKind.DEAD, "registry", registry)
    elif one.presence == _DIED:
        yield found(FindingKind.DEAD, "visit", visited)
    if one.link_state is LinkState.PINDAH:
        yield found(FindingKind.MOVED, "registry", registry)
    elif one.presence in _LEFT:
        yield found(FindingKind.MOVED, "visit", visited)
    if one.link_state in _NIK:
        yield found(FindingKind.NIK_PROBLEM, "registry", registry)
    elif one.nik_problem:
        yield found(FindingKind.NIK_PROBLEM, "list", days.matched)
    if one.registered is Registered.NO:
        yield found(FindingKind.NOT_REGISTERED, "list", days.matched)
    if one.eligible is False:
        yield found(FindingKind.NOT_ELIGIBLE, "rules", days.matched)
    if one.undelivered:
        yield found(FindingKind.NEVER_DELIVERED, "benefits", days.today)


def found_twice(unit: Unit, listed: Iterable[Known], day: date) -> Iterator[Found]:
    """Yield the families (or households) of whom one decree names a second person.

    For programmes that give to families or households; given in the order of the list, the first
    stands. People who are listed twice themselves are told as such already.
    """
    first: dict[UUID, UUID] = {}
    for one in listed:
        group = {Unit.FAMILY: one.family_id, Unit.HOUSEHOLD: one.household_id}.get(unit)
        if group is None or one.same_as is not None or one.registered is not Registered.YES:
            continue
        stands = first.setdefault(group, one.id)
        if stands != one.id:
            yield Found(FindingKind.TWICE, unit, one.id, f"list:{day.isoformat()}", stands)


def levels_of(first: Unit, second: Unit) -> frozenset[Unit]:
    """Return at which levels two programmes can overlap.

    What both give to persons overlaps in a person alone: two people of a family may each have it.
    """
    return frozenset({Unit.PERSON}) if first is second is Unit.PERSON else frozenset(Unit)


def has_nik_problem(problems: Sequence[str]) -> bool:
    """Whether the codes of a row's problems speak of its NIK."""
    return any(code.startswith("nik") for code in problems)
