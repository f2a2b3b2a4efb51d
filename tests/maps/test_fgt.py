"""P0, P1 and P2 of areas: by hand, with intervals, hidden where few stand behind them."""

from datetime import UTC, datetime
from typing import Any

import pytest
from flask.testing import FlaskClient
from sqlalchemy import update
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.assessment.models import Consumption, ScoreModel
from jps.assessment.rules import ModelKind, ModelState
from jps.households.models import Household
from jps.maps.fgt import NO_FGT, add_fgt, fgt_figures
from jps.maps.fgt_queries import village_fgt
from jps.maps.figures import Tally
from jps.maps.frozen import from_json, to_json
from jps.maps.periods import freeze
from jps.welfare.estimates import Sums
from tests.conftest import SignIn
from tests.figures import add_areas, add_household, score_all

HERE, FEW = "75.01.01.2001", "75.01.01.2002"
AT = datetime(2026, 11, 1, tzinfo=UTC)
MANY = 12


def _sums(values: list[tuple[float, float]]) -> Sums:
    total = Sums()
    for p, w in values:
        total += Sums(1, w, w * p, w * w, w * w * p, w * w * p * p)
    return total


def test_measures_are_means_by_persons() -> None:
    one = (_sums([(0.5, 2)]), _sums([(0.2, 2)]), _sums([(0.1, 2)]))
    other = (_sums([(0.1, 6)]), _sums([(0.04, 6)]), _sums([(0.02, 6)]))
    found = fgt_figures(add_fgt(one, other))
    assert found["modelled"] == 2
    assert found["fgt0"] == pytest.approx((2 * 0.5 + 6 * 0.1) / 8)
    assert found["fgt1"] == pytest.approx((2 * 0.2 + 6 * 0.04) / 8)
    assert found["fgt2"] == pytest.approx((2 * 0.1 + 6 * 0.02) / 8)


def test_the_gap_is_surer_than_the_rate() -> None:
    """A gap varies by its own square, not like a yes or no."""
    n = 40
    found = fgt_figures((_sums([(0.3, 4)] * n), _sums([(0.1, 4)] * n), _sums([(0.05, 4)] * n)))
    width = {
        key: (found[f"{key}_high"] or 0) - (found[f"{key}_low"] or 0) for key in ("fgt0", "fgt1")
    }
    assert 0 < width["fgt1"] < width["fgt0"]
    error = (0.05 - 0.01) ** 0.5 / n**0.5  # equal households: only what stays unknown of each
    assert width["fgt1"] == pytest.approx(2 * 2.02 * error, rel=0.1)
    assert all(value is None for value in fgt_figures(NO_FGT).values())


def test_old_periods_have_none() -> None:
    kept = to_json(Tally(fgt=(Sums(1, 2.0), Sums(1, 2.0), Sums(1, 2.0))))
    assert from_json(kept).fgt[0].w == 2.0
    del kept["fgt"]
    assert from_json(kept).fgt == NO_FGT


@pytest.fixture
def modelled(session: Session) -> list[Household]:
    """Twelve households in one desa and one in the next."""
    add_areas(session)
    made = [add_household(session, HERE, head_name="A") for _ in range(MANY)]
    made.append(add_household(session, FEW, head_name="B"))
    score_all(session)
    return made


def tell(session: Session, households: list[Household]) -> ScoreModel:
    """Store what an approved model says of the consumption of households."""
    model = ScoreModel(
        version="1", name="PMT uji", source="uji", content_hash="x", first_used_at=AT,
        kind=ModelKind.PMT, state=ModelState.APPROVED, made_by="ani", state_by="budi",
        state_at=AT, content={}, card={},
    )  # fmt: skip
    session.add(model)
    session.flush()
    for place, one in enumerate(households):
        p0 = 0.1 + 0.02 * (place % 40)
        session.add(
            Consumption(
                household_id=one.id, model_id=model.id, area_code=one.area_code,
                household_version=one.version, persons=4, log=13.0, sigma=0.4, line=500_000,
                p0=p0, p1=p0 / 4, p2=p0 / 10, missing=[], assessed_at=AT,
            )
        )  # fmt: skip
    session.flush()
    return model


def test_sums_come_from_the_database(session: Session, modelled: list[Household]) -> None:
    model = tell(session, modelled)
    found = village_fgt(session, model.id)
    rate, gap, square = found[HERE]
    expected = sum(4 * (0.1 + 0.02 * place) for place in range(MANY))
    assert (rate.n, rate.w) == (MANY, 4 * MANY)
    assert rate.wp == pytest.approx(expected)
    assert gap.wp == pytest.approx(expected / 4)
    assert square.wp == pytest.approx(expected / 10)


def _values(client: FlaskClient, **query: object) -> dict[str, Any]:
    answer = client.get("/maps/values", query_string={"indicator": "fgt1", **query})
    assert answer.status_code == 200
    return dict(answer.get_json())


def test_the_map_tells_model_and_hides_few(
    session: Session, modelled: list[Household], sign_in: SignIn
) -> None:
    session.commit()
    manager = sign_in(Role.MANAGER, "75")
    assert _values(manager)["model"] is None
    session.rollback()
    tell(session, modelled)
    session.commit()
    view = _values(manager, level="desa")
    assert view["model"] == "PMT uji"
    columns = view["columns"]
    found = {row[0]: dict(zip(columns, row, strict=True)) for row in view["rows"]}
    assert found[FEW]["consumption_hidden"] == "few"
    assert found[FEW]["fgt1"] is None
    assert found[FEW]["modelled"] is None
    total = dict(zip(columns, view["total"], strict=True))
    assert total["fgt0_low"] < total["fgt0"] < total["fgt0_high"]
    file = manager.post(
        "/maps/download", data={"indicator": "fgt1", "level": "kabkota", "format": "csv"}
    )
    assert file.text.splitlines()[0].count("fgt") == 9
    assert "households_modelled" in file.text


def test_a_period_keeps_them_with_their_model(
    session: Session, modelled: list[Household], sign_in: SignIn
) -> None:
    tell(session, modelled)
    period = freeze(session, "November", on=AT.date(), by="ani", at=AT)
    session.execute(update(Consumption).values(p0=0.9))
    session.commit()
    manager = sign_in(Role.MANAGER, "75")
    now, then = _values(manager), _values(manager, period=period.id)
    assert then["model"] == "PMT uji"
    assert then["total"] != now["total"]
