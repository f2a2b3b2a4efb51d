"""Which households of a list come after the deadline of their area."""

from collections.abc import Iterable
from datetime import datetime

from sqlalchemy.orm import Session

from jps.deadlines.rules import TOO_EARLY, Phase, Stage, Window, window_for
from jps.deadlines.services import CLOSED_DAY, all_windows
from jps.text import N_

TOO_LATE = N_(
    "Batas waktu di wilayah ini berakhir {closed}, jadi rumah tangga ini tidak disimpan. Minta "
    "perpanjangan kepada operator kabupaten, lalu periksa ulang daftar ini."
)


def is_closed(windows: Iterable[Window], stage: Stage, area_code: str, *, at: datetime) -> bool:
    """Whether a stage may not be done in an area at `at`."""
    window = window_for(windows, stage, area_code)
    return window is not None and not window.is_open(at)


def lateness(
    windows: Iterable[Window], stage: Stage, area_code: str, *, at: datetime
) -> tuple[str, dict[str, object]] | None:
    """Return why a household may not be stored now (a template and its values), or None."""
    window = window_for(windows, stage, area_code)
    if window is None or window.is_open(at):
        return None
    if window.phase(at) is Phase.BEFORE and window.opens_on is not None:
        return TOO_EARLY, {"opens": window.opens_on.strftime(CLOSED_DAY)}
    return TOO_LATE, {"closed": window.closes_on.strftime(CLOSED_DAY)}


def deadlines_in_force(session: Session) -> list[str]:
    """Return what tells the deadlines apart on which a trial rests."""
    return sorted(
        f"{one.stage} {one.area_code} {one.opens_at} {one.closes_at}"
        for one in all_windows(session)
    )
