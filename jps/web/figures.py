"""What a request asks of the map, and the figures that this process keeps for all its pages."""

from functools import partial
from threading import Thread

from flask import Flask, current_app, request

from jps.db import db, reading
from jps.http import actor, now, settings, today
from jps.maps.queries import VillageSums, Work, sums_kept_in
from jps.maps.schemas import MapChoice, read_choice
from jps.maps.services import Reader, map_view
from jps.maps.views import MapView
from jps.worker import this_app


def kept_sums() -> VillageSums:
    """Return the sums of desa that were counted last; dear ones are counted anew in a thread."""
    sums = sums_kept_in(current_app.extensions)
    sums.aside = partial(_aside, this_app())
    return sums


def _aside(app: Flask, work: Work) -> None:
    def run() -> None:
        with app.app_context(), reading():
            work(db.session())

    Thread(target=run, name="figures", daemon=True).start()


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
