"""The database's versions, and bringing it to the newest one."""

from alembic.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask_migrate import upgrade

from jps.config import ROOT
from jps.db import db

FOLDER = ROOT / "jps" / "migrations"


def bring_up_to_date() -> None:
    """Run the migrations that this database has not seen."""
    upgrade(directory=str(FOLDER))


def is_up_to_date() -> bool:
    """Whether the database is at the newest migration of this version of JPS."""
    head = ScriptDirectory(str(FOLDER)).get_current_head()
    with db.engine.connect() as connection:
        return MigrationContext.configure(connection).get_current_revision() == head
