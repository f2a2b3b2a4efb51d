"""Two households or two families that may be one: side by side, decisions, the next pair."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.http import actor, now, requires, saves
from jps.identity.group_models import GroupPair
from jps.identity.group_services import decide_group, undo_group
from jps.identity.merge_preview import rather_kept
from jps.identity.open_pairs import Asked, Kind, find_group, group_decisions, next_pair
from jps.identity.rules import VERDICT_NAMES, Verdict
from jps.text import N_
from jps.web.accounts import full_names
from jps.web.doubles_page import facts_of, merged_pair, sides_of
from jps.web.identity import sent_verdict

bp = Blueprint("groups", __name__, url_prefix="/identity/doubles/groups")

VERDICTS = {
    Verdict.SAME: N_("Sama"),
    Verdict.DIFFERENT: N_("Berbeda"),
    Verdict.UNSURE: VERDICT_NAMES[Verdict.UNSURE],
}


@bp.get("/<uuid:pair_id>")
@requires(Can.SEE_LINKS)
def show(pair_id: uuid.UUID) -> ResponseReturnValue:
    """Show two households or families side by side."""
    return _page(find_group(db.session(), pair_id))


@bp.post("/<uuid:pair_id>")
@requires(Can.DECIDE_LINKS)
@saves
def save_decision(pair_id: uuid.UUID) -> ResponseReturnValue:
    """Record whether the two are one. "Same" leads to the merge, the rest to the next pair."""
    pair = find_group(db.session(), pair_id)
    verdict, reason = sent_verdict(), request.form.get("reason", "")
    follower = next_pair(db.session(), Asked(Kind(str(pair.kind))), pair)
    try:
        decide_group(db.session(), pair, verdict, reason=reason, by=actor().username, at=now())
    except InvalidData as error:
        problem = next(iter(error.problems.values()), [error.message])[0]
        return _page(pair, problem=gettext(problem), reason=reason), error.status
    flash(
        gettext("Keputusan disimpan: %(verdict)s.", verdict=gettext(VERDICTS[verdict])), "success"
    )
    target = pair.id if verdict is Verdict.SAME else follower or pair.id
    return redirect(url_for(".show", pair_id=target), 303)


@bp.post("/<uuid:pair_id>/decisions/<uuid:decision_id>/undo")
@requires(Can.DECIDE_LINKS)
@saves
def take_back(pair_id: uuid.UUID, decision_id: uuid.UUID) -> ResponseReturnValue:
    """Undo a decision about the pair and show it again."""
    pair = find_group(db.session(), pair_id)
    found = [one for one in group_decisions(db.session(), pair) if one.id == decision_id]
    if not found:
        raise NotFound()
    undo_group(db.session(), found[0], by=actor().username, at=now())
    flash(gettext("Keputusan diurungkan."), "success")
    return redirect(url_for(".show", pair_id=pair_id), 303)


def _page(pair: GroupPair, *, problem: str = "", reason: str = "") -> str:
    session = db.session()
    sides = sides_of(session, pair)
    decisions = group_decisions(session, pair)
    people = [name for one in decisions for name in (one.by, one.undone_by)]
    kept, other = rather_kept(sides[0].household, sides[1].household)
    return render_template(
        "identity/group.html",
        pair=pair,
        kind=Kind(str(pair.kind)),
        sides=sides,
        hidden=not all(side.visible for side in sides),
        facts=facts_of(pair),
        kept=kept,
        other=other,
        merged=merged_pair(session, pair.first_household_id, pair.other_household_id),
        decisions=decisions,
        names=full_names(session, people),
        verdicts=VERDICTS,
        Verdict=Verdict,
        follower=next_pair(session, Asked(Kind(str(pair.kind))), pair),
        problem=problem,
        reason=reason,
    )
