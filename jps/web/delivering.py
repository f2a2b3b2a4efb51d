"""One village's recipients of one delivery, on a phone: given, not given, with proof."""

import uuid
from collections.abc import Mapping
from datetime import date

from flask import Blueprint, flash, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext, ngettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.areas.rules import Level, is_code, level_of
from jps.audit.services import Event, record
from jps.benefits.queries import Progress, areas_progress, get_decree, village_benefits
from jps.benefits.recording import (
    BAD_AMOUNT,
    REFUSED,
    Evidence,
    Given,
    Seen,
    deliver,
    not_deliver,
    take_back,
    version_of,
)
from jps.benefits.rules import BENEFIT_NAMES, PROOF_NAMES, WHY_NAMES, Proof, Why
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.filestore import keep, path_of
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.programmes.models import Benefit, Programme
from jps.programmes.rules import BenefitState
from jps.web.places import village_name
from jps.web.uploads import ENDINGS, read_paper

bp = Blueprint("delivering", __name__, url_prefix="/benefits")

SIZE = 50  # recipients of one page
MOST_AT_ONCE = 500
BY_HAND = (Proof.PHOTO, Proof.SIGNATURE, Proof.LIST)
REASONS = {why: name for why, name in WHY_NAMES.items() if why is not Why.NOT_IN_FILE}


@bp.get("/<uuid:decree_id>/<int:number>/<area>")
@requires(Can.RECORD_BENEFITS)
def village(decree_id: uuid.UUID, number: int, area: str) -> ResponseReturnValue:
    """Show the recipients of a delivery in a village."""
    return _page(decree_id, number, area)


@bp.post("/<uuid:decree_id>/<int:number>/<area>")
@requires(Can.RECORD_BENEFITS)
@saves
def save(decree_id: uuid.UUID, number: int, area: str) -> ResponseReturnValue:
    """Record what became of the chosen recipients' delivery."""
    _village(area)
    get_decree(db.session(), decree_id)
    chosen = _all(decree_id, number, area) if request.form.get("all") else read_chosen()
    try:
        count = _record(chosen)
    except InvalidData as error:
        db.session.rollback()
        return _page(decree_id, number, area, error), error.status
    text = ngettext("%(num)s penerima dicatat.", "%(num)s penerima dicatat.", count)
    flash(text, "success")
    state, page = request.form.get("state") or None, request.form.get("page") or None
    back = url_for(
        ".village", decree_id=decree_id, number=number, area=area, state=state, page=page
    )
    return redirect(back, 303)


@bp.post("/proof/<uuid:benefit_id>")
@requires(Can.RECORD_BENEFITS)
@saves
def proof(benefit_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the proof of a delivery, and record who looked."""
    found = db.session.scalars(select(Benefit).where(Benefit.id == benefit_id)).one_or_none()
    if found is None or found.proof_sha256 is None or found.proof_type is None:
        raise NotFound()
    event = Event("benefit-proof-seen", "benefit", str(found.id), found.area_code)
    record(db.session(), event, by=actor().username, at=now())
    return send_file(
        path_of(settings().home, found.proof_sha256),
        mimetype=found.proof_type,
        as_attachment=True,
        download_name=f"bukti-{str(found.id)[:8]}.{ENDINGS[found.proof_type]}",
    )


def _record(chosen: list[Seen]) -> int:
    form, by, at = request.form, actor().username, now()
    match form.get("act"):
        case "deliver":
            return deliver(db.session(), chosen, read_given(form), today=today(), by=by, at=at)
        case "not-deliver":
            text = form.get("why", "")
            why = Why(text) if text in set(Why) else None
            return not_deliver(db.session(), chosen, why, form.get("note", ""), by=by, at=at)
        case "take-back":
            return take_back(db.session(), chosen, by=by, at=at)
    raise InvalidData(REFUSED)


def read_given(typed: Mapping[str, str]) -> Given:
    """Return what was typed about a handover, its proof kept. Raises InvalidData."""
    try:
        on = date.fromisoformat(typed.get("on", ""))
    except ValueError:
        on = None
    digits = typed.get("amount", "").replace(".", "").replace("Rp", "").strip()
    if digits and not (digits.isascii() and digits.isdigit()):
        raise InvalidData(REFUSED, {"amount": [BAD_AMOUNT]})
    kind = typed.get("proof", "")
    paper = read_paper(request.files.get("file"))
    evidence = None
    if kind in BY_HAND or paper:
        proof_kind = Proof(kind) if kind in BY_HAND else Proof.PHOTO
        kept = keep(settings().home, paper[0]) if paper else None
        evidence = Evidence(proof_kind, kept, paper[1] if paper else None)
    amount = int(digits[:16]) if digits else None
    return Given(on, amount, evidence, typed.get("taker", ""), typed.get("note", ""))


def read_chosen() -> list[Seen]:
    """Return the deliveries that were ticked, as they were shown."""
    found = {}
    for text in request.form.getlist("pick")[:MOST_AT_ONCE]:
        name, _, version = text.partition("|")
        try:
            found[uuid.UUID(name)] = version[:80]
        except ValueError:
            continue
    return [Seen(key, version) for key, version in found.items()]


def _all(decree_id: uuid.UUID, number: int, area: str) -> list[Seen]:
    """Return all deliveries of the village of which nobody has said anything."""
    waiting = village_benefits(
        db.session(), decree_id, number, area, state=BenefitState.PLANNED, size=MOST_AT_ONCE
    )
    return [Seen(benefit.id) for benefit, _ in waiting]


def _village(area: str) -> None:
    if not is_code(area) or level_of(area) is not Level.DESA:
        raise NotFound()


def _page(decree_id: uuid.UUID, number: int, area: str, error: InvalidData | None = None) -> str:
    _village(area)
    session = db.session()
    decree = get_decree(session, decree_id)
    typed = request.form if error is not None else {}
    asked = request.values.get("state", "")
    state = BenefitState(asked) if asked in set(BenefitState) else None
    page = max(1, min(request.values.get("page", 1, type=int), 10_000))
    counted = areas_progress(session, decree_id, number, area, Level.DESA).get(area, Progress())
    counts = {
        None: counted.planned,
        BenefitState.PLANNED: counted.waiting,
        BenefitState.DELIVERED: counted.delivered,
        BenefitState.NOT_DELIVERED: counted.refused,
    }
    rows = village_benefits(session, decree_id, number, area, state=state, page=page, size=SIZE)
    return render_template(
        "benefits/village.html",
        decree=decree,
        programme=session.get_one(Programme, decree.programme_id),
        number=number,
        area=area,
        village=village_name(session, area),
        due_on=rows[0][0].due_on if rows else None,
        progress=counted,
        counts=counts,
        states=BENEFIT_NAMES,
        state=state,
        rows=rows,
        page=page,
        last=max(1, -(-counts[state] // SIZE)),
        version_of=version_of,
        proofs=PROOF_NAMES,
        by_hand=BY_HAND,
        reasons=REASONS,
        whys=WHY_NAMES,
        today=today(),
        most=MOST_AT_ONCE,
        typed=typed,
        picked=set(request.form.getlist("pick")) if error is not None else set(),
        problem="" if error is None else error_text(error),
        problems={} if error is None else error.problems,
        told=gettext,
    )
