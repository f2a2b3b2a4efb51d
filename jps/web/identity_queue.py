"""The queue as its page shows it: what is asked for, one page of it, why each row is there."""

import uuid
from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from flask import render_template, request
from flask_babel import gettext
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level, is_code
from jps.changes.queries import Waiting, waiting
from jps.db import db, scope_of
from jps.households.queries import count_conflicts
from jps.http import actor, now
from jps.identity.cases import stakes_of
from jps.identity.drift import current_check
from jps.identity.models import ReviewCase
from jps.identity.queries import duplicates_to_decide, links_are_stale
from jps.identity.queue import (
    TRAY_MEANINGS,
    TRAY_NAMES,
    Asked,
    Key,
    Order,
    Place,
    Reader,
    Row,
    Tray,
    count_areas,
    count_places,
    read_page,
)
from jps.identity.rules import (
    POINTS_PER_DAY,
    POINTS_PER_PERSON,
    STATE_MEANINGS,
    STATE_NAMES,
    LinkState,
    Step,
    is_tie,
    score,
)
from jps.identity.words import certainty
from jps.registry.queries import current_snapshot
from jps.text import N_
from jps.web.accounts import full_names
from jps.web.days import days_since
from jps.web.drift import shown_check
from jps.web.formats import number, percent
from jps.web.household_list import CASCADE, cascade

AGES = (7, 30, 90)  # days waited, to choose from
ORDER_NAMES = {
    Order.VALUE: N_("Nilai keputusan"),
    Order.AGE: N_("Paling lama menunggu"),
    Order.AREA: N_("Desa"),
}
NAMES: Mapping[Place, str] = dict((*STATE_NAMES.items(), *TRAY_NAMES.items()))
MEANINGS: Mapping[Place, str] = dict((*STATE_MEANINGS.items(), *TRAY_MEANINGS.items()))
# The parts of the queue in the order of the page: what needs somebody first.
PLACES: tuple[Place, ...] = (
    LinkState.PERLU_DITINJAU,
    *Tray,
    *(state for state in LinkState if state is not LinkState.PERLU_DITINJAU),
)
_SPLIT = "~"  # between the value and the member of a page's key


@dataclass(frozen=True)
class Shown:
    """A row with its reasons; `points` is None where nobody has to say anything."""

    row: Row
    points: float | None
    reasons: tuple[str, ...]


def reader() -> Reader:
    """Return who looks."""
    return Reader(actor().username, scope_of(db.session()))


def read_asked(values: Mapping[str, str]) -> Asked:
    """Return what was asked for: the area is that of the deepest drop-down."""
    area = next((values[level] for level in reversed(CASCADE) if values.get(level)), "")
    area = area or values.get("area", "")
    state, order, days = (values.get(name, "") for name in ("state", "order", "days"))
    return Asked(
        place=next((place for place in PLACES if place == state), LinkState.PERLU_DITINJAU),
        area=area if is_code(area) else "",
        order=Order(order) if order in set(Order) else Order.VALUE,
        days=int(days) if days in set(map(str, AGES)) else 0,
    )


def address_of(asked: Asked) -> dict[str, Any]:
    """Return what a page's address needs to ask for the same again; nothing that is usual."""
    return {
        "state": asked.place,
        "area": asked.area or None,
        "order": asked.order if asked.order is not Order.VALUE else None,
        "days": asked.days or None,
    }


def queue_page() -> str:
    """Return the page."""
    session, asked, who = db.session(), read_asked(request.args), reader()
    after, before = (_key(asked, request.args.get(name, "")) for name in ("after", "before"))
    page = read_page(session, who, asked, now=now(), after=after, before=before)
    counts = count_places(session, who, asked.area, now=now())
    return render_template(
        "identity/queue.html",
        asked=asked,
        here=address_of(asked),
        shown=_shown(session, page.rows),
        before=_text(page.before),
        after=_text(page.after),
        counts=counts,
        changes_waiting=_changes_waiting(session),
        conflicts_waiting=count_conflicts(session) if actor().can(Can.VERIFY_HOUSEHOLDS) else 0,
        places=PLACES,
        cascade=cascade(session, scope_of(session), asked.area),
        area_counts=_area_counts(session, who, asked),
        villages=names_at(session, Level.DESA),
        names=NAMES,
        meanings=MEANINGS,
        orders=ORDER_NAMES,
        ages=AGES,
        certainty=certainty,
        snapshot=current_snapshot(session),
        is_stale=links_are_stale(session),
        check=shown_check(session, current_check(session)),
        doubles=duplicates_to_decide(session, asked.area, limit=1)[1],
        formula={"person": POINTS_PER_PERSON, "day": POINTS_PER_DAY},
        decided=request.args.get("decided", type=uuid.UUID),
        is_for_regency=_covers_regency(who) and counts[Tray.SECOND] > 0,
        LinkState=LinkState,
        Tray=Tray,
    )


