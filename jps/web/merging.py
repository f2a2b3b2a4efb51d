"""Two people, or two tabs, at the same page: what each changed is told apart question by question.

A page carries a mark per question of what it showed (`base`). A question that only one side changed
since then needs nobody's decision; only one that both changed differently does.
"""

import hashlib
import json
import re
from collections.abc import Sequence
from dataclasses import dataclass

from jps.households.documents import Document
from jps.questionnaire import Question
from jps.web.drafts import Screen
from jps.web.fields import texts_of

Typed = dict[str, str | list[str]]
Marks = dict[str, str]

_MARK = re.compile(r"([\w-]{1,64}):([0-9a-f]{8})")


@dataclass(frozen=True, slots=True)
class Merge:
    """What is to be stored, what both sides changed, and the old marks of questions in which the
    page goes on showing what somebody else has changed."""

    typed: Typed
    conflicts: tuple[Question, ...]
    held: Marks


def mark(texts: Sequence[str]) -> str:
    """Return a short mark of an answer."""
    return hashlib.sha256(json.dumps(texts).encode("utf-8", "replace")).hexdigest()[:8]


def marks_of(screen: Screen, document: Document) -> Marks:
    """Return the marks of what a screen holds."""
    stored = screen.stored(document)
    return {q.name: mark(screen.texts(stored, q)) for q in screen.questions if not q.is_calculated}


def written(marks: Marks) -> str:
    """Return marks as they stand on a page."""
    return " ".join(f"{name}:{digest}" for name, digest in marks.items())


def read_marks(text: str) -> Marks:
    """Return the marks that a page sent; what is none is left out."""
    return {found[1]: found[2] for found in map(_MARK.fullmatch, text.split()) if found}


def merge(screen: Screen, document: Document, typed: Typed, base: Marks) -> Merge:
    """Put what a page sent together with what is stored now.

    Without a mark both sides count as changed: nothing is overwritten by a page that cannot say
    what it had shown.
    """
    stored = marks_of(screen, document)
    kept: Typed = {}
    held: Marks = {}
    conflicts = []
    for question in screen.questions:
        name = question.name
        value = typed.get(name)
        if name not in stored or value is None:
            continue
        mine, theirs, shown = mark(texts_of(question, value)), stored[name], base.get(name, "")
        if mine == theirs or theirs == shown:
            kept[name] = value
            continue
        held[name] = shown
        if mine != shown:
            conflicts.append(question)
    return Merge(kept, tuple(conflicts), held)
