"""The look-up leaves out only candidates who cannot reach the weight that was asked for."""

from hypothesis import given
from hypothesis import strategies as st

from jps.matching import Model, Person, RegistryIndex, link, rank
from tests.matching.people import make_town

TOWN = make_town(registry=400, survey=300, seed=3)
REGISTRY, SURVEY = TOWN.tables
LINKS = link(SURVEY, RegistryIndex.build(REGISTRY))
PEOPLE = [Person.read(one) for one in REGISTRY.to_pylist()]
ASKED = SURVEY.to_pylist()


@given(
    st.sampled_from(ASKED),
    st.sets(st.sampled_from(range(len(PEOPLE))), max_size=60),
    st.floats(-30, 30),
    st.sets(st.sampled_from(["nik", "kk", "mother", "birth_date", "village"])),
)
def test_the_bound_loses_nobody(
    record: dict[str, str], rows: set[int], least: float, hidden: set[str]
) -> None:
    model: Model = LINKS.model
    asked = Person.read({name: text for name, text in record.items() if name not in hidden})
    candidates = [PEOPLE[row] for row in sorted(rows)]
    everybody = {one.person.id: one for one in rank(asked, candidates, model)}
    found = {one.person.id: one for one in rank(asked, candidates, model, least=least)}
    wanted = {
        name
        for name, one in everybody.items()
        if one.weight >= least or (asked["nik"] and one.person["nik"] == asked["nik"])
    }
    assert wanted <= set(found)
    assert all(found[name].weight == everybody[name].weight for name in wanted)
    assert all(found[name].levels == everybody[name].levels for name in wanted)
