"""Answers about a member's school, work, health and insurance, following age, sex and index."""

from collections.abc import Mapping
from dataclasses import dataclass
from random import Random

from jps.sample.names import FEMALE, MALE

YES, NO = "1", "2"
_ATTENDING, _NO_LONGER, _NEVER = "2", "3", "1"
_SD, _SMP, _SMA, _SMK, _BACHELOR = "3", "8", "13", "15", "19"
_GRADUATED, _NO_CERTIFICATE = "8", "23"
# First age of a school, its level, the certificate one has while there, years it takes.
_SCHOOLS = (
    (19, _BACHELOR, _SMA, 4),
    (16, _SMA, _SMP, 3),
    (13, _SMP, _SD, 3),
    (7, _SD, _NO_CERTIFICATE, 6),
)
_DOMAINS = ("seeing", "hearing", "walking", "hands", "learning", "behaviour", "speech", "self_care",
            "memory")  # fmt: skip
_NO_DIFFICULTY, _SOME, _MUCH, _CANNOT = "4", "3", "2", "1"
_CIVIL_SERVANT, _EMPLOYEE = "5", "4"
_FARM, _FISHERY = "1", "4"
# Codes of work_sector with weights.
_TOWN_SECTORS = (("12", 30), ("13", 14), ("11", 12), ("24", 9), ("14", 8), ("8", 8), ("1", 8),
                 ("25", 4), ("4", 3), ("16", 1))  # fmt: skip
_COUNTRY_SECTORS = (("1", 46), ("3", 12), ("12", 10), ("11", 7), ("4", 8), ("13", 4), ("8", 4),
                    ("5", 3), ("2", 3), ("7", 2), ("24", 1))  # fmt: skip
_ILLNESSES = (("2", 34), ("3", 20), ("13", 10), ("6", 12), ("4", 7), ("5", 6), ("8", 4), ("7", 4),
              ("18", 3))  # fmt: skip


@dataclass(frozen=True, slots=True)
class Member:
    """What the further answers of a member depend on; age as the questionnaire counts it."""

    age: int
    sex: str
    is_married: bool
    is_urban: bool
    index: float


def further_answers(member: Member, rng: Random) -> dict[str, object]:
    """Return the answers of a present member that follow the roster's identity part."""
    answers: dict[str, object] = {}
    if member.age >= 5:
        answers.update(_school(member, rng))
    if member.age >= 10:
        answers.update(_work(member, rng))
    if member.sex == FEMALE and 10 <= member.age <= 54:
        expecting = member.is_married and member.age < 44 and rng.random() < 0.05
        answers["pregnant"] = YES if expecting else NO
    if member.age <= 4:
        worse = 0.10 - 0.04 * member.index
        answers["child_nutrition"] = rng.choice("12") if rng.random() < worse else "3"
    if member.age >= 5:
        answers.update(_difficulties(member, rng))
    answers["chronic_illness"] = _illness(member, rng)
    answers.update(_insurance(member, answers, rng))
    return answers


def _school(member: Member, rng: Random) -> dict[str, object]:
    age = member.age
    if age < 7:
        return {"school_participation": _NEVER}
    stays = {7: 0.98, 13: 0.93, 16: 0.74, 19: 0.24}
    for start, level, certificate, years in _SCHOOLS:
        if start <= age < start + years:
            if rng.random() < stays[start] + 0.05 * member.index:
                return {
                    "school_participation": _ATTENDING,
                    "education_level": level,
                    "education_class": str(min(age - start + 1, 7)),
                    "education_certificate": certificate,
                }
            break
    return _left_school(member, rng)


def _left_school(member: Member, rng: Random) -> dict[str, object]:
    """Return the highest school of someone who attends none any more."""
    if rng.random() < (0.10 if member.age > 60 else 0.01):
        return {"school_participation": _NEVER}
    cohort = -0.9 if member.age > 55 else -0.3 if member.age > 38 else 0.15
    reach = member.index * 0.55 + cohort + rng.gauss(0, 0.9) + (0.25 if member.is_urban else 0.0)
    for least, needed, level, certificate in (
        (1.35, 23, _BACHELOR, _BACHELOR),
        (0.15, 18, rng.choice((_SMA, _SMA, _SMK)), ""),
        (-0.45, 15, _SMP, _SMP),
        (-1.3, 12, _SD, _SD),
    ):
        if reach >= least and member.age >= needed:
            return {
                "school_participation": _NO_LONGER,
                "education_level": level,
                "education_class": _GRADUATED,
                "education_certificate": certificate or level,
            }
    return {
        "school_participation": _NO_LONGER,
        "education_level": _SD,
        "education_class": str(rng.randint(1, 5)),
        "education_certificate": _NO_CERTIFICATE,
    }


