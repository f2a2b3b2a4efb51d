"""Two versions of the same answers side by side: choose field by field, nothing is lost."""

from collections.abc import Iterable
from dataclasses import dataclass

from flask import render_template
from flask_babel import gettext
from werkzeug.datastructures import MultiDict

from jps.db import db
from jps.questionnaire import Question
from jps.web.accounts import full_names
from jps.web.drafts import Draft, Screen
from jps.web.fields import language, texts_of
from jps.web.formats import iso_day, iso_moment
from jps.web.merging import Merge, Typed, marks_of, written

STORED = "stored"  # the side of the page that is not the typed one


@dataclass(frozen=True, slots=True)
class Difference:
    """One field that differs; `hidden` are names and values that send the typed answer again."""

    name: str
    label: str
    stored: str
    mine: str
    hidden: tuple[tuple[str, str], ...] = ()


def shown_answer(question: Question, raw: object) -> str:
    """Return an answer as people read it; a dash when there is none."""
    texts = texts_of(question, raw)
    if not texts:
        return gettext("(kosong)")
    if question.type == "date":
        return iso_day(texts[0])
    if question.is_measured:
        return iso_moment(texts[0])
    return question.answer_label(texts, language())


def compare_page(draft: Draft, screen: Screen, typed: Typed, found: Merge, action: str) -> str:
    """Return the page on which the person chooses between what is stored and what they typed.

    Only what both sides changed is asked; what else was typed goes along unseen.
    """
    stored = screen.stored(draft.document)
    along = [q for q in screen.differing(draft.document, found.typed) if q.name in typed]
    return render_template(
        "entry/compare.html",
        draft=draft,
        screen=screen,
        differences=[
            Difference(
                question.name,
                question.label(language()),
                shown_answer(question, stored.get(question.name)),
                shown_answer(question, typed[question.name]),
                tuple(_sent_again(question, typed[question.name])),
            )
            for question in found.conflicts
        ],
        along=[pair for question in along for pair in _sent_again(question, typed[question.name])],
        base=written(marks_of(screen, draft.document)),
        who=full_names(db.session(), [draft.household.draft_by, draft.household.state_by]),
        action=action,
    )


def _sent_again(question: Question, value: str | list[str]) -> Iterable[tuple[str, str]]:
    """Return the fields that make `read_fields` read the same answer again."""
    if question.type == "date" and isinstance(value, str):
        parts = value.split("-")
        if len(parts) != 3:
            parts = ["", "", value] if value else ["", "", ""]
        return zip(
            (f"{question.name}.{part}" for part in ("year", "month", "day")), parts, strict=True
        )
    values = value if isinstance(value, list) else [value]
    return [(question.name, text) for text in ["", *values]]


def chosen(typed: Typed, posted: MultiDict[str, str]) -> Typed:
    """Return what was typed without the fields for which the stored answer was chosen."""
    return {name: value for name, value in typed.items() if posted.get(f"pick.{name}") != STORED}
