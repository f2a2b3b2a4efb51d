"""Run the migrations on the application's database, SQLite and PostgreSQL alike."""

from collections.abc import Collection, Iterator, Mapping
from contextlib import contextmanager
from typing import Any

from alembic import context
from alembic.runtime.migration import MigrationContext, MigrationInfo
from sqlalchemy import Connection

from jps.db import Base, db


def include(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what is not ours: other tables of a shared PostgreSQL database."""
    return kind != "table" or name in Base.metadata.tables


def run() -> None:
    """Migrate inside one transaction; batch mode rebuilds tables where SQLite cannot alter.

    While a table is rebuilt, rows of others refer to one that is not there: SQLite looks at
    references again before a step is kept.
    """
    with db.engine.connect() as connection, _unreferenced(connection):
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_name=include,
            user_module_prefix="jps.db.",
            on_version_apply=_check_references,
        )
        with context.begin_transaction():
            context.run_migrations()


def _check_references(
    ctx: MigrationContext, step: MigrationInfo, heads: Collection[Any], run_args: Mapping[str, Any]
) -> None:
    """Refuse a step after which rows refer to rows that are not there (SQLite)."""
    if ctx.connection is None or ctx.connection.dialect.name != "sqlite":
        return
    lost = ctx.connection.exec_driver_sql("PRAGMA foreign_key_check").all()
    if lost:
        raise RuntimeError(f"rows refer to rows that are not there: {lost[:5]}")


@contextmanager
def _unreferenced(connection: Connection) -> Iterator[None]:
    """Let SQLite not look at references inside the block; it can be told between transactions."""
    if connection.dialect.name != "sqlite":
        yield
        return
    driver: Any = connection.connection.driver_connection
    driver.execute("PRAGMA foreign_keys=OFF")
    try:
        yield
    finally:
        connection.rollback()
        driver.execute("PRAGMA foreign_keys=ON")


run()
