"""The facts that rules may speak of: the questionnaire's, scores, deciles, programmes. Pure."""

from collections.abc import Iterator, Mapping
from typing import TypeAlias

from jps.programmes.rules import ProgrammeKind
from jps.questionnaire import Form, Question
from jps.targeting.facts import Catalogue, Fact, Kind, Unit
from jps.text import N_

MOST_CODES = 64  # answers of one question that can be held as bits

# Calculated questions that are numbers; the others repeat answers for the scorecard.
_COUNTED: Mapping[str, str] = {"age": N_("tahun"), "household_size": ""}

NOTHING = "-"  # a programme's code cannot be this: who is on no list is known to be on none
RANKED, NOT_RANKED, ABSENT = "ranked", "not-ranked", "absent"
_RANKED = {
    RANKED: N_("punya desil"),
    NOT_RANKED: N_("tercatat tetapi belum diperingkat"),
    ABSENT: N_("tidak ada dalam data desil"),
}
SCORES: tuple[Fact, ...] = (
    Fact("npl100", N_("Peluang miskin (PPI, garis nasional)"), Kind.NUMBER, Unit.HOUSEHOLD),
    Fact("pmt", N_("Peluang miskin (PMT, model setempat)"), Kind.NUMBER, Unit.HOUSEHOLD),
    Fact("decile", N_("Desil resmi, keluarga termiskin"), Kind.NUMBER, Unit.HOUSEHOLD),
    Fact("decile_state", N_("Keadaan desil"), Kind.CODE, Unit.HOUSEHOLD, _RANKED),
)
FAMILY: tuple[Fact, ...] = (
    Fact("family_size", N_("Jumlah anggota keluarga (satu KK)"), Kind.NUMBER, Unit.FAMILY),
    Fact("family_children", N_("Anak di bawah 18 tahun dalam keluarga"), Kind.NUMBER, Unit.FAMILY),
    Fact("family_elderly", N_("Anggota keluarga 60 tahun ke atas"), Kind.NUMBER, Unit.FAMILY),
    Fact("family_decile", N_("Desil resmi keluarga"), Kind.NUMBER, Unit.FAMILY),
    Fact("family_decile_state", N_("Keadaan desil keluarga"), Kind.CODE, Unit.FAMILY, _RANKED),
)
# Kind of programme -> fact of whose list one is on, for households, families and members.
LISTED: Mapping[ProgrammeKind, str] = {
    ProgrammeKind.AID: "receives",
    ProgrammeKind.INSURANCE: "insured",
    ProgrammeKind.FLAG: "flagged",
}
_LISTED_LABELS: Mapping[Unit, Mapping[ProgrammeKind, str]] = {
    Unit.HOUSEHOLD: {
        ProgrammeKind.AID: N_("Bantuan yang diterima rumah tangga (SK berlaku)"),
        ProgrammeKind.INSURANCE: N_("Jaminan yang diikuti anggota rumah tangga (SK berlaku)"),
        ProgrammeKind.FLAG: N_("Tanda pengecualian pada rumah tangga (SK berlaku)"),
    },
    Unit.FAMILY: {
        ProgrammeKind.AID: N_("Bantuan yang diterima keluarga (SK berlaku)"),
        ProgrammeKind.INSURANCE: N_("Jaminan yang diikuti anggota keluarga (SK berlaku)"),
        ProgrammeKind.FLAG: N_("Tanda pengecualian pada keluarga (SK berlaku)"),
    },
    Unit.MEMBER: {
        ProgrammeKind.AID: N_("Bantuan yang diterima anggota (SK berlaku)"),
        ProgrammeKind.INSURANCE: N_("Jaminan yang diikuti anggota (SK berlaku)"),
        ProgrammeKind.FLAG: N_("Tanda pengecualian pada anggota (SK berlaku)"),
    },
}
NOBODY = N_("tidak satu pun")

# Kind of programme -> its programmes: code -> name.
Programmes: TypeAlias = Mapping[ProgrammeKind, Mapping[str, str]]


def catalogue(form: Form, language: str = "id", programmes: Programmes | None = None) -> Catalogue:
    """Return every fact by name, in the order of the form; labels in `language`.

    Texts, dates and places are no facts: a rule compares numbers and codes. Labels that are not the
    questionnaire's are Indonesian, to be translated.
    """
    own = (*SCORES, *FAMILY, *_lists(programmes or {}))
    return {fact.name: fact for fact in (*own, *_asked(form, language))}


def listed_name(kind: ProgrammeKind, unit: Unit) -> str:
    """Return the name of the fact that says on which lists of a kind a unit is."""
    return LISTED[kind] if unit is Unit.HOUSEHOLD else f"{unit}_{LISTED[kind]}"


def _lists(programmes: Programmes) -> Iterator[Fact]:
    for unit, labels in _LISTED_LABELS.items():
        for kind, label in labels.items():
            choices = {NOTHING: NOBODY, **programmes.get(kind, {})}
            yield Fact(listed_name(kind, unit), label, Kind.CODES, unit, choices)


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
