"""The codebook: every question, type and code of the questionnaire in force, and files made of it.

Nothing here is written by hand: a change of the XLSForm changes page and files.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import Blueprint, Response, render_template
from flask.typing import ResponseReturnValue
from flask_babel import gettext

from jps.access.rules import Can
from jps.config import DATA
from jps.http import requires
from jps.questionnaire import Form, Question, Section, load_form
from jps.questionnaire.wording import in_words
from jps.text import N_
from jps.web.fields import language

bp = Blueprint("codebook", __name__, url_prefix="/codebook")

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"

TYPE_NAMES = {
    "text": N_("Teks"),
    "digits": N_("Nomor (teks angka)"),
    "integer": N_("Bilangan bulat"),
    "decimal": N_("Bilangan"),
    "date": N_("Tanggal"),
    "select_one": N_("Satu pilihan"),
    "select_multiple": N_("Beberapa pilihan"),
    "geopoint": N_("Titik GPS"),
    "image": N_("Foto"),
    "start": N_("Waktu mulai, dicatat HP"),
    "end": N_("Waktu selesai, dicatat HP"),
    "calculate": N_("Dihitung"),
}
ROSTER_NOTE = N_("Ditanyakan untuk setiap anggota")


@dataclass(frozen=True, slots=True)
class Condition:
    """When something is asked: in words where they can be found, and as written in the form."""

    text: str
    in_words: bool


@dataclass(frozen=True, slots=True)
class Entry:
    """A question as the codebook shows it; `conditions` beyond those of its whole section."""

    question: Question
    type_name: str
    conditions: tuple[Condition, ...]


@dataclass(frozen=True, slots=True)
class Chapter:
    """A section with what holds for all of its questions."""

    section: Section
    conditions: tuple[Condition, ...]
    entries: tuple[Entry, ...]


def form_in_force() -> Form:
    """Return the questionnaire of this office."""
    return load_form(DATA / "questionnaire")


@bp.get("/")
@requires(Can.SEE_CODEBOOK)
def index() -> ResponseReturnValue:
    """Show the whole questionnaire."""
    form = form_in_force()
    other = next((name for name in form.languages if name != language()), language())
    return render_template(
        "codebook/index.html",
        form=form,
        chapters=[chapter(form, section) for section in form.sections],
        language=language(),
        other=other,
    )


@bp.get("/codebook.csv")
@requires(Can.SEE_CODEBOOK)
def as_csv() -> Response:
    """Answer with one row per question and per code."""
    from jps.web.codebook_files import codebook_csv

    return _file(codebook_csv(form_in_force()), "text/csv; charset=utf-8", "kuesioner", "csv")


@bp.get("/template.xlsx")
@requires(Can.SEE_CODEBOOK)
def template() -> Response:
    """Answer with an empty workbook whose columns are the questions."""
    from jps.exports.template import import_template

    return _file(import_template(form_in_force(), language(), gettext), XLSX, "templat", "xlsx")


def chapter(form: Form, section: Section) -> Chapter:
    """Return a section with its conditions in words."""
    questions = form.plan.questions
    shared = _shared(section)
    entries = tuple(
        Entry(
            question,
            type_name(question),
            tuple(
                _condition(text, questions) for text in question.conditions if text not in shared
            ),
        )
        for question in section.questions
    )
    return Chapter(section, tuple(_condition(text, questions) for text in shared), entries)


def type_name(question: Question) -> str:
    """Return the kind of answer in the reader's language."""
    kind = "digits" if question.is_digits else question.type
    return gettext(TYPE_NAMES[kind])


def _shared(section: Section) -> tuple[str, ...]:
    first, *others = [question.conditions for question in section.questions]
    return tuple(text for text in first if all(text in found for found in others))


def _condition(text: str, questions: Mapping[str, Question]) -> Condition:
    words = in_words(text, questions, language(), gettext)
    return Condition(text if words is None else words, words is not None)


def _file(body: bytes, mimetype: str, name: str, ending: str) -> Response:
    file_name = f"jps-{name}-{form_in_force().version}.{ending}"
    headers = {"Content-Disposition": f"attachment; filename={file_name}"}
    return Response(body, mimetype=mimetype, headers=headers)
