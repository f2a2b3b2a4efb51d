"""The form as it is read from the CSV sheets."""

from pathlib import Path

import pytest
from lxml import etree

from jps.errors import InvalidFile
from jps.questionnaire import Form, load_form
from tests.questionnaire.conftest import FOLDER, write_form


def test_sections_stand_in_the_order_of_the_survey(form: Form) -> None:
    assert [section.name for section in form.sections] == [
        "location",
        "consent_section",
        "visit",
        "members",
        "dwelling",
        "assets",
        "livestock",
        "connection",
        "programmes",
        "ppi",
    ]
    assert [section.name for section in form.sections if section.is_roster] == ["members"]


def test_every_question_has_both_languages_and_a_source_of_codes(form: Form) -> None:
    assert form.languages == ("id", "en")
    for question in form:
        assert set(question.labels) == {"id", "en"}, question.name
        assert bool(question.choices) == question.type.startswith("select"), question.name
        assert set(question.messages) in (set(), {"id", "en"}), question.name
        assert bool(question.messages) == bool(question.constraint), question.name
        for choice in question.choices:
            assert set(choice.labels) == {"id", "en"}, (question.name, choice.code)


@pytest.mark.parametrize(
    ("question", "codes"),
    [
        ("visit_result", 5),
        ("presence", 6),
        ("relation", 8),
        ("floor_material", 9),
        ("wall_material", 7),
        ("roof_material", 8),
        ("water_source", 11),
        ("lighting", 4),
        ("power", 5),
        ("cooking_fuel", 12),
        ("toilet", 6),
        ("closet", 4),
        ("disposal", 6),
        ("land_certificate", 6),
        ("education_level", 22),
        ("education_certificate", 23),
        ("work_sector", 26),
        ("work_status", 8),
        ("chronic_illness", 18),
    ],
)
def test_code_lists_have_the_length_of_regsosek(form: Form, question: str, codes: int) -> None:
    assert len(form.question(question).choices) == codes


@pytest.mark.parametrize(
    ("question", "code", "label"),
    [
        ("floor_material", "8", "Earth"),
        ("roof_material", "3", "Corrugated iron (zinc)"),
        ("roof_material", "6", "Bamboo"),
        ("water_source", "3", "Piped water"),
        ("water_source", "4", "Borehole or pump"),
    ],
)
def test_codes_that_other_questionnaires_use_otherwise(
    form: Form, question: str, code: str, label: str
) -> None:
    assert form.question(question).answer_label(code, "en") == label


def test_the_names_other_parts_rely_on_exist(form: Form) -> None:
    members = {question.name for question in form.roster.questions}
    assert members >= {
        "name",
        "nik",
        "nik_reason",
        "kk",
        "sex",
        "birth_date",
        "birth_precision",
        "birth_place",
        "mother_name",
        "relation",
        "marital_status",
    }
    asked = {question.name for question in form.section("ppi").questions}
    assert asked >= {"ppi_savings_account", "ppi_ate_meat", "ppi_ate_prepared_rice"}
    assert asked >= {"ppi_bought_clothing_care", "ppi_bought_gasoline"}
    for name in ("household_size", "floor_material", "refrigerator", "car"):
        assert form.question(f"ppi_{name}").is_calculated


def test_the_xform_carries_the_version(form: Form) -> None:
    root = etree.fromstring(form.xml.encode())
    assert root.xpath("string(//*[@id='jps_household']/@version)") == form.version
    assert form.version.startswith("2022.1-")


def test_the_codebook_tells_when_a_question_is_asked(form: Form) -> None:
    row = next(row for row in form.codebook() if row.question.name == "pregnant")
    assert row.section.label("en") == "Household members"
    assert row.relevant[-1] == "${sex} = '2' and ${age} >= 10 and ${age} <= 54"
    assert "${present} = 1" in row.relevant
    assert len(form.codebook()) == len(list(form))


def test_template_columns_leave_calculated_questions_out(form: Form) -> None:
    household = [question.name for question in form.columns(roster=False)]
    members = [question.name for question in form.columns(roster=True)]
    assert "area_code" in household
    assert "ppi_car" not in household
    assert "nik" in members
    assert "age" not in members


def test_labels_of_answers(form: Form) -> None:
    insurance = form.question("health_insurance")
    assert insurance.answer_label(["1", "2"], "id") == "PBI JKN, JKN mandiri"
    assert insurance.answer_label(["77"], "id") == "77"
    assert form.question("floor_area").answer_label(36) == "36"
    assert form.title() == "Pendataan rumah tangga JPS"


def test_the_same_contents_are_read_once(tmp_path: Path) -> None:
    for sheet in ("survey", "choices", "settings"):
        (tmp_path / f"{sheet}.csv").write_bytes((FOLDER / f"{sheet}.csv").read_bytes())
    form = load_form(tmp_path)
    assert load_form(FOLDER) is form
    settings = tmp_path / "settings.csv"
    settings.write_text(settings.read_text().replace("rumah tangga JPS", "keluarga"))
    changed = load_form(tmp_path)
    assert changed.title() == "Pendataan keluarga"
    assert changed.version != form.version


@pytest.mark.parametrize(
    ("rows", "reason"),
    [
        ("begin_group,g,G,,,\ninteger,a,A,${b} > 1,,\ninteger,b,B,,,\nend_group,,,,,\n", "later"),
        ("begin_group,g,G,,,\ninteger,a,A,,once(.),\nend_group,,,,,\n", "unknown function once"),
        ("begin_group,g,G,,,\ninteger,a,A,,. > > 1,\nend_group,,,,,\n", "constraint"),
        ("begin_group,g,G,,,\ninteger,a,A,,selected(.),\nend_group,,,,,\n", "constraint"),
        ("begin_group,g,G,,,\naudio,a,A,,,\nend_group,,,,,\n", "audio is not supported"),
        ("integer,a,A,,,\n", "must stand in a group"),
        ("begin_group,g,G,,,\ninteger,a,A,${zzz} = 1,,\nend_group,,,,,\n", "zzz"),
        ("begin_group,g,G,,,\ninteger,a,A,,,\n", "begin_group"),
    ],
)
def test_a_form_the_server_cannot_follow_is_refused(tmp_path: Path, rows: str, reason: str) -> None:
    write_form(tmp_path, rows)
    with pytest.raises(InvalidFile) as refused:
        load_form(tmp_path)
    assert reason in str(refused.value)


def test_two_rosters_are_refused(tmp_path: Path) -> None:
    write_form(tmp_path, "begin_repeat,r,R,,,\ntext,a,A,,,\nend_repeat,,,,,\n")
    with pytest.raises(InvalidFile, match="one repeat"):
        load_form(tmp_path)


@pytest.mark.parametrize(
    ("sheet", "content", "message"),
    [
        ("survey", None, "survey.csv tidak ditemukan"),
        ("survey", b"", "survey.csv tidak memiliki kolom type"),
        ("survey", b"type,nama\ntext,a\n", "tidak memiliki kolom name"),
        ("choices", b"\xff\xfe\x00", "choices.csv bukan CSV UTF-8"),
        ("settings", b"form_id,form_title,version\n", "settings.csv bukan CSV"),
        ("settings", b"form_id,form_title,version\nx,,\n", "settings.csv bukan CSV"),
    ],
)
def test_a_broken_sheet_is_named(
    tmp_path: Path, sheet: str, content: bytes | None, message: str
) -> None:
    write_form(tmp_path, "")
    path = tmp_path / f"{sheet}.csv"
    path.unlink()
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(InvalidFile, match=message):
        load_form(tmp_path)
