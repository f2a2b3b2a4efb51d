"""One person against candidates: the batch's answers, and their evidence."""

from dataclasses import dataclass
from functools import cache

import pyarrow as pa
import pytest
from hypothesis import given

from jps.matching import (
    FIELDS,
    Links,
    Person,
    RegistryIndex,
    bits_of,
    explain,
    link,
    rank,
    record_keys,
)
from jps.text import mask_nik
from tests.matching import records
from tests.matching.people import make_town


@dataclass(frozen=True)
class Found:
    """A town linked in batch."""

    survey: pa.Table
    index: RegistryIndex
    links: Links
    people: list[Person]


@cache
def batch() -> Found:
    registry, survey = make_town(registry=1_500, survey=500, seed=9).tables
    index = RegistryIndex.build(registry)
    people = [Person.read(row) for row in registry.to_pylist()]
    return Found(survey, index, link(survey, index), people)


def lookup() -> dict[int, list[int]]:
    table: dict[int, list[int]] = {}
    for keys, rows in batch().index.postings():
        for key, row in zip(keys.tolist(), rows.tolist(), strict=True):
            table.setdefault(key, []).append(row)
    return table


def test_one_at_a_time_finds_whom_the_batch_finds() -> None:
    table = lookup()
    right = same = 0
    for row, record in enumerate(batch().survey.to_pylist()):
        person = Person.read(record)
        rows = {found for key in record_keys(person).values() for found in table.get(key, ())}
        best = rank(person, [batch().people[found] for found in rows], batch().links.model)
        if (
            batch().links[row].candidate is None
            or batch().links[row].second_weight == batch().links[row].weight
        ):
            continue
        weight = dict(batch().links.candidates(row)).get(best[0].person.id)
        # The batch also knows where the others of the household were found; that only adds.
        assert weight is not None
        assert weight >= best[0].weight - 1e-6
        same += weight == pytest.approx(best[0].weight)
        right += best[0].person.id == batch().links[row].candidate
    assert right >= 0.98 * len(batch().survey) * 0.95
    assert same >= 0.85 * len(batch().survey)


def test_the_true_person_outranks_relatives() -> None:
    home = {"kk": "7501010101109001", "mother": "SITI UNO", "village": "75.01.01.2001"}
    budi = {"id": "budi", "name": "BUDI LALU", "sex": "1", "birth_date": "1990-03-04", **home}
    twin = {**budi, "id": "twin", "name": "BUDIMAN LALU", "nik": "7501010403909002"}
    sister = {**budi, "id": "sister", "name": "BUNGA LALU", "sex": "2"}
    asked = {**budi, "name": "BUDY LALU", "id": "", "nik": "7501010403909001"}
    known = [Person.read(one) for one in (twin, sister, {**budi, "nik": "7501010403909001"})]
    ranked = rank(Person.read(asked), known, batch().links.model)
    assert ranked[0].person.id == "budi"
    assert ranked[0].probability > 0.98
    assert ranked[0].weight - ranked[1].weight > 5
    assert ranked[2].probability < 0.5


def test_no_candidates() -> None:
    assert rank(batch().people[0], [], batch().links.model) == []


def test_a_number_under_many_names_is_not_used() -> None:
    nik = "7501010101909005"
    crowd = [
        Person.read({"id": name, "nik": nik, "name": name})
        for name in ("ADAM", "EKO", "FERI", "UDO")
    ]
    ranked = rank(Person.read({"nik": nik, "name": "RUSLI"}), crowd, batch().links.model)
    assert all(one.levels["nik"] == 0 for one in ranked)


def test_evidence_adds_up_to_the_weight() -> None:
    for record in batch().survey.slice(0, 40).to_pylist():
        person = Person.read(record)
        for candidate in rank(person, batch().people[:20], batch().links.model):
            lines = explain(person, candidate.person, batch().links.model)
            assert sum(line.bits for line in lines) == pytest.approx(candidate.weight)
            assert [line.name for line in lines] == ["", *(one.name for one in FIELDS), ""]
            assert lines[-1].bits <= 1e-9


def test_evidence_in_columns_is_the_same() -> None:
    found = batch()
    columns = bits_of(found.links, found.index.people)
    assert list(columns) == ["start", *(one.name for one in FIELDS), "family"]
    for row, record in enumerate(found.survey.slice(0, 60).to_pylist()):
        bits = [column[row] for column in columns.values()]
        if found.links.candidate[row] < 0:
            assert not any(bits)
            continue
        candidate = found.people[int(found.links.candidate[row])]
        lines = explain(Person.read(record), candidate, found.links.model)
        assert bits == pytest.approx([line.bits for line in lines])


@given(records.records, records.records)
def test_evidence_shows_no_number_and_says_nothing_for_blanks(
    a: records.Record, b: records.Record
) -> None:
    for line in explain(Person.read(a), Person.read(b), batch().links.model)[1:-1]:
        assert line.reason
        assert line.level != 0 or line.bits == 0
        if line.name in {"nik", "kk"}:
            assert (line.left, line.right) == (mask_nik(a[line.name]), mask_nik(b[line.name]))
