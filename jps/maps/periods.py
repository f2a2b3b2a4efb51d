"""Figures of a day, frozen: written once, read like those of now."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from jps.assessment.consumption import model_in_force
from jps.assessment.models import ScoreModel
from jps.assessment.rules import Line
from jps.assessment.services import current_scorecard, find_model
from jps.audit.services import Event, record
from jps.db import everywhere
from jps.errors import InvalidData
from jps.maps.aid_queries import programmes_on
from jps.maps.figures import Tally
from jps.maps.frozen import to_json
from jps.maps.indicators import Topic
from jps.maps.models import AreaFigure, FigurePeriod
from jps.maps.queries import Wanted, village_sums
from jps.text import N_


def freeze(session: Session, name: str, *, on: date, by: str, at: datetime) -> FigurePeriod:
    """Keep the figures of now, of all areas, under a name. Flushes."""
    model = find_model(session, current_scorecard())
    trained = model_in_force(session)
    with everywhere(session):
        period = FigurePeriod(
            name=name,
            on=on,
            line=Line.NPL100,
            model=model.version if model else "",
            trained=trained.name if trained else "",
            programmes=programmes_on(session, on),
            made_by=by,
            made_at=at,
        )
        session.add(period)
        session.flush()
        sums = _all_topics(session, model.id if model else None, on, trained)
    rows = [
        {"period_id": period.id, "area_code": code, "sums": to_json(tally)}
        for code, tally in sorted(sums.items())
    ]
    if rows:
        session.execute(insert(AreaFigure), rows)
    event = Event("figures-frozen", "figure-period", str(period.id), details={"areas": len(rows)})
    record(session, event, by=by, at=at)
    return period


def named_period(text: str) -> str:
    """Return the name of a period as given. Raises `InvalidData`."""
    name = " ".join(text.split())
    if not 1 <= len(name) <= 80:
        problem = N_("Beri nama 1 sampai 80 huruf, misalnya September 2026.")
        raise InvalidData(problem, {"name": [problem]})
    return name


def _all_topics(
    session: Session, model_id: int | None, on: date, trained: ScoreModel | None
) -> dict[str, Tally]:
    trained_id = trained.id if trained else None
    sums = village_sums(session, Wanted(Line.NPL100, model_id, Topic.AID, on, trained_id))
    for code, tally in village_sums(session, Wanted(Line.NPL100, None, Topic.PEOPLE)).items():
        sums.setdefault(code, Tally()).people = tally.people
    return sums


def periods(session: Session) -> Sequence[FigurePeriod]:
    """Return the frozen periods, the newest first."""
    order = (FigurePeriod.made_at.desc(), FigurePeriod.id.desc())
    return session.scalars(select(FigurePeriod).order_by(*order)).all()
