"""An index made with what an older one knows is the index made anew."""

from pathlib import Path

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.matching import Records, RegistryIndex
from jps.matching.columns import of_texts
from jps.matching.names import Names
from jps.matching.normalise import default_normaliser
from jps.matching.written import Written, read_again, written_names
from jps.registry.index import store_index
from tests.matching.people import make_town

names = st.lists(st.sampled_from(["SITI", "M. ALI", "m ali", "", "H. ABD. RAHMAN", "Nur'ain"]))
NORMALISER = default_normaliser()


@given(names, names)
def test_known_names_are_as_if_read_anew(before: list[str], now: list[str]) -> None:
    texts = of_texts(list(dict.fromkeys(before)))
    known = Written(texts, Names.read(texts, NORMALISER))
    read, again = Names.read(of_texts(now), NORMALISER), known.read(of_texts(now), NORMALISER)
    assert np.array_equal(read.codes, again.codes)
    assert np.array_equal(read.columns, again.columns)
    assert (read.plain, read.sound) == (again.plain, again.sound)


@pytest.fixture(scope="module")
def tables() -> tuple[pa.Table, pa.Table]:
    """A registry, and a newer one: people gone, people come, names changed, all in new rows."""
    old, new = make_town(registry=300, survey=200, seed=5).tables
    return old, pa.concat_tables([new, old.slice(40)])


def same(one: RegistryIndex, other: RegistryIndex) -> bool:
    pairs = zip(one.postings(), other.postings(), strict=True)
    equal = all(
        np.array_equal(left[0], right[0]) and np.array_equal(left[1], right[1])
        for left, right in pairs
    )
    return equal and one.version == other.version and str(one.frequencies) == str(other.frequencies)


def test_an_updated_index_equals_a_new_one(tables: tuple[pa.Table, pa.Table]) -> None:
    old, new = tables
    people = Records.read(old)
    known = {name: Written(texts, people[name]) for name, texts in written_names(old).items()}
    assert same(RegistryIndex.of(read_again(new, known)), RegistryIndex.build(new))


def test_snapshots_take_names_over_from_the_one_before(
    tables: tuple[pa.Table, pa.Table], tmp_path: Path
) -> None:
    old, new = tables
    store_index(tmp_path, 1, old)
    updated = store_index(tmp_path, 2, new, before=1)
    assert same(updated, store_index(tmp_path, 3, new))
    assert same(updated, store_index(tmp_path, 4, new, before=9))  # forgotten meanwhile
    next((tmp_path / "indexes" / "registry-2").glob("*.written")).write_bytes(b"cut off")
    assert same(updated, store_index(tmp_path, 5, new, before=2))