def _changes_waiting(session: Session) -> Waiting:
    """Return the change requests that wait for the reader's word."""
    if not actor().can(Can.APPROVE_CHANGES):
        return Waiting(0, None)
    return waiting(session, actor().scope, but=actor().username)


def _area_counts(session: Session, who: Reader, asked: Asked) -> dict[str, int]:
    """Return how many rows every area of the drop-downs has, whatever area is chosen."""
    everywhere = replace(asked, area="")
    found: dict[str, int] = {}
    for level in CASCADE:
        inside = replace(everywhere, area=asked.area[: _above(level)])
        counted = count_areas(session, who, inside, length=level.code_length, now=now())
        found |= counted
        if len(asked.area) < level.code_length:
            break
    return found


def _above(level: Level) -> int:
    """Return how long the code is of the area that a drop-down lists the parts of."""
    return {Level.KABKOTA: 2, Level.KECAMATAN: 5}.get(level, 8)


def _covers_regency(who: Reader) -> bool:
    return who.scope.whole or any(
        len(code) <= Level.KABKOTA.code_length for code in who.scope.codes
    )


def _shown(session: Session, rows: tuple[Row, ...]) -> list[Shown]:
    cases = [row.case for row in rows if row.case is not None]
    people = full_names(session, {name for one in cases for name in (one.first_by, one.second_by)})
    return [
        Shown(row, score(row.case.rank, now()), why(row, row.case, people))
        if row.case is not None
        else Shown(row, None, ())
        for row in rows
    ]


def reasons_of(session: Session, row: Row) -> tuple[str, ...]:
    """Return why a member is in the queue; nothing for one who is not."""
    if row.case is None:
        return ()
    people = full_names(session, {row.case.first_by, row.case.second_by})
    return why(row, row.case, people)


def why(row: Row, case: ReviewCase, people: Mapping[str, str]) -> tuple[str, ...]:
    """Return why a case stands where it does, in the reader's language."""
    return (
        *_doubt(row, case, people),
        *_stake(case),
        _waited(case),
    )


def _doubt(row: Row, case: ReviewCase, people: Mapping[str, str]) -> list[str]:
    if case.step == Step.VANISHED:
        return [gettext("orang yang diputuskan tidak ada lagi pada data kependudukan")]
    if case.step == Step.CONTESTED:
        return [gettext("dua anggota diputuskan sebagai satu orang yang sama")]
    unsure = [people.get(name, name) for name in (case.first_by, case.second_by) if name]
    if unsure:
        return [gettext("belum yakin: %(who)s", who=", ".join(unsure))]
    if is_tie(row.link.margin):
        return [gettext("dua calon hampir sama kuat")]
    if stakes_of(case).doubt >= 0.5:
        return [gettext("jawabannya masih terbuka")]
    return [gettext("jawabannya hampir jelas")]


def _stake(case: ReviewCase) -> list[str]:
    size = gettext("%(count)s anggota", count=number(case.household_size))
    poor = gettext("belum ada skor kemiskinan")
    if case.poverty is not None:
        poor = gettext("peluang miskin %(share)s", share=percent(case.poverty, 0))
    programmes = gettext("menerima %(count)s program", count=number(case.programmes))
    return [f"{poor}, {size}", *([programmes] if case.programmes else [])]


def _waited(case: ReviewCase) -> str:
    days = days_since(case.opened_at)
    if days < 1:
        return gettext("baru masuk hari ini")
    return gettext("menunggu %(days)s hari", days=number(days))


def _text(key: Key | None) -> str | None:
    if key is None:
        return None
    value = key.value.isoformat() if isinstance(key.value, datetime) else str(key.value)
    return f"{value}{_SPLIT}{key.member_id}"


def _key(asked: Asked, text: str) -> Key | None:
    """Return the key of an address; None for none, and for one of another order."""
    value, _, member = text.rpartition(_SPLIT)
    try:
        member_id = uuid.UUID(member)
        if not asked.is_case or asked.order is Order.AREA:
            return Key(value, member_id) if is_code(value) else None
        if asked.order is Order.VALUE:
            place = float(value)
            return Key(place, member_id) if abs(place) < 1e12 else None
        opened = datetime.fromisoformat(value)
        return Key(opened, member_id) if opened.tzinfo is not None else None
    except (ValueError, OverflowError):
        return None
