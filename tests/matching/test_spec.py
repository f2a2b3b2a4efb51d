"""Specifications: one kernel for lists of any fields, and what is wrong in a file is named."""

import pickle
from pathlib import Path
from random import Random

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jps.errors import InvalidFile
from jps.matching import PERSON, Assignment, Record, Records, RegistryIndex, link, record_keys
from jps.matching.compare import compare, compare_one
from jps.matching.keys import all_keys
from jps.matching.recipes import NO_KEY
from jps.matching.specfile import KINDS, parse_spec, read_spec
from jps.matching.swapped import Crossed
from tests.matching import lists

NOBODY = dict.fromkeys(lists.CLINIC.columns, "")


def read(row: lists.Row) -> Record:
    return Record.read(row, spec=lists.CLINIC)


def read_all(rows: list[lists.Row]) -> Records:
    return Records.read(lists.table(rows), spec=lists.CLINIC)


@given(st.lists(lists.rows, min_size=1, max_size=6), st.randoms(use_true_random=False))
def test_keys_are_the_same_alone_in_any_batch_and_any_order(
    rows: list[lists.Row], random: Random
) -> None:
    alone = [record_keys(read(row)) for row in rows]
    shuffled = list(range(len(rows)))
    random.shuffle(shuffled)
    for batch in (sorted(shuffled), shuffled, shuffled[:1]):
        columns = all_keys(read_all([rows[row] for row in batch]))
        for place, row in enumerate(batch):
            keys = {step: int(column[place]) for step, column in columns.items()}
            assert {step: key for step, key in keys.items() if key != NO_KEY} == alone[row]


@given(st.lists(lists.rows, min_size=1, max_size=4), st.lists(lists.rows, max_size=4))
def test_columns_agree_as_single_pairs_do(left: list[lists.Row], right: list[lists.Row]) -> None:
    i, j = (side.ravel() for side in np.indices((len(left), len(right)), np.int64))
    many = compare(read_all(left), read_all(right), i, j)
    for pair, (a, b) in enumerate(zip(i, j, strict=True)):
        one = compare_one(read(left[a]), read(right[b]))
        assert {name: int(levels[pair]) for name, levels in many.items()} == one


@given(lists.rows, lists.rows)
def test_agreement_is_symmetric_and_blanks_agree_with_nobody(a: lists.Row, b: lists.Row) -> None:
    assert compare_one(read(a), read(b)) == compare_one(read(b), read(a))
    assert set(compare_one(read(a), read(NOBODY)).values()) == {0}


def test_swapped_names_are_one_fact() -> None:
    a = {**NOBODY, "given": "Mary", "family": "Smith"}
    b = {**NOBODY, "given": "Smith", "family": "Mary"}
    levels = compare_one(read(a), read(b))
    assert levels["swapped"] == Crossed.CROSSED
    assert (levels["given"], levels["family"]) == (0, 0)
    assert record_keys(read(a))["names:given+family"] == record_keys(read(b))["names:given+family"]
    same = compare_one(read(a), read(a))
    assert (same["swapped"], same["given"], same["family"]) == (Crossed.STRAIGHT, 1, 1)


def test_a_specification_travels_to_other_processes() -> None:
    for spec in (PERSON, lists.CLINIC):
        assert spec.features
        assert spec.steps
        assert pickle.loads(pickle.dumps(spec)) == spec
    assert PERSON.version != lists.CLINIC.version


def test_saved_index_of_any_list(tmp_path: Path) -> None:
    folder = tmp_path / "index"
    row = {**NOBODY, "no": "1", "given": "Mary", "family": "Smith", "born": "3.4.1980"}
    rows = [row, {**row, "no": "2", "given": "Maria", "phone": "1234567"}]
    built = RegistryIndex.build(lists.table(rows), spec=lists.CLINIC)
    built.save(folder)
    opened = RegistryIndex.load(folder, spec=lists.CLINIC)
    asked = lists.table([{**row, "no": "x"}])
    assert link(asked, opened).table().equals(link(asked, built).table())
    assert [one.person for one in link(asked, opened)] == ["1"]


def test_a_list_without_keys_gets_some() -> None:
    spec = parse_spec("[fields]\na = {kind='text'}\nb = {kind='date'}\nc = {kind='code'}").spec
    assert [recipe.features for recipe in spec.recipes] == [("a", "b"), ("a",), ("b",)]
    assert spec.recipes[0].finer == ("c",)
    only_code = parse_spec("[fields]\nc = {kind='code'}").spec
    assert [recipe.features for recipe in only_code.recipes] == [("c",)]
    assert only_code.how is Assignment.MEMBERS


def test_what_is_called_otherwise_in_the_right_list() -> None:
    file = parse_spec("[fields]\nname = {kind='text', column=['a','b'], right=['c','d']}")
    assert file.right == {"a": "c", "b": "d"}
    assert file.spec.columns == ("id", "a", "b")


