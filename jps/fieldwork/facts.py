"""What one interview tells about how it was made. Pure: values in, numbers out."""

import hashlib
import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, tzinfo
from typing import Any

from jps.questionnaire import Form
from jps.questionnaire.nik import NumberState

PATTERN_SECTIONS = ("dwelling", "assets")
NIGHT_FROM, NIGHT_UNTIL = 22, 5  # hours of the office's clock
MAX_MINUTES = 24 * 60.0  # longer is an interview that was left open, not a long one
HEAPING_AGES = range(23, 63)  # of Whipple's index
UNKNOWN = "Tidak tahu"  # label of the choice, in the questionnaire's own language
BLANK_OF_HOUSEHOLD = ("rt", "respondent_phone")
BLANK_OF_MEMBER = ("mother_name", "birth_place")
COMPLETE = "1"  # code of `visit_result`


@dataclass(frozen=True, slots=True)
class Somebody:
    """A member, as far as the quality of the interview goes."""

    nik_state: str
    birth_date: str  # YYYY-MM-DD, YYYY or empty
    age: int | None
    answers: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Interview:
    """A household's accepted answers and when they came."""

    answers: Mapping[str, Any]
    entered_at: datetime
    members: tuple[Somebody, ...] = ()


@dataclass(frozen=True, slots=True)
class Facts:
    """What is kept of an interview. None: nobody can know. Counts come as (of how many, how many).

    `minutes` is its length, `spot` the GPS point to five decimals (about a metre), `accuracy` that
    of the GPS in metres, `pattern` a hash of all answers about dwelling and assets.
    """

    complete: bool
    minutes: float | None
    night: bool
    spot: str | None
    accuracy: float | None
    pattern: str | None
    unknown: tuple[int, int]
    blank: tuple[int, int]
    niks: tuple[int, int]  # members, without a valid NIK
    births: tuple[int, int]  # full birth dates, those on 1 January
    ages: tuple[int, int]  # aged 23 to 62, those whose age ends in 0 or 5


def facts_of(form: Form, interview: Interview, *, zone: tzinfo) -> Facts:
    """Return the facts of an interview; clocks are read in `zone`."""
    answers, members = interview.answers, interview.members
    begun = _moment(answers.get("interview_start"))
    spot, accuracy = _place(answers.get("gps"))
    dates = [one.birth_date for one in members if len(one.birth_date) == 10]
    ages = [one.age for one in members if one.age in HEAPING_AGES]
    return Facts(
        complete=answers.get("visit_result") == COMPLETE,
        minutes=_minutes(begun, _moment(answers.get("interview_end"))),
        night=_is_night((begun or interview.entered_at).astimezone(zone).hour),
        spot=spot,
        accuracy=accuracy,
        pattern=pattern_of(form, answers),
        unknown=_unknown(form, [answers, *(one.answers for one in members)]),
        blank=_blank(answers, members),
        niks=(len(members), sum(one.nik_state != NumberState.VALID for one in members)),
        births=(len(dates), sum(born.endswith("-01-01") for born in dates)),
        ages=(len(ages), sum(age is not None and age % 5 == 0 for age in ages)),
    )


def pattern_of(form: Form, answers: Mapping[str, Any]) -> str | None:
    """Return a hash of all answers about dwelling and assets; None when there are none."""
    questions = [
        question.name
        for section in form.sections
        if section.name in PATTERN_SECTIONS
        for question in section.questions
    ]
    given = [answers.get(name) for name in questions]
    if all(value is None for value in given):
        return None
    return hashlib.blake2b(repr(given).encode(), digest_size=8).hexdigest()


def entropy(counts: Iterable[int]) -> float | None:
    """Return Shannon's entropy of patterns as a share (0-1) of the largest possible for so many
    interviews; None for fewer than two. C. Shannon, Bell System Technical Journal 27 (1948)."""
    found = [count for count in counts if count > 0]
    total = sum(found)
    if total < 2:
        return None
    bits = -sum(count / total * math.log2(count / total) for count in found)
    return bits / math.log2(total) + 0.0


def whipple(ages: tuple[int, int]) -> float | None:
    """Return Whipple's index of ages: 100 without preference, 500 when all end in 0 or 5.

    H. Shryock and J. Siegel, "The Methods and Materials of Demography" (1976), chapter 8.
    """
    of, heaped = ages
    return 500 * heaped / of if of else None


def _moment(text: object) -> datetime | None:
    try:
        return datetime.fromisoformat(text) if isinstance(text, str) else None
    except ValueError:
        return None


def _minutes(begun: datetime | None, ended: datetime | None) -> float | None:
    if begun is None or ended is None or (begun.tzinfo is None) != (ended.tzinfo is None):
        return None
    minutes = (ended - begun).total_seconds() / 60
    return minutes if 0 < minutes <= MAX_MINUTES else None


def _is_night(hour: int) -> bool:
    return hour >= NIGHT_FROM or hour < NIGHT_UNTIL


def _place(gps: object) -> tuple[str | None, float | None]:
    parts = gps.split() if isinstance(gps, str) else []
    if len(parts) != 4:
        return None, None
    latitude, longitude, _, accuracy = map(float, parts)
    return f"{latitude:.5f} {longitude:.5f}", accuracy or None


def _unknown(form: Form, records: Iterable[Mapping[str, Any]]) -> tuple[int, int]:
    codes = _unknown_codes(form)
    given = [
        (record[name], code) for record in records for name, code in codes.items() if name in record
    ]
    return len(given), sum(
        code in value if isinstance(value, list) else code == value for value, code in given
    )


def _unknown_codes(form: Form) -> dict[str, str]:
    """Return the code of "unknown" of every question that offers one."""
    return {
        question.name: choice.code
        for question in form
        for choice in question.choices
        if choice.label("id") == UNKNOWN
    }


def _blank(answers: Mapping[str, Any], members: tuple[Somebody, ...]) -> tuple[int, int]:
    asked = [answers.get(name) for name in BLANK_OF_HOUSEHOLD]
    asked += [one.answers.get(name) for one in members for name in BLANK_OF_MEMBER]
    return len(asked), sum(value in (None, "") for value in asked)
