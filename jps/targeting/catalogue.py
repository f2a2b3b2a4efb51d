"""The facts that rules may speak of, made from the questionnaire and the score. Pure."""

from collections.abc import Iterator, Mapping

from jps.questionnaire import Form, Question
from jps.targeting.facts import Catalogue, Fact, Kind, Unit
from jps.text import N_

MOST_CODES = 64  # answers of one question that can be held as bits

# Calculated questions that are numbers; the others repeat answers for the scorecard.
_COUNTED: Mapping[str, str] = {"age": N_("tahun"), "household_size": ""}

DERIVED: tuple[Fact, ...] = (
    Fact("npl100", N_("Peluang miskin (PPI, garis nasional)"), Kind.NUMBER, Unit.HOUSEHOLD),
)


def catalogue(form: Form, language: str = "id") -> Catalogue:
    """Return every fact by name, in the order of the form; labels in `language`.

    Texts, dates and places are no facts: a rule compares numbers and codes.
    """
    return {fact.name: fact for fact in (*DERIVED, *_asked(form, language))}


def _asked(form: Form, language: str) -> Iterator[Fact]:
    for question in form:
        unit = Unit.MEMBER if question.in_roster else Unit.HOUSEHOLD
        kind = _kind(question)
        if kind is None:
            continue
        choices = {choice.code: choice.label(language) for choice in question.choices}
        measure = _COUNTED.get(question.name, "")
        yield Fact(question.name, question.label(language), kind, unit, choices, measure)


def _kind(question: Question) -> Kind | None:
    if question.type in {"integer", "decimal"} or question.name in _COUNTED:
        return Kind.NUMBER
    if question.type == "select_one":
        return Kind.CODE
    if question.type == "select_multiple" and len(question.choices) <= MOST_CODES:
        return Kind.CODES
    return None
