"""Members and the population registry: the queue, one pair side by side, decisions."""

import uuid

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.db import db, scope_of
from jps.errors import Conflict, InvalidData, NotAllowed, NotFound
from jps.http import actor, is_fragment, now, requires, saves, settings
from jps.identity.matchers import current_matcher
from jps.identity.queries import decisions_about, find_decision, find_link
from jps.identity.queue import Row, next_member
from jps.identity.rules import VERDICT_NAMES, Verdict
from jps.identity.services import decide, find_member, reveal_person, undo
from jps.jobs.services import open_job, start_job
from jps.registry.models import RegistryPerson
from jps.text import N_
from jps.web.case_page import case_facts, shown_person
from jps.web.identity_page import (
    best_candidate,
    compare_registry,
    family_of,
    other_candidates,
    our_household,
    reason_of,
    said_about,
    their_family,
)
from jps.web.identity_queue import (
    MEANINGS,
    NAMES,
    address_of,
    queue_page,
    read_asked,
    reader,
    reasons_of,
)
from jps.web.places import village_name
from jps.web.wake import wake_worker

bp = Blueprint("identity", __name__)

MATCH_KIND = "match"


@bp.get("/identity/queue")
@requires(Can.SEE_LINKS)
def queue() -> ResponseReturnValue:
    """List who waits for a word, what a decision is worth most for first, or a state's members."""
    return queue_page()


@bp.post("/identity/match")
@requires(Can.RUN_MATCHING)
@saves
def match() -> ResponseReturnValue:
    """Start the matching of all members, or show the one that waits or runs."""
    job = open_job(db.session(), MATCH_KIND)
    if job is None:
        params = {"engine": settings().match_engine, "master": settings().spark_master}
        job = start_job(db.session(), MATCH_KIND, params, by=actor().username, at=now())
        wake_worker()
    return redirect(url_for("jobs.show", job_id=job.id), 303)


@bp.get("/members/<uuid:member_id>/identity")
@requires(Can.SEE_LINKS)
def member(member_id: uuid.UUID) -> ResponseReturnValue:
    """Show a member beside the best candidate, or beside the one asked for."""
    return pair_page(member_id, request.args.get("person", type=int))


@bp.post("/members/<uuid:member_id>/identity")
@requires(Can.DECIDE_LINKS)
@saves
def save_decision(member_id: uuid.UUID) -> ResponseReturnValue:
    """Record a decision and go on with the next pair of the queue."""
    row = find_member(db.session(), member_id)
    person = _sent_person(member_id)
    follower = _next(member_id)
    verdict, reason = sent_verdict(), request.form.get("reason", "")
    by, at = actor().username, now()
    try:
        decision = decide(db.session(), row, person, verdict, reason=reason, by=by, at=at)
    except InvalidData as error:
        problem = next(iter(error.problems.values()), [error.message])[0]
        page = pair_page(member_id, person.id, problem=gettext(problem), reason=reason)
        return page, error.status
    except Conflict as error:
        db.session.rollback()
        problem = gettext(error.message)
        return pair_page(member_id, person.id, problem=problem, reason=reason), error.status
    said = gettext(VERDICT_NAMES[verdict])
    flash(gettext("Keputusan disimpan: %(verdict)s.", verdict=said), "success")
    return redirect(_go_on(follower, decided=decision.id), 303)


@bp.get("/members/<uuid:member_id>/identity/later")
@requires(Can.SEE_LINKS)
def later(member_id: uuid.UUID) -> ResponseReturnValue:
    """Leave a pair undecided and go on with the next one."""
    follower = _next(member_id)
    if follower is None:
        flash(gettext("Ini satu-satunya pasangan pada antrean ini."))
    return redirect(_go_on(follower))


