"""What a trained model may read of a household: questions of the form, and what members add up to.

Pure. Not offered: how the visit went, consent, and aid received, which would punish who got it.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from jps.questionnaire import Form, Question
from jps.text import N_
from jps.welfare.pmt import Kind, as_number, as_text

HEAD = "1"  # relation
_NOT_ASKED_FOR = frozenset(
    {"address_matches_kk", "legal_basis", "consent", "visit_result", "kk_status"}
)
_AID = "aid_"
CHILD_BELOW, ELDERLY_FROM = 15, 60

# Names in training files and models -> what people read.
DERIVED: Mapping[str, tuple[Kind, str]] = {
    "log_size": (Kind.NUMBER, N_("Logaritma jumlah anggota")),
    "share_children": (Kind.NUMBER, N_("Bagian anggota di bawah 15 tahun")),
    "share_elderly": (Kind.NUMBER, N_("Bagian anggota 60 tahun ke atas")),
    "head_age": (Kind.NUMBER, N_("Umur kepala keluarga")),
    "head_sex": (Kind.CODE, N_("Jenis kelamin kepala keluarga")),
    "head_certificate": (Kind.CODE, N_("Ijazah tertinggi kepala keluarga")),
    "head_work_status": (Kind.CODE, N_("Kedudukan kepala keluarga dalam pekerjaan")),
}
# Questions of members behind features of the head.
OF_HEAD: Mapping[str, str] = {
    "head_age": "age",
    "head_sex": "sex",
    "head_certificate": "education_certificate",
    "head_work_status": "work_status",
}


def kinds_of(form: Form) -> dict[str, Kind]:
    """Return every feature by name, in the order of the form."""
    found = {name: kind for name, (kind, _) in DERIVED.items()}
    for question in form:
        kind = _kind(question)
        if kind is not None:
            found[question.name] = kind
    return found


def label_of(form: Form, name: str, language: str) -> str:
    """Return what people read for a feature; labels of derived ones are to be translated."""
    if name in DERIVED:
        return DERIVED[name][1]
    question = form.plan.questions.get(name)
    return name if question is None else question.label(language)


def answer_label(form: Form, name: str, code: str, language: str) -> str:
    """Return what people read for a code of a feature."""
    question = form.plan.questions.get(OF_HEAD.get(name, name))
    choices = question.choices if question is not None else ()
    return next((one.label(language) for one in choices if one.code == code), code)


def features_of(answers: Mapping[str, Any], members: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Return the features of a household from its answers (calculated ones too) and members'."""
    own = list(members)
    here = [one for one in own if as_text(one.get("present", "1")) != "0"]
    size = as_number(as_text(answers.get("household_size"))) or float(len(here))
    head = next((one for one in own if as_text(one.get("relation")) == HEAD), {})
    ages = [as_number(as_text(one.get("age"))) for one in here]
    return {
        **answers,
        "log_size": math.log(size) if size >= 1 else None,
        "share_children": _share(ages, below=CHILD_BELOW),
        "share_elderly": _share(ages, least=ELDERLY_FROM),
        **{name: head.get(question) for name, question in OF_HEAD.items()},
    }


def _kind(question: Question) -> Kind | None:
    name = question.name
    if question.in_roster or name in _NOT_ASKED_FOR or name.startswith(_AID):
        return None
    if question.type in {"integer", "decimal"}:
        return Kind.NUMBER
    return Kind.CODE if question.type == "select_one" else None


def _share(ages: Sequence[float | None], *, least: int = 0, below: int = 999) -> float | None:
    """Return the share of ages in a range; None where one is not known."""
    known = [age for age in ages if age is not None]
    if not known or len(known) < len(ages):
        return None
    return sum(least <= age < below for age in known) / len(known)
