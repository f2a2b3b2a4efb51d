"""From which line of a budget a decree is paid: one that somebody chose, else what fits alone."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import everywhere
from jps.decrees.services import require_whole
from jps.errors import InvalidData
from jps.programmes.models import BudgetLine, Decree
from jps.programmes.queries import budget_lines, lines_holding
from jps.text import N_

NO_LINE = N_("Pilih baris anggaran milik program ini di wilayah SK.")


def lines_for(session: Session, decree: Decree) -> Sequence[BudgetLine]:
    """Return the lines of the decree's programme in its area and those above, newest year first.

    A budget is no secret of its area: a kabupaten sees the province's lines that pay for it.
    """
    with everywhere(session):
        lines = budget_lines(session, programme_id=decree.programme_id)
    return lines_holding(lines, decree.programme_id, decree.area_code)


def choose_line(
    session: Session, decree: Decree, line_id: int | None, *, by: str, at: datetime
) -> None:
    """Pay a decree from a line, or from what fits alone (None). Raises InvalidData, NotAllowed."""
    require_whole(session, decree)
    chosen = {line.id: line for line in lines_for(session, decree)}
    if line_id is not None and line_id not in chosen:
        raise InvalidData(NO_LINE, {"line": [NO_LINE]})
    decree.budget_line_id = line_id
    session.flush()
    details = {"line": chosen[line_id].code if line_id is not None else ""}
    event = Event("decree-line-chosen", "decree", str(decree.id), decree.area_code, details)
    record(session, event, by=by, at=at)
