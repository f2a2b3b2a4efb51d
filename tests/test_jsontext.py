"""JSON is written as the standard library writes it, whatever it holds."""

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.jsontext import canonical, dump

NUMBERS = st.integers() | st.floats() | st.floats(-1e-3, 1e-3)
TEXTS = st.text(st.characters())  # halves of surrogate pairs included
VALUES = st.recursive(
    st.none() | st.booleans() | NUMBERS | TEXTS,
    lambda inner: st.lists(inner) | st.dictionaries(TEXTS, inner),
    max_leaves=20,
)


@given(VALUES)
def test_what_is_hashed_has_the_bytes_that_it_always_had(value: Any) -> None:
    text = json.dumps(value, sort_keys=True, separators=(",", ":"), ensure_ascii=False)
    assert canonical(value) == text.encode("utf-8", "surrogatepass")


@given(VALUES)
def test_what_is_written_is_read_as_the_same(value: Any) -> None:
    written = dump(value)
    assert repr(json.loads(written)) == repr(json.loads(json.dumps(value)))
    written.encode()  # any database can keep it


def test_names_that_are_numbers_are_written_as_texts() -> None:
    assert dump({7: 1}) == '{"7":1}'
    assert canonical({7: 1}) == b'{"7":1}'


def test_what_json_does_not_know_is_refused_or_made_a_text() -> None:
    day = datetime(2026, 11, 23, tzinfo=UTC)
    for write in (dump, canonical):
        with pytest.raises(TypeError):
            write({"at": day})
    assert canonical({"at": day}, datetime.isoformat) == b'{"at":"2026-11-23T00:00:00+00:00"}'
