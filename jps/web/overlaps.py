"""The matrix of what it means to be on the lists of two programmes, and its cells."""

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from sqlalchemy import select

from jps.access.rules import Can
from jps.db import db
from jps.errors import InvalidData
from jps.http import actor, error_text, now, requires, saves
from jps.programmes.models import Programme
from jps.programmes.queries import overlap_history, overlap_rules, programme_of
from jps.programmes.rules import OVERLAP_NAMES, Overlap, ProgrammeKind
from jps.programmes.services import SAME_PROGRAMME, set_overlap
from jps.text import N_, one_line
from jps.web.accounts import full_names

bp = Blueprint("overlaps", __name__, url_prefix="/overlaps")

NO_VERDICT = N_("Pilih artinya.")


@bp.get("/")
@requires(Can.SEE_PROGRAMMES)
def index() -> ResponseReturnValue:
    """Show the matrix and, below it, the rules one by one."""
    session = db.session()
    query = select(Programme).where(Programme.kind != ProgrammeKind.FLAG)
    programmes = session.scalars(query.order_by(Programme.kind, Programme.name)).all()
    by_id = {one.id: one for one in programmes}
    rules = overlap_rules(session)
    cells = {pair: rule for low, high in rules for pair in ((low, high), (high, low))
             for rule in [rules[low, high]]}  # fmt: skip
    listed = [
        (by_id[low], by_id[high], rule)
        for (low, high), rule in rules.items()
        if low in by_id and high in by_id
    ]
    listed.sort(key=lambda one: (one[2].verdict == Overlap.ALLOWED, one[0].name, one[1].name))
    return render_template(
        "programmes/overlaps.html",
        programmes=programmes,
        cells=cells,
        listed=listed,
        verdicts=OVERLAP_NAMES,
    )


@bp.get("/<first>/<second>")
@requires(Can.SEE_PROGRAMMES)
def show(first: str, second: str) -> ResponseReturnValue:
    """Show what holds for two programmes, what held before, and the form that changes it."""
    return _page(*_two(first, second), "")


@bp.post("/<first>/<second>")
@requires(Can.MANAGE_PROGRAMMES)
@saves
def save(first: str, second: str) -> ResponseReturnValue:
    """Say what it means to be on both lists; what was said before stays in the history."""
    one, other = _two(first, second)
    verdict = request.form.get("verdict", "")
    source = one_line(request.form.get("source", ""))[:1_000]
    try:
        if verdict not in set(Overlap):
            raise InvalidData(NO_VERDICT)
        set_overlap(
            db.session(), one, other, Overlap(verdict),
            source=source, verified="verified" in request.form, by=actor().username, at=now(),
        )  # fmt: skip
    except InvalidData as error:
        return _page(one, other, error_text(error)), error.status
    flash(gettext("Aturan tersimpan."), "success")
    return redirect(url_for(".index"), 303)


def _two(first: str, second: str) -> tuple[Programme, Programme]:
    one, other = programme_of(db.session(), first), programme_of(db.session(), second)
    if one.id == other.id:
        raise InvalidData(SAME_PROGRAMME)
    return one, other


def _page(one: Programme, other: Programme, problem: str) -> str:
    rules = overlap_history(db.session(), one.id, other.id)
    current = rules[0] if rules else None
    stored = {
        "verdict": str(current.verdict) if current else "",
        "source": current.source if current else "",
        "verified": "1" if current and current.verified else "",
    }
    return render_template(
        "programmes/pair.html",
        one=one,
        other=other,
        rules=rules,
        typed=request.form if request.method == "POST" else stored,
        problem=problem,
        verdicts=OVERLAP_NAMES,
        names=full_names(db.session(), [rule.made_by for rule in rules]),
    )
