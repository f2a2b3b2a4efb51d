"""What a visit writes down of who somebody is: name, numbers, birth, mother, with its noise."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from enum import Enum
from random import Random

from jps.sample.names import FEMALE, MALE
from jps.sample.noise import (
    SaidDate,
    earlier_kk,
    mistyped_kk,
    mistyped_nik,
    said_date,
    said_name,
)
from jps.sample.people import Person
from jps.sample.registry import ACTIVE, DEAD, INACTIVE, MOVED, Registry
from jps.sample.visits import NEW, Listing, Visit

_NO_NIK, _NO_NIK_SMALL = 0.105, 0.24  # the second below two years
_MISTYPED_NIK, _PLACEHOLDER_NIK = 0.035, 0.008
_BORROWED = 0.04  # of homes: two members' numbers exchanged, or one number used for two
_UNREADABLE = "4"
_REASONS = ("3", _UNREADABLE, "5", "1", "9")
_REASON_WEIGHTS = (0.55, 0.20, 0.12, 0.08, 0.05)
_NEVER, _NEWBORN = "1", "2"
_STAND_IN = "0101709000"  # with a kecamatan before it: one number typed for many persons
_NIK_KINDS = {"no NIK", "mistyped NIK", "placeholder NIK"}
_NO_MOTHER, _MOTHER_DAMAGE = 0.12, 0.8
_ONLY_YEAR_UNSEEN = 0.7
_NO_KK, _WRONG_KK, _OLD_KK, _MAIN_KK = (
    0.04,
    0.03,
    0.04,
    0.3,
)  # the last: a second family gives the first's
_WRONG_SEX = 0.003
_ADULT, _INFANT, _CHILD = 17, 2, 12  # years


_STATES = {DEAD: "dead", MOVED: "moved", INACTIVE: "inactive"}


class Care(Enum):
    """How a visit was done; mistakes come together. The value scales how often they happen."""

    USUAL = 0.75
    CARELESS = 2.4
    UNSEEN = 2.5  # no paper was shown: no numbers, mostly no day of birth


_CARE_WEIGHTS = (0.835, 0.13, 0.035)


@dataclass(frozen=True, slots=True)
class Identity:
    """The answers about who a member is, and in what they differ from the registry."""

    answers: Mapping[str, object]
    kinds: tuple[str, ...]


def identify(visit: Visit, registry: Registry, rng: Random) -> list[Identity]:
    """Return the identity of everybody named in a visit."""
    care = rng.choices(tuple(Care), _CARE_WEIGHTS)[0]
    kks = _said_kks(visit, care, rng)
    found = [_identity(listing, visit, registry, kks, care, rng) for listing in visit.listings]
    if rng.random() < _BORROWED * care.value:
        _borrow(found, rng)
    return _without_repeats(found)


def _identity(
    listing: Listing,
    visit: Visit,
    registry: Registry,
    kks: Mapping[str, tuple[str, str]],
    care: Care,
    rng: Random,
) -> Identity:
    person, kinds = listing.person, list[str]()
    name, name_kinds = said_name(person.name, rng, damage=care.value)
    born = _said_born(person, visit, care, rng)
    nik = _nik_answers(person, person.key in registry.niks, visit.day, care, rng, kinds)
    kk, kk_kind = kks.get(person.kk, (person.kk, ""))
    sex = person.sex
    if person.age(visit.day) < _CHILD and rng.random() < _WRONG_SEX:
        sex = MALE if sex == FEMALE else FEMALE
        kinds.append("sex")
    answers: dict[str, object] = {
        "presence": listing.presence,
        "name": name if rng.random() < 0.8 else name.title(),
        **nik,
        "sex": sex,
        "relation": str(listing.relation),
        "marital_status": str(person.married),
        "id_documents": _documents(person, bool(nik.get("nik")), visit.day, rng),
    }
    answers.update(_birth_answers(born))
    if kk:
        answers["kk"] = kk
    if rng.random() < 0.88:
        answers["birth_place"] = person.birth_place
    _add_mother(answers, person, care, rng, kinds)
    kinds.extend([*name_kinds, *born.kinds, *([kk_kind] if kk_kind else [])])
    kinds = [*_standing(listing, visit, registry), *kinds]
    return Identity(answers, tuple(dict.fromkeys(kinds)))


def _birth_answers(born: SaidDate) -> dict[str, object]:
    if born.day is None:
        return {"birth_precision": born.precision, "birth_year": born.year}
    return {"birth_precision": born.precision, "birth_date": born.day.isoformat()}


def _standing(listing: Listing, visit: Visit, registry: Registry) -> tuple[str, ...]:
    """Return what makes the person special apart from how the answers are written."""
    found = []
    key = listing.person.key
    if key not in registry.niks:
        found.append("not in the registry")
    elif len(registry.niks[key]) > 1:
        found.append("two registry records")
    if registry.states.get(key, ACTIVE) in _STATES:
        found.append(_STATES[registry.states[key]])
    if listing.presence == NEW:
        found.append("new member")
    if listing.is_guest or visit.is_repeat:
        found.append("named twice")
    return tuple(found)


def _said_born(person: Person, visit: Visit, care: Care, rng: Random) -> SaidDate:
    if care is Care.UNSEEN and rng.random() < _ONLY_YEAR_UNSEEN:
        return SaidDate("year", None, person.born.year, ("year only",))
    return said_date(person.born, rng, latest=visit.day, damage=care.value)


def _nik_answers(
    person: Person, is_known: bool, day: date, care: Care, rng: Random, kinds: list[str]
) -> dict[str, object]:
    chance, age = rng.random(), person.age(day)
    if not is_known and chance < 0.6:
        kinds.append("no NIK")
        return {"nik_reason": _NEWBORN if age < _INFANT else _NEVER}
    missing = (_NO_NIK_SMALL if age < _INFANT else _NO_NIK) * care.value
    if chance < missing or care is Care.UNSEEN:
        kinds.append("no NIK")
        return {"nik_reason": rng.choices(_REASONS, _REASON_WEIGHTS)[0]}
    mistyped = missing + _MISTYPED_NIK * care.value
    if chance < mistyped:
        kinds.append("mistyped NIK")
        return {"nik": mistyped_nik(person.nik, rng)}
    if chance < mistyped + _PLACEHOLDER_NIK * care.value:
        kinds.append("placeholder NIK")
        return {"nik": person.nik[:6] + _STAND_IN}
    return {"nik": person.nik}


def _borrow(found: list[Identity], rng: Random) -> None:
    """Let one member's number stand with another, and theirs with nobody or with the first."""
    exact = [place for place, one in enumerate(found) if not _NIK_KINDS & {*one.kinds}]
    if len(exact) < 2:
        return
    first, second = rng.sample(exact, 2)
    mine, theirs = dict(found[first].answers), dict(found[second].answers)
    if rng.random() < 0.5:
        mine["nik"], theirs["nik"] = theirs["nik"], mine["nik"]
        found[second] = _with_kind(found[second], theirs, "borrowed NIK")
    else:
        mine["nik"] = theirs.pop("nik")
        theirs["nik_reason"] = _REASONS[0]
        found[second] = _with_kind(found[second], theirs, "no NIK")
    found[first] = _with_kind(found[first], mine, "borrowed NIK")


