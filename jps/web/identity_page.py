"""One member beside a registry person, or two members side by side, as the page shows them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.areas.models import Area
from jps.db import scope_of
from jps.households.models import Member
from jps.identity.lookup import Known, look_up
from jps.identity.matchers import Matcher
from jps.identity.models import Decision, Link
from jps.identity.queries import household_of, links_of
from jps.identity.records import member_person, record_of, registry_person
from jps.identity.rules import Verdict
from jps.identity.words import Bar, Tone, Waterfall, certainty, waterfall
from jps.matching import FIELDS, Evidence, Person, explain, probability
from jps.registry.models import RegistryPerson
from jps.registry.queries import find_family
from jps.registry.rules import STATUS_NAMES, RegistryStatus
from jps.text import N_, mask_nik
from jps.web.accounts import full_names
from jps.web.formats import iso_day, number

MOST_OTHERS = 6  # further candidates shown
SEXES = {"1": N_("Laki-laki"), "2": N_("Perempuan")}
HIDDEN = N_("di luar wilayah Anda")


@dataclass(frozen=True)
class Row:
    """One field of both records: what each says, and what the comparison says of it."""

    name: str
    label: str
    ours: str
    theirs: str
    tone: Tone | None
    words: str


@dataclass(frozen=True)
class Relative:
    """Somebody around a record. `link` is the state of a member's link; `both` on both sides."""

    name: str
    about: str
    state: str
    is_self: bool
    both: bool


@dataclass(frozen=True)
class Other:
    """A further candidate; the name is empty where the reader may not see the person."""

    id: int
    name: str
    about: str
    certainty: str
    probability: float


@dataclass(frozen=True)
class Pair:
    """Two records to be judged, with the evidence between them."""

    rows: tuple[Row, ...]
    waterfall: Waterfall
    certainty: str
    probability: float
    hidden: bool  # the other record lies outside the reader's areas


def compare_registry(
    session: Session, member: Member, person: RegistryPerson, matcher: Matcher
) -> Pair:
    """Return a member beside a registry person. Values of people elsewhere are not shown."""
    visible = scope_of(session).covers(person.area_code)
    ours, theirs = member_person(member), registry_person(person)
    places = _places(session, (member.area_code, person.area_code))
    left = _shown(ours.raw, places) | {"birth_place": member.birth_place}
    right = _shown({**theirs.raw, "village": person.area_code}, places) | {
        "birth_place": person.birth_place,
        "address": person.address,
        "status": gettext(STATUS_NAMES[RegistryStatus(person.status)]),
    }
    household, _ = household_of(session, member)
    left["address"] = household.address
    link = session.get(Link, member.id)
    weight = link.weight if link is not None and link.candidate_id == person.id else None
    lines = explain(ours, theirs, matcher.model, weight=weight)
    return _pair(lines, left, right, hidden=not visible)


def compare_record(
    session: Session,
    record: Mapping[str, str],
    person: RegistryPerson,
    matcher: Matcher,
    *,
    weight: float | None,
    more: Mapping[str, str],
) -> Pair:
    """Return a record of `jps.matching.COLUMNS` beside a registry person.

    Values of people elsewhere are not shown. `weight` is what was stored of the pair, `more` are
    birth place and address of the record.
    """
    asked, theirs = Person.read(record), registry_person(person)
    places = _places(session, (record.get("village", ""), person.area_code))
    right = _shown({**theirs.raw, "village": person.area_code}, places) | {
        "birth_place": person.birth_place,
        "address": person.address,
        "status": gettext(STATUS_NAMES[RegistryStatus(person.status)]),
    }
    lines = explain(asked, theirs, matcher.model, weight=weight)
    hidden = not scope_of(session).covers(person.area_code)
    return _pair(lines, _shown(record, places) | dict(more), right, hidden=hidden)


