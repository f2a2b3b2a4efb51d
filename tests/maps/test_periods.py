"""Frozen figures: the same as on their day, compared with now, and no key to what is hidden now."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.audit.models import AuditEvent
from jps.db import AreaScope, scoped_to
from jps.errors import InvalidData, NotFound
from jps.maps.aid import Aid
from jps.maps.figures import Tallies, Tally
from jps.maps.frozen import from_json, to_json
from jps.maps.groups import Before, Group, patterns
from jps.maps.models import AreaFigure
from jps.maps.periods import freeze, named_period, periods
from jps.maps.queries import VillageSums
from jps.maps.schemas import MapChoice
from jps.maps.services import Reader, earlier_values, map_view
from tests.figures import AT, add_areas, add_household, score_all
from tests.maps.test_figures import tally
from tests.programmes_examples import add_decree, add_programme, add_recipients

HERE, BESIDE, TOWN = "75.01.01.2001", "75.01.01.2002", "75.71.01.1001"
TODAY = date(2026, 11, 23)
SCOPE = AreaScope(("75",))


def test_a_tally_survives_being_kept() -> None:
    made = tally((0.5, 6), (0.1, 2))
    made.aid.households["bpnt+pkh"] = 2
    made.aid.poor["bpnt+pkh"] = 0.6
    made.aid.clashing = frozenset({frozenset({"pkh", "bpnt"})})
    made.people["no_nik"] = 3
    assert from_json(to_json(made)) == made


def test_a_period_is_read_like_now_and_stays_as_it_was(session: Session) -> None:
    add_areas(session)
    homes = [add_household(session, HERE) for _ in range(6)]
    add_recipients(session, add_decree(session, add_programme(session, "pkh")), homes[:5])
    score_all(session)
    period = freeze(session, "Awal", on=TODAY, by="manager", at=AT)
    # Older periods kept findings of no known desa.
    lost = to_json(Tally(aid=Aid(findings=1)))
    session.add(AreaFigure(period_id=period.id, area_code="75", sums=lost))
    for _ in range(5):
        add_household(session, TOWN)
    sums, reader = VillageSums(timer=lambda: 0.0), Reader(SCOPE, 1, TODAY, AT)
    with scoped_to(session, SCOPE):
        choice = MapChoice(indicator="reached", period=period.id)
        then = map_view(session, choice, reader=reader, sums=sums)
        now_choice = MapChoice(indicator="households", compare=period.id)
        now = map_view(session, now_choice, reader=reader, sums=sums)
        was = earlier_values(session, now, now_choice, reader=reader, sums=sums)
        with pytest.raises(NotFound):
            map_view(session, MapChoice(period=period.id + 1), reader=reader, sums=sums)
    assert (then.total.value("reached"), then.period) == (5, period.id)
    assert dict(then.programmes) == {"pkh": "PKH"}
    assert now.total.value("households") == 11
    assert was == {"75.01": 6, "75.71": None, "75": 6}
    assert [one.name for one in periods(session)] == ["Awal"]
    event = session.scalars(select(AuditEvent).where(AuditEvent.action == "figures-frozen")).one()
    assert event.actor == "manager"


@pytest.mark.parametrize("text", ["", "  ", "x" * 81])
def test_a_period_needs_a_name(text: str) -> None:
    with pytest.raises(InvalidData):
        named_period(text)


def _villages(**counts: int) -> Tallies:
    return Tallies(
        {f"75.01.01.{name[1:]}": Tally(households=number) for name, number in counts.items()}
    )


def _hidden(found: Any) -> set[str]:
    return {
        code for code in found.hidden[Group.REGISTRATION] if len(code) == Level.DESA.code_length
    }


def test_what_covered_a_small_area_covers_it_until_it_has_changed() -> None:
    """Then 2 and 6 were hidden; if 6 were told now, then's total would give the 2 away."""
    then = _villages(v2001=2, v2002=6, v2003=9)
    before = Before(then, patterns(then, minimum=5))
    assert _hidden(before.patterns) == {"75.01.01.2001", "75.01.01.2002"}
    now = _villages(v2001=2, v2002=7, v2003=6)
    assert _hidden(patterns(now, minimum=5)) == {"75.01.01.2001", "75.01.01.2003"}
    assert _hidden(patterns(now, minimum=5, before=before)) >= {"75.01.01.2001", "75.01.01.2002"}
    later = _villages(v2001=8, v2002=15, v2003=6)
    assert _hidden(patterns(later, minimum=5, before=before)) == set()


def test_what_is_small_is_covered_by_what_covered_it_then() -> None:
    """Were 9 hidden for 13, whoever knows the 9 of then would have the 2: 24 - 13 - 9."""
    then = _villages(v2001=2, v2002=6, v2003=9)
    before = Before(then, patterns(then, minimum=5))
    now = _villages(v2001=2, v2002=13, v2003=9)
    assert _hidden(patterns(now, minimum=5)) == {"75.01.01.2001", "75.01.01.2003"}
    found = patterns(now, minimum=5, before=before)
    assert _hidden(found) == {"75.01.01.2001", "75.01.01.2002"}
