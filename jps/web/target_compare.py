"""Two lists beside each other: who came in, who went out, and why, as a page and as a file."""

import uuid
from dataclasses import dataclass
from io import BytesIO

from flask import Blueprint, render_template, request, send_file
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.audit.services import Event, record
from jps.db import chunks, db
from jps.households.models import Household
from jps.http import actor, now, requires, saves, settings, told
from jps.targeting.differences import CAUSE_NAMES, Cause, Change, Differences, Stand
from jps.targeting.drawing import REASON_NAMES
from jps.targeting.models import TargetList
from jps.targeting.scores import Score
from jps.targeting.services import compare_lists, get_list
from jps.text import N_
from jps.web.ledger_files import as_csv
from jps.web.target_forms import area_names
from jps.web.target_people import PAGE, score_text

bp = Blueprint("target_compare", __name__, url_prefix="/targeting/lists")

HEADING = ("kode desa", "desa", "kepala rumah tangga", "alamat", "perubahan", "sebab", "sebelum",
           "sesudah", "id rumah tangga")  # fmt: skip
_AT_ONCE = 2_000
ABSENT = N_("tidak ada dalam daftar")
RANKED = N_("urutan {rank}, kuota {quota}, skor {score}")


@dataclass(frozen=True)
class Line:
    """A household that came in or went out, as people read it."""

    change: Change
    head: str
    address: str
    village: str
    cause: str
    before: str
    after: str


@bp.get("/<uuid:list_id>/compare")
@requires(Can.SEE_TARGETING)
def show(list_id: uuid.UUID) -> ResponseReturnValue:
    """Show what differs from the list that `with` names, the earlier one first."""
    before, after = _pair(list_id)
    found = compare_lists(db.session(), settings().home, before.id, after.id)
    kept = _chosen(found)
    page = max(1, request.args.get("page", 1, type=int))
    return render_template(
        "targeting/compare.html",
        before=before,
        after=after,
        found=found,
        counts=found.counts(),
        causes=CAUSE_NAMES,
        cause=request.args.get("cause", ""),
        lines=_lines(kept[(page - 1) * PAGE : page * PAGE], before, after),
        page=page,
        pages=max(1, -(-len(kept) // PAGE)),
        came=sum(one.came_in for one in found.changes),
        list_id=list_id,
        other=after.id if before.id == list_id else before.id,
    )


@bp.post("/<uuid:list_id>/compare")
@requires(Can.EXPORT_FIGURES)
@saves
def download(list_id: uuid.UUID) -> ResponseReturnValue:
    """Answer with all differences as CSV; who took it is recorded."""
    before, after = _pair(list_id)
    found = compare_lists(db.session(), settings().home, before.id, after.id)
    rows = [_cells(line) for line in _lines(_chosen(found), before, after)]
    details = {"other": str(before.id), "rows": len(rows), "names": _may_see()}
    event = Event("target-list-compared", "target-list", str(after.id), after.area_code, details)
    record(db.session(), event, by=actor().username, at=now())
    name = f"beda-{before.content_hash[:8]}-{after.content_hash[:8]}.csv"
    return send_file(BytesIO(as_csv(HEADING, rows)), as_attachment=True, download_name=name)


def _pair(list_id: uuid.UUID) -> tuple[TargetList, TargetList]:
    """Return both lists, the earlier first; NotFound where one is not the reader's."""
    try:
        other = uuid.UUID(request.values.get("with", ""))
    except ValueError:
        other = uuid.UUID(int=0)
    pair = [get_list(db.session(), one) for one in (list_id, other)]
    pair.sort(key=lambda one: (one.drawn_at, one.id))
    return pair[0], pair[1]


def _chosen(found: Differences) -> list[Change]:
    """Return the changes of the cause that was asked for, else all."""
    asked = request.values.get("cause", "")
    return [one for one in found.changes if asked not in set(Cause) or one.cause == asked]


def _may_see() -> bool:
    return actor().can(Can.SEE_HOUSEHOLDS)


def _lines(changes: list[Change], before: TargetList, after: TargetList) -> list[Line]:
    people = _people([uuid.UUID(one.household) for one in changes]) if _may_see() else {}
    places = area_names()
    return [
        Line(
            change,
            *people.get(change.household, ("", "")),
            places.get(change.area, change.area),
            gettext(CAUSE_NAMES[change.cause]),
            _said(change.before, Score(before.score)),
            _said(change.after, Score(after.score)),
        )
        for change in changes
    ]


def _people(ids: list[uuid.UUID]) -> dict[str, tuple[str, str]]:
    found = {}
    for part in chunks(ids, _AT_ONCE):
        query = select(Household.id, Household.head_name, Household.address)
        for key, head, address in db.session.execute(query.where(Household.id.in_(part))):
            found[str(key)] = (head, address)
    return found


def _said(stand: Stand | None, score: Score) -> str:
    """Return where somebody stands on a list in words."""
    if stand is None:
        return gettext(ABSENT)
    if stand.rank == 0:
        return gettext(REASON_NAMES[stand.reason])
    numbers = {
        "rank": stand.rank,
        "quota": stand.quota,
        "score": score_text(score, stand.score),
    }
    return told(RANKED, numbers)


def _cells(line: Line) -> tuple[str, ...]:
    way = gettext("masuk") if line.change.came_in else gettext("keluar")
    change = line.change
    own = (change.area, line.village, line.head, line.address, way, line.cause)
    return (*own, line.before, line.after, change.household)
