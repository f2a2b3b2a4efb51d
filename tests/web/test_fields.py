"""Fields: what was typed comes back as it was typed."""

from hypothesis import given
from hypothesis import strategies as st
from werkzeug.datastructures import MultiDict

from jps.web.codebook import form_in_force
from jps.web.fields import Field, Kind, kind_of, read_fields, texts_of

FORM = form_in_force()
TYPED = st.text(st.characters(exclude_characters="-", exclude_categories=["Cs"]), max_size=6)


def shown(name: str, value: object) -> Field:
    question = FORM.question(name)
    return Field(question, kind_of(question), texts_of(question, value), True, ())


@given(day=st.integers(1, 31), month=st.integers(1, 12), year=st.integers(1900, 2030))
def test_dates_come_back(day: int, month: int, year: int) -> None:
    sent = {
        "birth_date.day": str(day),
        "birth_date.month": str(month),
        "birth_date.year": str(year),
    }
    stored = read_fields([FORM.question("birth_date")], MultiDict(sent))["birth_date"]
    assert stored == f"{year}-{month:02d}-{day:02d}"
    parts = shown("birth_date", stored).parts
    assert parts == {"day": f"{day:02d}", "month": f"{month:02d}", "year": str(year)}


@given(day=TYPED, month=TYPED, year=TYPED)
def test_what_is_no_date_comes_back_too(day: str, month: str, year: str) -> None:
    question = FORM.question("birth_date")
    sent = {"birth_date.day": day, "birth_date.month": month, "birth_date.year": year}
    once = read_fields([question], MultiDict(sent))["birth_date"]
    parts = shown("birth_date", once).parts
    again = {f"birth_date.{part}": text for part, text in parts.items()}
    assert read_fields([question], MultiDict(again))["birth_date"] == once
    for typed in (day, month, year):
        assert typed.strip() in once


def test_a_month_keeps_no_day() -> None:
    sent = {"aid_bpnt_last.month": "2", "aid_bpnt_last.year": "2024"}
    stored = read_fields([FORM.question("aid_bpnt_last")], MultiDict(sent))
    assert stored == {"aid_bpnt_last": "2024-02-01"}
    assert shown("aid_bpnt_last", "2024-02-01").parts == {"month": "02", "year": "2024"}


def test_a_question_that_was_not_on_the_page_is_left_out() -> None:
    questions = [FORM.question(name) for name in ("tenure", "id_documents", "address")]
    assert read_fields(questions, MultiDict()) == {}
    blank = MultiDict([("tenure", ""), ("id_documents", ""), ("address", "")])
    assert read_fields(questions, blank) == {"tenure": "", "id_documents": [], "address": ""}
    chosen = MultiDict(
        [("tenure", ""), ("tenure", "1"), ("id_documents", ""), ("id_documents", "4")]
    )
    assert read_fields(questions, chosen) == {"tenure": "1", "id_documents": ["4"]}


def test_a_code_that_the_list_does_not_have_stays_visible() -> None:
    assert ("77", "77") in shown("tenure", "77").choices


def test_every_question_has_a_kind() -> None:
    kinds = {question.name: kind_of(question) for question in FORM if not question.is_calculated}
    assert kinds["nik"] is Kind.DIGITS
    assert kinds["visit_notes"] is Kind.LINES
    assert kinds["work_sector"] is Kind.LIST
    assert kinds["gps"] is Kind.POINT