def test_another_member_of_the_household_is_nobodys_match() -> None:
    columns = ("given", "family", "street", "town", "phone")
    spec = parse_spec("[fields]\n" + "".join(f"{name}={{kind='text'}}\n" for name in columns)).spec
    random = Random(4)

    def word(size: int) -> str:
        return "".join(random.choice("abcdefghiklmnoprstuvwz") for _ in range(size))

    homes = [tuple(word(size) for size in (7, 9, 6, 8)) for _ in range(200)]
    people = [
        {"id": str(number), **dict(zip(columns, (word(6), *homes[number // 3]), strict=True))}
        for number in range(600)
    ]
    right = [one for one in people if int(one["id"]) % 3]
    index = RegistryIndex.build(pa.Table.from_pylist(right), spec=spec)
    links = list(link(pa.Table.from_pylist(people[::2]), index))
    assert sum(one.person == one.record for one in links) >= 195
    assert sum(one.person not in {None, one.record} for one in links) <= 2


FIELD = "[fields]\na = {kind='text'}\nb = {kind='text'}\n"


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("", ("[fields]",)),
        ("[fields]\na = {kind='txet'}", ("fields.a", "txet", "text", "digits")),
        ("[fields]\na = {kind='text', colum='x'}", ("fields.a", "colum", "column")),
        ("[fields]\na = {}", ("fields.a", "kind")),
        ("[fields]\na = 3", ("fields.a",)),
        ("fields = 3", ("fields",)),
        ("[fields]\na = {kind='date', order='ydm'}", ("order", "ydm", "dmy")),
        ("[fields]\na = {kind='place'}", ("fields.a", "digits")),
        ("[fields]\na = {kind='code', values=[1]}", ("values",)),
        ("[fields]\na = {kind='date', unknown_days=['1']}", ("unknown_days",)),
        ("[fields]\na = {kind='text', owners='x'}", ("owners", "integer")),
        ("[fields]\na = {kind='text', owners=true}", ("owners",)),
        ("[fields]\na = {kind='text', column='x', right=['y','z']}", ("right", "1")),
        ("[fields]\na = {kind='swapped', of=['x']}", ("of",)),
        ("[fields]\na = {kind='swapped', of=['x','y']}", ("fields.a", "x")),
        (FIELD + "[keys]\nk = ['c']", ("c", "a, b")),
        (FIELD + "[keys]\nk = ['a.whle']", ("whle", "whole")),
        (FIELD + "[keys]\nk = []", ("keys.k",)),
        (FIELD + "[keys]\nk = {features=['a'], cap=0}", ("cap",)),
        (FIELD + "[number]\nfield = 'c'", ("c", "a, b")),
        (FIELD + "[number]\nfield = 'a'\naccord = {b='CLOSE'}", ("CLOSE", "NEARLY_SAME")),
        (FIELD + "[keys]\nk=['a']\n[family]\nkey = 'l'", ("key", "k")),
        (FIELD + "[keys]\nk=['a']\n[family]\nkey = 'k'", ("accord",)),
        ("how = 'both'\n" + FIELD, ("how", "both", "one-to-one")),
        ("hwo = 'free'\n" + FIELD, ("hwo", "how")),
        ("names = ['c']\n" + FIELD, ("c", "a, b")),
    ],
)
def test_what_is_wrong_in_a_file_is_named(text: str, words: tuple[str, ...]) -> None:
    with pytest.raises(InvalidFile) as caught:
        parse_spec(text)
    for word in words:
        assert word in str(caught.value)


def test_what_is_no_toml_is_refused(tmp_path: Path) -> None:
    for content in (b"[fields", b"\xff\xfe\x00"):
        path = tmp_path / "x.toml"
        path.write_bytes(content)
        with pytest.raises(InvalidFile, match="TOML"):
            read_spec(path)


@pytest.mark.parametrize("name", ["febrl", "febrl_without_number"])
def test_shipped_specifications_can_be_read(name: str) -> None:
    spec = read_spec(lists.SPECS / f"{name}.toml").spec
    assert spec.how is Assignment.ONE_TO_ONE
    table = pa.table({column: pa.array([], pa.string()) for column in spec.columns})
    assert len(link(table, RegistryIndex.build(table, spec=spec))) == 0


def test_the_example_of_the_documentation_links() -> None:
    page = (Path(__file__).parents[2] / "docs" / "matching-specs.md").read_text()
    file = parse_spec(page.split("```toml")[1].split("```")[0])
    assert file.right["street"] == "address"
    row = dict.fromkeys(file.spec.columns, "") | {"first_name": "Ada", "birth": "1.2.1980"}
    rows = [
        {**row, "patient": str(number), "last_name": name}
        for number, name in enumerate(("Birke", "Ceder", "Distel", "Eiche"))
    ]
    table = pa.Table.from_pylist(rows)
    links = link(table, RegistryIndex.build(table, spec=file.spec))
    assert [one.candidate for one in links] == [one.record for one in links]
    assert all(f"`{name}" in page for name in KINDS)
