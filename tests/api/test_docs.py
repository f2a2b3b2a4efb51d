"""The description of the API."""

from flask import Flask
from flask.testing import FlaskClient

from jps.config import DATA
from jps.http import permission_of
from jps.questionnaire import load_form


def test_every_resource_is_described(app: Flask, client: FlaskClient) -> None:
    spec = client.get("/api/openapi.json").get_json()
    assert spec["openapi"] == "3.1.0"
    described = {
        (path.replace("{", "<").replace("}", ">"), method.upper())
        for path, operations in spec["paths"].items()
        for method in operations
        if method != "parameters"
    }
    served = {
        (rule.rule.replace("<uuid:", "<"), method)
        for rule in app.url_map.iter_rules()
        if rule.rule.startswith("/api/v1/")
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }
    assert described == served
    for path, operations in spec["paths"].items():
        for method, operation in operations.items():
            assert method == "parameters" or operation["summary"], path


def test_every_route_declares_a_permission(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        if rule.rule.startswith("/api/"):
            for method in (rule.methods or set()) - {"OPTIONS"}:
                assert permission_of(app, rule.endpoint, method) is not None, rule.rule


def test_the_document_is_that_of_the_questionnaire(client: FlaskClient) -> None:
    schema = client.get("/api/openapi.json").get_json()["components"]["schemas"]
    document = schema["HouseholdDocument"]
    form = load_form(DATA / "questionnaire")
    asked = {q.name for q in form if not q.is_calculated and not q.in_roster}
    assert set(document["properties"]) == asked | {"id", "members"}
    assert document["properties"]["floor_material"]["enum"][0] == "1"
    assert document["properties"]["floor_area"]["type"] == "integer"
    assert document["properties"]["members"]["items"]["properties"]["id_documents"]["items"]
    assert "area_code" in document["required"]


def test_the_page_loads_nothing_from_elsewhere(client: FlaskClient) -> None:
    answer = client.get("/api/docs")
    assert answer.status_code == 200
    assert "//" not in answer.text.replace("<!doctype html>", "")
    for line in answer.text.splitlines():
        for mark in ('src="', 'href="'):
            if mark in line:
                address = line.split(mark)[1].split('"')[0]
                found = client.get(address)
                assert found.status_code == 200, address
                found.close()
