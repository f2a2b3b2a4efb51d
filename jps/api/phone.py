"""`/api/v1/phone`: what an enumerator's phone asks for and sends; see docs/field.md."""

import base64
import hashlib
import hmac
import re
import uuid
from collections.abc import Mapping, Sequence
from datetime import datetime
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify, make_response, request
from flask_babel import get_locale, gettext
from flask_wtf.csrf import generate_csrf
from marshmallow import ValidationError
from sqlalchemy import select

from jps.access.models import User
from jps.access.rules import Can
from jps.api.answers import questionnaire
from jps.api.phone_schemas import (
    Pack,
    PackHousehold,
    PhoneSession,
    SyncAnswer,
    SyncBody,
    SyncRecord,
)
from jps.api.phone_turns import begin_writing, in_turn
from jps.api.resources import resource
from jps.areas.queries import areas_at, names_at
from jps.areas.rules import Level
from jps.assessment.acceptance import defer_follow_up
from jps.config import read_key
from jps.db import db
from jps.households.arrivals import Arrival, Arrived, Fate, examine, take_in
from jps.households.documents import roster_of
from jps.households.packs import PackRow, pack_rows
from jps.households.queries import gate
from jps.households.remarks import open_remarks
from jps.households.rules import Source
from jps.households.saving import Author
from jps.http import actor, now, reads, requires, settings, today
from jps.questionnaire import Problem
from jps.text import N_, one_line
from jps.worker import the_worker, this_app

blp = resource("api-phone", "/api/v1/phone", "The offline form on an enumerator's phone")

NO_DOCUMENT = N_("Kiriman ini tidak dapat dibaca sebagai rumah tangga. Isian tetap di HP.")
_MEMBER = re.compile(r"members\[(\d+)\]")


def account_key(purpose: str) -> bytes:
    """Return 32 bytes of this account for one purpose: the same whenever it signs in here."""
    office = bytes.fromhex(read_key(settings(), "phone"))
    return hmac.digest(office, f"{purpose}:{actor().id}".encode(), hashlib.sha256)


@blp.route("/session", methods=["GET"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.response(HTTPStatus.OK, PhoneSession)
def session() -> Response:
    """Read who is signed in, the forgery token, and the key of what the phone keeps."""
    person = actor()
    body = {
        "user": {"id": person.id, "username": person.username, "full_name": person.full_name},
        "csrf": generate_csrf(),
        "key": base64.b64encode(account_key("storage")).decode(),
        "server_time": now(),
    }
    return jsonify(PhoneSession().dump(body))


@blp.route("/pack", methods=["GET"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.response(HTTPStatus.OK, Pack)
def pack() -> Response:
    """Read the villages and households to take along; 304 with `If-None-Match` if unchanged."""
    rows = pack_rows(db.session(), username=actor().username)
    remarks = _remarks([row.id for row in rows if row.document is not None])
    households = [_row(row, remarks.get(row.id, [])) for row in rows]
    body = Pack().dump({"areas": _areas(), "households": households})
    answer = jsonify(body | {"made_at": now().isoformat()})
    tag = hashlib.sha256(repr(body).encode()).hexdigest()[:32]
    if request.if_none_match.contains_weak(tag):
        answer = make_response("", HTTPStatus.NOT_MODIFIED)
    answer.set_etag(tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def _areas() -> list[dict[str, str]]:
    scope = actor().scope
    districts = names_at(db.session(), Level.KECAMATAN)
    inside = None if scope.whole else scope.codes
    return [
        {
            "code": area.code,
            "name": area.name,
            "kecamatan": districts.get(area.parent_code or "", ""),
        }
        for area in areas_at(db.session(), Level.DESA, inside=inside)
    ]


def _row(row: PackRow, remarks: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    names = PackHousehold().fields
    return {name: getattr(row, name, None) for name in names} | {
        "entered_by_me": row.is_mine,
        "remarks": remarks,
    }


def _remarks(ids: Sequence[uuid.UUID]) -> dict[uuid.UUID, list[Mapping[str, Any]]]:
    """Return what is to be put right at the fields of the person's own returned households."""
    found = open_remarks(db.session(), ids)
    writers = {one.by for some in found.values() for one in some}
    query = select(User.username, User.full_name).where(User.username.in_(writers))
    names = {row.username: row.full_name for row in db.session.execute(query)}
    return {
        key: [
            {
                "member": one.member_id,
                "field": one.field,
                "text": one.text,
                "by": names.get(one.by, one.by),
                "at": one.at,
            }
            for one in some
        ]
        for key, some in found.items()
    }


@blp.route("/sync", methods=["POST"])
@requires(Can.ENTER_HOUSEHOLDS)
@reads  # until `begin_writing`
@in_turn
@blp.response(HTTPStatus.OK, SyncAnswer)
@blp.alt_response(HTTPStatus.TOO_MANY_REQUESTS)
@blp.arguments(SyncBody)
def sync(body: dict[str, Any]) -> Response:
    """Send up to 20 households; each is kept once, whatever was sent before, and answered alone.

    The answer comes after the commit. Links and scores follow a little later.
    """
    by = Author(actor().username, actor().scope, Source.PHONE)
    schema = gate(db.session(), questionnaire(), today=today())
    device = one_line(body["device"])
    arrivals = [_arrival(sent, device) for sent in body["records"]]
    examined = [examine(found, schema) for found in arrivals if found is not None]
    begin_writing()
    done = iter(take_in(db.session(), examined, by=by, at=now()))
    results = [
        _unread(sent) if found is None else _result(next(done), found)
        for sent, found in zip(body["records"], arrivals, strict=True)
    ]
    accepted = [
        uuid.UUID(result["id"])
        for result in results
        if result["outcome"] in {Fate.CREATED, Fate.UPDATED}
    ]
    defer_follow_up(db.session(), accepted, at=now())
    db.session.commit()
    if accepted:
        the_worker(this_app()).wake_soon()
    return jsonify({"server_time": now().isoformat(), "results": results})


def _arrival(sent: object, device: str) -> Arrival | None:
    """Return a record as it was sent, None when it is none."""
    try:
        found = SyncRecord().load(sent if isinstance(sent, dict) else {})
    except ValidationError:
        return None
    return Arrival(
        household_id=found["id"],
        base=found["base"],
        submit=found["submit"],
        document={name: value for name, value in found["document"].items() if name != "version"},
        device=device,
        saved_at=_moment(found["saved_at"]),
    )


def _moment(text: object) -> datetime | None:
    """Return the phone's time, None when it is none: it is kept, and decides nothing."""
    try:
        found = datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None
    return found if found is not None and found.tzinfo is not None else None


def _unread(sent: object) -> dict[str, Any]:
    key = str(sent.get("id", ""))[:64] if isinstance(sent, dict) else ""
    text = gettext(NO_DOCUMENT)
    return {"id": key, "outcome": Fate.REFUSED, "version": None, "problems": [], "text": text}


def _result(done: Arrived, sent: Arrival) -> dict[str, Any]:
    members = [entry.get("id") for entry in roster_of(sent.document)]
    return {
        "id": str(done.household_id),
        "outcome": str(done.fate),
        "version": done.version,
        "problems": [_problem(found, members) for found in done.found],
        "text": gettext(done.message) if done.message else "",
    }


def _problem(found: Problem, members: Sequence[object]) -> Mapping[str, Any]:
    place = _MEMBER.match(found.path)
    inside = place is not None and int(place[1]) < len(members)
    return {
        "member": members[int(place[1])] if place is not None and inside else None,
        "field": found.question,
        "level": found.level,
        "text": found.text(str(get_locale() or "id"), gettext),
    }
