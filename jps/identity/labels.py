"""The items of a sample: whose turn it is, what reviewers found, and what that tells."""

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import EVERYWHERE, AreaScope, scope_of, within
from jps.errors import Conflict, InvalidData, NotFound
from jps.households.models import Member
from jps.identity.label_rules import Band, Label, Labelled
from jps.identity.quality_models import QualitySample, SampleItem
from jps.identity.quality_rules import Answer
from jps.identity.records import record_of
from jps.matching import Person, Thresholds, record_keys
from jps.registry.models import RegistryPerson
from jps.registry.queries import record_of as person_record
from jps.text import N_

_KECAMATAN = 8  # letters of its code


def newest_sample(session: Session, area: str = "") -> QualitySample | None:
    """Return the newest sample that holds the area asked for, or all of the reader's areas."""
    scope = scope_of(session)
    wanted = [area] if area else list(scope.codes)
    for sample in session.scalars(select(QualitySample).order_by(QualitySample.made_at.desc())):
        own = AreaScope((sample.area_code,))
        if not sample.area_code or (wanted and all(own.covers(one) for one in wanted)):
            return sample
    return None


def find_item(session: Session, item_id: uuid.UUID) -> SampleItem:
    """Return an item of the session's areas; NotFound otherwise."""
    found = session.scalars(select(SampleItem).where(SampleItem.id == item_id)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def next_item(session: Session, sample_id: uuid.UUID, *, person: str) -> uuid.UUID | None:
    """Return an unanswered item of the session's areas, for each person in an order of their own.

    Two reviewers begin at different places, so that they seldom meet on one item.
    """
    query = select(SampleItem.id).where(
        SampleItem.sample_id == sample_id, SampleItem.answer.is_(None)
    )
    start = uuid.UUID(int=random.Random(person).getrandbits(128), version=4)
    order = query.order_by(SampleItem.id).limit(1)
    later = session.scalars(order.where(SampleItem.id >= start)).first()
    return later or session.scalars(order).first()


@dataclass(frozen=True)
class SampleProgress:
    """How far a sample is, in the reader's areas."""

    items: int
    answered: int
    unsure: int

    @property
    def left(self) -> int:
        """How many wait for an answer."""
        return self.items - self.answered


def progress_of(session: Session, sample_id: uuid.UUID) -> SampleProgress:
    """Return how many items there are and how many are answered."""
    query = select(SampleItem.answer, func.count()).where(SampleItem.sample_id == sample_id)
    total = answered = unsure = 0
    for answer, number in session.execute(query.group_by(SampleItem.answer)):
        total += number
        answered += number if answer is not None else 0
        unsure += number if answer == Answer.UNSURE else 0
    return SampleProgress(total, answered, unsure)


def answer_item(
    session: Session,
    item: SampleItem,
    answer: Answer,
    person: RegistryPerson | None = None,
    *,
    by: str,
    at: datetime,
) -> None:
    """Keep what a reviewer found; whoever answered may answer again.

    `person` is who the member is if not the one shown. No link changes: the sample measures. Raises
    InvalidData when the answer does not fit the item, Conflict when somebody else was faster.
    """
    if item.answer is not None and item.by != by:
        raise Conflict(N_("Orang lain sudah menjawab yang ini. Jawaban itu tetap berlaku."))
    if answer is Answer.SAME and item.person is None:
        raise InvalidData(N_("Tidak ada orang yang ditampilkan. Cari orangnya dahulu."))
    if (answer is Answer.OTHER) is not (person is not None):
        raise InvalidData(N_("Pilih orangnya dari hasil pencarian."))
    shown = (item.person or {}).get("id")
    if person is not None and str(person.id) == shown:
        answer, person = Answer.SAME, None
    item.answer, item.by, item.at = answer, by, at
    item.found = dict(person_record(person)) if person is not None else None
    item.reached = _is_reached(session, item, person)
    details = {"sample": str(item.sample_id)}
    event = Event("sample-answered", "member", str(item.member_id), item.area_code, details)
    record(session, event, by=by, at=at)
    session.flush()


def _is_reached(session: Session, item: SampleItem, person: RegistryPerson | None) -> bool | None:
    """Return whether a key leads from the member to who they are; None where they are nobody."""
    if item.answer is Answer.SAME:
        return True
    if person is None:
        return None
    member = session.scalars(select(Member).where(Member.id == item.member_id)).one()
    ours = record_keys(Person.read(record_of(member)))
    theirs = record_keys(Person.read(person_record(person)))
    return not set(ours.values()).isdisjoint(theirs.values())


def labelled(session: Session, sample: QualitySample, area: str = "") -> Labelled:
    """Return the sample with its answers, in the session's areas (and in `area`).

    Bands are known by kecamatan: a reader of single villages gets no labels to estimate from.
    """
    scope = scope_of(session)
    known = all(len(code) <= _KECAMATAN for code in (*scope.codes, area))
    query = select(SampleItem).where(SampleItem.sample_id == sample.id)
    if area:
        query = query.where(within(SampleItem.area_code, [area]))
    items = session.scalars(query.order_by(SampleItem.id)).all()
    labels = [
        Label(
            one.stratum, one.area_code[:8], one.weight, one.linked, Answer(one.answer), one.reached
        )
        for one in items
        if one.answer is not None and known
    ]
    bands = [
        Band(
            one["name"],
            _here(one["sizes"], scope, area),
            one.get("drawn", 0),
            one.get("wrong", 0.0),
        )
        for one in sample.strata
    ]
    return Labelled(
        bands=[band for band in bands if band.name != "decided"],
        labels=labels,
        decided=sum(band.size for band in bands if band.name == "decided"),
        now=Thresholds(link=sample.link, sure=sample.sure),
        asked=sum(one.answer is None for one in items),
    )


def _here(sizes: Mapping[str, int], scope: AreaScope, area: str) -> dict[str, int]:
    """Keep the counts of kecamatan that lie in the reader's areas and in the one asked for."""
    asked = AreaScope((area,)) if area else EVERYWHERE
    return {code: n for code, n in sizes.items() if scope.covers(code) and asked.covers(code)}
