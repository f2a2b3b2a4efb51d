"""From a household's answers to a scorecard's responses, as a table."""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from jps.households.rules import IN_FORCE, State
from jps.text import N_
from jps.welfare.ppi import NotScorable, Scorecard, Total


class Line(StrEnum):
    """The poverty lines for which probabilities are kept."""

    NPL100 = "npl100"
    PPP2017_365 = "ppp2017_365"
    PPP2017_685 = "ppp2017_685"
    PPP2011_320 = "ppp2011_320"
    PPP2011_550 = "ppp2011_550"
    BOTTOM20 = "bottom20"
    BOTTOM40 = "bottom40"
    BOTTOM60 = "bottom60"
    BOTTOM80 = "bottom80"


# Indicator of the PPI 2022 -> question whose codes are the scorecard's; the questionnaire computes
# those that it does not ask. The province is the area's.
QUESTIONS: Mapping[str, str] = {
    "household_size": "ppi_household_size",
    "head_savings_account": "ppi_savings_account",
    "floor_material": "ppi_floor_material",
    "ate_meat_last_week": "ppi_ate_meat",
    "ate_prepared_rice_last_week": "ppi_ate_prepared_rice",
    "bought_clothing_care_last_month": "ppi_bought_clothing_care",
    "bought_gasoline_last_month": "ppi_bought_gasoline",
    "owns_refrigerator": "ppi_refrigerator",
    "owns_car": "ppi_car",
}


# A household counts once it was sent, also while somebody looks at it again (`IN_FORCE`).
# Queries say "not in" this: given "in", SQLite goes by the index of states, which is the longest
# way to households by id (all are read for every chunk) and to figures of areas.
NOT_COUNTED = tuple(state for state in State if state not in IN_FORCE)


class ModelKind(StrEnum):
    """What makes a score."""

    PPI = "ppi"  # a published scorecard
    PMT = "pmt"  # trained here, by `jps.welfare.pmt`


class ModelState(StrEnum):
    """Where a model stands; only the newest approved one of a kind is used."""

    TRAINED = "trained"
    APPROVED = "approved"
    WITHDRAWN = "withdrawn"


MODEL_STATES: Mapping[ModelState, str] = {
    ModelState.TRAINED: N_("Dilatih, belum disetujui"),
    ModelState.APPROVED: N_("Disetujui"),
    ModelState.WITHDRAWN: N_("Ditarik"),
}

INTERVIEWED = frozenset({"1", "2"})  # visit_result: complete, incomplete (somebody answered)


class Outcome(StrEnum):
    """Whether a household has a score, and why not."""

    SCORED = "scored"
    NOT_INTERVIEWED = "not-interviewed"
    NOT_ANSWERED = "not-answered"


OUTCOME_NAMES: Mapping[Outcome, str] = {
    Outcome.SCORED: N_("Dinilai"),
    Outcome.NOT_INTERVIEWED: N_("Tidak dinilai: rumah tangga tidak diwawancarai"),
    Outcome.NOT_ANSWERED: N_("Tidak dinilai: jawaban PPI belum lengkap"),
}


@dataclass(frozen=True)
class Appraisal:
    """What came out for one household. `problems`: indicator -> message to translate."""

    outcome: Outcome
    responses: Mapping[str, str]
    totals: Mapping[str, Total]
    problems: Mapping[str, str]


def responses_of(answers: Mapping[str, Any], area_code: str) -> dict[str, str]:
    """Return the scorecard's responses (indicator -> code) found in household `answers`.

    `answers` holds asked and calculated questions alike; what is not answered is left out.
    """
    found = {
        indicator: str(answers[question])
        for indicator, question in QUESTIONS.items()
        if answers.get(question) not in (None, "")
    }
    return {"province": area_code.partition(".")[0], **found}


def appraise(
    scorecard: Scorecard,
    answers: Mapping[str, Any],
    *,
    area_code: str,
    visit_result: str | None,
    persons: int | None,
) -> Appraisal:
    """Score one household, or say why it cannot be scored; never guesses an answer."""
    responses = responses_of(answers, area_code)
    if visit_result not in INTERVIEWED:
        return Appraisal(Outcome.NOT_INTERVIEWED, responses, {}, {})
    if not persons:
        responses.pop("household_size", None)
    try:
        totals = scorecard.totals(responses)
    except NotScorable as error:
        problems = {indicator: messages[0] for indicator, messages in error.problems.items()}
        return Appraisal(Outcome.NOT_ANSWERED, responses, {}, problems)
    return Appraisal(Outcome.SCORED, responses, totals, {})
