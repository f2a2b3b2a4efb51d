"""When what is due, and how much of it."""

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.benefits.rules import Gift, Schedule, Terms, gift, later, proposed
from jps.programmes.rules import Frequency

START = date(2026, 1, 15)
MONTHLY = Terms(300_000, Frequency.MONTHLY, 3)


@pytest.mark.parametrize(
    ("terms", "to", "expected"),
    [
        (Terms(20_000_000, Frequency.ONCE, None), None, (1, 1)),
        (Terms(178_150, Frequency.ONCE, 3), None, (1, 3)),
        (Terms(200_000, Frequency.MONTHLY, 12), date(2026, 12, 31), (1, 12)),
        (Terms(200_000, Frequency.MONTHLY, None), date(2026, 3, 31), (1, 3)),
        (MONTHLY, date(2026, 12, 31), (1, 3)),
        (Terms(3_000_000, Frequency.YEARLY, 4), date(2026, 12, 31), (3, 4)),
        (Terms(450_000, Frequency.YEARLY, None), date(2027, 12, 31), (12, 2)),
        (Terms(1, Frequency.QUARTERLY, None), None, (3, 4)),
        (Terms(1, Frequency.MONTHLY, None), date(2126, 1, 1), (1, 60)),
    ],
)
def test_deliveries_follow_the_terms(
    terms: Terms, to: date | None, expected: tuple[int, int]
) -> None:
    found = proposed(terms, START, to)
    assert (found.months, found.count) == expected
    assert found.first == START


@given(
    st.dates(date(2020, 1, 1), date(2030, 1, 1)),
    st.integers(0, 800),
    st.sampled_from(Frequency),
)
def test_what_is_proposed_lies_in_the_period(start: date, days: int, often: Frequency) -> None:
    end = start + timedelta(days=days)
    assert proposed(Terms(1, often, None), start, end).dates()[-1] <= end


@given(st.dates(date(2000, 1, 1), date(2099, 1, 1)), st.integers(0, 240))
def test_months_are_counted_and_days_kept_where_there_are(day: date, months: int) -> None:
    found = later(day, months)
    assert (found.year - day.year) * 12 + found.month - day.month == months
    assert found.day == day.day or (found.day < day.day and later(found, 0).day >= 28)


def test_a_schedule_from_the_last_day_of_a_month() -> None:
    days = Schedule(date(2026, 1, 31), 1, 3).dates()
    assert days == [date(2026, 1, 31), date(2026, 2, 28), date(2026, 3, 31)]


PACKAGES = (
    {"area": "", "contents": "beras 5 kg", "value": 178_150},
    {"area": "75.04", "contents": "beras 10 kg", "value": 178_000},
)
PKH = Terms(
    None,
    Frequency.YEARLY,
    4,
    components=({"code": "sd", "name": "Anak SD", "amount": 900_000},),
)
PLAIN = Terms(200_000, Frequency.MONTHLY, 12, packages=({"area": "75", "contents": "beras"},))


@pytest.mark.parametrize(
    ("found", "expected"),
    [
        (gift(MONTHLY, "75.01.01.2001"), Gift(300_000)),
        (gift(MONTHLY, "75.01.01.2001", own=150_000), Gift(150_000)),
        (gift(PKH, "75.01", component="sd"), Gift(900_000)),
        (gift(PKH, "75.01", component=" Anak sd "), Gift(900_000)),
        (gift(PLAIN, "75.01", component="lansia"), Gift(200_000, "beras")),
        (gift(PKH, "75.01", component="unknown"), Gift(None)),
        (gift(PKH, "75.01"), Gift(None)),
    ],
)
def test_one_delivery_gives(found: Gift, expected: Gift) -> None:
    assert found == expected


def test_a_package_is_that_of_the_smallest_area() -> None:
    terms = Terms(None, Frequency.ONCE, 3, packages=PACKAGES)
    assert gift(terms, "75.04.01.2001") == Gift(178_000, "beras 10 kg")
    assert gift(terms, "75.041.01.2001") == Gift(178_150, "beras 5 kg")
