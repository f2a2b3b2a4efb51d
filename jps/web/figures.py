"""What a request asks of the map, and the figures that this process keeps for all its pages."""

from flask import current_app, request

from jps.db import db
from jps.http import actor, now, settings, today
from jps.maps.queries import VillageSums, sums_kept_in
from jps.maps.schemas import MapChoice, read_choice
from jps.maps.services import Reader, map_view
from jps.maps.views import MapView


def kept_sums() -> VillageSums:
    """Return the sums of desa that were counted last."""
    return sums_kept_in(current_app.extensions)


def asked_choice() -> MapChoice:
    """Return what the request's address or form asks for."""
    return read_choice(request.form if request.method == "POST" else request.args)


def asked_reader() -> Reader:
    """Return who asks."""
    minimum = settings().map_min_households
    return Reader(scope=actor().scope, minimum=minimum, on=today(), at=now())


def asked_view() -> MapView:
    """Return the map that the request asks for."""
    return map_view(db.session(), asked_choice(), reader=asked_reader(), sums=kept_sums())
