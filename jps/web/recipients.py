"""One recipient of a decree: what the row said, who it is, and what the report answers."""

import uuid
from dataclasses import dataclass

from flask import Blueprint, render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.rules import Can
from jps.areas.queries import names_of
from jps.cases.finding_queries import findings_about
from jps.db import db, everywhere, scope_of
from jps.decrees.matching import Asked, record_of
from jps.decrees.money import money
from jps.decrees.queries import Touch, find_decree, find_recipient, rows_of, touches_of
from jps.decrees.services import reveal_recipient
from jps.decrees.sheets import Sheet, reasons_of, registry_day
from jps.households.models import Member
from jps.http import actor, is_fragment, now, requires, saves, told
from jps.identity.matchers import Matcher, current_matcher
from jps.identity.rules import STATE_NAMES
from jps.intake.models import IntakeProblem
from jps.programmes.models import Recipient
from jps.programmes.queries import terms_of_decree
from jps.programmes.rules import FINDING_NAMES, FINDING_STATE_NAMES, UNIT_NAMES, Registered
from jps.registry.models import RegistryPerson
from jps.web.decree_page import REGISTERED_NAMES
from jps.web.formats import iso_day
from jps.web.identity_page import Pair, compare_own, compare_record, reason_of, sex_name
from jps.web.places import village_name

bp = Blueprint("recipients", __name__, url_prefix="/decrees/recipients")


@dataclass(frozen=True)
class Seen:
    """What stands beside the recipient: the registry's person, and our member. None: nobody."""

    registry: Pair | None
    own: Pair | None
    member: Member | None


@bp.get("/<uuid:recipient_id>")
@requires(Can.SEE_HOUSEHOLDS)
def show(recipient_id: uuid.UUID) -> ResponseReturnValue:
    """Show one recipient with all that the report says, and why."""
    session = db.session()
    one = find_recipient(session, recipient_id)
    listed = find_decree(session, one.decree_id)
    touches = touches_of(session, [one.id]).get(one.id, [])
    rows = rows_of(session, [one.same_as])
    terms = terms_of_decree(session, listed.decree)
    reasons = reasons_of(one, Sheet.ALL, touches, rows)
    day = iso_day(registry_day(session, listed.decree))
    return render_template(
        "decrees/recipient.html",
        one=one,
        decree=listed.decree,
        programme=listed.programme,
        village=village_name(session, one.area_code),
        sex=sex_name(one.sex),
        money=money(session, terms, Recipient.id == one.id),
        reasons=[(told(why.reason, why.params), told(why.source, {"day": day})) for why in reasons],
        touches=_shown(session, touches),
        findings=findings_about(session, one.id),
        finding_states=FINDING_STATE_NAMES,
        kinds=FINDING_NAMES,
        levels=UNIT_NAMES,
        link_states=STATE_NAMES,
        registered=REGISTERED_NAMES,
        seen=seen_of(session, one, current_matcher(session)),
        problems=_problems(session, listed.decree.batch_id, one.row),
        reason_of=reason_of,
        Registered=Registered,
    )


@bp.post("/<uuid:recipient_id>/numbers")
@requires(Can.REVEAL_NIK)
@saves
def reveal(recipient_id: uuid.UUID) -> ResponseReturnValue:
    """Show NIK and KK as the row gave them, for a reason that is recorded."""
    one = find_recipient(db.session(), recipient_id)
    reason = request.form.get("reason", "")
    nik, kk = reveal_recipient(db.session(), one, reason, by=actor().username, at=now())
    template = "households/_numbers.html" if is_fragment() else "decrees/numbers.html"
    return render_template(template, one=one, nik=nik, kk=kk)


def seen_of(session: Session, one: Recipient, matcher: Matcher) -> Seen:
    """Return the recipient beside whom the registry and our list know it as, or may."""
    record = record_of(
        Asked(
            one.id, one.row, one.nik, one.kk, one.name, one.birth_date, one.sex, one.mother_name,
            one.area_code,
        )
    )  # fmt: skip
    with everywhere(session):
        person = session.get(RegistryPerson, one.candidate_id) if one.candidate_id else None
        member = session.get(Member, one.member_id) if one.member_id else None
        more = {"birth_place": one.birth_place, "address": one.address}
        own = compare_own(session, record, member, matcher, more=more) if member else None
    registry = (
        compare_record(session, record, person, matcher, weight=one.weight, more=more)
        if person
        else None
    )
    hidden = member is None or not scope_of(session).covers(member.area_code)
    return Seen(registry, own, None if hidden else member)


def _shown(session: Session, touches: list[Touch]) -> list[tuple[Touch, str, bool]]:
    """Return the other lists, where their recipient is counted, and whether it may be opened."""
    names = names_of(session, {touch.area_code for touch in touches})
    scope = scope_of(session)
    return [
        (touch, names.get(touch.area_code, touch.area_code), scope.covers(touch.area_code))
        for touch in touches
    ]


def _problems(session: Session, batch_id: uuid.UUID | None, row: int) -> list[IntakeProblem]:
    one, sheet = IntakeProblem, 10_000_000
    query = (
        select(one)
        .where(one.batch_id == batch_id, one.place == row // sheet, one.number == row % sheet)
        .order_by(one.id)
    )
    return list(session.scalars(query)) if batch_id else []
