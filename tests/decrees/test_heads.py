"""What a decree says of itself is checked before anything is kept. SQLite: no query is special."""

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from jps.db import AreaScope
from jps.decrees import services
from jps.errors import InvalidData
from jps.programmes.rules import DecreeState
from tests.conftest import NOW
from tests.databases import Databases
from tests.decrees.conftest import HASAN, TODAY, Office, head


@pytest.fixture
def database_url(databases: Databases, tmp_path: Path) -> str:
    """SQLite alone."""
    return databases.sqlite(tmp_path / "office")


@pytest.mark.parametrize(
    ("changes", "field", "words"),
    [
        ({"code": "tiada"}, "programme", "menu Program"),
        ({"number": " "}, "number", "nomor"),
        ({"dated": None}, "dated", "tanggal"),
        ({"period_to": date(2025, 12, 31)}, "period_to", "sebelum dimulai"),
        (
            {"period_from": date(2025, 1, 1), "period_to": date(2025, 12, 31)},
            "period_to",
            "sudah berakhir",
        ),
        ({"area": "76"}, "area", "wilayah"),
    ],
)
def test_a_wrong_head_is_told(
    brought: Office, changes: dict[str, Any], field: str, words: str
) -> None:
    with pytest.raises(InvalidData) as told:
        services.check_head(brought.session, head(**changes), scope=AreaScope(("75",)), today=TODAY)
    assert words in told.value.problems[field][0]


def test_the_same_decree_is_not_brought_twice(brought: Office) -> None:
    key = brought.bring([HASAN])
    with pytest.raises(InvalidData) as told:
        brought.bring([HASAN])
    assert "number" in told.value.problems
    brought.session.rollback()
    decree = brought.decree(key)
    to = DecreeState.WITHDRAWN
    services.move_decree(
        brought.session, decree, to, "Salah berkas", by="mira", at=NOW, today=TODAY
    )
    brought.session.commit()
    assert brought.bring([HASAN]) != key
