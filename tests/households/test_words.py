"""The words by which a household is found."""

from collections.abc import Mapping
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.households.words import MAX_LENGTH, MAX_WORDS, asked_words, words_of
from jps.matching.normalise import default_normaliser

NORMALISER = default_normaliser()
DOCUMENT: dict[str, Any] = {
    "address": "Jl. Djoemadi No. 12 Dusun Mawar",
    "respondent_name": "Sitti Aminah",
    "members": [
        {"name": "MOH. HASAN, S.Pd", "nik": "7501010505809001", "kk": "7501012301159002"},
        {"name": "Fatmah"},
    ],
}


def finds(text: str, document: Mapping[str, Any] = DOCUMENT) -> bool:
    """Whether every word asked for begins one of the document's words."""
    words = words_of(document, NORMALISER)
    asked = asked_words(text, NORMALISER)
    return bool(asked) and all(
        any(word.startswith(beginning) for word in words for beginning in one.beginnings)
        for one in asked
    )


@pytest.mark.parametrize(
    "text",
    [
        "hasan",
        "HAS",
        "muhammad hasan",
        "mohamad",
        "siti",
        "jumadi",
        "mawar hasan",
        "9001",
        "809001",
        "9002",
        "7501010505809001",
        "7501 0105 0580 9001",
        "jalan jumadi",
        "hasan 9001",
    ],
)
def test_is_found(text: str) -> None:
    assert finds(text)


@pytest.mark.parametrize("text", ["ali", "9003", "7501", "hasan ali", "hasan 9003", "nhasa"])
def test_is_not_found(text: str) -> None:
    assert not finds(text)


@pytest.mark.parametrize("text", ["", " ", "a", "12", "123", "dusun", "jl", "-", "🙂", "%", "_"])
def test_nothing_to_search_by(text: str) -> None:
    assert asked_words(text, NORMALISER) == ()


@given(st.text(max_size=300))
def test_any_text_can_be_searched_and_stored(text: str) -> None:
    for asked in asked_words(text, NORMALISER):
        assert all(0 < len(found) <= MAX_LENGTH for found in asked.beginnings)
    words = words_of({"address": text, "members": [{"name": text, "nik": text}]}, NORMALISER)
    assert len(words) <= MAX_WORDS
    assert all(word.isalnum() and len(word) <= MAX_LENGTH for word in words)


@given(st.text("ABCDEFGHIJKLMNOPRSTUWY ", min_size=2, max_size=40))
def test_a_name_finds_its_own_household(name: str) -> None:
    if asked_words(name, NORMALISER):
        assert finds(name, {"members": [{"name": name}]})


def test_a_draft_may_hold_anything() -> None:
    values: list[Any] = [None, 7, [], {}, ["x"], True]
    for value in values:
        words_of({"address": value, "members": value}, NORMALISER)
        words_of({"members": [{"name": value, "nik": value}, value]}, NORMALISER)
