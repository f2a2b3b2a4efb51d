"""What the pages about merging show, in words."""

import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.households.documents import ROSTER, Change
from jps.households.models import Member, Merge
from jps.households.rules import Merged
from jps.identity.merge_checks import Effect
from jps.identity.merge_preview import Preview
from jps.identity.merge_queries import merges_around, names_of
from jps.identity.merging import head_of
from jps.text import N_
from jps.web.accounts import full_names
from jps.web.codebook import form_in_force
from jps.web.comparing import shown_answer
from jps.web.fields import language
from jps.web.formats import iso_day, percent
from jps.web.household_history import masked_answer

OUTSIDE = N_("di luar wilayah Anda")
KIND_NAMES: Mapping[Merged, str] = {
    Merged.HOUSEHOLD: N_("Rumah tangga"),
    Merged.MEMBER: N_("Anggota"),
}


@dataclass(frozen=True)
class Differing:
    """One field in which the two records differ."""

    label: str
    kept: str
    other: str


@dataclass(frozen=True)
class PersonChoice:
    """A member of the other record: who of the kept one it may be, and what then differs."""

    id: uuid.UUID
    name: str
    about: str
    chosen: str
    differences: tuple[Differing, ...]


@dataclass(frozen=True)
class ShownEffect:
    """An effect in the reader's language."""

    label: str
    kept: str
    other: str
    outcome: str
    blocks: bool


def differing(changes: Sequence[Change]) -> tuple[Differing, ...]:
    """Return differing answers as people read them, NIK and KK masked."""
    form = form_in_force()
    found = []
    for change in changes:
        question = form.plan.questions.get(change.field)
        if question is None or change.field == ROSTER or question.is_calculated:
            continue
        sides = [
            masked_answer(question, value) if value else shown_answer(question, value)
            for value in (change.old, change.new)
        ]
        found.append(Differing(question.label(language()), *sides))
    return tuple(found)


def person_choices(shown: Preview) -> list[PersonChoice]:
    """Return the members of the other record with the choice made for each."""
    couples = {couple.other.id: couple for couple in shown.couples}
    people = [*(couple.other for couple in shown.couples), *shown.only_other]
    return [
        PersonChoice(
            id=member.id,
            name=member.name,
            about=iso_day(member.birth_date),
            chosen=str(couples[member.id].kept.id) if member.id in couples else "",
            differences=differing(couples[member.id].differences) if member.id in couples else (),
        )
        for member in sorted(people, key=lambda one: one.position)
    ]


def kept_people(shown: Preview) -> list[Member]:
    """Return the members of the kept record who may be chosen, in roster order."""
    people = [*(couple.kept for couple in shown.couples), *shown.only_kept]
    return sorted(people, key=lambda one: one.position)


def shown_effects(effects: Sequence[Effect]) -> list[ShownEffect]:
    """Return effects in words: shares as percent."""
    return [
        ShownEffect(
            gettext(one.label),
            _value(one.kept),
            _value(one.other),
            gettext(one.outcome),
            one.blocks,
        )
        for one in effects
    ]


def _value(value: float | str | None) -> str:
    if value is None:
        return gettext("(tidak ada)")
    return gettext(value) if isinstance(value, str) else percent(value)


@dataclass(frozen=True)
class Act:
    """One merge as the ledger shows it; a name is empty where the record is not the reader's."""

    id: uuid.UUID
    kind: str
    record: str
    record_page: uuid.UUID | None
    kept: str
    kept_page: uuid.UUID | None
    merge: Merge
    by: str
    undone_by: str


def acts_of(session: Session, heads: Sequence[Merge]) -> list[Act]:
    """Return merges with the names of their records."""
    names = names_of(session, heads)
    people = full_names(session, [name for one in heads for name in (one.by, one.undone_by)])
    return [
        Act(
            id=one.act_id,
            kind=gettext(KIND_NAMES[Merged(one.kind)]),
            record=names.get(one.record_id, ""),
            record_page=one.household_id if one.record_id in names else None,
            kept=names.get(one.kept_id, ""),
            kept_page=one.kept_household_id if one.kept_id in names else None,
            merge=one,
            by=people.get(one.by, one.by),
            undone_by=people.get(one.undone_by or "", one.undone_by or ""),
        )
        for one in heads
    ]


@dataclass(frozen=True)
class Around:
    """What a household's page says of merges: into what it was merged, what was merged into it.

    `people` are the members who count as somebody else, by id, with the act.
    """

    into: Act | None
    taken: list[Act]
    people: dict[uuid.UUID, uuid.UUID]


def around(session: Session, household_id: uuid.UUID) -> Around:
    """Return the merges of a household and of its people."""
    merges = merges_around(session, household_id)
    own = [one for one in merges if one.kind == Merged.HOUSEHOLD]
    acts = acts_of(session, own)
    alone = {one.act_id: one for one in merges}.keys() - {one.act_id for one in own}
    heads = [head_of([one for one in merges if one.act_id == act]) for act in sorted(alone)]
    taken = [one for one in heads if one.household_id != household_id]
    return Around(
        into=next((act for act in acts if act.merge.record_id == household_id), None),
        taken=[act for act in acts if act.merge.kept_id == household_id] + acts_of(session, taken),
        people={
            one.record_id: one.act_id
            for one in merges
            if one.kind == Merged.MEMBER and one.household_id == household_id
        },
    )
