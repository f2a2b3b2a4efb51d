"""Appeals: the queue with its clocks, reception at the desk, one appeal from reception to word."""

import uuid
from collections.abc import Callable
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.audit.services import Event, record
from jps.cases.appeal_queries import appeal_counts, count_late, list_appeals
from jps.cases.appeal_rules import OPEN, STATE_NAMES
from jps.cases.appeals import get_appeal, record_check, visit_rows, withdraw
from jps.cases.deciding import Word, decide
from jps.cases.striking import get_recipient
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.http import actor, now, requires, saves, today
from jps.programmes.case_models import Appeal
from jps.programmes.case_rules import APPEAL_KIND_NAMES
from jps.programmes.rules import AppealKind, AppealState
from jps.web.accounts import full_names
from jps.web.appeal_page import about_of, page_of
from jps.web.case_forms import clock_of, issue_of, read_day, read_visit, sent_photo
from jps.web.finding import kept_file
from jps.web.findings_anew import find_anew
from jps.web.household_list import cascade
from jps.web.quality import read_area

bp = Blueprint("appeals", __name__, url_prefix="/appeals")


@bp.get("/")
@requires(Can.RECEIVE_APPEALS)
def index() -> ResponseReturnValue:
    """List appeals: those that wait by their last day."""
    values, session = request.args, db.session()
    area, kind, state = read_area(values), values.get("kind", ""), values.get("state", "waiting")
    page = list_appeals(
        session,
        area=area,
        kind=AppealKind(kind) if kind in set(AppealKind) else None,
        state=AppealState(state) if state in set(AppealState) else None,
        waiting=state == "waiting",
        page=values.get("page", 1, type=int),
    )
    counts = appeal_counts(session, area=area)
    return render_template(
        "appeals/index.html",
        rows=[(one, about_of(session, one), _clock(one)) for one in page.rows],
        page=page,
        counts=counts,
        queue=sum(counts.get(one, 0) for one in OPEN),
        late=count_late(session, today()),
        kind=kind,
        state=state,
        area=area,
        kinds=APPEAL_KIND_NAMES,
        states=STATE_NAMES,
        cascade=cascade(session, actor().scope, area),
        villages=names_at(session, Level.DESA),
        names=full_names(session, [one.received_by for one in page.rows]),
    )


def _clock(one: Appeal) -> object:
    return clock_of(one.due_on, running=one.state in OPEN)


@bp.get("/<uuid:appeal_id>")
@requires(Can.RECEIVE_APPEALS)
def show(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Show one appeal."""
    return _page(get_appeal(db.session(), appeal_id))


@bp.post("/<uuid:appeal_id>/check")
@requires(Can.RECEIVE_APPEALS)
@saves
def check(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Keep what was found on the ground."""

    def do() -> None:
        visit = read_visit(request.form)
        record_check(
            db.session(),
            appeal_id,
            visit,
            text=request.form.get("note", ""),
            photo=sent_photo(request.files.get("photo")),
            by=actor().username,
            at=now(),
        )

    return _done(appeal_id, do, gettext("Hasil cek lapangan tersimpan. Orang lain memutuskan."))


@bp.post("/<uuid:appeal_id>/decide")
@requires(Can.DECIDE_APPEALS)
@saves
def settle(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Accept or refuse, and do what follows from it."""
    values = request.form

    def do() -> None:
        if values.get("verdict") not in {"accept", "reject"}:
            message = gettext("Pilih dikabulkan atau ditolak.")
            raise InvalidData(message, {"verdict": [message]})
        accepted = values.get("verdict") == "accept"
        word = Word(accepted, values.get("decision", ""), read_day(values, "from_on"))
        decided = decide(db.session(), appeal_id, word, issue_of(values))
        if accepted and decided.recipient_id is not None:
            about = get_recipient(db.session(), decided.recipient_id)
            find_anew(db.session(), [about.decree_id])

    return _done(appeal_id, do, gettext("Diputuskan. Cetak pemberitahuan putusannya."))


@bp.post("/<uuid:appeal_id>/withdraw")
@requires(Can.RECEIVE_APPEALS)
@saves
def take_back(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """End the appeal because the appellant takes it back."""
    why = request.form.get("reason", "")

    def do() -> None:
        withdraw(db.session(), appeal_id, why, by=actor().username, at=now())

    return _done(appeal_id, do, gettext("Permohonan ditarik atas permintaan pemohon."))


@bp.post("/<uuid:appeal_id>/evidence")
@requires(Can.RECEIVE_APPEALS)
@saves
def evidence(appeal_id: uuid.UUID) -> ResponseReturnValue:
    """Show the paper that came with it; who looked is recorded.

    On a contest only to those who decide: it may show who contests.
    """
    appeal = get_appeal(db.session(), appeal_id)
    hidden = appeal.kind == AppealKind.CONTEST and not actor().can(Can.DECIDE_APPEALS)
    if hidden or appeal.evidence_sha256 is None or appeal.evidence_type is None:
        raise NotFound()
    return _file(appeal, appeal.evidence_sha256, appeal.evidence_type)


@bp.post("/<uuid:appeal_id>/visits/<int:place>")
@requires(Can.RECEIVE_APPEALS)
@saves
def photo(appeal_id: uuid.UUID, place: int) -> ResponseReturnValue:
    """Show the picture of a visit; who looked is recorded."""
    appeal = get_appeal(db.session(), appeal_id)
    visits = visit_rows(appeal)
    if not 0 <= place < len(visits) or "photo" not in visits[place]:
        raise NotFound()
    return _file(appeal, visits[place]["photo"], visits[place]["photo_type"])


def _file(appeal: Appeal, sha256: str, media_type: str) -> ResponseReturnValue:
    answer = kept_file(sha256, media_type)
    event = Event("attachment-revealed", "appeal", str(appeal.id), appeal.area_code)
    record(db.session(), event, by=actor().username, at=now())
    return answer


def _done(appeal_id: uuid.UUID, do: Callable[[], None], told: str) -> ResponseReturnValue:
    try:
        do()
    except InvalidData as error:
        db.session.rollback()
        return _page(get_appeal(db.session(), appeal_id), error), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(told, "success")
    return redirect(url_for(".show", appeal_id=appeal_id), 303)


def _page(appeal: Appeal, error: InvalidData | None = None) -> str:
    return render_template("appeals/show.html", **page_of(db.session(), appeal, error))
