"""One person while typing: who in the registry and in our own list this may be."""

import uuid

import pytest
from sqlalchemy.orm import Session

from jps.db import AreaScope, scoped_to
from jps.identity.lookup import LookUp, look_up
from jps.identity.matchers import current_matcher
from jps.identity.services import propose_links
from tests.conftest import NOW
from tests.offices import NewHousehold
from tests.registries import FATMA, HASAN, NURUL, Import, RunJob, csv_bytes, strangers

CROWD = strangers(300)


@pytest.fixture(autouse=True)
def office_with_people(
    household: NewHousehold, import_file: Import, match_all: RunJob, session: Session
) -> None:
    """A family in our list, in the registry with a crowd of others."""
    import_file(csv_bytes([HASAN, FATMA, NURUL, *CROWD]))
    made = household("ani")
    match_all()
    propose_links(session, [uuid.UUID(made)], at=NOW)
    session.commit()


def asked(session: Session, **record: str) -> LookUp:
    return look_up(session, record, current_matcher(session), least=0.0)


@pytest.mark.parametrize(
    ("record", "found"),
    [
        ({"nik": HASAN[0]}, "HASAN CONTOH"),
        ({"name": "hasan contoh", "birth_date": "1980-05-05", "sex": "1"}, "HASAN CONTOH"),
        ({"name": "FATMAH CONTO", "birth_date": "1982-09-09", "kk": FATMA[1]}, "FATMA CONTOH"),
        (
            {"name": "NURUL", "birth_date": "2021", "mother": "FATMA CONTOH", "sex": "2",
             "village": "75.01.01.2001"},
            "NURUL CONTOH",
        ),
    ],
)  # fmt: skip
def test_both_lists_know_the_person(session: Session, record: dict[str, str], found: str) -> None:
    result = asked(session, **record)
    assert result.registry[0].row.name == found
    assert result.own[0].row.name.upper() == found
    assert result.registry[0].weight >= (result.registry[1:] or result.registry)[0].weight


@pytest.mark.parametrize(
    "record", [{}, {"name": ""}, {"name": "...", "nik": "0", "birth_date": "x"}, {"nik": "1" * 16}]
)
def test_nothing_known_finds_nobody(session: Session, record: dict[str, str]) -> None:
    result = asked(session, **record)
    assert (result.registry, result.own) == ((), ())


def test_a_stranger_is_not_found(session: Session) -> None:
    result = asked(session, name="ZULKARNAIN WARTABONE", birth_date="1999-12-24", sex="1")
    assert (result.registry, result.own) == ((), ())


def test_people_elsewhere_are_found_but_not_to_be_shown(session: Session) -> None:
    with scoped_to(session, AreaScope(codes=("75.02",))):
        result = asked(session, nik=HASAN[0])
    assert (result.registry[0].visible, result.own[0].visible) == (False, False)
    with scoped_to(session, AreaScope(codes=("75.01.01",))):
        result = asked(session, nik=HASAN[0])
    assert (result.registry[0].visible, result.own[0].visible) == (True, True)


def test_ones_own_entry_is_left_out(session: Session) -> None:
    mine = asked(session, nik=HASAN[0]).own[0].row.id
    record = {"nik": HASAN[0]}
    result = look_up(session, record, current_matcher(session), without=[mine], least=0.0)
    assert result.own == ()
