"""The one gate for households: whatever comes in passes here and leaves it typed and frozen.

Web form, REST, lists, ODK submissions and the sample hand over the same document (flat, by question
name, roster under `members`); the questionnaire says what it may hold.
"""

import uuid
from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import date
from functools import partial
from typing import Any, NoReturn

from marshmallow import INCLUDE, Schema, ValidationError, fields, post_load

from jps.errors import InvalidData
from jps.households.documents import NOT_UUID, ROSTER, Document
from jps.households.forms import HouseholdForm, MemberForm
from jps.questionnaire import Checked, Form, Problem
from jps.questionnaire.household_rules import check_household
from jps.questionnaire.nik import nik_state
from jps.text import N_

NOT_OBJECT = N_("Rumah tangga harus berupa objek JSON dengan nama pertanyaan.")
SAME_ID = N_("Dua anggota memakai id yang sama.")
DROPPED = N_("Jawaban ini tidak berlaku untuk rumah tangga ini dan tidak disimpan.")
REFUSED = N_("Data rumah tangga belum dapat diterima: ada {count} isian yang harus diperbaiki.")


class InvalidHousehold(InvalidData):
    """A document that the gate refused; `found` says what is wrong where, warnings included."""

    code = "invalid-household"

    def __init__(self, found: Collection[Problem]) -> None:
        self.found = tuple(found)
        errors = [problem for problem in found if problem.level == "error"]
        problems: dict[str, list[str]] = {}
        for problem in errors:
            problems.setdefault(problem.path or "_", []).append(problem.text())
        super().__init__(REFUSED, problems, count=len(errors))


class HouseholdSchema(Schema):
    """Loads a document into a `HouseholdForm`, or raises `InvalidHousehold`.

    `today` is the office's day, `regions` the district codes in use as six digits (`750101`); see
    `jps.households.queries.gate`. One schema can load any number of documents, and can be sent to
    other processes, which need no database for it.
    """

    class Meta:
        unknown = INCLUDE  # the questionnaire knows which names exist

    id = fields.UUID(allow_none=True, error_messages={"invalid_uuid": NOT_UUID})

    def __init__(self, form: Form, *, today: date, regions: Collection[str] | None = None) -> None:
        super().__init__()
        self._form = form
        self._calculated = tuple(q.name for q in form if q.is_calculated)
        self._today = today
        self._regions = regions

    def __reduce__(self) -> tuple[Any, ...]:
        return partial(HouseholdSchema, today=self._today, regions=self._regions), (self._form,)

    def handle_error(self, error: ValidationError, data: Any, **kwargs: Any) -> NoReturn:
        """Turn marshmallow's finding into ours."""
        if isinstance(data, Mapping):
            raise InvalidHousehold([Problem("id", "id", "error", NOT_UUID, rule="type")])
        raise InvalidHousehold([Problem("", "", "error", NOT_OBJECT, rule="type")])

    @post_load
    def make(self, data: Document, **kwargs: Any) -> HouseholdForm:
        """Check the document by the questionnaire and freeze it."""
        household = data.pop("id", None)
        ids, problems = _take_ids(data)
        checked = check_household(self._form, data, today=self._today, regions=self._regions)
        problems += checked.problems
        if any(problem.level == "error" for problem in problems):
            raise InvalidHousehold(problems)
        return self._freeze(checked, household, ids, problems)

    def _freeze(
        self,
        checked: Checked,
        household: uuid.UUID | None,
        ids: list[uuid.UUID | None],
        problems: list[Problem],
    ) -> HouseholdForm:
        answers, calculated = self._split(checked.answers)
        entries = checked.answers.get(ROSTER)
        members = []
        for place, entry in enumerate(entries if isinstance(entries, list) else []):
            given, derived = self._split(entry)
            state = nik_state(str(given.get("nik", "")))
            members.append(MemberForm(given, derived, str(state), ids[place]))
        dropped = [
            Problem(path, path.rpartition(".")[2], "warning", DROPPED) for path in checked.dropped
        ]
        return HouseholdForm(
            area_code=str(answers.get("area_code", "")),
            questionnaire_version=self._form.version,
            answers=answers,
            calculated=calculated,
            members=tuple(members),
            warnings=tuple(p for p in (*problems, *dropped) if p.level == "warning"),
            id=household,
        )

    def _split(self, record: Mapping[str, Any]) -> tuple[Document, Document]:
        """Return the given and the calculated answers of a record.

        `born` repeats the birth date and is left out.
        """
        given: Document = dict(record)
        given.pop(ROSTER, None)
        given.pop("born", None)
        calculated = {name: given.pop(name) for name in self._calculated if name in given}
        return given, calculated


def _take_ids(document: Document) -> tuple[list[uuid.UUID | None], list[Problem]]:
    """Take the ids out of the roster's entries (copied): one per entry, None where none is."""
    roster = document.get(ROSTER)
    if not isinstance(roster, list):
        return [], []
    entries: list[object] = []
    ids: list[uuid.UUID | None] = []
    problems: list[Problem] = []
    for place, entry in enumerate(roster):
        if not isinstance(entry, Mapping):
            entries.append(entry)
            ids.append(None)
            continue
        rest = dict(entry)
        found = _uuid(rest.pop("id", None))
        if isinstance(found, str) or (found is not None and found in ids):
            message = NOT_UUID if isinstance(found, str) else SAME_ID
            problems.append(Problem(f"{ROSTER}[{place}].id", "id", "error", message, rule="type"))
        entries.append(rest)
        ids.append(found if isinstance(found, uuid.UUID) else None)
    document[ROSTER] = entries
    return ids, problems


def _uuid(value: object) -> uuid.UUID | str | None:
    """Return an id; None when there is none, an empty text when it is not a UUID."""
    if value is None or value == "":
        return None
    if isinstance(value, uuid.UUID):
        return value
    try:
        return uuid.UUID(value) if isinstance(value, str) else ""
    except ValueError:
        return ""


def without_ids(form: HouseholdForm) -> HouseholdForm:
    """Return the form as if its sender had given no ids."""
    return replace(form, id=None, members=tuple(replace(m, id=None) for m in form.members))
