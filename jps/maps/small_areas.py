"""Poverty rates of kecamatan as small-area estimates, and what stands together on a map."""

from collections.abc import Callable

from sqlalchemy import ColumnElement, Integer, case, cast, func, select
from sqlalchemy.orm import Session

from jps.areas.rules import Level, ancestor
from jps.db import everywhere
from jps.errors import InvalidData
from jps.households.models import Household
from jps.maps.aid_queries import counted
from jps.maps.figures import poverty_of
from jps.maps.groups import Group
from jps.maps.neighbours import neighbours
from jps.maps.queries import Kept
from jps.maps.views import MapView
from jps.text import N_
from jps.welfare.fay_herriot import Direct, Fitted, fay_herriot, standardised
from jps.welfare.hotspots import Local, local_spots

# Shares of households of an area that go with poverty and are no part of the scorecard.
COVARIATES = (
    ("lighting", ("1",), False, N_("tanpa listrik PLN bermeter")),
    ("cooking_fuel", ("10",), True, N_("memasak dengan kayu bakar")),
    ("toilet", ("1",), False, N_("tanpa jamban sendiri")),
)
_LEVEL = Level.KECAMATAN


def spots(session: Session, view: MapView) -> dict[str, Local]:
    """Return hot and cold spots among the areas of a map whose figure is shown."""
    values = {row.code: row.value(view.indicator) for row in view.rows}
    shown = {code: float(value) for code, value in values.items() if value is not None}
    return local_spots(shown, neighbours(session, view.level))


class SmallAreas:
    """Keeps the estimates of the last sums."""

    def __init__(self) -> None:
        self._kept: tuple[Kept, int, Fitted] | None = None

    def get(self, session: Session, kept: Kept, minimum: int) -> Fitted:
        """Return the estimates of all kecamatan whose rate is shown: the same for every reader.

        Raises `InvalidData` where there are too few.
        """
        if self._kept is None or self._kept[:2] != (kept, minimum):
            self._kept = (kept, minimum, _fit(session, kept, minimum))
        return self._kept[2]


def _fit(session: Session, kept: Kept, minimum: int) -> Fitted:
    hidden = kept.patterns(minimum).hidden[Group.POVERTY]
    direct: dict[str, tuple[float, float]] = {}
    for code, tally in kept.tallies.at(_LEVEL).items():
        found = poverty_of(tally)
        if code not in hidden and found and found.rate.error:
            direct[code] = (found.rate.rate, found.rate.error**2)
    shares = _shares(session)
    codes = sorted(code for code in direct if code in shares)
    if not codes:
        raise InvalidData(N_("Belum cukup wilayah dengan data untuk perkiraan wilayah kecil."), {})
    covariates = standardised([shares[code] for code in codes])
    return fay_herriot(
        {code: Direct(*direct[code], one) for code, one in zip(codes, covariates, strict=True)}
    )


def _shares(session: Session) -> dict[str, tuple[float, ...]]:
    """Return the covariates of every kecamatan, of the households that count."""
    terms = [_counts(*covariate[:3]) for covariate in COVARIATES]
    total: Callable[..., ColumnElement[int]] = func.sum
    query = (
        select(Household.area_code, func.count(), *(total(term) for term in terms))
        .where(*counted())
        .group_by(Household.area_code)
    )
    sums: dict[str, list[int]] = {}
    with everywhere(session):
        for village, *numbers in session.execute(query):
            area = sums.setdefault(ancestor(village, _LEVEL), [0] * (1 + len(terms)))
            for place, number in enumerate(numbers):
                area[place] += number or 0
    return {code: tuple(n / row[0] for n in row[1:]) for code, row in sums.items() if row[0]}


def _counts(field: str, codes: tuple[str, ...], those: bool) -> ColumnElement[int]:
    """Return 1 for a household whose answer is among `codes`, or is not."""
    answer = Household.answers[field].as_string()
    is_one = answer.in_(codes)
    return cast(case((is_one, int(those)), (answer.is_(None), 0), else_=int(not those)), Integer)
