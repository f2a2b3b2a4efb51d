"""`/api/v1/phone/index`: hashed keys of who is known in the person's areas."""

import hashlib
import hmac
import threading
from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from http import HTTPStatus
from time import perf_counter

from flask import Response, make_response, request

from jps.access.rules import Can
from jps.api.resources import resource
from jps.config import read_key
from jps.db import AreaScope, db
from jps.http import actor, now, requires, settings
from jps.identity.phone_index import index_state, make_index

blp = resource("api-phone-index", "/api/v1/phone/index", "Who is known already, as hashed keys")

REMEMBERED = 16  # indexes, some hundred kilobytes each
PAUSE = timedelta(seconds=60)  # an index is a hint: it may be so old
PATIENCE = 20  # and, where it takes long to make, so many times as old as that took

BYTES = {
    "responses": {
        "200": {"content": {"application/octet-stream": {"schema": {"type": "string"}}}},
        "304": {"description": "as the phone has it"},
    }
}


@dataclass(frozen=True, slots=True)
class _Made:
    state: str
    data: bytes
    fresh_until: datetime

    @property
    def tag(self) -> str:
        return hashlib.sha256(self.data).hexdigest()[:32]


_made: OrderedDict[bytes, _Made] = OrderedDict()
_lock = threading.Lock()


@blp.route("", methods=["GET"])
@requires(Can.ENTER_HOUSEHOLDS)
@blp.doc(**BYTES)
def index() -> Response:
    """Read the keys of the registry and of colleagues' households; 304 with `If-None-Match`.

    The format, and how a person's keys are made, stand in `jps/matching/phone_keys.py`. No name and
    no number is in it. All phones of the same areas share one index.
    """
    found = _index(secret_of(actor().scope))
    answer = make_response(found.data)
    if request.if_none_match.contains_weak(found.tag):
        answer = make_response("", HTTPStatus.NOT_MODIFIED)
    answer.mimetype = "application/octet-stream"
    answer.set_etag(found.tag)
    answer.headers["Cache-Control"] = "private, no-cache"
    return answer


def secret_of(scope: AreaScope) -> bytes:
    """Return the 32 bytes under which keys of these areas are hashed, always the same here."""
    office = bytes.fromhex(read_key(settings(), "phone"))
    areas = "*" if scope.whole else ",".join(scope.codes)
    return hmac.digest(office, f"index:{areas}".encode(), hashlib.sha256)


def _index(secret: bytes) -> _Made:
    """Return the index of the person's areas, made anew where it is old and something changed."""
    known = _made.get(secret)
    if known is not None and known.fresh_until > now():
        return known
    with _lock:  # one at a time: making one takes a processor
        state = index_state(db.session())
        known = _made.get(secret)
        began = perf_counter()
        if known is None or known.state != state:
            data = make_index(db.session(), secret, settings().folder("indexes"))
        else:
            data = known.data
        took = timedelta(seconds=perf_counter() - began)
        _made[secret] = made = _Made(state, data, now() + max(PAUSE, PATIENCE * took))
        _made.move_to_end(secret)
        while len(_made) > REMEMBERED:
            _made.popitem(last=False)
    return made
