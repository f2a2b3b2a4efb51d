"""The codebook comes whole from the questionnaire: page, CSV and import template."""

import csv
import io

import pytest
from python_calamine import CalamineWorkbook

from jps.access.rules import Role
from jps.exports.template import import_template
from jps.exports.workbook import HEADER_ROWS
from jps.questionnaire import Question
from jps.questionnaire.wording import in_words
from jps.web.codebook import form_in_force
from jps.web.codebook_files import codebook_csv
from tests.conftest import SignIn

FORM = form_in_force()


def test_page_shows_every_question_and_code(sign_in: SignIn) -> None:
    page = sign_in(Role.ANALYST).get("/codebook/").text
    for question in FORM:
        assert f'id="q-{question.name}"' in page
    assert FORM.version in page
    assert "Marmer/granit" in page
    assert "Marble or granite" in page
    assert "${" not in page, "a condition is not told in words"


def test_page_is_refused_without_the_permission(sign_in: SignIn) -> None:
    assert sign_in(Role.ENUMERATOR).get("/codebook/").status_code == 200
    answer = sign_in(Role.ENUMERATOR, username="other").get("/codebook/codebook.csv")
    assert answer.status_code == 200
    assert "no-store" in answer.headers["Cache-Control"]


def test_csv_has_a_row_for_every_question_and_code() -> None:
    text = codebook_csv(FORM).decode("utf-8-sig")
    rows = list(csv.DictReader(io.StringIO(text)))
    assert {row["name"] for row in rows} == {question.name for question in FORM}
    codes = [(row["name"], row["code"]) for row in rows if row["code"]]
    assert codes == [(q.name, choice.code) for q in FORM for choice in q.choices]
    assert not [cell for row in rows for cell in row.values() if cell.startswith(("=", "+", "@"))]


def test_template_has_a_column_for_every_question_that_people_answer() -> None:
    book = CalamineWorkbook.from_filelike(
        io.BytesIO(import_template(FORM, "id", str))  # str: no translation
    )
    assert book.sheet_names == ["Petunjuk", "Rumah tangga", "Anggota", "Kode"]
    for sheet, roster in (("Rumah tangga", False), ("Anggota", True)):
        rows = book.get_sheet_by_name(sheet).to_python()
        assert rows[1][1:] == [question.name for question in FORM.columns(roster=roster)]
        assert len(rows) == HEADER_ROWS
    codes = book.get_sheet_by_name("Kode").to_python()
    assert "6 - Semen/bata merah" in [row[codes[0].index("floor_material")] for row in codes]


def test_files_are_sent_under_the_version(sign_in: SignIn) -> None:
    client = sign_in(Role.OPERATOR)
    for path, start in (("codebook.csv", b"\xef\xbb\xbf"), ("template.xlsx", b"PK")):
        answer = client.get(f"/codebook/{path}")
        assert answer.status_code == 200
        assert FORM.version in answer.headers["Content-Disposition"]
        assert answer.data.startswith(start)


QUESTIONS: dict[str, Question] = dict(FORM.plan.questions)


@pytest.mark.parametrize(
    ("condition", "said"),
    [
        ("${nik} = ''", "NIK: tidak diisi"),
        ("${power} != ''", "Daya terpasang (meteran pertama): diisi"),
        (
            "${livestock_goat} >= 2 and ${livestock_pig} <= 4",
            "Kambing/domba (ekor): paling sedikit 2; dan Babi (ekor): paling banyak 4",
        ),
        (
            "${toilet} = '1' or ${toilet} = '6'",
            "Fasilitas tempat buang air besar: Ada, digunakan keluarga sendiri atau Tidak ada",
        ),
        ("${present} = 1", QUESTIONS["present"].label()),
        ("${nobody_asked_this} = 1", None),
        ("count(${members}) > 3", None),
        ("not(${sex} = '1')", None),
    ],
)
def test_conditions_in_words(condition: str, said: str | None) -> None:
    assert in_words(condition, QUESTIONS, "id") == said
