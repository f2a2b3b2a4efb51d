"""Versions of the model: which one is used, how two of them do on the same pairs, going back."""

import uuid
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.orm import Session, defer

from jps.audit.services import Event, record
from jps.errors import Conflict, NotFound
from jps.households.models import Member
from jps.identity.matchers import model_of, use_model
from jps.identity.models import Decision, Link, MatchModel
from jps.identity.preview_rules import Side
from jps.identity.quality_models import MatchRun, ModelChoice, SampleItem
from jps.identity.quality_rules import Answer
from jps.identity.records import record_of
from jps.identity.rules import Verdict
from jps.identity.score_rules import Record, Score, Scored, moves, score, weights_of
from jps.identity.thresholds import checked_reason, need_whole_office, thresholds_in_force
from jps.matching import Model
from jps.registry.models import RegistrySnapshot
from jps.registry.queries import current_snapshot, persons
from jps.registry.queries import record_of as person_record
from jps.text import N_

PAIRS = 600  # candidate pairs compared, half of them from the doubtful weights


@dataclass(frozen=True)
class Version:
    """A stored model (its content left out), the registry it learnt from and how often it ran."""

    model: MatchModel
    snapshot: RegistrySnapshot
    runs: int
    chosen: bool


def versions(session: Session) -> list[Version]:
    """Return all models, newest first."""
    runs = select(MatchRun.model_id, func.count().label("runs")).group_by(MatchRun.model_id)
    counts = runs.subquery()
    query = (
        select(MatchModel, RegistrySnapshot, counts.c.runs)
        .join(RegistrySnapshot, RegistrySnapshot.id == MatchModel.snapshot_id)
        .outerjoin(counts, counts.c.model_id == MatchModel.id)
        .options(defer(MatchModel.content))
        .order_by(MatchModel.id.desc())
    )
    chosen = chosen_id(session)
    return [
        Version(model, snapshot, number or 0, model.id == chosen)
        for model, snapshot, number in session.execute(query)
    ]


def find_version(session: Session, model_id: int) -> MatchModel:
    """Return a stored model; NotFound when there is none."""
    found = session.get(MatchModel, model_id) if 0 < model_id < 1 << 31 else None
    if found is None:
        raise NotFound(N_("Model ini tidak ada."))
    return found


def chosen_id(session: Session) -> int | None:
    """Return the model that matching has to use; None: each run learns its own."""
    last = choices(session, limit=1)
    return last[0].model_id if last else None


def chosen_model(session: Session) -> Model | None:
    """Return the model that matching has to use, ready to weigh; None: each run learns its own."""
    chosen = chosen_id(session)
    return None if chosen is None else model_of(session, chosen)


def choices(session: Session, *, limit: int = 20) -> Sequence[ModelChoice]:
    """Return who chose what, newest first."""
    query = select(ModelChoice).order_by(ModelChoice.id.desc()).limit(limit)
    return session.scalars(query).all()


def choose_model(
    session: Session, model_id: int | None, *, reason: str, by: str, at: datetime
) -> ModelChoice:
    """Let matching use a model from now on, or (None) learn one by each run.

    Single members are linked by it at once, all others by the next matching. Raises InvalidData
    without a reason, Conflict when nothing changes, NotAllowed for whom the office is not theirs.
    """
    need_whole_office(session)
    reason = checked_reason(reason)
    if chosen_id(session) == model_id:
        raise Conflict(N_("Ini sudah berlaku."))
    before = session.scalars(select(MatchModel.id).where(MatchModel.current)).one_or_none()
    if model_id is not None:
        find_version(session, model_id)
        use_model(session, model_id)
    choice = ModelChoice(model_id=model_id, before_id=before, reason=reason, by=by, at=at)
    session.add(choice)
    session.flush()
    details = {"from": before, "to": model_id or "auto", "reason": reason}
    subject = str(model_id or before or 0)
    record(session, Event("model-chosen", "match-model", subject, details=details), by=by, at=at)
    return choice


@dataclass(frozen=True)
class LabelledPair:
    """A member's record beside a person's, and whether they are one.

    `chance` is the probability with which it was drawn, None where reviewers chose it.
    """

    member_id: uuid.UUID
    ours: Record
    theirs: Record
    same: bool
    chance: float | None