def _work(member: Member, rng: Random) -> dict[str, object]:
    if rng.random() >= _working_share(member):
        return {"worked": NO}
    status, sector = _occupation(member, rng)
    hours = min(max(int(rng.gauss(38, 12)), 4), 84)
    return {"worked": YES, "work_hours": hours, "work_sector": sector, "work_status": status}


def _working_share(member: Member) -> float:
    if member.age < 15:
        return 0.01
    if member.age < 20:
        return 0.2
    share = 0.88 if member.sex == MALE else 0.46
    return share if member.age < 62 else share * 0.5


def _occupation(member: Member, rng: Random) -> tuple[str, str]:
    """Return work status and sector; salaries come with a better index."""
    if member.age >= 23 and rng.random() < 0.05 + 0.06 * member.index:
        return _CIVIL_SERVANT, rng.choice(("20", "20", "21", "22"))
    sectors = _TOWN_SECTORS if member.is_urban else _COUNTRY_SECTORS
    sector = _pick(sectors, rng)
    if sector in {"1", "2", "3", "5"}:
        return rng.choices(("1", "2", "6", "8"), (30, 28, 26, 16))[0], sector
    if sector == _FISHERY:
        return rng.choices(("1", "2", "7"), (50, 30, 20))[0], sector
    if member.index > 0 and rng.random() < 0.35:
        return _EMPLOYEE, sector
    return rng.choices(("1", "2", "3", "4", "7", "8"), (40, 12, 3, 18, 20, 7))[0], sector


def _difficulties(member: Member, rng: Random) -> dict[str, object]:
    share = 0.006 if member.age < 45 else 0.03 if member.age < 65 else 0.14
    answers: dict[str, object] = {}
    grave = False
    for domain in _DOMAINS:
        level = _NO_DIFFICULTY
        if rng.random() < share:
            level = rng.choices((_SOME, _MUCH, _CANNOT), (80, 15, 5))[0]
            grave = grave or level != _SOME
        answers[f"difficulty_{domain}"] = level
    answers["sadness"] = rng.choices(("4", "3", "2", "1"), (80, 17, 2.5, 0.5))[0]
    if grave:
        answers["carer"] = rng.choices(("1", "2", "3"), (85, 8, 7))[0]
    return answers


def _illness(member: Member, rng: Random) -> str:
    share = 0.01 if member.age < 30 else 0.07 if member.age < 50 else 0.24
    return _pick(_ILLNESSES, rng) if rng.random() < share else "1"


def _insurance(member: Member, given: Mapping[str, object], rng: Random) -> dict[str, object]:
    status = given.get("work_status")
    salaried = status == _CIVIL_SERVANT or (status == _EMPLOYEE and rng.random() < 0.45)
    answers: dict[str, object] = {"health_insurance": _health(member, rng, salaried=salaried)}
    if member.age >= 10:
        answers["job_insurance"] = ["0"]
        if status == _CIVIL_SERVANT:
            answers["job_insurance"] = ["16"]
        elif salaried:
            answers["job_insurance"] = ["1", "2", "4"]
        elif status is not None and rng.random() < 0.06:
            answers["job_insurance"] = ["1", "2"]
    if member.age >= 18:
        answers["aid_prakerja"] = YES if member.age < 45 and rng.random() < 0.03 else NO
    if member.age >= 17:
        own_business = status in {"1", "2", "3"}
        answers["aid_kur"] = YES if own_business and rng.random() < 0.07 else NO
        answers["aid_umi"] = YES if own_business and rng.random() < 0.02 else NO
    if 5 <= member.age <= 21:
        pupil = given.get("school_participation") == _ATTENDING
        chance = 0.32 - 0.18 * member.index
        answers["aid_pip"] = YES if pupil and rng.random() < chance else NO
    return answers


def _health(member: Member, rng: Random, *, salaried: bool) -> list[str]:
    if salaried:
        return ["4"]
    if rng.random() < 0.72 - 0.16 * member.index:
        return ["1"]
    return ["2"] if rng.random() < 0.35 + 0.1 * member.index else ["0"]


def _pick(weighted: tuple[tuple[str, int], ...], rng: Random) -> str:
    codes, weights = zip(*weighted, strict=True)
    return str(rng.choices(codes, weights)[0])
