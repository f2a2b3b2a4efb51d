"""A member as the rules between members see one."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date

from jps.questionnaire.nik import NumberState, number_state
from jps.questionnaire.problems import Level, Problem, member_path

ESTIMATE = 3  # years by which an estimated year of birth may be wrong, either way


@dataclass(frozen=True, slots=True)
class Person:
    """A member as the rules see one; blank answers are empty texts.

    `family` is the KK number if it is a number at all; members without one form a family of their
    own. `earliest` and `latest` bound the birth date, None when nothing is known.
    """

    place: int
    name: str
    nik: str
    kk: str
    family: str
    sex: str
    relation: str
    marital: str
    mother: str
    born: str
    earliest: date | None
    latest: date | None
    age: int | None

    def problem(
        self, question: str, message: str, level: Level = "warning", **params: object
    ) -> Problem:
        """Return a problem at one of this member's answers."""
        path = member_path(self.place, question)
        return Problem(path, question, level, message, params, rule="family")


def read_person(entry: Mapping[str, object], place: int) -> Person:
    """Return a roster entry of a checked document as a `Person`."""

    def text(name: str) -> str:
        return str(entry.get(name, ""))

    kk = text("kk")
    earliest, latest = birth_bounds(text("born"), text("birth_precision"))
    return Person(
        place=place,
        name=text("name"),
        nik=text("nik"),
        kk=kk,
        family=kk if number_state(kk) is NumberState.VALID else "",
        sex=text("sex"),
        relation=text("relation"),
        marital=text("marital_status"),
        mother=text("mother_name"),
        born=text("born"),
        earliest=earliest,
        latest=latest,
        age=int(text("age")) if text("age").isdigit() else None,
    )


def birth_bounds(born: str, precision: str) -> tuple[date | None, date | None]:
    """Return the first and last day on which a person born `YYYY-MM-DD` or `YYYY` can be born."""
    if len(born) == 10:
        day = date.fromisoformat(born)
        return day, day
    year = int(born) if len(born) == 4 and born.isdigit() else 0
    slack = ESTIMATE if precision == "estimated" else 0
    if not MINYEAR <= year - slack <= year + slack <= MAXYEAR:
        return None, None
    return date(year - slack, 1, 1), date(year + slack, 12, 31)
