"""Striking a recipient with reason, source and notice; replacing them; taking it back."""

import uuid
from datetime import timedelta
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.cases.finding_queries import given_to
from jps.cases.over_quota import keep_both, over
from jps.cases.replacing import candidates, lists_of, replace_struck, replaced_by
from jps.cases.striking import (
    Grounds,
    came_in_for,
    get_recipient,
    get_strike,
    strike,
    undo_strike,
)
from jps.db import db
from jps.errors import InvalidData
from jps.http import actor, error_text, now, requires, saves, today
from jps.programmes.case_models import Finding, Letter, Strike
from jps.programmes.case_rules import LEADS_TO, STRIKE_REASON_NAMES, StrikeReason
from jps.programmes.models import Recipient
from jps.programmes.rules import FindingKind, LetterKind
from jps.web.accounts import full_names
from jps.web.case_forms import issue_of, read_day, source_day, source_name, typed, usual_signatory
from jps.web.finding_page import side_of
from jps.web.findings_anew import find_anew
from jps.web.places import village_name

bp = Blueprint("strikes", __name__, url_prefix="/strikes")


@bp.get("/new/<uuid:recipient_id>")
@requires(Can.DECIDE_FINDINGS)
def ask(recipient_id: uuid.UUID) -> ResponseReturnValue:
    """Ask for reason, source and who signs the notice."""
    return _form(recipient_id, request.args.get("finding", ""))


@bp.post("/new/<uuid:recipient_id>")
@requires(Can.DECIDE_FINDINGS)
@saves
def make(recipient_id: uuid.UUID) -> ResponseReturnValue:
    """Strike the recipient and issue the notice."""
    values = request.form
    reason = values.get("reason", "")
    try:
        stored = strike(
            db.session(),
            recipient_id,
            Grounds(
                StrikeReason(reason) if reason in set(StrikeReason) else None,
                values.get("source", ""),
                read_day(values, "source_on"),
                read_day(values, "from_on"),
                values.get("note", ""),
            ),
            issue_of(values),
            finding_id=_uuid(values.get("finding", "")),
        )
    except InvalidData as error:
        db.session.rollback()
        page = _form(recipient_id, values.get("finding", ""), error)
        return page, HTTPStatus.UNPROCESSABLE_ENTITY
    _find_anew(stored)
    flash(gettext("Dicoret. Cetak dan serahkan pemberitahuannya kepada keluarga."), "success")
    return redirect(url_for(".show", strike_id=stored.id), 303)


@bp.get("/<uuid:strike_id>")
@requires(Can.RECEIVE_APPEALS)
def show(strike_id: uuid.UUID) -> ResponseReturnValue:
    """Show a strike with its notice, and who may come in."""
    session = db.session()
    stored = get_strike(session, strike_id)
    given = given_to(session, [stored.recipient_id])[stored.recipient_id]
    letters = select(Letter).where(Letter.strike_id == stored.id).order_by(Letter.made_at)
    successor = replaced_by(session, stored.recipient_id)
    lists = lists_of(session, given.recipient, given.decree)
    chosen = _uuid(request.args.get("list", "")) or (lists[0].id if lists else None)
    return render_template(
        "strikes/show.html",
        strike=stored,
        side=side_of(given),
        reasons=STRIKE_REASON_NAMES,
        village=village_name(session, stored.area_code),
        letters=session.scalars(letters).all(),
        LetterKind=LetterKind,
        successor=successor,
        over=over(session, stored),
        lists=lists,
        chosen=chosen,
        queue=candidates(session, given.recipient, chosen) if chosen and not successor else [],
        names=full_names(session, [stored.by, stored.undone_by]),
        today=today(),
    )


@bp.post("/<uuid:strike_id>/undo")
@requires(Can.DECIDE_FINDINGS)
@saves
def undo(strike_id: uuid.UUID) -> ResponseReturnValue:
    """List the recipient again as before."""
    reason = request.form.get("reason", "")
    _find_anew(undo_strike(db.session(), strike_id, reason, by=actor().username, at=now()))
    flash(gettext("Pencoretan dibatalkan. Penerima tercantum lagi seperti semula."), "success")
    return redirect(url_for(".show", strike_id=strike_id), 303)


@bp.post("/<uuid:strike_id>/keep")
@requires(Can.DECIDE_FINDINGS)
@saves
def keep(strike_id: uuid.UUID) -> ResponseReturnValue:
    """Let the recipient and who came in for them both stand, with a reason."""
    keep_both(
        db.session(), strike_id, request.form.get("reason", ""), by=actor().username, at=now()
    )
    flash(gettext("Keduanya tetap tercantum. Alasannya dicatat."), "success")
    return redirect(url_for(".show", strike_id=strike_id), 303)


@bp.post("/<uuid:strike_id>/replace")
@requires(Can.DECIDE_FINDINGS)
@saves
def replace(strike_id: uuid.UUID) -> ResponseReturnValue:
    """Let the next household of the waiting list come in."""
    list_id = _uuid(request.form.get("list", ""))
    came = replace_struck(
        db.session(),
        strike_id,
        list_id,
        seen=_uuid(request.form.get("household", "")),
        by=actor().username,
        at=now(),
    )
    find_anew(db.session(), [came.decree_id])
    flash(gettext("Pengganti dicantumkan pada SK."), "success")
    return redirect(url_for(".show", strike_id=strike_id), 303)


def _find_anew(stored: Strike) -> None:
    """Let what a strike or its end means for others on the decree be found."""
    session = db.session()
    find_anew(session, [get_recipient(session, stored.recipient_id).decree_id])


def _form(recipient_id: uuid.UUID, finding: str, error: InvalidData | None = None) -> str:
    session = db.session()
    recipient = get_recipient(session, recipient_id)
    known, returned = _uuid(finding), came_in_for(session, recipient)
    query = select(Finding).where(Finding.id == known)
    found = session.scalars(query).one_or_none() if known else None
    village = village_name(session, recipient.area_code)
    return render_template(
        "strikes/form.html",
        side=side_of(given_to(session, [recipient_id])[recipient_id]),
        finding=found,
        village=village,
        reasons={
            reason: name
            for reason, name in STRIKE_REASON_NAMES.items()
            if reason is not StrikeReason.PLACE_RETURNED or returned
        },
        usual=usual_signatory(session, recipient.area_code, LetterKind.NOTICE),
        office=gettext("Kantor %(village)s", village=village.partition(",")[0]),
        offered=_offered(found, returned),
        trouble=error_text(error) if error is not None else "",
        problems=error.problems if error is not None else {},
        typed=typed(),
    )


def _offered(finding: Finding | None, returned: Recipient | None) -> dict[str, str]:
    """Return what the form of a strike begins with: by its finding, or the place given back."""
    offered = {"from_on": (today() + timedelta(days=30)).isoformat()}
    if returned is not None:
        return offered | {
            "reason": str(StrikeReason.PLACE_RETURNED),
            "source": gettext("Pencoretan penerima semula dibatalkan"),
            "source_on": today().isoformat(),
        }
    told_on = source_day(finding.source) if finding else None
    return offered | {
        "reason": str(LEADS_TO[FindingKind(finding.kind)]) if finding else "",
        "source": source_name(finding.source) if finding else "",
        "source_on": told_on.isoformat() if told_on else "",
    }


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
