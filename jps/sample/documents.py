"""From a visit to the answers document that the questionnaire's gate accepts."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from random import Random

from jps.sample.dwellings import (
    asset_answers,
    connection_answers,
    dwelling_answers,
    programme_answers,
)
from jps.sample.identities import Identity, identify
from jps.sample.livelihood import Living
from jps.sample.lives import Member, further_answers
from jps.sample.people import Marital, Relation
from jps.sample.registry import Registry
from jps.sample.visits import COMPLETE, INCOMPLETE, REFUSED, Listing, Visit

_NAMESPACE = uuid.UUID("6f6d1c52-6b55-5f0e-9d0c-7501a5a3b1e0")  # of everything that a sample makes
_SPREAD = 0.004  # degrees (about 450 m) around the village's point
_YES, _NO = "1", "2"
_KK_MATCHES, _PARENT_FAMILY = "0", "1"


@dataclass(frozen=True, slots=True)
class TrueMember:
    """A member's truth: the NIKs under which the registry has the person (none if it has not), and
    in what the answers differ from it. `person` is the same for one person named twice."""

    id: uuid.UUID
    person: int
    niks: tuple[str, ...]
    kinds: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class SampleHousehold:
    """One household as an enumerator sends it: ids made by the client, and the answers.

    `members` follow the roster of `answers`, `families` give an id per KK number of the roster.
    """

    id: uuid.UUID
    area_code: str
    day: date
    answers: Mapping[str, object]
    members: tuple[TrueMember, ...]
    families: Mapping[str, uuid.UUID]


def sample_id(sample: str, *path: object) -> uuid.UUID:
    """Return the id of a thing in the sample called `sample`; the same path gives the same id."""
    return uuid.uuid5(_NAMESPACE, "/".join(map(str, (sample, *path))))


def household_id(sample: str, number: int) -> uuid.UUID:
    """Return the id of the household of a visit, by its number."""
    return sample_id(sample, "household", number)


def write_document(
    visit: Visit, living: Living, registry: Registry, sample: str
) -> SampleHousehold:
    """Return the household of a visit; everything follows from the arguments."""
    rng = Random(f"{sample}/visit/{visit.number}")
    identities = identify(visit, registry, rng)
    answers = _opening(visit, rng)
    if visit.listings:
        answers["respondent_name"] = identities[0].answers["name"]
        answers["members"] = [
            _member(listing, identity, visit, living, rng)
            for listing, identity in zip(visit.listings, identities, strict=True)
        ]
        answers.update(_home_answers(visit, living, rng))
    kks = dict.fromkeys(str(one.answers["kk"]) for one in identities if "kk" in one.answers)
    return SampleHousehold(
        id=household_id(sample, visit.number),
        area_code=visit.home.village.code,
        day=visit.day,
        answers=answers,
        members=_truth(visit, identities, registry, sample),
        families={kk: sample_id(sample, "family", visit.number, i) for i, kk in enumerate(kks)},
    )


def _truth(
    visit: Visit, identities: Sequence[Identity], registry: Registry, sample: str
) -> tuple[TrueMember, ...]:
    return tuple(
        TrueMember(
            id=sample_id(sample, "member", visit.number, place),
            person=listing.person.key,
            niks=registry.niks.get(listing.person.key, ()),
            kinds=identity.kinds,
        )
        for place, (listing, identity) in enumerate(zip(visit.listings, identities, strict=True))
    )


def _opening(visit: Visit, rng: Random) -> dict[str, object]:
    """Return location, consent and visit."""
    home, village = visit.home, visit.home.village
    answers: dict[str, object] = {
        "area_code": village.code,
        "address": f"{home.address}, {village.name.upper()}",
        "dusun": home.address.hamlet,
        "rt": home.address.rt,
        "rw": home.address.rw,
        "address_matches_kk": _YES if home.lives_at_kk_address else _NO,
        "legal_basis": "public_task",
        "consent": _NO if visit.result == REFUSED else _YES,
        "interview_date": visit.day.isoformat(),
        "visit_result": visit.result,
    }
    if not home.lives_at_kk_address:
        answers["kk_address"] = f"{home.kk_address}, {home.kk_village.name.upper()}"
    if village.lat is not None and village.lng is not None:
        north, east = rng.gauss(0, _SPREAD), rng.gauss(0, _SPREAD)
        accuracy = rng.randint(3, 18)  # metres
        answers["gps"] = f"{village.lat + north:.6f} {village.lng + east:.6f} 0 {accuracy}"
    if visit.listings:
        families = {listing.person.kk for listing in visit.listings if not listing.is_guest}
        answers["kk_status"] = _PARENT_FAMILY if len(families) > 1 else _KK_MATCHES
    return answers


def _member(
    listing: Listing, identity: Identity, visit: Visit, living: Living, rng: Random
) -> dict[str, object]:
    answers = dict(identity.answers)
    if listing.is_present:
        member = Member(
            age=_said_age(answers, visit.day),
            sex=str(answers["sex"]),
            is_married=listing.person.married == Marital.MARRIED,
            is_urban=visit.home.village.is_urban,
            index=living.index,
        )
        further = further_answers(member, rng)
        if visit.result == COMPLETE or rng.random() < 0.5:
            answers.update(further)
    return answers


def _said_age(answers: Mapping[str, object], day: date) -> int:
    """Return the age as the questionnaire counts it from the answers."""
    if "birth_year" in answers:
        return day.year - int(str(answers["birth_year"]))
    born = date.fromisoformat(str(answers["birth_date"]))
    return day.year - born.year - ((day.month, day.day) < (born.month, born.day))


def _home_answers(visit: Visit, living: Living, rng: Random) -> dict[str, object]:
    """Return everything after the roster; an incomplete visit ends after the dwelling."""
    is_urban = visit.home.village.is_urban
    dwelling = dwelling_answers(living, visit.size, rng, is_urban=is_urban)
    if visit.result == INCOMPLETE:
        return dwelling
    assets = asset_answers(living, rng, is_urban=is_urban)
    programmes = programme_answers(
        living,
        dwelling,
        rng,
        visit.day,
        has_component=_has_component(visit),
        is_urban=is_urban,
    )
    return {**dwelling, **assets, **connection_answers(living, assets, rng), **programmes}


def _has_component(visit: Visit) -> bool:
    """Whether somebody is of school age, under seven or elderly, as PKH asks for."""
    ages = [one.person.age(visit.day) for one in visit.listings if one.is_present]
    heads = [one for one in visit.listings if one.relation == Relation.HEAD]
    return bool(heads) and any(age < 19 or age >= 60 for age in ages)
