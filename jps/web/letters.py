"""Letters: the list, one letter as paper, the certificate of poverty, and taking one back."""

import uuid
from http import HTTPStatus

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.areas.queries import names_at
from jps.areas.rules import Level
from jps.cases.letter_queries import list_letters
from jps.cases.letter_rules import (
    KIND_NAMES,
    MOST_MONTHS,
    USUAL_MONTHS,
    Validity,
    shown_code,
    validity,
)
from jps.cases.letters import get_letter, printed, revoke
from jps.cases.printing import letter_pdf
from jps.cases.sktm import Wish, issue_sktm, standing_of
from jps.db import db
from jps.errors import InvalidData, NotAllowed
from jps.households.queries import get_household
from jps.http import actor, error_text, now, requires, saves, settings, today
from jps.programmes.case_models import Letter
from jps.programmes.rules import LetterKind
from jps.text import N_
from jps.web.accounts import full_names
from jps.web.case_forms import issue_of, read_day, typed, usual_signatory
from jps.web.household_list import cascade
from jps.web.places import village_name
from jps.web.quality import read_area

bp = Blueprint("letters", __name__, url_prefix="/letters")

VALIDITY_NAMES = {
    Validity.GENUINE: N_("berlaku"),
    Validity.EXPIRED: N_("kedaluwarsa"),
    Validity.REVOKED: N_("dicabut"),
}


def worth(letter: Letter) -> Validity:
    """Return what a letter is worth today."""
    return validity(letter.valid_to, revoked=letter.revoked_at is not None, today=today())


@bp.get("/")
@requires(Can.ISSUE_LETTERS)
def index() -> ResponseReturnValue:
    """List the letters of the reader's areas."""
    values, session = request.args, db.session()
    asked = values.get("kind", "")
    kind = LetterKind(asked) if asked in set(LetterKind) else None
    area = read_area(values)
    page = list_letters(session, area=area, kind=kind, page=values.get("page", 1, type=int))
    return render_template(
        "letters/index.html",
        page=page,
        kind=kind,
        area=area,
        kinds=KIND_NAMES,
        worth=worth,
        validity_names=VALIDITY_NAMES,
        cascade=cascade(session, actor().scope, area),
        villages=names_at(session, Level.DESA),
        names=full_names(session, [row.made_by for row in page.rows]),
    )


@bp.get("/<uuid:letter_id>")
@requires(Can.ISSUE_LETTERS)
def show(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Show a letter's facts, where it can be checked, and what it is worth."""
    letter = get_letter(db.session(), letter_id)
    return render_template(
        "letters/show.html",
        letter=letter,
        kind=KIND_NAMES[LetterKind(letter.kind)],
        worth=worth(letter),
        validity_names=VALIDITY_NAMES,
        code=shown_code(letter.check),
        village=village_name(db.session(), letter.area_code),
        names=full_names(db.session(), [letter.made_by, letter.revoked_by]),
        may_print=_may_print(letter),
    )


@bp.post("/<uuid:letter_id>/paper")
@requires(Can.ISSUE_LETTERS)
@saves
def paper(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Hand out the letter as PDF; who took it is recorded."""
    letter = get_letter(db.session(), letter_id)
    if not _may_print(letter):
        raise NotAllowed(N_("SKTM memuat NIK lengkap; peran Anda tidak boleh melihatnya."))
    content = letter_pdf(letter.facts, letter.check)
    printed(db.session(), letter, by=actor().username, at=now())
    answer = Response(content, mimetype="application/pdf")
    name = f"surat-{letter.kind}-{letter.check[:8]}.pdf"
    answer.headers["Content-Disposition"] = f"attachment; filename={name}"
    answer.headers["Cache-Control"] = "no-store"
    return answer


@bp.post("/<uuid:letter_id>/revoke")
@requires(Can.ISSUE_LETTERS)
@saves
def take_back(letter_id: uuid.UUID) -> ResponseReturnValue:
    """Declare the letter void."""
    reason = request.form.get("reason", "")
    revoke(db.session(), letter_id, reason, by=actor().username, at=now())
    flash(gettext("Surat dicabut. Halaman cek surat mengatakannya mulai sekarang."), "success")
    return redirect(url_for(".show", letter_id=letter_id), 303)


@bp.get("/sktm/<uuid:household_id>")
@requires(Can.ISSUE_LETTERS)
def ask(household_id: uuid.UUID) -> ResponseReturnValue:
    """Ask whom a certificate is for, what for and who signs."""
    return _form(household_id)


@bp.post("/sktm/<uuid:household_id>")
@requires(Can.ISSUE_LETTERS)
@saves
def make(household_id: uuid.UUID) -> ResponseReturnValue:
    """Issue the certificate."""
    values = request.form
    try:
        letter = issue_sktm(
            db.session(),
            household_id,
            _uuid(values.get("member", "")),
            Wish(
                values.get("purpose", ""),
                values.get("months", 0, type=int),
                values.get("decision", ""),
                values.get("decision_number", ""),
                read_day(values, "decision_on"),
            ),
            issue_of(values),
        )
    except InvalidData as error:
        db.session.rollback()
        return _form(household_id, error), HTTPStatus.UNPROCESSABLE_ENTITY
    flash(gettext("SKTM dibuat. Unduh, cetak, lalu tanda tangani."), "success")
    return redirect(url_for(".show", letter_id=letter.id), 303)


def _may_print(letter: Letter) -> bool:
    return letter.kind != LetterKind.SKTM or actor().can(Can.REVEAL_NIK)


def _form(household_id: uuid.UUID, error: InvalidData | None = None) -> str:
    session = db.session()
    household = get_household(session, household_id)
    return render_template(
        "letters/sktm.html",
        household=household,
        standing=standing_of(session, household, settings().timezone),
        village=village_name(session, household.area_code),
        usual=usual_signatory(session, household.area_code, LetterKind.SKTM),
        office=gettext(
            "Kantor %(village)s",
            village=village_name(session, household.area_code).partition(",")[0],
        ),
        months=range(1, MOST_MONTHS + 1),
        usual_months=USUAL_MONTHS,
        trouble=error_text(error) if error is not None else "",
        problems=error.problems if error is not None else {},
        typed=typed(),
    )


def _uuid(text: str) -> uuid.UUID:
    try:
        return uuid.UUID(text)
    except ValueError:
        message = N_("Pilih untuk siapa surat ini.")
        raise InvalidData(message, {"member": [message]}) from None
