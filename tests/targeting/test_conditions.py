"""Rules judged on columns say of every household what a slow reader of one household says."""

from typing import Any

import pytest
from hypothesis import given

from jps.targeting.conditions import InvalidRule, facts_of
from jps.targeting.reading import read_condition
from tests.targeting.people import CATALOGUE, Home, homes, judge_one, population, rules


@given(found=homes, rule=rules)
def test_columns_say_what_one_by_one_says(found: list[Home], rule: dict[str, Any]) -> None:
    truth = read_condition(rule, CATALOGUE).judge(population(found))
    said = [
        True if yes else (False if no else None)
        for yes, no in zip(truth.yes.tolist(), truth.no.tolist(), strict=True)
    ]
    assert said == [judge_one(rule, home.facts, home) for home in found]
    assert not (truth.yes & truth.no).any()


@pytest.mark.parametrize(
    ("rule", "path"),
    [
        ([], "rule"),
        ({}, "rule"),
        ({"all": [], "any": []}, "rule"),
        ({"all": []}, "rule.all"),
        ({"any": {"fact": "size"}}, "rule.any"),
        ({"all": [{"fact": "size", "is": ">", "value": "3"}]}, "rule.all[0].fact"),
        ({"fact": "size", "is": ">", "value": True}, "rule.fact"),
        ({"fact": "size", "is": ">", "value": float("nan")}, "rule.fact"),
        ({"fact": "size", "is": "in", "value": [1]}, "rule.fact"),
        ({"fact": "unknown", "is": "=", "value": 1}, "rule.fact"),
        ({"fact": ["size"], "is": "=", "value": 1}, "rule.fact"),
        ({"fact": "floor", "is": "=", "value": "9"}, "rule.fact"),
        ({"fact": "floor", "is": ">", "value": "1"}, "rule.fact"),
        ({"fact": "floor", "is": "in", "value": "1"}, "rule.fact"),
        ({"fact": "age", "is": ">", "value": 60}, "rule.fact"),
        ({"members": {"fact": "size", "is": ">", "value": 1}, "is": ">", "value": 1},
         "rule.members.fact"),
        ({"members": {"area": ["75"]}, "is": ">", "value": 1}, "rule.members.area"),
        ({"members": {"members": {"fact": "age", "is": ">", "value": 1}}, "is": ">", "value": 0},
         "rule.members.members"),
        ({"area": ["7501"]}, "rule.area"),
        ({"area": ["76"]}, "rule.area"),
        ({"area": []}, "rule.area"),
        ({"term": {"divide": ["room", 0, 1]}, "is": ">", "value": 1}, "rule.term"),
        ({"term": {"power": ["room", 2]}, "is": ">", "value": 1}, "rule.term"),
        ({"term": "floor", "is": ">", "value": 1}, "rule.term"),
        ({"term": {"add": [1, 2]}, "is": ">", "value": 1}, "rule.term"),
    ],
)  # fmt: skip
def test_a_rule_that_cannot_be_read_says_where(rule: Any, path: str) -> None:
    with pytest.raises(InvalidRule) as caught:
        read_condition(rule, CATALOGUE, areas=frozenset({"75", "75.01"}))
    assert caught.value.path == path
    assert caught.value.message.format(**caught.value.params)


def test_rules_have_an_end() -> None:
    deep: dict[str, Any] = {"fact": "size", "is": ">", "value": 1}
    for _ in range(20):
        deep = {"not": deep}
    with pytest.raises(InvalidRule):
        read_condition(deep, CATALOGUE)
    with pytest.raises(InvalidRule):
        read_condition({"any": [{"area": ["75"]}] * 400}, CATALOGUE)
    term: Any = "size"
    for _ in range(20):
        term = {"add": [term, 1]}
    with pytest.raises(InvalidRule):
        read_condition({"term": term, "is": ">", "value": 1}, CATALOGUE)


def test_a_rule_names_its_facts_once() -> None:
    rule = {
        "all": [
            {"term": {"divide": ["room", "size"]}, "is": "<", "value": 7.2},
            {"not": {"fact": "floor", "is": "in", "value": ["1", "2"]}},
            {"members": {"fact": "age", "is": ">=", "value": 60}, "is": ">=", "value": 1},
            {"fact": "size", "is": ">=", "value": 4},
        ]
    }
    names = [fact.name for fact in facts_of(read_condition(rule, CATALOGUE))]
    assert names == ["room", "size", "floor", "age"]


def test_nothing_divided_by_zero_gets_in() -> None:
    rule = {"term": {"divide": ["room", "size"]}, "is": ">=", "value": 0}
    home = Home("75.01.01.2001", {"room": 5, "size": 0}, [])
    truth = read_condition(rule, CATALOGUE).judge(population([home]))
    assert truth.unknown.tolist() == [True]
