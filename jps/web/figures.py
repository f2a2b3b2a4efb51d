"""The figures that this process keeps for all its pages."""

from time import perf_counter
from typing import cast

from flask import current_app

from jps.maps.queries import VillageSums


def kept_sums() -> VillageSums:
    """Return the sums of desa that were counted last."""
    kept = current_app.extensions.setdefault("jps-village-sums", VillageSums(perf_counter))
    return cast(VillageSums, kept)
