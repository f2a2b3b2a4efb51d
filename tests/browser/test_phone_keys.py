"""The phone makes the same keys as the office: of thousands of people, in a real browser."""

import base64
import json
import uuid
from typing import Any

from jps.config import DATA
from jps.matching.phone_keys import keys_of, open_index, texts_of, write_index
from jps.sample import make_sample, poor_likelihood, published_rates
from jps.welfare.ppi import Scorecard
from tests.browser.conftest import Visitor
from tests.sample.conftest import read_sample_areas

SECRET = bytes(range(32))
ODD = [
    {"name": "Drs. H. Nur’ain  S.Pd", "birth_date": "1980-05-05", "mother_name": "Çelik É."},
    {"name": "\ufb01tri \uff21\uff4e\uff4e\uff41", "birth_date": " 1999-1-1", "mother_name": "-"},
    {"name": "H.", "nik": "7501 0105 0580 9001", "kk": "7501.0123.0115.9001"},
    {"name": "Moh.", "birth_date": "1980", "mother_name": "Siti"},
    {"name": "\u0000\n😀", "nik": "\uff10123456789012345"},
    {},
]
COMPARE = """async (people) => {
  const { textsOf } = await import("/static/phone/keys.js");
  return people.map(textsOf);
}"""
FIND = """async ([data, people]) => {
  const { openIndex } = await import("/static/phone/keys.js");
  const index = await openIndex(Uint8Array.from(atob(data), (one) => one.charCodeAt(0)));
  return Promise.all(people.map(index.find));
}"""


def sample_people() -> list[tuple[str, list[dict[str, str]]]]:
    """Return households with their people as enumerators wrote them."""
    card = Scorecard.load(DATA / "ppi_indonesia_2022.json")
    rates = published_rates(DATA / "poverty_rates.csv")
    chances = poor_likelihood(card, "75")
    areas = [area for area in read_sample_areas() if "75.01.01".startswith(area.code[:8])]
    sample = make_sample(1000, 7, areas, names=DATA / "sample", likelihood=chances, rates=rates)
    return [(str(home.id), _people(home.answers)) for home in sample.households()]


def _people(answers: Any) -> list[dict[str, str]]:
    names = ("nik", "kk", "name", "birth_date", "mother_name")
    return [{n: str(one.get(n) or "") for n in names} for one in answers.get("members", [])]


def test_both_sides_make_the_same_keys(visit: Visitor) -> None:
    homes = sample_people()
    people = [person for _key, members in homes for person in members]
    assert len(people) > 3000
    page = visit().go("/login")
    asked = [*people, *ODD]
    assert page.evaluate(COMPARE, asked) == [texts_of(person) for person in asked]

    known, unknown = homes[::2], homes[1::2]
    registry = keys_of(SECRET, [person for _key, members in unknown for person in members])
    data = write_index(SECRET, registry, [(uuid.UUID(key), members) for key, members in known])
    opened = open_index(data)
    tried = people[::7]
    expected = [
        [
            {"kind": hit.kind, "household": hit.household and str(hit.household)}
            for hit in opened.find(person)
        ]
        for person in tried
    ]
    assert any(one["kind"] == "household" for hits in expected for one in hits)
    assert any(one["kind"] == "registry" for hits in expected for one in hits)
    found = page.evaluate(FIND, [base64.b64encode(data).decode(), tried])
    assert json.dumps(found, sort_keys=True) == json.dumps(expected, sort_keys=True)