def labelled_pairs(session: Session) -> list[LabelledPair]:
    """Return what reviewers said about pairs of the session's areas, drawn ones first.

    A pair that is in the sample and was decided too counts once, as drawn. Members are taken as
    they are now.
    """
    items = session.execute(
        select(SampleItem, Member)
        .join(Member, Member.id == SampleItem.member_id)
        .where(SampleItem.answer.in_([Answer.SAME, Answer.OTHER, Answer.ABSENT]))
        .order_by(SampleItem.id)
    )
    drawn = [pair for item, member in items for pair in _of_item(item, record_of(member))]
    decided = session.execute(
        select(Decision, Member)
        .join(Member, Member.id == Decision.member_id)
        .where(
            Decision.person_nik.is_not(None),
            Decision.undone_at.is_(None),
            Decision.verdict.in_([Verdict.SAME, Verdict.DIFFERENT]),
        )
        .order_by(Decision.at, Decision.id)
    )
    known = {(pair.member_id, _person_key(pair.theirs)) for pair in drawn}
    chosen = [
        LabelledPair(member.id, record_of(member), one.person, one.verdict == Verdict.SAME, None)
        for one, member in decided
        if one.person and (member.id, _person_key(one.person)) not in known
    ]
    return drawn + chosen


def _of_item(item: SampleItem, ours: Record) -> list[LabelledPair]:
    pairs = []
    if item.person is not None:
        same = item.answer == Answer.SAME
        pairs.append(LabelledPair(item.member_id, ours, item.person, same, item.chance))
    if item.found is not None:
        pairs.append(LabelledPair(item.member_id, ours, item.found, True, item.chance))
    return pairs


def _person_key(person: Record) -> tuple[str, ...]:
    return tuple(person.get(name, "") for name in ("nik", "name", "birth_date"))


def scored(pairs: Sequence[LabelledPair], model: Model) -> list[Scored]:
    """Return labelled pairs with the weights of a model."""
    weights = weights_of(model, [one.ours for one in pairs], [one.theirs for one in pairs])
    return [
        Scored(weight, one.same, 1.0 if one.chance is None else 1.0 / one.chance)
        for weight, one in zip(weights, pairs, strict=True)
    ]


@dataclass(frozen=True)
class Moved:
    """Candidate pairs that go from one side to another; `members` names some of them."""

    before: Side
    after: Side
    pairs: int
    members: tuple[uuid.UUID, ...]


@dataclass(frozen=True)
class Comparison:
    """Two models on the same pairs: the labelled ones, and candidates of the present links."""

    first: MatchModel
    second: MatchModel
    scores: tuple[Score, Score]
    drawn: int  # labelled pairs that were drawn
    candidates: int
    moved: tuple[Moved, ...]


def compare_models(session: Session, first_id: int, second_id: int) -> Comparison:
    """Return how two models differ on the same pairs of the session's areas."""
    first, second = find_version(session, first_id), find_version(session, second_id)
    models = Model.from_json(first.content), Model.from_json(second.content)
    thresholds = thresholds_in_force(session)
    pairs = labelled_pairs(session)
    scores = tuple(score(scored(pairs, model), thresholds) for model in models)
    members, ours, theirs = candidate_pairs(session)
    before, after = (weights_of(model, ours, theirs) for model in models)
    moved = [
        Moved(*sides, len(places), tuple(members[place] for place in places[:20]))
        for sides, places in moves(before, after, thresholds).items()
    ]
    return Comparison(
        first=first,
        second=second,
        scores=(scores[0], scores[1]),
        drawn=sum(one.chance is not None for one in pairs),
        candidates=len(members),
        moved=tuple(sorted(moved, key=lambda one: -one.pairs)),
    )


def candidate_pairs(session: Session) -> tuple[list[uuid.UUID], list[Record], list[Record]]:
    """Return a fixed sample of members and their best candidates in the snapshot in force.

    Members are taken by the order of their ids, which are random; half of them from the weights
    around the thresholds, where models differ.
    """
    snapshot = current_snapshot(session)
    if snapshot is None:
        return [], [], []
    thresholds = thresholds_in_force(session)
    near = Link.weight.between(-10.0, thresholds.sure + 4.0)
    found: dict[uuid.UUID, int] = {}
    for conditions, most in (((near,), PAIRS // 2), ((), PAIRS)):
        query = select(Link.member_id, Link.candidate_id).where(
            Link.candidate_id.is_not(None), Link.snapshot_id == snapshot.id, *conditions
        )
        for member, candidate in session.execute(query.order_by(Link.member_id).limit(most)):
            if len(found) < PAIRS and candidate is not None:
                found.setdefault(member, candidate)
    people = persons(session, found.values())
    members = session.scalars(select(Member).where(Member.id.in_(list(found))))
    rows = [one for one in members.all() if found[one.id] in people]
    rows.sort(key=lambda one: one.id)
    ids = [one.id for one in rows]
    return ids, [record_of(one) for one in rows], [person_record(people[found[i]]) for i in ids]
