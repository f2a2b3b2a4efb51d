"""NIK and KK numbers: what they say, and what can be wrong with them.

A NIK is `PPKKCC DDMMYY NNNN`: province, regency and district of the *first registration*, birth
date (women have 40 added to the day) and a serial number from 0001. It has no check digit and is
never changed, neither by moving nor by correcting a birth date; therefore a difference between the
NIK and the other answers is a warning, not an error (dukcapil.klaten.go.id/arti-16-digit-nomor-
induk-kependudukan-nik). A KK number is built alike with the date of issue in the middle.
"""

from collections.abc import Collection, Iterator
from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from functools import lru_cache

from jps.questionnaire.problems import Level, Problem, member_path
from jps.questionnaire.values import strip_separators
from jps.text import N_

# Kemendagri province codes (Kepmendagri 300.2.2-2430/2025). They differ from the codes of BPS.
PROVINCES = frozenset(
    [str(code) for code in (*range(11, 20), 21, *range(31, 37), *range(51, 54), *range(61, 66))]
    + [str(code) for code in (*range(71, 77), 81, 82, *range(91, 97))]
)
NUMBERS = 256  # whose state is remembered: the rules of one household ask for each several times
FEMALE_DAY = 40  # added to the day of birth of women
_LOOKALIKES = str.maketrans({"O": "0", "o": "0", "I": "1", "l": "1"})
_SEQUENCES = ("1234567890123456", "0123456789012345", "9876543210987654")
_COUNTED = frozenset(run[:length] for run in _SEQUENCES for length in range(8, 17))


class NumberState(StrEnum):
    """What a NIK or KK number is by its form alone. Only `VALID` numbers identify anybody."""

    VALID = "valid"
    BLANK = "blank"
    ZERO = "zero"
    REPEATED = "repeated"
    SEQUENCE = "sequence"
    NOT_DIGITS = "not-digits"
    WRONG_LENGTH = "wrong-length"
    LEADING_ZEROS = "leading-zeros"
    UNKNOWN_PROVINCE = "unknown-province"
    IMPOSSIBLE_DATE = "impossible-date"


PLACEHOLDERS = frozenset({NumberState.ZERO, NumberState.REPEATED, NumberState.SEQUENCE})

STATE_MESSAGES = {
    NumberState.ZERO: N_("Jangan diisi 0. Kosongkan dan pilih alasannya."),
    NumberState.REPEATED: N_("Angka berulang bukan nomor asli. Kosongkan dan pilih alasannya."),
    NumberState.SEQUENCE: N_("Angka berurutan bukan nomor asli. Kosongkan dan pilih alasannya."),
    NumberState.NOT_DIGITS: N_("Nomor hanya boleh berisi angka."),
    NumberState.WRONG_LENGTH: N_("Nomor harus tepat 16 angka."),
    NumberState.LEADING_ZEROS: N_("Nomor tidak mungkin diawali 00: kode provinsinya hilang."),
    NumberState.UNKNOWN_PROVINCE: N_("Dua angka pertama bukan kode provinsi."),
    NumberState.IMPOSSIBLE_DATE: N_("Angka ke-7 sampai ke-12 bukan tanggal yang ada di kalender."),
}
LOOKALIKE = N_("Mungkin huruf O terketik untuk 0, atau I untuk 1.")
SERIAL_ZERO = N_("Nomor urut 0000 tidak lazim; nomor urut dimulai dari 0001.")
OLD_REGION = N_("Kode kecamatan dalam nomor ini tidak berlaku sekarang. Wajar bila nomornya lama.")
OTHER_BIRTH = N_("Tanggal lahir berbeda dari yang tertulis dalam NIK.")
OTHER_SEX = N_("Jenis kelamin berbeda dari yang tertulis dalam NIK.")
BIRTH_FROM_NIK = N_("Tanggal lahir menurut NIK.")
SEX_FROM_NIK = N_("Jenis kelamin menurut NIK.")
NIK_IN_KK = N_("Nomor ini berbentuk seperti NIK seorang perempuan, bukan nomor KK.")
KK_DATE = N_("Tanggal terbit dalam nomor KK tidak ada di kalender.")
KK_FUTURE = N_("Tanggal terbit dalam nomor KK belum tiba.")


