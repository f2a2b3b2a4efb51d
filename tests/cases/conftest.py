"""Fixtures of the tests of cases: what is given in a village, and how letters are issued."""

from datetime import date
from zoneinfo import ZoneInfo

import pytest

from jps.cases.letter_rules import Signatory
from jps.cases.letters import PLACE, Issue
from tests.households.conftest import AT, TODAY
from tests.households.conftest import schema as schema
from tests.households.conftest import session as session
from tests.programmes.conftest import world as world

WITA = ZoneInfo("Asia/Makassar")
SIGNER = Signatory("Ir. Contoh", "Kepala Desa", "Kantor Desa Contoh", "Bu Lina")


def how(by: str = "sari", day: date = TODAY) -> Issue:
    """Return how a letter is issued by somebody."""
    return Issue(SIGNER, f"https://jps.contoh/check/{PLACE}", day, by, AT, WITA)


@pytest.fixture
def issue() -> Issue:
    """Letters of Sari, today."""
    return how()
