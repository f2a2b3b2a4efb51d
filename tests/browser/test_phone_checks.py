"""Phone and server say the same of a household: what applies, is missing, wrong, calculated."""

from collections.abc import Callable, Iterator
from datetime import date, timedelta
from random import Random
from typing import Any

import pytest
from playwright.sync_api import Page

from jps.access.rules import Role
from jps.config import DATA
from jps.questionnaire import Form, Problem, Question, load_form
from jps.questionnaire.household_rules import check_household
from jps.questionnaire.nik import check_kk, check_nik
from jps.sample import SURVEY_DAY, make_sample, poor_likelihood, published_rates
from jps.welfare.ppi import Scorecard
from tests.browser.conftest import Visitor
from tests.browser.phones import open_phone
from tests.households_examples import household_document
from tests.sample.conftest import read_sample_areas

pytestmark = pytest.mark.browser

SAMPLES, MUTATIONS = 40, 6  # households, and how often each is changed at random
REGIONS = ("750101", "750201", "717101")
GARBAGE = (
    "x",
    "0",
    "-1",
    "12,5",
    "99",
    "2999-01-01",
    "1985-02-30",
    "31/12/1980",
    " 1 ",
    "a  b",
    "1<2",
)

CHECK = """async ({documents, today, regions}) => {
  const base = `/phone/${document.body.dataset.version}`;
  const [{Form}, {checkForm}, {checkNumbers}, {checkFamily}] = await Promise.all(
    ["form", "check", "nik", "family"].map((name) => import(`${base}/${name}.js`)));
  const form = new Form(await (await fetch(`${base}/form.json`)).json());
  return documents.map((one) => {
    const found = checkForm(form, one, today);
    const numbers = checkNumbers(found.answers, {roster: form.roster, today, regions});
    const family = checkFamily(found.answers, form.roster);
    const said = ({messages, message, values}) =>
      (messages?.id ?? message).replace(/\\{(\\w+)\\}/g, (gap, name) => values?.[name] ?? gap);
    const problems = [...found.problems, ...numbers, ...family].map((one) =>
      [one.path, one.level, one.rule, said(one), one.suggested || null]);
    return {asked: [...found.asked].sort(), problems, answers: found.answers};
  });
}"""
NUMBERS = """async ({cases, today, regions}) => {
  const {checkNik, checkKk} = await import(`/phone/${document.body.dataset.version}/nik.js`);
  return cases.map(([number, born, sex]) => [
    ...checkNik(number, {today, born, sex, regions}), ...checkKk(number, {today, regions}),
  ].map((one) => [one.question, one.level, one.message, one.suggested || null]));
}"""


@pytest.fixture
def page(visit: Visitor, areas: None, make_user: Callable[..., str]) -> Page:
    """The offline form, opened."""
    return open_phone(visit(), make_user(Role.ENUMERATOR, "75.01"))


@pytest.fixture(scope="module")
def form() -> Form:
    """The questionnaire in force."""
    return load_form(DATA / "questionnaire")


def sampled() -> Iterator[dict[str, Any]]:
    """Yield documents of the invented sample and one that passes every check."""
    areas = read_sample_areas()
    rates = published_rates(DATA / "poverty_rates.csv")
    card = Scorecard.load(DATA / "ppi_indonesia_2022.json")
    likelihood = poor_likelihood(card, "75")
    sample = make_sample(
        SAMPLES, 12, areas, names=DATA / "sample", likelihood=likelihood, rates=rates
    )
    yield household_document()
    for household in sample.households():
        yield dict(household.answers)


def mutated(document: dict[str, Any], form: Form, chance: Random) -> dict[str, Any]:
    """Return a copy with a few answers taken out, exchanged or spoilt."""
    members = [dict(entry) for entry in document.get("members", [])]
    copy = {**document, "members": members}
    for _ in range(chance.randint(1, 6)):
        question = chance.choice(list(form))
        record = chance.choice(members) if question.in_roster and members else copy
        if question.in_roster == (record is not copy):
            value = spoilt(question, chance)
            record.pop(question.name, None)
            if value is not None:
                record[question.name] = value
    if members and chance.random() < 0.2:
        members.append(dict(chance.choice(members)))
    if chance.random() < 0.1:
        del copy["members"]
    return copy


def spoilt(question: Question, chance: Random) -> object:
    """Return another answer to a question, right or wrong; None for none."""
    kind = chance.random()
    if kind < 0.25:
        return None
    if kind < 0.4:
        return chance.choice(GARBAGE)
    codes = [choice.code for choice in question.choices]
    if question.type == "select_multiple":
        return chance.sample(codes, chance.randint(1, len(codes)))
    if codes:
        return chance.choice(codes)
    if question.type == "date":
        return (SURVEY_DAY - timedelta(days=chance.randint(0, 40_000))).isoformat()
    if question.type == "integer":
        return chance.randint(-1, 3000)
    if question.is_digits:
        return "".join(chance.choice("0123456789") for _ in range(chance.choice((2, 12, 16, 16))))
    return chance.choice(("Contoh Dua", "X", "Ani 2", "75.01.01.2001"))


def as_told(problem: Problem) -> list[Any]:
    return [problem.path, problem.level, problem.rule, problem.text("id"), problem.suggested]


def test_phone_and_server_agree_on_households(page: Page, form: Form) -> None:
    chance = Random(4)
    documents = list(sampled())
    documents += [mutated(one, form, chance) for one in documents for _ in range(MUTATIONS)]
    given = {"documents": documents, "today": SURVEY_DAY.isoformat(), "regions": REGIONS}
    told = page.evaluate(CHECK, given)
    counted = 0
    for document, phone in zip(documents, told, strict=True):
        server = check_household(form, document, today=SURVEY_DAY, regions=frozenset(REGIONS))
        assert phone["asked"] == sorted(server.relevant), document
        ours = [as_told(one) for one in server.problems if one.rule != "unknown"]
        assert sorted(phone["problems"], key=str) == sorted(ours, key=str), document
        assert phone["answers"] == server.answers, document
        counted += len(ours)
    assert counted > len(documents)  # the sample is not all right, or this proves nothing


NIKS = (
    "",
    "0",
    "0000000000000000",
    "7777777777777777",
    "1234567890123456",
    "750101450580900",
    "75O1014505809001",
    "75I1014505809l01",
    "0001014505809001",
    "9901014505809001",
    "7501014513809001",
    "7501013102809001",
    "7501012902009001",
    "7501012902019001",
    "7501014505800000",
    "7599994505809001",
    "3201014505809001",
    "7501.0145.0580.9001",
    "7501 0105 0580 9001",
    "7501010505269001",
    "7501013112269001",
    "seven",
    "٧٥٠١٠١٤٥٠٥٨٠٩٠٠١",
)


def test_phone_and_server_agree_on_numbers(page: Page) -> None:
    today = date(2026, 11, 23)
    cases = [
        (number, born, sex)
        for number in NIKS
        for born in ("", "1980", "1980-05-05", "2024-01-01")
        for sex in ("", "1", "2")
    ]
    given = {"cases": cases, "today": today.isoformat(), "regions": REGIONS}
    told = page.evaluate(NUMBERS, given)
    for (number, born, sex), phone in zip(cases, told, strict=True):
        regions = frozenset(REGIONS)
        found = check_nik(number, today=today, born=born, sex=sex, regions=regions)
        found += check_kk(number, today=today, regions=regions)
        server = [[one.question, one.level, one.message, one.suggested] for one in found]
        assert phone == server, (number, born, sex)
