"""Tables of score models and of what they say about households."""

import uuid
from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, Index, String, Text
from sqlalchemy.orm import Mapped, mapped_column

from jps.assessment.rules import ModelKind, ModelState, Outcome
from jps.db import AREA_CODE, Base, Scoped, UtcDateTime
from jps.households.models import Household


class ScoreModel(Base):
    """What households are scored with. Another content is another model; never changed.

    A scorecard lies in a file of this program; a model that was trained here lies in `content`, and
    `card` says on which data and how well it does. Two people: who trained does not approve.
    """

    __tablename__ = "score_model"

    id: Mapped[int] = mapped_column(primary_key=True)
    version: Mapped[str] = mapped_column(String(60))
    name: Mapped[str] = mapped_column(String(120))
    source: Mapped[str] = mapped_column(Text)
    content_hash: Mapped[str] = mapped_column(String(64), unique=True)
    first_used_at: Mapped[datetime] = mapped_column(UtcDateTime)  # or trained
    kind: Mapped[ModelKind] = mapped_column(String(8), default=ModelKind.PPI, index=True)
    state: Mapped[ModelState] = mapped_column(String(12), default=ModelState.APPROVED)
    made_by: Mapped[str] = mapped_column(String(64), default="")
    state_by: Mapped[str] = mapped_column(String(64), default="")
    state_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    state_reason: Mapped[str] = mapped_column(Text, default="")
    content: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))
    card: Mapped[dict[str, Any] | None] = mapped_column(JSON(none_as_null=True))


class Assessment(Scoped, Base):
    """What a model says about a household, from the answers of `household_version`.

    `responses` are the model's inputs (indicator -> code), `scores` points per poverty line; the
    columns after them probabilities (0-1) of being below each line, None when not scored.
    """

    __tablename__ = "assessment"

    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("score_model.id"), primary_key=True)
    household_version: Mapped[int]
    outcome: Mapped[Outcome] = mapped_column(String(20))
    persons: Mapped[int | None]  # members present
    npl100: Mapped[float | None]
    ppp2017_365: Mapped[float | None]
    ppp2017_685: Mapped[float | None]
    ppp2011_320: Mapped[float | None]
    ppp2011_550: Mapped[float | None]
    bottom20: Mapped[float | None]
    bottom40: Mapped[float | None]
    bottom60: Mapped[float | None]
    bottom80: Mapped[float | None]
    assessed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)
    responses: Mapped[dict[str, str]] = mapped_column(JSON, default=dict)
    scores: Mapped[dict[str, int]] = mapped_column(JSON, default=dict)
    problems: Mapped[dict[str, Any]] = mapped_column(JSON, default=dict)


class Consumption(Scoped, Base):
    """What a trained model says a household consumes, from the answers of `household_version`.

    `log` is the predicted logarithm of rupiah per head and month, `sigma` how far predictions miss,
    `line` the poverty line there; `p0`, `p1` and `p2` what the household adds to the poverty rate,
    gap and squared gap, each 0-1. None where answers are missing; `missing` names them.
    """

    __tablename__ = "consumption"

    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"), primary_key=True)
    model_id: Mapped[int] = mapped_column(ForeignKey("score_model.id"), primary_key=True)
    household_version: Mapped[int]
    persons: Mapped[int | None]
    log: Mapped[float | None]
    sigma: Mapped[float | None]
    line: Mapped[float | None]
    p0: Mapped[float | None]
    p1: Mapped[float | None]
    p2: Mapped[float | None]
    missing: Mapped[list[str]] = mapped_column(JSON, default=list)
    assessed_at: Mapped[datetime] = mapped_column(UtcDateTime, index=True)


class FollowUp(Base):
    """A household that was accepted and whose links and score are still to come.

    Written in the transaction of the save, so that nothing can be forgotten: one row for each save,
    so that a save during a follow-up is followed up again. `tries` failed so far.
    """

    __tablename__ = "follow_up"
    __table_args__ = (Index(None, "tries", "id"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"))
    since: Mapped[datetime] = mapped_column(UtcDateTime)
    tries: Mapped[int] = mapped_column(default=0)


# Figures per area read these columns of every household: from the index alone they are 20 times
# smaller than the rows with their answers.
Index(
    "ix_household_figures",
    Household.area_code,
    Household.state,
    Household.visit_result,
    Household.interview_date,
    Household.household_size,
    Household.id,
)


class Decile(Scoped, Base):
    """The decile of a family as a source gave it for a period; 1 is the poorest tenth.

    `decile` None: the source knows the family and did not rank it, which is not the same as no row.
    Never changed: a later row of the same period from the same source stands over an earlier one.
    """

    __tablename__ = "decile"
    __table_args__ = (
        # The newest decile of every family is read from the index alone, in its order.
        Index(
            "ix_decile_newest", "family_id", "period", "id", "decile", "household_id", "area_code"
        ),
        Index(None, "household_id", "period"),
        Index(None, "source", "period", "area_code"),
    )

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    household_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("household.id"))
    family_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("family.id"))
    source: Mapped[str] = mapped_column(String(40))  # DTSEN
    period: Mapped[date] = mapped_column(Date)  # first day of it
    decile: Mapped[int | None]
    batch_id: Mapped[uuid.UUID | None]  # the list that brought it
    loaded_by: Mapped[str] = mapped_column(String(64))
    loaded_at: Mapped[datetime] = mapped_column(UtcDateTime)