@dataclass(frozen=True, slots=True)
class Nik:
    """A valid NIK taken apart. `births` are the dates it can mean, the later century first."""

    number: str
    births: tuple[date, ...]
    sex: str  # "1" male, "2" female

    @property
    def region(self) -> str:
        """The district of first registration as `75.01.01`."""
        return f"{self.number[:2]}.{self.number[2:4]}.{self.number[4:6]}"

    @property
    def serial(self) -> str:
        """The last four digits."""
        return self.number[12:]


def clean_number(text: str) -> str:
    """Return a number without spaces, dots and dashes."""
    return strip_separators(text)


@lru_cache(maxsize=NUMBERS)
def nik_state(text: str) -> NumberState:
    """Return what a NIK is by its form."""
    state = number_state(text)
    if state is NumberState.VALID and not _births(clean_number(text)):
        return NumberState.IMPOSSIBLE_DATE
    return state


@lru_cache(maxsize=NUMBERS)
def number_state(text: str) -> NumberState:
    """Return what a NIK or KK number is by its form, its date part aside."""
    number = clean_number(text)
    if not number:
        return NumberState.BLANK
    if not (number.isascii() and number.isdigit()):
        return NumberState.NOT_DIGITS
    if not number.strip("0"):
        return NumberState.ZERO
    if len(number) > 1 and len(set(number)) == 1:
        return NumberState.REPEATED
    if number in _COUNTED:
        return NumberState.SEQUENCE
    if len(number) != 16:
        return NumberState.WRONG_LENGTH
    if number.startswith("00"):
        return NumberState.LEADING_ZEROS
    return NumberState.VALID if number[:2] in PROVINCES else NumberState.UNKNOWN_PROVINCE


def same_number(one: str, other: str, *, kk: bool = False) -> bool:
    """Are both the same valid number? Placeholders are equal to nothing, not even to themselves."""
    state = number_state if kk else nik_state
    return (
        clean_number(one) == clean_number(other)
        and state(one) is NumberState.VALID
        and state(other) is NumberState.VALID
    )


def parse_nik(text: str, *, today: date | None = None) -> Nik | None:
    """Take a valid NIK apart, None for any other; births after `today` are left out."""
    if nik_state(text) is not NumberState.VALID:
        return None
    number = clean_number(text)
    births = tuple(born for born in _births(number) if today is None or born <= today)
    return Nik(number, births, "2" if int(number[6:8]) > FEMALE_DAY else "1")


def lookalike(text: str) -> str | None:
    """Return the NIK or KK number probably meant when letters were typed for digits."""
    number = clean_number(text)
    meant = number.translate(_LOOKALIKES)
    return meant if meant != number and number_state(meant) is NumberState.VALID else None


@lru_cache(maxsize=NUMBERS)
def _births(number: str) -> tuple[date, ...]:
    day, month, year = int(number[6:8]), int(number[8:10]), int(number[10:12])
    day -= FEMALE_DAY if day > FEMALE_DAY else 0
    return tuple(
        found for century in (2000, 1900) if (found := _day(century + year, month, day)) is not None
    )


