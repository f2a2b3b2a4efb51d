"""Reception of appeals at the desk: whom is it about, why, and what was brought along."""

import uuid
from dataclasses import dataclass
from http import HTTPStatus

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select
from werkzeug.datastructures import MultiDict

from jps.access.rules import Can
from jps.cases.appeal_queries import find_recipients, strikes_of
from jps.cases.appeals import Received, receive
from jps.cases.finding_queries import given_programmes, given_to
from jps.cases.striking import get_strike
from jps.db import db
from jps.errors import InvalidData, JpsError, NotFound
from jps.households.models import Household
from jps.households.queries import Filters, list_households
from jps.households.rules import IN_FORCE
from jps.http import actor, error_text, now, reads, requires, saves, today
from jps.programmes.case_rules import (
    APPEAL_KIND_NAMES,
    APPEAL_REASON_NAMES,
    DAYS_TO_DECIDE,
    REASONS_OF,
    AppealReason,
)
from jps.programmes.rules import AppealKind
from jps.text import N_
from jps.web.case_forms import sent_photo
from jps.web.finding_page import side_of

bp = Blueprint("appeal_desk", __name__, url_prefix="/appeals")

FOUND = 10  # households of one search
HINTS = {
    AppealKind.PROPOSE: N_("Keluarga yang belum menerima diusulkan sebagai penerima."),
    AppealKind.CONTEST: N_(
        "Seseorang menyatakan bahwa penerima tidak berhak. Namanya dirahasiakan."
    ),
    AppealKind.OBJECT: N_("Keluarga yang dicoret tidak setuju dengan pencoretannya."),
}


@dataclass(frozen=True, slots=True)
class Choice:
    """Somebody whom an appeal can be about."""

    value: str
    name: str
    told: str


def _kind(values: MultiDict[str, str]) -> AppealKind:
    asked = values.get("kind", "")
    return AppealKind(asked) if asked in set(AppealKind) else AppealKind.PROPOSE


@bp.get("/new")
@requires(Can.RECEIVE_APPEALS)
def new() -> ResponseReturnValue:
    """Ask what somebody wants, and about whom."""
    return _form(request.args)


@bp.post("/find")
@requires(Can.RECEIVE_APPEALS)
@reads
def find() -> ResponseReturnValue:
    """Look for whom it is about; the name stands in no address."""
    return _form(request.form)


@bp.post("/new")
@requires(Can.RECEIVE_APPEALS)
@saves
def take_in() -> ResponseReturnValue:
    """Take the appeal in, and tell its number and last day."""
    values = request.form
    kind, reason, about = _kind(values), values.get("reason", ""), _uuid(values.get("about", ""))
    programme = values.get("programme", 0, type=int)
    try:
        appeal = receive(
            db.session(),
            Received(
                kind,
                AppealReason(reason) if reason in set(AppealReason) else None,
                values.get("text", ""),
                values.get("appellant", ""),
                values.get("contact", ""),
                programme_id=programme if 0 < programme < 10**9 else None,
                household_id=about if kind is AppealKind.PROPOSE else None,
                recipient_id=about if kind is AppealKind.CONTEST else None,
                strike_id=about if kind is AppealKind.OBJECT else None,
                evidence=sent_photo(request.files.get("evidence")),
            ),
            by=actor().username,
            at=now(),
            today=today(),
        )
    except InvalidData as error:
        db.session.rollback()
        return _form(values, error), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("Diterima. Beri tahu pemohon nomor dan batas putusannya."), "success")
    return redirect(url_for("appeals.show", appeal_id=appeal.id), 303)


def _form(values: MultiDict[str, str], error: InvalidData | None = None) -> str:
    kind = _kind(values)
    chosen = _chosen(kind, values)
    text = values.get("find", "")[:100]
    return render_template(
        "appeals/new.html",
        kind=kind,
        kinds=APPEAL_KIND_NAMES,
        hint=HINTS[kind],
        days=DAYS_TO_DECIDE[kind],
        chosen=chosen,
        find=text,
        found=_found(kind, text) if text and chosen is None else [],
        reasons={one: APPEAL_REASON_NAMES[one] for one in REASONS_OF[kind]},
        programmes=given_programmes(db.session()) if kind is AppealKind.PROPOSE else [],
        trouble=error_text(error) if error is not None else "",
        problems=error.problems if error is not None else {},
        typed=values,
        AppealKind=AppealKind,
    )


def _chosen(kind: AppealKind, values: MultiDict[str, str]) -> Choice | None:
    """Return whom it is about, when that is known."""
    names = {AppealKind.PROPOSE: "household", AppealKind.CONTEST: "recipient"}
    about = _uuid(values.get("about") or values.get(names.get(kind, "strike"), ""))
    if about is None:
        return None
    session = db.session()
    try:
        if kind is AppealKind.PROPOSE:
            home = session.scalars(select(Household).where(Household.id == about)).one_or_none()
            return _home(home) if home else None
        recipient_id = (
            get_strike(session, about).recipient_id if kind is AppealKind.OBJECT else about
        )
    except JpsError:
        return None
    given = given_to(session, [recipient_id]).get(recipient_id)
    if given is None or not actor().scope.covers(given.recipient.area_code):
        raise NotFound()
    told = f"{given.programme.name} · {given.decree.number}"
    return Choice(str(about), side_of(given).name, told)


def _found(kind: AppealKind, text: str) -> list[Choice]:
    session = db.session()
    if kind is AppealKind.PROPOSE:
        try:
            page = list_households(session, Filters(states=IN_FORCE, text=text), size=FOUND)
        except InvalidData:
            return []
        return [Choice(str(row.id), row.head_name, row.address) for row in page.rows]
    struck = kind is AppealKind.OBJECT
    people = find_recipients(session, text, struck=struck)
    given = given_to(session, [one.id for one in people])
    strikes = strikes_of(session, people) if struck else {}
    return [
        Choice(
            str(strikes[one.id].id if struck else one.id),
            one.name,
            f"{given[one.id].programme.name} · {given[one.id].decree.number} · {one.address}",
        )
        for one in people
        if not struck or one.id in strikes
    ]


def _home(home: Household) -> Choice:
    return Choice(str(home.id), home.head_name or gettext("Belum bernama"), home.address)


def _uuid(text: str) -> uuid.UUID | None:
    try:
        return uuid.UUID(text)
    except ValueError:
        return None
