"""The migrations make exactly the tables of the models, on both databases, and can be undone."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import Flask
from flask_migrate import downgrade, upgrade
from sqlalchemy import inspect, text

from jps.app import create_app
from jps.audit.services import Event, record, verify_chain
from jps.config import Settings
from jps.db import Base, db
from jps.migrations import FOLDER
from tests.apps import FAST
from tests.conftest import NOW
from tests.databases import Databases
from tests.repository import ROOT


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, databases: Databases, tmp_path: Path) -> Iterator[Flask]:
    """An application whose database has no tables yet."""
    url = ""
    if request.param == "postgresql":
        request.getfixturevalue("postgres")
        url = databases.empty()
    app = create_app(Settings(home=tmp_path, database_url=url, log_level="ERROR"), FAST)
    with app.app_context():
        yield app
        db.session.remove()
        db.engine.dispose()
    databases.drop(url)


def test_migrations_equal_the_models(app: Flask) -> None:
    with app.app_context(), db.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        differences = compare_metadata(context, Base.metadata)
    assert not differences, "\n".join(map(str, differences))


def test_up_down_and_up_again(empty: Flask) -> None:
    for _ in range(2):
        upgrade(directory=str(FOLDER))
        tables = set(inspect(db.engine).get_table_names())
        assert tables == set(Base.metadata.tables) | {"alembic_version"}
        record(db.session(), Event("tested", "thing", "1"), by="a", at=NOW)
        db.session.commit()
        assert verify_chain(db.session()).events == 1
        db.session.remove()
        downgrade(directory=str(FOLDER), revision="base")
        assert set(inspect(db.engine).get_table_names()) == {"alembic_version"}
    if db.engine.dialect.name == "postgresql":
        left = "SELECT proname FROM pg_proc WHERE proname LIKE 'audit%'"
        assert db.session.execute(text(left)).all() == []


def test_upgrade_twice_changes_nothing(empty: Flask) -> None:
    upgrade(directory=str(FOLDER))
    upgrade(directory=str(FOLDER))


FILLED = (
    "INSERT INTO score_model (version, name, source, content_hash, first_used_at)"
    " VALUES ('1', 'PPI', '', 'a', :at)",
    "INSERT INTO target_snapshot (content_hash, households, members, questionnaire_version,"
    " score_model_id, taken_by, taken_at) VALUES ('b', 1, 2, '1', 1, 'ani', :at)",
    "INSERT INTO target_rule (name, version, tree, note, made_by, made_at)"
    " VALUES ('r', 1, '{}', '', 'ani', :at)",
    "INSERT INTO target_list (id, name, programme, rule_id, snapshot_id, method, level, total,"
    " amount, seed, quotas, content_hash, counts, state, state_by, state_at, state_reason,"
    " drawn_by, drawn_at, area_code) VALUES ('00000000000000000000000000000001', 'l', '', 1, 1,"
    " 'none', 'desa', 1, 1, '1', '{}', 'c', '{}', 'drawn', 'ani', :at, '', 'ani', :at, '75')",
)


def test_an_office_with_data_is_brought_up_to_date(empty: Flask) -> None:
    upgrade(directory=str(FOLDER), revision="0009")
    for statement in FILLED:
        db.session.execute(text(statement), {"at": "2026-11-26 00:00:00+00:00"})
    db.session.commit()
    db.session.remove()
    upgrade(directory=str(FOLDER))
    kept = "SELECT count(*) FROM target_list JOIN target_snapshot s ON s.id = snapshot_id"
    assert db.session.execute(text(kept)).scalar() == 1
    if db.engine.dialect.name == "sqlite":
        assert db.session.execute(text("PRAGMA foreign_keys")).scalar() == 1


def test_migrations_are_one_line_of_files() -> None:
    script = ScriptDirectory(str(ROOT / "jps" / "migrations"))
    assert len(script.get_heads()) == 1
    assert len(script.get_bases()) == 1
    for revision in script.walk_revisions():
        assert revision.doc
        assert "temporary" not in revision.path


def test_an_office_with_lists_goes_to_models_and_back(empty: Flask) -> None:
    """Tables that others refer to are not made anew: SQLite would refuse."""
    upgrade(directory=str(FOLDER), revision="0009")
    rows = (
        "INSERT INTO score_model (id, version, name, source, content_hash, first_used_at)"
        " VALUES (1, '1', 'PPI', '', 'a', '2026-11-26')",
        "INSERT INTO target_snapshot (id, content_hash, households, members,"
        " questionnaire_version, score_model_id, taken_by, taken_at)"
        " VALUES (1, 'b', 1, 1, '1', 1, 'ani', '2026-11-26')",
        "INSERT INTO target_rule (id, name, version, tree, note, made_by, made_at)"
        " VALUES (1, 'r', 1, '{}', '', 'ani', '2026-11-26')",
        "INSERT INTO target_list (id, area_code, name, programme, rule_id, snapshot_id, method,"
        " level, total, amount, seed, quotas, content_hash, counts, state, state_by, state_at,"
        " state_reason, drawn_by, drawn_at) VALUES ('00000000000000000000000000000001', '75', 'd',"
        " '', 1, 1, 'none', 'desa', 1, 1, '1', '{}', 'c', '{}', 'drawn', 'ani', '2026-11-26', '',"
        " 'ani', '2026-11-26')",
    )
    for row in rows:
        db.session.execute(text(row))
    db.session.commit()
    upgrade(directory=str(FOLDER))
    kept = "SELECT m.kind, m.state, l.score FROM score_model m, target_list l"
    assert db.session.execute(text(kept)).all() == [("ppi", "approved", "npl100")]
    db.session.remove()
    downgrade(directory=str(FOLDER), revision="0009")
    assert db.session.execute(text("SELECT count(*) FROM target_list")).scalar() == 1
    db.session.remove()
