"""Letters: the same paper every time, numbers per village and year, and what the check says."""

from dataclasses import replace
from datetime import UTC, date, datetime
from io import BytesIO

import pytest
from hypothesis import given
from hypothesis import strategies as st
from pypdf import PdfReader
from sqlalchemy import select

from jps.assessment.models import Assessment
from jps.assessment.services import assess_households, current_scorecard
from jps.cases.letter_rules import (
    Validity,
    clean_code,
    initials,
    letter_number,
    shown_code,
    validity,
)
from jps.cases.letters import Issue, find_by_code, revoke
from jps.cases.printing import letter_pdf
from jps.cases.sktm import Wish, issue_sktm, months_later, standing_of
from jps.cases.striking import strike
from jps.errors import Conflict, InvalidData, NotFound
from jps.households.rules import State
from jps.programmes.case_models import Letter
from jps.programmes.rules import LetterKind
from tests.cases.conftest import WITA
from tests.cases.test_striking import GROUNDS, listed
from tests.households.conftest import AT, TODAY
from tests.programmes.world import World

WISH = Wish("Keringanan biaya sekolah", 6)
DECIDED = replace(
    WISH,
    decision="Suami sakit menahun",
    decision_number="BA/7/2026",
    decision_on=date(2026, 10, 2),
)


def text_of(content: bytes) -> str:
    """Return the words of a PDF in one line."""
    pages = PdfReader(BytesIO(content)).pages
    assert len(pages) == 1
    return " ".join("".join(page.extract_text() for page in pages).split())


def test_a_notice_says_what_why_until_when_and_whom_to_ask(world: World, issue: Issue) -> None:
    _, recipient = listed(world)
    strike(world.session, recipient.id, GROUNDS, issue)
    letter = world.session.scalars(select(Letter)).one()
    paper = letter_pdf(letter.facts, letter.check)
    text = text_of(paper)
    for part in (
        "PEMBERITAHUAN PENCORETAN",
        letter.number,
        recipient.name,
        "PKH",
        "1/2026",
        "Penerima meninggal",
        "Akta kematian 474.3/12, 1 November 2026",
        "keberatan sampai 23 Desember 2026",
        "Kantor Desa Contoh",
        "Bu Lina",
        shown_code(letter.check),
    ):
        assert part in text, part
    assert recipient.nik not in text
    assert recipient.nik not in letter.facts["address"]
    assert paper == letter_pdf(letter.facts, letter.check)
    assert letter.facts["address"] == f"https://jps.contoh/check/{letter.check}"


def test_names_with_marks_are_printed(world: World, issue: Issue) -> None:
    _, recipient = listed(world, name="Ma’ruf Né <b>& Dahlān</b> 中")
    strike(world.session, recipient.id, GROUNDS, issue)
    letter = world.session.scalars(select(Letter)).one()
    assert "Ma’ruf Né <b>& Dahlan</b> ?" in text_of(letter_pdf(letter.facts, letter.check))


def test_numbers_count_per_kind_village_and_year(world: World, issue: Issue) -> None:
    home = world.village.settle()
    member = world.members(home)[0].id
    numbers = [
        issue_sktm(world.session, home.id, member, DECIDED, how_).number
        for how_ in (issue, issue, replace(issue, day=date(2027, 1, 2)))
    ]
    assert numbers == [
        "001/SKTM/75.01.01.2001/XI/2026",
        "002/SKTM/75.01.01.2001/XI/2026",
        "001/SKTM/75.01.01.2001/I/2027",
    ]


def test_a_certificate_needs_a_poor_household(world: World, issue: Issue) -> None:
    session, home = world.session, world.village.settle()
    member = world.members(home)[0]
    with pytest.raises(InvalidData) as refused:
        issue_sktm(session, home.id, member.id, WISH, issue)
    assert set(refused.value.problems) == {"decision", "decision_number", "decision_on"}
    letter = issue_sktm(session, home.id, member.id, DECIDED, issue)
    text = text_of(letter_pdf(letter.facts, letter.check))
    assert member.nik in text
    assert "Suami sakit menahun (putusan desa/kelurahan nomor BA/7/2026" in text
    assert letter.valid_to == date(2027, 5, 23)
    assess_households(session, [home.id], current_scorecard(), at=AT)
    score = session.scalars(select(Assessment).where(Assessment.household_id == home.id)).one()
    score.npl100 = 0.81
    session.flush()
    assert "Peluang miskin 81 %" in standing_of(session, home, zone=WITA).basis
    assert issue_sktm(session, home.id, member.id, WISH, issue).serial == 2
    score.assessed_at = datetime(2026, 11, 23, 20, 0, tzinfo=UTC)  # four in the morning here
    session.flush()
    assert "24 November 2026" in standing_of(session, home, zone=WITA).basis
    home.state = State.ARCHIVED
    session.flush()
    with pytest.raises(Conflict):
        issue_sktm(session, home.id, member.id, WISH, issue)


def test_an_unknown_or_broken_code_is_no_letter(world: World, issue: Issue) -> None:
    home = world.village.settle()
    letter = issue_sktm(world.session, home.id, world.members(home)[0].id, DECIDED, issue)
    typed = f" {shown_code(letter.check).upper()} "
    assert find_by_code(world.session, typed).id == letter.id
    for wrong in ("", "x" * 500, letter.check[:-1], letter.check + "2"):
        with pytest.raises(NotFound):
            find_by_code(world.session, wrong)
    with pytest.raises(InvalidData):
        revoke(world.session, letter.id, "  ", by="sari", at=AT)
    revoke(world.session, letter.id, "Salah nama", by="sari", at=AT)
    with pytest.raises(Conflict):
        revoke(world.session, letter.id, "Lagi", by="sari", at=AT)


def test_what_a_letter_is_worth() -> None:
    assert validity(None, revoked=False, today=TODAY) is Validity.GENUINE
    assert validity(TODAY, revoked=False, today=TODAY) is Validity.GENUINE
    assert validity(date(2026, 11, 22), revoked=False, today=TODAY) is Validity.EXPIRED
    assert validity(TODAY, revoked=True, today=TODAY) is Validity.REVOKED


@pytest.mark.parametrize(
    ("day", "months", "later"),
    [
        (date(2026, 8, 31), 1, date(2026, 9, 30)),
        (date(2026, 8, 31), 6, date(2027, 2, 28)),
        (date(2027, 8, 31), 6, date(2028, 2, 29)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_end_with_shorter_ones(day: date, months: int, later: date) -> None:
    assert months_later(day, months) == later


@given(st.text(max_size=40))
def test_strangers_see_initials_alone(name: str) -> None:
    assert all(len(word) <= 4 for word in initials(name).split())
    assert initials("Hasan ABcontoh 3") == "H. A."


def test_codes_survive_being_read_out() -> None:
    assert clean_code("AB2c-defg") == "ab2cdefg"
    assert letter_number(LetterKind.NOTICE, 7, "75.01.01.2001", TODAY) == (
        "007/PCR/75.01.01.2001/XI/2026"
    )
