"""What a run of matching is asked to do, and by which model it weighs."""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.errors import InvalidFile
from jps.identity.efforts import changes_under
from jps.identity.matchers import Matcher, current_matcher, model_of
from jps.identity.models import MatchModel
from jps.identity.quality_models import ModelChoice
from jps.identity.run_rules import Drift, Why, needs_training
from jps.identity.runs import last_run
from jps.identity.searching import Finder, Inputs, learn


@dataclass(frozen=True)
class Order:
    """What was asked for: everything anew, a new model, which engine (of Spark, whose address)."""

    full: bool = False
    train: bool = False
    engine: str = "local"
    master: str = "local[*]"

    @classmethod
    def read(cls, params: Mapping[str, Any]) -> "Order":
        """Read the parameters of a job; what is missing was not asked for."""
        return cls(
            full=bool(params.get("full")),
            train=bool(params.get("train")),
            engine=str(params.get("engine") or "local"),
            master=str(params.get("master") or "local[*]"),
        )


@dataclass(frozen=True)
class Plan:
    """The model of a run. `trained`: it was learnt just now and has neither id nor `again` yet."""

    matcher: Matcher
    trained: bool


def make_plan(session: Session, inputs: Inputs, order: Order) -> Plan:
    """Keep the model in force, or learn one: at first, when asked, when the lists became others.

    A model that somebody chose stays whatever the lists become, and so does one from which somebody
    went back.
    """
    matcher = _wanted(session)
    if matcher is not None and not order.train and _still_fits(session, matcher, inputs):
        return Plan(matcher, trained=False)
    before = current_matcher(session)
    return Plan(replace(before, model=learn(inputs), model_id=None), trained=True)


def _wanted(session: Session) -> Matcher | None:
    """Return the model chosen or in force; None when there is none that can be read."""
    try:
        matcher = current_matcher(session)
        choice = _choice(session)
        if choice is None or choice == matcher.model_id:
            return matcher if matcher.model_id is not None else None
        row = session.get_one(MatchModel, choice)
        again = matcher.thresholds.link + row.again
        return replace(matcher, model=model_of(session, choice), model_id=choice, again=again)
    except InvalidFile:  # of another version of this program
        return None


def _choice(session: Session) -> int | None:
    newest = select(ModelChoice.model_id).order_by(ModelChoice.id.desc()).limit(1)
    return session.scalars(newest).one_or_none()


def _is_chosen(session: Session) -> bool:
    if _choice(session) is not None:
        return True
    newest = session.scalar(select(func.max(MatchModel.id)))
    return session.scalar(select(MatchModel.id).where(MatchModel.current)) != newest


def _still_fits(session: Session, matcher: Matcher, inputs: Inputs) -> bool:
    return _is_chosen(session) or not needs_training(_drift(session, matcher, inputs))


def _drift(session: Session, matcher: Matcher, inputs: Inputs) -> Drift:
    assert matcher.model_id is not None
    facts = matcher.model.facts
    changed = changes_under(session, matcher.model_id)
    return Drift(
        members=int(facts.get("members", 0)),
        persons=int(facts.get("persons", 0)),
        members_now=len(inputs.frame),
        persons_now=len(inputs.index),
        members_changed=changed["members"],
        persons_changed=changed["persons"],
    )


def why(session: Session, plan: Plan, order: Order, finder: Finder) -> Why:
    """Return why this run searches what it searches."""
    before, changes = last_run(session), finder.changes
    if plan.trained:
        return Why.FIRST if before is None else Why.TRAINED
    if order.full:
        return Why.ASKED
    if not finder.remembered:
        other = before is not None and before.model_id != plan.matcher.model_id
        return Why.MODEL if other else Why.RULES
    if changes.came or changes.went:
        return Why.REGISTRY
    return Why.MEMBERS if changes.news or changes.gone else Why.NOTHING
