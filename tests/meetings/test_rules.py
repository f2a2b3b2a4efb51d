"""What the head of the minutes and a verdict need, and when a record can be closed."""

from datetime import date

import pytest

from jps.meetings.rules import (
    DECISION_NAMES,
    REASON_NAMES,
    Decision,
    Facts,
    Reason,
    Verdict,
    closing_problems,
    facts_problems,
    verdict_problem,
)

TODAY = date(2026, 11, 23)
WHOLE = Facts(TODAY, "Balai desa", "Kepala desa", 31, "BA-1")


@pytest.mark.parametrize(
    ("facts", "wrong"),
    [
        (Facts(TODAY), set()),
        (WHOLE, set()),
        (Facts(), {"held_on"}),
        (Facts(TODAY, participants=0), {"participants"}),
        (Facts(TODAY, participants=-1), {"participants"}),
        (Facts(TODAY, place="x" * 121, chair="x" * 121), {"place", "chair"}),
    ],
)
def test_facts(facts: Facts, wrong: set[str]) -> None:
    assert set(facts_problems(facts)) == wrong


@pytest.mark.parametrize(
    ("verdict", "right"),
    [
        (Verdict(Decision.AGREED), True),
        (Verdict(Decision.REJECTED), False),
        (Verdict(Decision.REJECTED, Reason.MOVED), True),
        (Verdict(Decision.REJECTED, Reason.OTHER), False),
        (Verdict(Decision.REJECTED, Reason.OTHER, "Menolak didata"), True),
        (Verdict(Decision.REJECTED, Reason.MOVED, "x" * 301), False),
    ],
)
def test_a_rejection_has_a_reason(verdict: Verdict, right: bool) -> None:
    assert (verdict_problem(verdict) is None) == right


@pytest.mark.parametrize(
    ("facts", "decisions", "has_minutes", "count"),
    [
        (WHOLE, {Decision.AGREED: 3, Decision.REJECTED: 1}, True, 0),
        (WHOLE, {Decision.AGREED: 3, None: 1}, True, 1),
        (WHOLE, {Decision.AGREED: 3}, False, 1),
        (WHOLE, {}, True, 1),
        (Facts(date(2026, 11, 24), "a", "b", 1, "c"), {Decision.AGREED: 1}, True, 1),
        (Facts(TODAY), {Decision.AGREED: 1}, False, 5),
    ],
)
def test_closing(
    facts: Facts, decisions: dict[Decision | None, int], has_minutes: bool, count: int
) -> None:
    found = closing_problems(facts, decisions, has_minutes=has_minutes, today=TODAY)
    assert len(found) == count


def test_all_codes_are_named() -> None:
    assert set(DECISION_NAMES) == set(Decision)
    assert set(REASON_NAMES) == set(Reason)
