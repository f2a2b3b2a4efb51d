"""Run the migrations on the application's database, SQLite and PostgreSQL alike."""

from alembic import context

from jps.db import Base, db


def include(name: str | None, kind: str, _parents: object) -> bool:
    """Leave out what is not ours: other tables of a shared PostgreSQL database."""
    return kind != "table" or name in Base.metadata.tables


def run() -> None:
    """Migrate inside one transaction; batch mode rebuilds tables where SQLite cannot alter."""
    with db.engine.connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=Base.metadata,
            render_as_batch=True,
            compare_type=True,
            include_name=include,
            user_module_prefix="jps.db.",
        )
        with context.begin_transaction():
            context.run_migrations()


run()
