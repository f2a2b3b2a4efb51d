"""The case beside a pair: what it waits for, who said what, what each answer would do."""

from collections.abc import Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.db import scope_of
from jps.errors import NotFound
from jps.households.models import Member
from jps.http import actor
from jps.identity.decided import decided_person, last_words
from jps.identity.lookup import look_up
from jps.identity.matchers import Matcher
from jps.identity.models import Decision, Link, ReviewCase
from jps.identity.opinions import refusal_of
from jps.identity.queries import find_case, find_person, holders_of
from jps.identity.records import member_person, record_of, registry_person
from jps.identity.rules import Finding, LinkState, Step, Verdict, is_tie, state_of
from jps.matching import rank
from jps.questionnaire.nik import NumberState
from jps.registry.models import RegistryPerson
from jps.registry.rules import RegistryStatus
from jps.text import N_
from jps.web.accounts import full_names
from jps.web.identity_page import whom

# What a decision for this person would mean for the aid of the household.
AID = {
    LinkState.PADAN: N_("Bantuan tidak berubah; anggota ini terhitung padan."),
    LinkState.PADAN_SEBAGIAN: N_("Bantuan tidak berubah; unsur yang berbeda perlu dibetulkan."),
    LinkState.MENINGGAL: N_("Bantuan untuk orang ini perlu dihentikan atau dialihkan."),
    LinkState.PINDAH: N_("Bantuan di sini perlu diperiksa: orangnya tercatat di tempat lain."),
    LinkState.GANDA: N_("Bantuan perlu diperiksa: NIK atau datanya tercatat lebih dari sekali."),
    LinkState.NONAKTIF: N_("Bantuan perlu diperiksa: data kependudukannya tidak aktif."),
}


LEAST = -10.0  # bits; candidates below are not shown


@dataclass(frozen=True)
class Opinion:
    """Somebody was unsure, and why."""

    who: str
    reason: str
    decision: Decision


@dataclass(frozen=True)
class Holder:
    """Another member who is linked to the same person; no member where it is elsewhere."""

    member: Member | None


@dataclass(frozen=True)
class CaseFacts:
    """What the page says about the case.

    `refusal` is why the reader may not decide; `opinions` are of people who were unsure about this
    pair; `lost` is a decision whose person is gone, `lost_about` who that was; `is_tie`: the second
    best candidate fits nearly as well.
    """

    step: Step | None
    refusal: str
    opinions: tuple[Opinion, ...]
    lost: Decision | None
    lost_about: str
    holders: tuple[Holder, ...]
    if_same: LinkState | None
    aid: str
    row: ReviewCase | None
    is_tie: bool


def shown_person(
    session: Session, member: Member, link: Link | None, person_id: int | None, matcher: Matcher
) -> RegistryPerson | None:
    """Return a person of the snapshot in force whom the reader may compare with a member.

    People of the reader's areas; elsewhere only candidates of this member, so that nobody walks
    through the registry of other areas by numbers. None for everybody else.
    """
    if person_id is None:
        return None
    try:
        person = find_person(session, person_id)
    except NotFound:
        return None
    if person.snapshot_id != matcher.snapshot_id:
        return None
    if scope_of(session).covers(person.area_code):
        return person
    known = {link.person_id, link.candidate_id, link.second_id} if link is not None else set()
    if person_id in known:
        return person
    found = look_up(session, record_of(member), matcher, without=[member.id], least=LEAST)
    return person if any(one.row.id == person_id for one in found.registry) else None


def case_facts(
    session: Session,
    member: Member,
    link: Link | None,
    person: RegistryPerson | None,
    history: Sequence[Decision],
    matcher: Matcher,
) -> CaseFacts:
    """Return what a case waits for and what each answer would do."""
    case = find_case(session, member.id)
    words = [one for one in history if one.undone_at is None and one.other_id is None]
    about = [
        one for one in words if person is not None and _is_about(session, one, person, matcher)
    ]
    refused = next(
        (no for one in last_words(about) if (no := refusal_of(session, one, who=actor().username))),
        None,
    )
    lost = _lost(session, link, words) if case and case.step == Step.VANISHED else None
    state = _state_if_same(member, person, matcher) if person is not None else None
    return CaseFacts(
        step=Step(case.step) if case is not None else None,
        refusal=gettext(refused) if refused else "",
        opinions=_opinions(session, about),
        lost=lost,
        lost_about=whom(session, lost) if lost is not None else "",
        holders=_holders(session, member, person) if person is not None else (),
        if_same=state,
        aid=gettext(AID[state]) if state in AID else "",
        row=case,
        is_tie=case is not None and link is not None and is_tie(link.margin),
    )


def _is_about(
    session: Session, decision: Decision, person: RegistryPerson | None, matcher: Matcher
) -> bool:
    found = decided_person(session, decision, matcher) if person is not None else None
    return found is not None and person is not None and found.id == person.id


def _opinions(session: Session, about: Sequence[Decision]) -> tuple[Opinion, ...]:
    unsure = [one for one in reversed(about) if one.verdict == Verdict.UNSURE]
    people = full_names(session, {one.by for one in unsure})
    return tuple(Opinion(people.get(one.by, one.by), one.reason, one) for one in unsure)


def _lost(session: Session, link: Link | None, words: Sequence[Decision]) -> Decision | None:
    mine = link.decision_id if link is not None else None
    return next((one for one in words if one.id == mine), None)


def _holders(session: Session, member: Member, person: RegistryPerson) -> tuple[Holder, ...]:
    scope = scope_of(session)
    others = holders_of(session, person.id, without=member.id)
    return tuple(Holder(one if scope.covers(one.area_code) else None) for one in others)


def _state_if_same(member: Member, person: RegistryPerson, matcher: Matcher) -> LinkState:
    """Return the state of the link once somebody says that the two are one person."""
    found = rank(member_person(member), [registry_person(person)], matcher.model)[0]
    finding = Finding(
        NumberState(member.nik_state),
        weight=found.weight,
        levels=found.levels,
        linked=True,
        status=RegistryStatus(person.status),
        nik_shared=person.nik_shared,
        decided=True,
    )
    return state_of(finding)
