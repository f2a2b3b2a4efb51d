"""Closures against lxml, the reference: for every expression and any answers, the same result."""

from datetime import date
from itertools import chain

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from jps.questionnaire import Form, load_form
from jps.questionnaire.answers import Answers, Record
from jps.questionnaire.expressions import Expression, Reference, compile_expression
from tests.questionnaire.conftest import FOLDER, TODAY

FORM: Form = load_form(FOLDER)
ODD = (
    *("", " ", "0", "1", "2", "3", "01", "-1", "-0", "1.5", ".5", "5.", "1e3", "+1", " 7 ", "NaN"),
    *(
        "Infinity",
        "0x10",
        "1,5",
        "12345678901234567",
        "0.1",
        "2.675",
        "99 1 0",
        "10" * 9,
        "0 2",
        "full",
        "a",
    ),
    *("2024-02-29", "2023-02-29", "1980-12-31", "1900-01-01", "2026-11-26T08:00", "1980", "٣", "é"),
)
TEXTS = st.sampled_from(ODD) | st.text(st.characters(exclude_categories=("Cs", "Cc")), max_size=8)


def expressions(form: Form) -> list[Expression]:
    """Return every expression of a form, those of groups included."""
    logics = [thing.logic for question in form for thing in (question, question.group)]
    logics.append(form.plan.roster.logic)
    found = chain.from_iterable(
        (logic.relevant, logic.required, logic.constraint, logic.calculate) for logic in logics
    )
    return [expression for expression in found if expression is not None]


EXPRESSIONS = expressions(FORM)


def filled(own: dict[str, str], members: list[dict[str, str]], today: date = TODAY) -> Answers:
    """Return answers as expressions see them, whatever the questions' types."""
    answers = Answers(FORM.plan, today)
    answers.household.texts.update(own)
    answers.members = [Record(place, texts=texts) for place, texts in enumerate(members)]
    return answers


def results(expression: Expression, answers: Answers, member: int | None) -> tuple[object, object]:
    """Return what the closure and lxml find."""
    assert expression.closure is not None, expression.source
    record = answers.record(member)
    found = expression.closure(answers.household.texts, record.texts, answers)
    expression.known.clear()
    return found, expression.value(answers, member)


def test_the_whole_form_needs_no_xml() -> None:
    assert len(EXPRESSIONS) > 150
    assert [found.source for found in EXPRESSIONS if found.closure is None] == []


def typed(name: str) -> st.SearchStrategy[str]:
    codes = [choice.code for choice in FORM.question(name).choices]
    return st.sampled_from(codes) | TEXTS if codes else TEXTS


def texts(*, roster: bool) -> st.SearchStrategy[dict[str, str]]:
    names = [question.name for question in FORM if question.in_roster == roster]
    return st.fixed_dictionaries({}, optional={name: typed(name) for name in names})


@settings(max_examples=60, deadline=None)
@given(texts(roster=False), st.lists(texts(roster=True), max_size=3), st.dates(date(1990, 1, 1)))
def test_every_expression_of_the_form(
    own: dict[str, str], members: list[dict[str, str]], today: date
) -> None:
    answers = filled(own, members, today)
    inside = {question.nodeset for question in FORM if question.in_roster}
    inside |= {question.group.nodeset for question in FORM if question.in_roster}
    for expression in EXPRESSIONS:
        places = range(len(members)) if expression.nodeset in inside else (None,)
        for member in places:
            found, wanted = results(expression, answers, member)
            assert found == wanted, (expression.source, member)
            assert type(found) is type(wanted)


# Any expression of the grammar. Questions: two of the household, two of a member.

HOME, OTHER = "/household/location/address", "/household/visit/visit_result"
NAME, BORN = "/household/members/person/name", "/household/members/person/birth_date"


def refer(path: str) -> Reference | None:
    inside = {NAME: Reference("member", "name"), BORN: Reference("member", "birth_date")}
    outside = {
        HOME: Reference("household", "address"),
        OTHER: Reference("household", "visit_result"),
    }
    return {**inside, **outside}.get(path)