def compare_own(
    session: Session,
    record: Mapping[str, str],
    member: Member,
    matcher: Matcher,
    *,
    more: Mapping[str, str],
) -> Pair:
    """Return a record of `jps.matching.COLUMNS` beside one of our members."""
    asked, theirs = Person.read(record), member_person(member)
    places = _places(session, (record.get("village", ""), member.area_code))
    household, _ = household_of(session, member)
    right = _shown(theirs.raw, places) | {
        "birth_place": member.birth_place,
        "address": household.address,
    }
    hidden = not scope_of(session).covers(member.area_code)
    lines = explain(asked, theirs, matcher.model)
    return _pair(lines, _shown(record, places) | dict(more), right, hidden=hidden)


def compare_members(session: Session, first: Member, other: Member, matcher: Matcher) -> Pair:
    """Return two members side by side."""
    visible = scope_of(session).covers(other.area_code)
    places = _places(session, (first.area_code, other.area_code))
    one, two = member_person(first), member_person(other)
    left = _shown(one.raw, places) | {"birth_place": first.birth_place}
    right = _shown(two.raw, places) | {"birth_place": other.birth_place}
    return _pair(explain(one, two, matcher.model), left, right, hidden=not visible)


_MORE = (
    ("birth_place", N_("Tempat lahir")),
    ("address", N_("Alamat")),
    ("status", N_("Status kependudukan")),
)


def _pair(
    lines: tuple[Evidence, ...],
    left: Mapping[str, str],
    right: Mapping[str, str],
    *,
    hidden: bool,
) -> Pair:
    drawn = waterfall(lines)
    bars = {bar.line.name: bar for bar in drawn.bars if bar.line.name}
    rows = [_row(bars[field.name], left, right, field.column, hidden) for field in FIELDS]
    rows.sort(key=lambda row: _ORDER.index(row.name))
    for name, label in _MORE:
        if name in left or name in right:
            theirs = right.get(name, "")
            shown = gettext(HIDDEN) if hidden else theirs
            rows.append(Row(name, gettext(label), left.get(name, ""), shown, None, ""))
    weight = drawn.weight
    return Pair(tuple(rows), drawn, gettext(certainty(weight)), probability(weight), hidden)


_ORDER = ("name", "nik", "birth", "sex", "mother", "kk", "village")


def _row(
    bar: Bar, left: Mapping[str, str], right: Mapping[str, str], column: str, hidden: bool
) -> Row:
    theirs = gettext(HIDDEN) if hidden else right.get(column, "")
    words = reason_of(bar.line)
    label = gettext(bar.line.label)
    return Row(bar.line.name, label, left.get(column, ""), theirs, bar.tone, words)


def reason_of(line: Evidence) -> str:
    """Return the reason of a line of evidence in the reader's language."""
    params = {
        name: number(value) if isinstance(value, int) else value
        for name, value in line.params.items()
    }
    return gettext(line.reason).format(**params)


def sex_name(code: str) -> str:
    """Return the sex in the reader's language; an empty text for an unknown one."""
    return gettext(SEXES[code]) if code in SEXES else ""


def _shown(raw: Mapping[str, str], places: Mapping[str, str]) -> dict[str, str]:
    """Return a record as people read it, NIK and KK masked."""
    return {
        "name": raw.get("name", ""),
        "nik": mask_nik(raw.get("nik")),
        "kk": mask_nik(raw.get("kk")),
        "birth_date": iso_day(raw.get("birth_date", "")),
        "sex": sex_name(raw.get("sex", "")),
        "mother": raw.get("mother", ""),
        "village": places.get(raw.get("village", ""), raw.get("village", "")),
    }


def _places(session: Session, codes: Sequence[str]) -> dict[str, str]:
    """Return `Hutuo, Kec. Limboto` per code."""
    asked = {code for code in codes if code}
    wanted = asked | {code[:8] for code in asked}
    names = {code: area.name for code in wanted if (area := session.get(Area, code)) is not None}
    found = {}
    for code in asked & names.keys():
        above = names.get(code[:8]) if len(code) == 13 else None
        found[code] = f"{names[code]}, {above}" if above else names[code]
    return found


