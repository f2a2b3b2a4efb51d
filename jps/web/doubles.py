"""Members who may be in our own list twice: the list of pairs, one pair, decisions."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from jps.access.rules import Can
from jps.areas.rules import is_code
from jps.db import db, everywhere, scope_of
from jps.errors import Conflict, InvalidData, NotFound
from jps.households.models import Member
from jps.http import actor, now, requires, saves
from jps.identity.duplicates import double_matcher
from jps.identity.groups import renew_groups
from jps.identity.matchers import current_matcher
from jps.identity.merge_checks import require_apart
from jps.identity.models import Duplicate
from jps.identity.open_pairs import Asked, Kind, next_pair, open_pairs, totals
from jps.identity.queries import find_duplicate, pair_decisions
from jps.identity.rules import VERDICT_NAMES, Verdict
from jps.identity.services import decide_pair, find_member, undo
from jps.web.doubles_page import KIND_NAMES, areas_below, merged_pair, pair_line
from jps.web.identity import sent_verdict
from jps.web.identity_page import compare_members, reason_of, said_about
from jps.web.places import village_name

bp = Blueprint("doubles", __name__, url_prefix="/identity/doubles")


@bp.get("/")
@requires(Can.SEE_LINKS)
def index() -> ResponseReturnValue:
    """List the pairs of members, families or households that wait, surest first."""
    asked, session = read_asked(request.args), db.session()
    page = open_pairs(session, asked, page=request.args.get("page", 1, type=int))
    return render_template(
        "identity/doubles.html",
        asked=asked,
        page=page,
        lines=[pair_line(session, pair) for pair in page.rows],
        totals=totals(session, asked),
        below=areas_below(session, asked),
        place=village_name(session, asked.area) if asked.area else "",
        kinds=KIND_NAMES,
    )


def read_asked(values: MultiDict[str, str]) -> Asked:
    """Return which pairs were asked for; what is none counts as not given."""
    kind, area = values.get("kind", ""), values.get("area", "")
    return Asked(
        kind=Kind(kind) if kind in set(Kind) else Kind.MEMBER,
        area=area if is_code(area) else "",
        unsure=values.get("unsure") == "1",
    )


@bp.get("/<uuid:pair_id>")
@requires(Can.SEE_LINKS)
def show(pair_id: uuid.UUID) -> ResponseReturnValue:
    """Show two members side by side."""
    return _page(find_duplicate(db.session(), pair_id))


@bp.post("/<uuid:pair_id>")
@requires(Can.DECIDE_LINKS)
@saves
def save_decision(pair_id: uuid.UUID) -> ResponseReturnValue:
    """Record whether the two are one person, and go on with the next pair."""
    pair = find_duplicate(db.session(), pair_id)
    require_apart(db.session(), pair.member_id, pair.other_id)
    verdict, reason = sent_verdict(), request.form.get("reason", "")
    try:
        decide_pair(db.session(), pair, verdict, reason=reason, by=actor().username, at=now())
    except InvalidData as error:
        problem = next(iter(error.problems.values()), [error.message])[0]
        return _page(pair, problem=gettext(problem), reason=reason), error.status
    except Conflict as error:  # somebody else's word to say
        db.session.rollback()
        pair = find_duplicate(db.session(), pair_id)
        return _page(pair, problem=gettext(error.message), reason=reason), error.status
    said = gettext(VERDICT_NAMES[verdict])
    flash(gettext("Keputusan disimpan: %(verdict)s.", verdict=said), "success")
    households = [member.household_id for member in _members(pair)[:2]]
    renew_groups(db.session(), households, at=now())
    follower = next_pair(db.session(), Asked(), pair)
    return redirect(url_for(".show", pair_id=follower or pair.id), 303)


@bp.post("/<uuid:pair_id>/decisions/<uuid:decision_id>/undo")
@requires(Can.DECIDE_LINKS)
@saves
def take_back(pair_id: uuid.UUID, decision_id: uuid.UUID) -> ResponseReturnValue:
    """Undo a decision about the pair and show it again."""
    pair = find_duplicate(db.session(), pair_id)
    decisions = pair_decisions(db.session(), pair)
    decision = next((one for one in decisions if one.id == decision_id), None)
    if decision is None:
        raise NotFound()
    undo(db.session(), decision, by=actor().username, at=now())
    flash(gettext("Keputusan diurungkan."), "success")
    return redirect(url_for(".show", pair_id=pair_id), 303)


def _members(pair: Duplicate) -> tuple[Member, Member, bool]:
    """Return both members, one of the reader's own first; whether the other may be seen too."""
    session = db.session()
    scope = scope_of(session)
    with everywhere(session):
        first = find_member(session, pair.member_id)
        other = find_member(session, pair.other_id)
    if not scope.covers(first.area_code):
        first, other = other, first
    return first, other, scope.covers(other.area_code)


def _page(pair: Duplicate, *, problem: str = "", reason: str = "") -> str:
    session = db.session()
    first, other, visible = _members(pair)
    matcher, _ = double_matcher(session, current_matcher(session))
    return render_template(
        "identity/double.html",
        pair_id=pair.id,
        verdict=pair.verdict,
        merged=merged_pair(session, pair.member_id, pair.other_id),
        first=first,
        other=other,
        visible=visible,
        places=(village_name(session, first.area_code), village_name(session, other.area_code)),
        pair=compare_members(session, first, other, matcher),
        history=said_about(session, pair_decisions(session, pair), None),
        problem=problem,
        reason=reason,
        verdicts=VERDICT_NAMES,
        Verdict=Verdict,
        reason_of=reason_of,
    )
