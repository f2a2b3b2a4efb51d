"""How hard the sample is: the noise that field work has, and what a good matcher makes of it."""

from collections import Counter

import pyarrow as pa
import pytest

from jps.matching import RegistryIndex, link
from jps.sample import Sample, SampleHousehold, TrueMember


@pytest.fixture(scope="module")
def households(sample: Sample) -> list[SampleHousehold]:
    """The surveyed households."""
    return list(sample.households())


@pytest.fixture(scope="module")
def truth(households: list[SampleHousehold]) -> list[TrueMember]:
    """All members with their truth."""
    return [member for one in households for member in one.members]


# Shares of members, percent: least and most. Sources of the first ones: 17 % of DTKS records had
# no matching NIK (KPK 2021), the others follow reports without figures.
SHARES = {
    "no NIK": (12, 19),
    "mistyped NIK": (2, 5),
    "borrowed NIK": (0.6, 2.2),
    "placeholder NIK": (0.3, 1.6),
    "spelling": (5, 12),
    "typo": (1.5, 5),
    "initial": (8, 17),
    "name order": (0.4, 2),
    "shortened": (1, 3.5),
    "no mother": (8, 17),
    "year only": (2, 7),
    "day and month exchanged": (0.2, 1.2),
    "no KK": (4, 11),
    "mistyped KK": (1.5, 5),
    "named twice": (0.6, 2.2),
    "not in the registry": (1.5, 5),
    "two registry records": (0.2, 1.2),
    "dead": (0.1, 1),
    "moved": (0.5, 2),
}


@pytest.mark.parametrize(("kind", "bounds"), SHARES.items())
def test_share_of_each_kind(
    kind: str, bounds: tuple[float, float], truth: list[TrueMember]
) -> None:
    found = Counter(kind for member in truth for kind in member.kinds)
    least, most = bounds
    assert least <= 100 * found[kind] / len(truth) <= most


def test_who_is_named_twice_is_there_twice(truth: list[TrueMember]) -> None:
    named = Counter(member.person for member in truth)
    again = [member for member in truth if "named twice" in member.kinds]
    assert again
    # The first visit may have met nobody, in which case the person is named once after all.
    assert sum(named[member.person] == 2 for member in again) > 0.85 * len(again)
    assert sum(count > 1 for count in named.values()) <= len(again)


def test_truth_points_at_registry_rows(sample: Sample, truth: list[TrueMember]) -> None:
    niks = {row["NIK"] for row in sample.registry.rows}
    for member in truth:
        assert set(member.niks) <= niks
        assert ("not in the registry" in member.kinds) == (not member.niks)
        assert ("two registry records" in member.kinds) == (len(member.niks) == 2)


def test_members_without_a_nik_give_a_reason(households: list[SampleHousehold]) -> None:
    for one in households:
        roster = one.answers.get("members", [])
        assert isinstance(roster, list)
        assert all(("nik" in entry) != ("nik_reason" in entry) for entry in roster)


def test_a_good_matcher_finds_nearly_everybody(
    sample: Sample, households: list[SampleHousehold]
) -> None:
    index = RegistryIndex.build(registry_frame(sample))
    links = link(survey_frame(households), index)
    true = {str(m.id): m.niks for one in households for m in one.members}
    made = [one for one in links if one.person is not None]
    right = sum(one.person in true[one.record] for one in made)
    expected = sum(bool(niks) for niks in true.values())
    assert 2 * right / (len(made) + expected) >= 0.99


def registry_frame(sample: Sample) -> pa.Table:
    """Return the registry as the matcher reads it."""
    rows = sample.registry.rows
    return pa.table(
        {
            "id": [row["NIK"] for row in rows],
            "nik": [row["NIK"] for row in rows],
            "kk": [row["NO_KK"] for row in rows],
            "name": [row["NAMA_LGKP"] for row in rows],
            "birth_date": ["-".join(reversed(row["TGL_LHR"].split("-"))) for row in rows],
            "sex": ["1" if row["JENIS_KLMIN"] == "LAKI-LAKI" else "2" for row in rows],
            "mother": [row["NAMA_LGKP_IBU"] for row in rows],
            "village": [row["KODE_WILAYAH"] for row in rows],
        }
    )


def survey_frame(households: list[SampleHousehold]) -> pa.Table:
    """Return the members of households as the matcher reads them."""
    rows = []
    for one in households:
        roster = one.answers.get("members", [])
        assert isinstance(roster, list)
        for entry, member in zip(roster, one.members, strict=True):
            rows.append(
                {
                    "id": str(member.id),
                    "nik": entry.get("nik", ""),
                    "kk": entry.get("kk", ""),
                    "name": entry["name"],
                    "birth_date": str(entry.get("birth_date", entry.get("birth_year", ""))),
                    "sex": entry["sex"],
                    "mother": entry.get("mother_name", ""),
                    "village": one.area_code,
                }
            )
    return pa.Table.from_pylist(rows)
