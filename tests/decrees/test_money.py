"""What recipients stand for is reckoned alike in SQL, in findings and in plans; terms by day."""

from datetime import date
from typing import Any

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.decrees.facts import facts_of
from jps.decrees.money import amount_of, money
from jps.programmes.findings import stake_of
from jps.programmes.models import ProgrammeTerms, Recipient
from jps.programmes.queries import terms_of_decree
from jps.programmes.rules import Frequency
from jps.programmes.terms import delivery_amount
from tests.benefits.decrees import AT, TODAY, VILLAGE, add_decree, add_programme, add_recipient
from tests.figures import add_areas, add_household

PACKAGES = [
    {"area": "75", "contents": "beras 5 kg", "value": 178_150},
    {"area": "75.04", "contents": "beras 10 kg", "value": 178_000},
    {"area": VILLAGE, "contents": "beras 3 kg"},
]
COMPONENTS = [
    {"code": "sd", "name": "Anak SD", "amount": 225_000},
    {"code": "x", "name": "Tanpa", "amount": 0},
]
PEOPLE: list[dict[str, Any]] = [
    {},
    {"amount": 50_000},
    {"component": " ANAK sd "},
    {"component": "sd", "area_code": "75.04"},
    {"component": "lain", "area_code": "75.04"},
    {"component": "x"},
    {"area_code": "75.01"},
]


@pytest.mark.parametrize("amount", [None, 300_000])
@pytest.mark.parametrize("components", [[], COMPONENTS])
@pytest.mark.parametrize("packages", [[], PACKAGES])
def test_sql_reckons_as_the_rule_does(
    session: Session, amount: int | None, components: list[Any], packages: list[Any]
) -> None:
    add_areas(session)
    programme = add_programme(session, amount=amount, components=components, packages=packages)
    decree = add_decree(session, programme)
    for row, person in enumerate(PEOPLE, start=2):
        add_recipient(session, decree, row, **person)
    terms = terms_of_decree(session, decree)
    assert terms is not None
    told = session.execute(select(Recipient, amount_of(terms)).order_by(Recipient.row)).all()
    expected = [
        delivery_amount(terms, one.area_code, own=one.amount, component=one.component)
        for one, _ in told
    ]
    assert [found for _, found in told] == expected
    summed = money(session, terms, Recipient.decree_id == decree.id)
    assert summed.unknown == expected.count(None)
    assert summed.year == sum(stake_of(one, terms) for one, _ in told)


def test_packages_count_as_money_at_stake(session: Session) -> None:
    add_areas(session)
    terms: dict[str, Any] = {"amount": None, "frequency": Frequency.ONCE, "deliveries": 3}
    programme = add_programme(session, packages=PACKAGES[:2], **terms)
    decree = add_decree(session, programme)
    add_recipient(session, decree, 2)
    found = money(session, terms_of_decree(session, decree), Recipient.decree_id == decree.id)
    assert (found.delivery, found.year, found.unknown) == (178_150, 534_450, 0)


@pytest.mark.parametrize(
    ("start", "end", "eligible"),
    [
        (date(2026, 1, 1), date(2026, 12, 31), True),  # today lies in it
        (date(2027, 1, 1), None, False),  # begins when the next terms hold
        (date(2024, 1, 1), date(2024, 12, 31), None),  # ended before any terms
    ],
)
def test_a_decree_is_judged_by_the_terms_of_its_period(
    session: Session, start: date, end: date | None, eligible: bool | None
) -> None:
    add_areas(session)
    here, there = {"area": ["75.01"]}, {"area": ["75.71"]}
    programme = add_programme(
        session, eligibility=here, valid_from=date(2025, 1, 1), valid_to=date(2027, 1, 1)
    )
    session.add(
        ProgrammeTerms(
            programme_id=programme.id,
            valid_from=date(2027, 1, 1),
            frequency=Frequency.ONCE,
            eligibility=there,
            made_by="tests",
            made_at=AT,
        )
    )
    decree = add_decree(session, programme, period_from=start, period_to=end)
    home = add_household(session, VILLAGE)
    session.flush()
    assert facts_of(session, decree, [home.id], on=TODAY)[home.id].eligible is eligible
