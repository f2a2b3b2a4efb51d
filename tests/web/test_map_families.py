"""From the map to the families behind a figure in one step, for those who may see them."""

from datetime import date

import pytest
from flask.testing import FlaskClient
from sqlalchemy.orm import Session

from jps.access.rules import Role
from jps.households.models import Household
from jps.maps.families import common_area
from jps.programmes.rules import Registered
from tests.conftest import SignIn
from tests.figures import add_areas, add_household, add_rich_household, score_all
from tests.programmes_examples import add_decree, add_programme, add_recipients

HERE, BESIDE, TOWN = "75.01.01.2001", "75.01.01.2002", "75.71.01.1001"


@pytest.fixture
def households(session: Session) -> dict[str, Household]:
    """A poor household that receives PKH and one that does not; two more elsewhere."""
    add_areas(session)
    made = {
        "Ana": add_household(session, HERE, head_name="Ana"),
        "Budi": add_household(session, HERE, head_name="Budi"),
        "Citra": add_rich_household(session, BESIDE, head_name="Citra"),
        "Dewi": add_household(session, TOWN, head_name="Dewi"),
    }
    decree = add_decree(session, add_programme(session, "pkh"), period_from=date(2020, 1, 1))
    add_recipients(session, decree, [made["Ana"], made["Dewi"]])
    unknown = {"household_id": None, "registered": Registered.NO}
    add_recipients(session, decree, [made["Budi"]], **unknown)
    score_all(session)
    session.commit()
    return made


def _names(client: FlaskClient, **query: object) -> list[str]:
    page = client.get("/maps/families/", query_string=query)
    assert page.status_code == 200
    places = [(page.text.find(f">{name}</a>"), name) for name in ("Ana", "Budi", "Citra", "Dewi")]
    return [name for place, name in sorted(places) if place >= 0]


def test_the_list_holds_whom_the_figure_counts(
    households: dict[str, Household], sign_in: SignIn
) -> None:
    manager = sign_in(Role.MANAGER, "75")
    assert _names(manager, area="75.01", indicator="poor_unreached") == ["Budi", "Citra"]
    found = _names(manager, area="75", indicator="reached", programme="pkh")
    assert set(found) == {"Ana", "Dewi"}
    assert _names(manager, area="75", indicator="reached", programme="rice") == []
    assert _names(manager, area="75", indicator="overlaps") == []
    assert set(_names(manager, area=[HERE, TOWN])) == {"Ana", "Budi", "Dewi"}


def test_it_leads_on_to_a_simulation(households: dict[str, Household], sign_in: SignIn) -> None:
    manager = sign_in(Role.MANAGER, "75")
    page = manager.get("/maps/families/", query_string={"area": [HERE, BESIDE]}).text
    assert f"/targeting/simulate?pick={HERE}&amp;pick={BESIDE}" in page


def test_other_areas_and_roles_see_nothing(
    session: Session, households: dict[str, Household], sign_in: SignIn
) -> None:
    assert sign_in(Role.ANALYST, "75").get("/maps/families/").status_code == 403
    session.rollback()
    operator = sign_in(Role.OPERATOR, "75.71")
    assert _names(operator) == ["Dewi"]
    for area in ("75", "75.01", "75.99"):
        assert operator.get("/maps/families/", query_string={"area": area}).status_code == 404
    assert operator.get("/maps/families/?area=x").status_code == 422


@pytest.mark.parametrize(
    ("areas", "found"),
    [
        ([HERE], "75.01.01"),
        ([HERE, BESIDE], "75.01.01"),
        ([HERE, "75.01.02"], "75.01"),
        ([HERE, TOWN], "75"),
        (["75", "31"], ""),
    ],
)
def test_the_smallest_area_that_holds_all(areas: list[str], found: str) -> None:
    assert common_area(areas, longest=8) == found
