"""`/api/v1/identity/search`: who a person may be, and no more than one may know."""

from typing import Any

import pytest
from flask.testing import FlaskClient

from jps.access.rules import Role
from tests.api.conftest import NewProgram, Program
from tests.registries import FAMILY, FATMA, HASAN, Import, csv_bytes, strangers


@pytest.fixture
def known(program: NewProgram, import_file: Import) -> NewProgram:
    """People with tokens in an office that has a registry."""
    import_file(csv_bytes([*FAMILY, *strangers(30)]))
    return program


def search(program: Program, **person: Any) -> dict[str, Any]:
    answer = program.post("/identity/search", person)
    assert answer.status_code == 200, answer.text
    body = answer.get_json()
    assert isinstance(body, dict)
    return body


def test_a_person_is_found_with_evidence(known: NewProgram) -> None:
    found = search(
        known(Role.ENUMERATOR, "75.01", username="ani"),
        name="hasan conto",
        birth_date="1980-05-05",
        sex="1",
        area_code="75.01.01.2001",
    )
    first = found["registry"][0]
    assert (first["name"], first["visible"], first["status"]) == ("HASAN CONTOH", True, "active")
    assert first["nik"] == "7501**********01"
    assert HASAN[0] not in str(found)
    assert HASAN[1] not in str(found)
    assert first["state"] in {"sure", "likely"}
    assert sum(line["bits"] for line in first["evidence"]) == pytest.approx(
        first["weight"], abs=0.1
    )
    assert {line["field"] for line in first["evidence"]} >= {"name", "birth", "sex", "village"}


def test_of_people_elsewhere_only_that_they_exist_and_where(known: NewProgram) -> None:
    found = search(known(Role.ENUMERATOR, "75.02", username="edi"), nik=FATMA[0])
    (first,) = found["registry"]
    assert (first["visible"], first["same_nik"]) == (False, True)
    assert (first["area_code"], first["status"]) == ("75.01", None)
    assert all(
        first[name] is None for name in ("name", "nik", "kk", "sex", "birth_date", "mother_name")
    )
    assert not any(word in str(found) for word in ("FATMA", FATMA[0], "2001", "1982"))


@pytest.mark.parametrize(
    ("person", "field"),
    [
        ({}, "nik"),
        ({"name": "Hasan"}, "nik"),
        ({"name": "Hasan", "birth_date": "kemarin"}, "birth_date"),
        ({"name": "x" * 121, "kk": "1"}, "name"),
        ({"nik": 7501010505809001}, "nik"),
        ({"nik": HASAN[0], "sex": "L"}, "sex"),
        ({"nik": HASAN[0], "area_code": "75.01"}, "area_code"),
        ({"nik": HASAN[0], "limit": 0}, "limit"),
        ({"nik": HASAN[0], "without": ["x"]}, "without"),
        ({"nik": HASAN[0], "unknown": "x"}, "unknown"),
    ],
)
def test_what_makes_no_sense_is_refused_in_words(
    known: NewProgram, person: dict[str, Any], field: str
) -> None:
    answer = known(Role.ENUMERATOR, "75.01", username="ani").post("/identity/search", person)
    assert answer.status_code == 422
    assert field in str(answer.get_json()["errors"])


def test_strangers_and_analysts_may_not_ask(known: NewProgram, client: FlaskClient) -> None:
    assert client.post("/api/v1/identity/search", json={"nik": HASAN[0]}).status_code == 401
    analyst = known(Role.ANALYST, "75", username="dian")
    assert analyst.post("/identity/search", {"nik": HASAN[0]}).status_code == 403


def test_before_a_registry_there_is_nobody(ani: Program) -> None:
    assert search(ani, nik=HASAN[0]) == {"snapshot": None, "model": None, "registry": [], "own": []}
