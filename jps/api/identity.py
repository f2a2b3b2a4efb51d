"""`/api/v1/identity/search`: who in the registry and in our own list may a person be?"""

from collections.abc import Mapping
from http import HTTPStatus
from typing import Any

from flask import Response, jsonify
from flask_babel import gettext

from jps.access.rules import Can
from jps.api.identity_schemas import PersonBody, SearchAnswer
from jps.api.resources import resource
from jps.api.schemas import ProblemAnswer
from jps.areas.queries import names_of
from jps.db import db
from jps.errors import InvalidData
from jps.households.models import Member
from jps.http import reads, requires
from jps.identity.lookup import Known, LookUp, is_enough, look_up, shown_place
from jps.identity.matchers import Matcher, current_matcher
from jps.identity.words import certainty
from jps.matching import Person, Thresholds, explain
from jps.registry.models import RegistryPerson
from jps.text import N_, mask_nik

blp = resource("api-identity", "/api/v1/identity", "Who is who: the registry and our own list")

TOO_LITTLE = N_("Isi NIK, atau nama dengan tanggal lahir, nomor KK atau nama ibu.")


@blp.route("/search", methods=["POST"])
@requires(Can.ENTER_HOUSEHOLDS)
@reads
@blp.response(HTTPStatus.OK, SearchAnswer)
@blp.alt_response(HTTPStatus.UNPROCESSABLE_ENTITY, schema=ProblemAnswer)
@blp.arguments(PersonBody)
def search(body: dict[str, Any]) -> Response:
    """Find out who a person may be; nothing of the person is in a URL.

    Candidates of both lists, heaviest first, each with the evidence that its weight (bits; each
    doubles the odds) is the sum of. Numbers are masked. Of people in areas that are not one's own
    it is told that they exist, in which kabupaten or kota, and how the fields sent agree.
    """
    record = {
        "nik": body["nik"],
        "kk": body["kk"],
        "name": body["name"],
        "birth_date": body["birth_date"],
        "sex": body["sex"],
        "mother": body["mother_name"],
        "village": body["area_code"],
    }
    if not is_enough(Person.read(record)):
        raise InvalidData(TOO_LITTLE, {"nik": [TOO_LITTLE]})
    matcher = current_matcher(db.session())
    found = look_up(
        db.session(), record, matcher, without=body["without"], least=body["least_weight"]
    )
    return jsonify(_answer(found, matcher, body["limit"]))


def _answer(found: LookUp, matcher: Matcher, limit: int) -> dict[str, Any]:
    registry, own = found.registry[:limit], found.own[:limit]
    names = names_of(db.session(), {*map(shown_place, registry), *map(shown_place, own)})
    return {
        "snapshot": matcher.snapshot_id,
        "model": matcher.model_id,
        "registry": [
            _candidate(one, found.asked, matcher, names)
            | {"status": str(one.row.status) if one.visible else None}
            for one in registry
        ],
        "own": [
            _candidate(one, found.asked, matcher, names)
            | {
                "member_id": str(one.row.id) if one.visible else None,
                "household_id": str(one.row.household_id) if one.visible else None,
            }
            for one in own
        ],
    }


def _candidate(
    known: Known[RegistryPerson] | Known[Member],
    asked: Person,
    matcher: Matcher,
    names: Mapping[str, str],
) -> dict[str, Any]:
    """Return what both lists tell of a candidate; of people elsewhere no value."""
    row, place, shown = known.row, shown_place(known), known.visible
    return {
        "weight": round(known.weight, 2),
        "probability": round(known.probability, 6),
        "state": _state(known.weight, matcher.thresholds),
        "certainty": gettext(certainty(known.weight)),
        "same_nik": bool(asked["nik"]) and asked["nik"] == known.person["nik"],
        "visible": shown,
        "area_code": place,
        "area_name": names.get(place, ""),
        "name": row.name if shown else None,
        "nik": mask_nik(row.nik) if shown else None,
        "kk": mask_nik(row.kk) if shown else None,
        "sex": row.sex if shown else None,
        "birth_date": row.birth_date if shown else None,
        "mother_name": row.mother_name if shown else None,
        "evidence": [
            {
                "field": line.name or None,
                "level": line.level,
                "bits": round(line.bits, 2),
                "reason": gettext(line.reason).format(**line.params),
            }
            for line in explain(asked, known.person, matcher.model)
        ],
    }


def _state(weight: float, thresholds: Thresholds) -> str:
    if weight >= thresholds.sure:
        return "sure"
    return "likely" if weight >= thresholds.link else "unlikely"
