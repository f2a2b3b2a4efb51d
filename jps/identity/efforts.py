"""What runs of matching did, noted with each run and told to people."""

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.identity.models import Decision, Link
from jps.identity.quality_models import MatchRun
from jps.identity.run_rules import Why
from jps.identity.runs import RunKeys, last_run, record_run


@dataclass(frozen=True)
class Effort:
    """What a run did: of `members`, so many were searched by every key and so many links written.

    `news` members were new or changed, `gone` had left; `came` and `went` count registry persons.
    """

    why: Why
    engine: str
    members: int
    searched: int
    written: int
    news: int = 0
    gone: int = 0
    came: int = 0
    went: int = 0

    def as_facts(self) -> dict[str, Any]:
        """Return it as plain JSON."""
        return {**asdict(self), "why": str(self.why)}


def note_run(
    session: Session, keys: RunKeys, effort: Effort, *, by: str, at: datetime
) -> dict[str, Any]:
    """Keep what a finished run was and did; return what people are told."""
    facts = effort.as_facts()
    run = record_run(session, keys, facts=facts, by=by, at=at)
    details = {"snapshot": run.snapshot_id, **facts}
    event = Event("members-matched", "match-model", str(run.model_id), details=details)
    record(session, event, by=by, at=at)
    told = ("members", "searched", "written", "why")
    return {**state_counts(session), **{name: run.facts[name] for name in told}}


def spoken_since_last_run(session: Session) -> bool:
    """Whether people decided about anybody, or took it back, since the last run ended."""
    before = last_run(session)
    query = select(Decision.id)
    if before is not None:
        query = query.where(or_(Decision.at >= before.at, Decision.undone_at >= before.at))
    return session.scalar(query.limit(1)) is not None


def changes_under(session: Session, model_id: int) -> Mapping[str, int]:
    """Return how many members (`members`) and persons (`persons`) changed in runs of a model."""
    runs = session.scalars(select(MatchRun).where(MatchRun.model_id == model_id)).all()

    def total(*names: str) -> int:
        return sum(int(run.facts.get(name, 0)) for run in runs for name in names)

    return {"members": total("news", "gone"), "persons": total("came", "went")}


def state_counts(session: Session) -> dict[str, int]:
    """Return how many members have each state."""
    query = select(Link.state, func.count()).group_by(Link.state).order_by(Link.state)
    return {str(state): number for state, number in session.execute(query)}
