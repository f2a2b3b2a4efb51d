"""A form that passed the gate as text, so that accepting it need not check it again."""

import uuid
from collections.abc import Iterable
from typing import Any

import orjson

from jps.households.documents import Document, content_hash
from jps.households.forms import HouseholdForm, MemberForm
from jps.households.models import Household, Member
from jps.households.rows import member_answers
from jps.jsontext import dump
from jps.questionnaire import Problem


def freeze(form: HouseholdForm) -> str:
    """Return the form as JSON; `thaw` makes the same form of it."""
    members = [
        [dict(one.answers), dict(one.calculated), one.nik_state, str(one.id or "")]
        for one in form.members
    ]
    found = {
        "area_code": form.area_code,
        "questionnaire_version": form.questionnaire_version,
        "answers": dict(form.answers),
        "calculated": dict(form.calculated),
        "members": members,
        "warnings": [_said(problem) for problem in form.warnings],
    }
    return dump(found)


def _said(problem: Problem) -> dict[str, Any]:
    return {name: value for name, value in problem.as_json().items() if value is not None}


def thaw(text: str) -> HouseholdForm:
    """Return the form that `freeze` wrote."""
    found = orjson.loads(text)
    return HouseholdForm(
        area_code=found["area_code"],
        questionnaire_version=found["questionnaire_version"],
        answers=found["answers"],
        calculated=found["calculated"],
        members=tuple(
            MemberForm(answers, calculated, state, uuid.UUID(key) if key else None)
            for answers, calculated, state, key in found["members"]
        ),
        warnings=tuple(Problem(**problem) for problem in found["warnings"]),
    )


def form_of(household: Household, members: Iterable[Member]) -> HouseholdForm:
    """Return what is stored of a household as the form that it was; `members` in roster order."""
    return HouseholdForm(
        area_code=household.area_code,
        questionnaire_version=household.questionnaire_version or "",
        answers=household.answers,
        calculated=household.calculated,
        members=tuple(
            MemberForm(member_answers(one), one.calculated, one.nik_state, one.id)
            for one in members
        ),
        warnings=tuple(Problem(**problem) for problem in household.warnings),
        id=household.id,
    )


def digest_of(document: Document) -> str:
    """Return what tells a household's content apart, whatever ids it has."""
    bare = {name: value for name, value in document.items() if name != "id"}
    if isinstance(entries := bare.get("members"), list):
        bare["members"] = [
            {name: value for name, value in entry.items() if name != "id"} for entry in entries
        ]
    return content_hash(bare)