def _day(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def check_nik(
    text: str,
    *,
    today: date,
    born: str = "",
    sex: str = "",
    regions: Collection[str] | None = None,
    member: int | None = None,
) -> tuple[Problem, ...]:
    """Return what is wrong with a NIK and what it offers.

    `born` is `YYYY-MM-DD`, `YYYY` or empty, `sex` is `1`, `2` or empty, `regions` the district
    codes in use today as six digits (only provinces that occur in it are judged), `member` the
    place in the roster. Errors: form, placeholder, province, date. Warnings: district not in use,
    serial 0000, birth or sex that differ. Suggestions: letters for digits, birth and sex where the
    answer is blank.
    """
    path = member_path(member, "nik")
    state = nik_state(text)
    if state is NumberState.BLANK:
        return ()
    nik = parse_nik(text, today=today)
    if nik is None:
        return _refused(text, state, path, "nik")
    if not nik.births:
        message = STATE_MESSAGES[NumberState.IMPOSSIBLE_DATE]
        return (Problem(path, "nik", "error", message, rule="nik"),)
    found = list(_number_warnings(nik.number, path, "nik", regions))
    found += _compare_birth(nik, born, member)
    found += _compare_sex(nik, sex, member)
    return tuple(found)


def check_kk(
    text: str,
    *,
    today: date,
    regions: Collection[str] | None = None,
    member: int | None = None,
) -> tuple[Problem, ...]:
    """Return what is wrong with a KK number; see `check_nik` for the arguments.

    Errors: form, placeholder, province. Its date of issue only warns: the structure of KK numbers
    is common knowledge without a published rule.
    """
    path = member_path(member, "kk")
    state = number_state(text)
    if state is NumberState.BLANK:
        return ()
    if state is not NumberState.VALID:
        return _refused(text, state, path, "kk")
    number = clean_number(text)
    found = list(_number_warnings(number, path, "kk", regions))
    day, month, year = int(number[6:8]), int(number[8:10]), 2000 + int(number[10:12])
    issued = _day(year, month, day)
    if issued is None:
        message = NIK_IN_KK if _day(year, month, day - FEMALE_DAY) else KK_DATE
        found.append(_warning(path, "kk", message))
    elif issued > today:
        found.append(_warning(path, "kk", KK_FUTURE))
    return tuple(found)


def _refused(text: str, state: NumberState, path: str, question: str) -> tuple[Problem, ...]:
    refusal = Problem(path, question, "error", STATE_MESSAGES[state], rule="nik")
    meant = lookalike(text)
    if meant is None:
        return (refusal,)
    return refusal, Problem(path, question, "suggestion", LOOKALIKE, rule="nik", suggested=meant)


def _number_warnings(
    number: str, path: str, question: str, regions: Collection[str] | None
) -> Iterator[Problem]:
    if number.endswith("0000"):
        yield _warning(path, question, SERIAL_ZERO)
    if regions and number[:6] not in regions and number[:2] in _provinces(frozenset(regions)):
        yield _warning(path, question, OLD_REGION)


@lru_cache(maxsize=8)
def _provinces(regions: frozenset[str]) -> frozenset[str]:
    return frozenset(region[:2] for region in regions)


def _compare_birth(nik: Nik, born: str, member: int | None) -> list[Problem]:
    possible = [birth.isoformat() for birth in nik.births]
    if born and any(birth.startswith(born) for birth in possible):
        return []
    level: Level = "warning" if born else "suggestion"
    message = OTHER_BIRTH if born else BIRTH_FROM_NIK
    question = "birth_year" if len(born) == 4 else "birth_date"
    suggested = _nearest(possible, born)
    if question == "birth_year":
        suggested = suggested[:4]
    path = member_path(member, question)
    return [Problem(path, question, level, message, rule="nik", suggested=suggested)]


def _nearest(possible: list[str], born: str) -> str:
    """Return the possible date in the century of `born`, the later one when it is unknown: there
    are more children than people over a hundred."""
    if not born:
        return possible[0]
    return min(possible, key=lambda birth: abs(int(birth[:4]) - int(born[:4])))


def _compare_sex(nik: Nik, sex: str, member: int | None) -> list[Problem]:
    if sex == nik.sex:
        return []
    level: Level = "warning" if sex else "suggestion"
    message = OTHER_SEX if sex else SEX_FROM_NIK
    path = member_path(member, "sex")
    return [Problem(path, "sex", level, message, rule="nik", suggested=nik.sex)]


def _warning(path: str, question: str, message: str) -> Problem:
    return Problem(path, question, "warning", message, rule="nik")
