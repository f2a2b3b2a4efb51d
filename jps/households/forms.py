"""A household as it passed the gate: typed, frozen, ready to be stored."""

import uuid
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

from jps.questionnaire import Problem

HEAD = "1"  # code of `relation`: head of the family


@dataclass(frozen=True, slots=True)
class MemberForm:
    """One person of the roster. `answers` are as given, `calculated` what followed from them."""

    answers: Mapping[str, Any]
    calculated: Mapping[str, Any]
    nik_state: str
    id: uuid.UUID | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """Travel between processes in a third of a dataclass's own time."""
        return MemberForm, (self.answers, self.calculated, self.nik_state, self.id)

    def text(self, question: str) -> str:
        """Return the answer as text, empty when there is none."""
        return str(self.answers.get(question, ""))

    @property
    def name(self) -> str:
        """The name as written."""
        return self.text("name")

    @property
    def nik(self) -> str:
        """The NIK as digits, empty when there is none."""
        return self.text("nik")

    @property
    def kk(self) -> str:
        """The KK number as digits, empty when there is none."""
        return self.text("kk")

    @property
    def birth_date(self) -> str:
        """`YYYY-MM-DD`, `YYYY` when only the year is known, empty when nothing is."""
        return self.text("birth_date") or self.text("birth_year")


@dataclass(frozen=True, slots=True)
class FamilyForm:
    """People on one KK: its number (empty when nobody showed it) and their places in the roster."""

    kk: str
    places: tuple[int, ...]


@dataclass(frozen=True, slots=True)
class HouseholdForm:
    """An accepted document: household answers, members, and what should be looked at again."""

    area_code: str
    questionnaire_version: str
    answers: Mapping[str, Any]
    calculated: Mapping[str, Any]
    members: tuple[MemberForm, ...]
    warnings: tuple[Problem, ...] = ()
    id: uuid.UUID | None = None

    def __reduce__(self) -> tuple[Any, ...]:
        """See `MemberForm`."""
        return HouseholdForm, tuple(getattr(self, name) for name in self.__slots__)

    def text(self, question: str) -> str:
        """Return the household's answer as text, empty when there is none."""
        return str(self.answers.get(question, ""))

    @property
    def families(self) -> tuple[FamilyForm, ...]:
        """The families in the order of the roster; who has no KK number stands in the first."""
        places: dict[str, list[int]] = {}
        for place, member in enumerate(self.members):
            if member.kk:
                places.setdefault(member.kk, []).append(place)
        loose = [place for place, member in enumerate(self.members) if not member.kk]
        if loose:
            first = next(iter(places), "")
            places[first] = sorted([*places.get(first, []), *loose])
        return tuple(FamilyForm(kk, tuple(found)) for kk, found in places.items())

    @property
    def head_name(self) -> str:
        """The first head of a family, else the first member, else the respondent."""
        heads = (member.name for member in self.members if member.text("relation") == HEAD)
        first = next(heads, self.members[0].name if self.members else "")
        return first or self.text("respondent_name")

    @property
    def household_size(self) -> int | None:
        """Members present; None when the household was not interviewed."""
        size = str(self.calculated.get("household_size", ""))
        return int(size) if size.isdigit() and self.members else None

    @property
    def interview_date(self) -> date | None:
        """The day of the visit."""
        text = self.text("interview_date")
        return date.fromisoformat(text) if text else None

    @property
    def point(self) -> tuple[float, float] | None:
        """Latitude and longitude in degrees of WGS84."""
        parts = self.text("gps").split()
        return (float(parts[0]), float(parts[1])) if len(parts) >= 2 else None

    def with_ids(self, household: uuid.UUID, members: Iterator[uuid.UUID]) -> "HouseholdForm":
        """Return the form under these ids; `members` gives one id for each member."""
        named = tuple(replace(member, id=next(members)) for member in self.members)
        return replace(self, id=household, members=named)

    def document(self) -> dict[str, Any]:
        """Return the answers document again: flat, the roster under `members`, ids included."""
        document: dict[str, Any] = {**self.answers}
        if self.id is not None:
            document = {"id": str(self.id), **document}
        if self.members:
            document["members"] = [
                {**({"id": str(member.id)} if member.id else {}), **member.answers}
                for member in self.members
            ]
        return document