_LITERALS = st.sampled_from([text for text in ODD if "'" not in text]).map(lambda t: f"'{t}'")
_NUMBERS = st.sampled_from(["0", "1", "2", "10", "1.5", ".5", "0.1", "3.", "20000", "1000000000"])
_PATHS = st.sampled_from([".", "../birth_date", HOME, OTHER, "./../name"])
_LEAVES = st.one_of(
    _LITERALS, _NUMBERS, _PATHS, _PATHS, st.sampled_from(["today()", "true()", "false()"])
)
_SIGNS = ("=", "!=", "<", "<=", ">", ">=", "+", "-", "*", "div", "mod", "and", "or")
_ONE = ("not", "number", "string", "boolean", "floor", "ceiling", "string-length", "int", "date",
        "count-selected", "abs", "round")  # fmt: skip
_TWO = ("selected", "regex", "contains", "starts-with", "concat", "coalesce", "selected-at",
        "ends-with", "min", "max", "round", "format-date", "substr")  # fmt: skip


def _larger(inner: st.SearchStrategy[str]) -> st.SearchStrategy[str]:
    return st.one_of(
        st.builds("{} {} {}".format, inner, st.sampled_from(_SIGNS), inner),
        st.builds("{}({})".format, st.sampled_from(_ONE), inner),
        st.builds("{}({}, {})".format, st.sampled_from(_TWO), inner, inner),
        st.builds("if({}, {}, {})".format, inner, inner, inner),
        st.builds("format-date({}, '%Y-%m {{%d}} %y%n%e%Q')".format, inner),
        inner.map("({})".format),
        inner.map("-{}".format),
    )


SOURCES = st.recursive(_LEAVES, _larger, max_leaves=8)


def written(source: str, result: str) -> Expression:
    """Compile an expression of a member's name."""
    return compile_expression(
        source,
        NAME,
        result="boolean" if result == "boolean" else "string",
        refer=refer,
        is_date=lambda path: path == BORN,
    )


@settings(max_examples=300, deadline=None)
@given(SOURCES, st.sampled_from(["boolean", "string"]), TEXTS, TEXTS, TEXTS, TEXTS)
@example("if(. = '', '', 1) = 1", "boolean", "", "", "", "")
@example("string(.)", "boolean", "", "", "", "")
@example("round(2.5, '1980') = 1000", "boolean", "", "", "", "")
@example("1 div -0 < 0", "boolean", "", "", "", "")
@example("-5 mod 2", "string", "", "", "", "")
@example("1 div ceiling(-0.5)", "string", "", "", "", "")
@example("../birth_date - date('1980-01-01')", "string", "", "1980-12-31", "", "")
def test_any_expression(
    source: str, result: str, name: str, born: str, home: str, other: str
) -> None:
    expression = written(source, result)
    if expression.closure is None:
        return  # only lxml can say what it means
    answers = filled({"address": home, "visit_result": other}, [{"name": name, "birth_date": born}])
    found, wanted = results(expression, answers, 0)
    assert found == wanted
    assert type(found) is type(wanted)


@pytest.mark.parametrize(
    "source",
    [
        "/household/members/person/name = 'A'",  # from inside the roster: anybody's name
        "../birth_date | . = 'A'",
        "../../person[1] = 'A'",
        "string-length() = 1",
        "position(..) = 1",
        "translate(., 'a', 'b') = 'b'",
        "../nobody = 'A'",
        "../../../../../../visit/visit_result = '1'",
        "boolean(if(. = '', ., 1))",
    ],
)
def test_what_is_more_than_one_answer_is_left_to_lxml(source: str) -> None:
    assert written(source, "boolean").closure is None


@pytest.mark.parametrize("source", ["sum({}) = 3", "count({}) = 2", "max({}, 1) = 2"])
@pytest.mark.parametrize("ages", [[], ["1", "2"], ["", "3"], ["x", "2.5"]])
def test_columns(source: str, ages: list[str]) -> None:
    expression = compile_expression(
        source.format("/household/members/person/age"),
        "/household/ppi/household_size",
        result="string",
        refer=lambda path: Reference("column", "age") if path.endswith("/age") else None,
        is_date=lambda path: False,
    )
    answers = filled({}, [{"age": age} for age in ages])
    found, wanted = results(expression, answers, None)
    assert found == wanted
