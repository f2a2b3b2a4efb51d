"""Tables of frozen figures: what an office knew of its areas on a day."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import JSON, Date, ForeignKey, String, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.assessment.rules import Line
from jps.db import AREA_CODE, Base, Scoped, UtcDateTime


class FigurePeriod(Base):
    """A moment whose figures are kept. `programmes` are the names by code that were in force."""

    __tablename__ = "figure_period"

    id: Mapped[int] = mapped_column(primary_key=True)
    name: Mapped[str] = mapped_column(String(80))
    on: Mapped[date] = mapped_column(Date)
    line: Mapped[Line] = mapped_column(String(20))
    model: Mapped[str] = mapped_column(String(60))  # version of the scorecard; empty: none yet
    trained: Mapped[str] = mapped_column(
        String(120), default="", server_default=""
    )  # model of P0-P2
    programmes: Mapped[dict[str, str]] = mapped_column(JSON)
    made_by: Mapped[str] = mapped_column(String(64))
    made_at: Mapped[datetime] = mapped_column(UtcDateTime)


class AreaFigure(Scoped, Base):
    """The sums of one desa in a period, from which all figures and what is hidden follow."""

    __tablename__ = "area_figure"
    __table_args__ = (UniqueConstraint("period_id", "area_code"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)
    period_id: Mapped[int] = mapped_column(ForeignKey("figure_period.id"))
    sums: Mapped[dict[str, Any]] = mapped_column(JSON)
