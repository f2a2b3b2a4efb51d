"""Who moves takes along who they are: the link to the registry and what people said about it."""

from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import select

from jps.changes.rules import Kind
from jps.identity.linking import relink
from jps.identity.matchers import current_matcher
from jps.identity.models import Decision, Link
from jps.identity.records import members_of
from jps.identity.rules import Verdict
from jps.identity.services import decide
from jps.registry.models import RegistryPerson
from tests.changes.village import ELSEWHERE, office
from tests.databases import Databases
from tests.households.conftest import AT
from tests.households_examples import child_document, member_document, spouse_document
from tests.registries import FAMILY, Import, csv_bytes, home, import_file, strangers

__all__ = ["home", "import_file"]


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone: matching is tested on both elsewhere."""
    return databases.sqlite(tmp_path / "office")


def test_links_and_decisions_go_along(app: Flask, import_file: Import) -> None:
    with office(app):
        pass  # the areas, which a registry is read by
    import_file(csv_bytes([*FAMILY, *strangers(60)]))
    with office(app) as village:
        people = [member_document(), spouse_document(), child_document()]
        first = village.settle(members=people)
        other = village.settle(area_code=ELSEWHERE, gps=None)
        session = village.session
        child = village.people(first)[2]
        relink(session, members_of(session, [first.id]), current_matcher(session), at=AT)
        person = session.scalars(
            select(RegistryPerson).where(RegistryPerson.nik == child.nik)
        ).one()
        decide(session, child, person, Verdict.SAME, by="budi", at=AT)
        village.change(
            first, Kind.MOVE, members=[str(child.id)], household=str(other.id), people={}
        )
        link = session.scalars(select(Link).where(Link.member_id == child.id)).one()
        assert (link.person_id, link.area_code) == (person.id, ELSEWHERE)
        decision = session.scalars(select(Decision)).one()
        assert (link.decision_id, decision.area_code) == (decision.id, ELSEWHERE)