def our_household(
    session: Session, member: Member, family: Sequence[RegistryPerson]
) -> list[Relative]:
    """Return who lives with the member, and who of them is on the registry's KK too."""
    _, members = household_of(session, member)
    links = links_of(session, members)
    there = {person.id for person in family}
    return [
        Relative(
            one.name,
            _about(one.sex, one.birth_date),
            _state(links.get(one.id)),
            one.id == member.id,
            _person(links.get(one.id)) in there,
        )
        for one in members
    ]


def their_family(
    session: Session, member: Member, person: RegistryPerson, family: Sequence[RegistryPerson]
) -> list[Relative]:
    """Return who stands on the registry person's KK, and who of them lives with the member."""
    _, members = household_of(session, member)
    here = {_person(link) for link in links_of(session, members).values()}
    return [
        Relative(
            one.name,
            _about(one.sex, one.birth_date),
            gettext(STATUS_NAMES[RegistryStatus(one.status)]),
            one.id == person.id,
            one.id in here,
        )
        for one in family
    ]


def family_of(session: Session, person: RegistryPerson) -> Sequence[RegistryPerson]:
    """Return the people on the person's KK in the reader's areas."""
    return find_family(session, person.snapshot_id, person.kk) if person.kk else ()


def best_candidate(session: Session, member: Member, link: Link, matcher: Matcher) -> int | None:
    """Return the person a link speaks of; looked up anew where the registry is newer."""
    if link.snapshot_id == matcher.snapshot_id:
        return link.candidate_id
    others = other_candidates(session, member, None, matcher)
    return others[0].id if others else None


def other_candidates(
    session: Session, member: Member, person_id: int | None, matcher: Matcher
) -> list[Other]:
    """Return the next best registry persons for a member."""
    found = look_up(session, record_of(member), matcher, without=[member.id], least=-10.0)
    others = [one for one in found.registry if one.row.id != person_id][:MOST_OTHERS]
    return [_other(one) for one in others]


def _other(known: Known[RegistryPerson]) -> Other:
    row = known.row
    words = gettext(certainty(known.weight))
    about = _about(row.sex, row.birth_date) if known.visible else gettext(HIDDEN)
    return Other(row.id, row.name if known.visible else "", about, words, known.probability)


def _about(sex: str, birth_date: str) -> str:
    parts = [sex_name(sex), iso_day(birth_date)]
    return ", ".join(part for part in parts if part)


def _state(link: Link | None) -> str:
    return str(link.state) if link is not None else ""


def _person(link: Link | None) -> int | None:
    return link.person_id if link is not None else None


@dataclass(frozen=True)
class Said:
    """A decision as the history shows it."""

    decision: Decision
    verdict: Verdict
    about: str
    by: str
    undone_by: str


def said_about(
    session: Session, decisions: Sequence[Decision], person: RegistryPerson | None
) -> list[Said]:
    """Return the history of decisions: whom each was about, by whom, undone by whom."""
    names = {name for one in decisions for name in (one.by, one.undone_by)}
    people = full_names(session, names)
    return [
        Said(
            one,
            Verdict(one.verdict),
            whom(session, one, person),
            people.get(one.by, one.by),
            people.get(one.undone_by or "", one.undone_by or ""),
        )
        for one in decisions
    ]


def whom(session: Session, decision: Decision, person: RegistryPerson | None = None) -> str:
    """Return whom a decision is about; nothing of people outside the reader's areas."""
    if decision.other_id is not None:
        return gettext("anggota lain pada data kita")
    seen = decision.person or {}
    if person is not None and decision.person_nik == person.nik:
        return gettext("orang pada halaman ini")
    if not scope_of(session).covers(seen.get("area", "")):
        return gettext("orang di wilayah lain")
    return gettext("%(name)s, NIK %(nik)s", name=seen["name"], nik=mask_nik(decision.person_nik))