@bp.post("/identity/decisions/<uuid:decision_id>/undo")
@requires(Can.DECIDE_LINKS)
@saves
def take_back(decision_id: uuid.UUID) -> ResponseReturnValue:
    """Undo a decision and show its member again."""
    decision = find_decision(db.session(), decision_id)
    undo(db.session(), decision, by=actor().username, at=now())
    flash(gettext("Keputusan diurungkan."), "success")
    here = address_of(read_asked(request.form))
    return redirect(url_for(".member", member_id=decision.member_id, **here), 303)


@bp.post("/members/<uuid:member_id>/identity/numbers")
@requires(Can.REVEAL_NIK)
@saves
def reveal(member_id: uuid.UUID) -> ResponseReturnValue:
    """Show NIK and KK of the registry person in full, once, for a reason that is recorded."""
    row, person = find_member(db.session(), member_id), _sent_person(member_id)
    if not scope_of(db.session()).covers(person.area_code):
        raise NotAllowed(N_("Orang ini tercatat di luar wilayah Anda."))
    reason = request.form.get("reason", "")
    nik, kk = reveal_person(db.session(), person, reason, by=actor().username, at=now())
    template = "households/_numbers.html" if is_fragment() else "identity/numbers.html"
    return render_template(template, member=row, person=person, nik=nik, kk=kk)


def pair_page(
    member_id: uuid.UUID, person_id: int | None, *, problem: str = "", reason: str = ""
) -> str:
    """Return the page of a member and one candidate (default: the best one)."""
    session = db.session()
    row, link = find_member(session, member_id), find_link(session, member_id)
    matcher = current_matcher(session)
    if person_id is None and link is not None:
        person_id = best_candidate(session, row, link, matcher)
    person = shown_person(session, row, link, person_id, matcher)
    family = family_of(session, person) if person is not None else ()
    asked = read_asked(request.values)
    history = decisions_about(session, member_id)
    case = case_facts(session, row, link, person, history, matcher)
    return render_template(
        "identity/pair.html",
        member=row,
        village=village_name(session, row.area_code),
        link=link,
        person=person,
        pair=compare_registry(session, row, person, matcher) if person else None,
        case=case,
        reasons=reasons_of(session, Row(row, link, case.row)) if link is not None else (),
        household=our_household(session, row, family),
        family=their_family(session, row, person, family) if person else [],
        others=other_candidates(session, row, person.id if person else None, matcher),
        history=said_about(session, history, person),
        asked=asked,
        here=address_of(asked),
        decided=request.args.get("decided", type=uuid.UUID),
        problem=problem,
        reason=reason,
        names=NAMES,
        meanings=MEANINGS,
        verdicts=VERDICT_NAMES,
        Verdict=Verdict,
        reason_of=reason_of,
    )


def _sent_person(member_id: uuid.UUID) -> RegistryPerson:
    """Return the person that a form names; NotFound for whom its page could not show."""
    session = db.session()
    row, link = find_member(session, member_id), find_link(session, member_id)
    person_id = request.form.get("person", type=int)
    person = shown_person(session, row, link, person_id, current_matcher(session))
    if person is None:
        raise NotFound(N_("Data kependudukan sudah diperbarui. Muat ulang halaman ini."))
    return person


def sent_verdict() -> Verdict:
    """Return the decision that a form sent."""
    try:
        return Verdict(request.form.get("verdict", ""))
    except ValueError:
        raise InvalidData(N_("Pilih keputusan.")) from None


def _next(member_id: uuid.UUID) -> uuid.UUID | None:
    """Return who follows a member in the queue the reader works on."""
    asked = read_asked(request.values)
    return next_member(db.session(), reader(), asked, member_id, now=now())


def _go_on(follower: uuid.UUID | None, *, decided: uuid.UUID | None = None) -> str:
    """Return the address of the next pair, or of the queue where there is none."""
    here = address_of(read_asked(request.values))
    if follower is None:
        return url_for(".queue", decided=decided, **here)
    return url_for(".member", member_id=follower, decided=decided, **here)
