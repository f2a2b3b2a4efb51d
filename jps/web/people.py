"""Members as lines of the form's roster page."""

from collections.abc import Mapping
from dataclasses import dataclass

from flask import url_for
from flask_babel import gettext

from jps.households.documents import ROSTER
from jps.text import mask_nik
from jps.web.drafts import Draft
from jps.web.fields import Note, language, problem_text


@dataclass(frozen=True, slots=True)
class Person:
    """A member with what is wrong and what is missing."""

    name: str
    facts: str
    url: str
    errors: int
    missing: int


def people_of(draft: Draft) -> list[Person]:
    """Return the members in roster order."""
    return [_person(draft, place, entry) for place, entry in enumerate(draft.members)]


def family_notes(draft: Draft) -> list[Note]:
    """Return the findings about the roster as a whole."""
    return [
        Note(problem.level, problem_text(problem))
        for problem in draft.problems
        if problem.path == ROSTER and draft.members
    ]


def _person(draft: Draft, place: int, entry: Mapping[str, object]) -> Person:
    start = f"{ROSTER}[{place}]."
    mine = [p for p in draft.problems if p.level == "error" and p.path.startswith(start)]
    missing = sum(problem.rule == "required" for problem in mine)
    household = draft.household.id
    url = url_for("entry.member", household_id=household, member_id=str(entry["id"]))
    return Person(
        str(entry.get("name") or ""), _facts(draft, place, entry), url, len(mine) - missing, missing
    )


def _facts(draft: Draft, place: int, entry: Mapping[str, object]) -> str:
    """Return `Istri/suami · 41 tahun · 7501**********02`."""
    form = draft.form
    checked = draft.checked.answers.get(ROSTER)
    record = checked[place] if isinstance(checked, list) and place < len(checked) else {}
    age = record.get("age")
    parts = [
        form.question("relation").answer_label(entry.get("relation"), language()),
        gettext("%(age)s tahun", age=age) if age is not None else "",
        mask_nik(str(entry.get("nik") or "")) or gettext("tanpa NIK"),
    ]
    return " · ".join(part for part in parts if part)