def _without_repeats(found: Sequence[Identity]) -> list[Identity]:
    """Leave a NIK that comes a second time in one visit out: the gate refuses it."""
    seen: set[object] = set()
    kept: list[Identity] = []
    for identity in found:
        answers = dict(identity.answers)
        if answers.get("nik") in seen:
            del answers["nik"]
            answers["nik_reason"] = _UNREADABLE
            identity = _with_kind(identity, answers, "no NIK")
        elif "nik" in answers:
            seen.add(answers["nik"])
        kept.append(identity)
    return kept


def _with_kind(identity: Identity, answers: Mapping[str, object], kind: str) -> Identity:
    return replace(identity, answers=answers, kinds=(*identity.kinds, kind))


def _said_kks(visit: Visit, care: Care, rng: Random) -> dict[str, tuple[str, str]]:
    """Return by KK number what is written down for it, and the kind of mistake or nothing."""
    numbers: Sequence[str] = list(dict.fromkeys(person.kk for person in visit.home.people))
    said: dict[str, tuple[str, str]] = {}
    for place, kk in enumerate(numbers):
        chance = rng.random() / care.value
        if place and rng.random() < _MAIN_KK:
            said[kk] = said[numbers[0]][0], "KK of another family"
        elif chance < _NO_KK or care is Care.UNSEEN:
            said[kk] = "", "no KK"
        elif chance < _NO_KK + _WRONG_KK:
            said[kk] = mistyped_kk(kk, rng), "mistyped KK"
        elif chance < _NO_KK + _WRONG_KK + _OLD_KK:
            said[kk] = earlier_kk(kk, rng), "old KK"
        else:
            said[kk] = kk, ""
    return said


def _add_mother(
    answers: dict[str, object], person: Person, care: Care, rng: Random, kinds: list[str]
) -> None:
    if rng.random() < _NO_MOTHER * care.value:
        kinds.append("no mother")
        return
    mother = person.mother
    if rng.random() < 0.06 and len(mother.given[0]) > 2:
        mother = replace(mother, given=mother.given[:1], middle="", father="", family="")
    answers["mother_name"] = said_name(mother, rng, damage=_MOTHER_DAMAGE * care.value)[0]


def _documents(person: Person, has_nik: bool, day: date, rng: Random) -> list[str]:
    if person.age(day) >= _ADULT:
        if not has_nik and rng.random() < 0.4:
            return ["0"]
        return ["1", "4"] if rng.random() < 0.55 else ["4"]
    if rng.random() < (0.9 if has_nik else 0.35):
        return ["1", "2"] if rng.random() < 0.3 else ["1"]
    return ["0"]
