"""The table base, the session's area scope, and how the two databases are driven.

Rows with an area carry `Scoped`. Every ORM query on them is narrowed to the session's scope and
raises `ScopeMissing` when none was set, so a forgotten scope shows nothing instead of everything.
Core statements on `Model.__table__` and `text()` are not seen by this: they are kept out of
capabilities by a test.
"""

import uuid
from collections.abc import Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager, nullcontext
from contextvars import ContextVar
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import lru_cache
from importlib import import_module
from importlib.util import find_spec
from threading import Lock
from types import ModuleType
from typing import Any, TypeVar, cast

from flask_sqlalchemy import SQLAlchemy
from sqlalchemy import (
    ColumnElement,
    DateTime,
    Engine,
    MetaData,
    String,
    and_,
    event,
    false,
    inspect,
    or_,
    select,
)
from sqlalchemy.engine import Connection, Dialect
from sqlalchemy.engine.url import make_url
from sqlalchemy.orm import (
    DeclarativeBase,
    Mapped,
    ORMExecuteState,
    Session,
    mapped_column,
    with_loader_criteria,
)
from sqlalchemy.sql.base import ExecutableOption
from sqlalchemy.types import TypeDecorator

from jps.errors import NotFound
from jps.jsontext import dump


def _find_driver() -> ModuleType:
    """Return pysqlite3 where it is installed (Linux), else the standard library's driver."""
    name = "pysqlite3.dbapi2" if find_spec("pysqlite3") else "sqlite3"
    return import_module(name)


sqlite_driver = _find_driver()

Row = TypeVar("Row")
Stored = TypeVar("Stored", bound="Base")
BUSY_TIMEOUT = 15_000  # ms that a writer waits for another one


class Base(DeclarativeBase):
    """Base of every table. Constraint names are fixed so that migrations can name them."""

    metadata = MetaData(
        naming_convention={
            "ix": "ix_%(column_0_N_label)s",
            "uq": "uq_%(table_name)s_%(column_0_N_name)s",
            "ck": "ck_%(table_name)s_%(constraint_name)s",
            "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
            "pk": "pk_%(table_name)s",
        }
    )


db = SQLAlchemy(metadata=Base.metadata)

# Area codes compare byte by byte on PostgreSQL too, so that a prefix is a range of the index.
AREA_CODE = String(13).with_variant(String(13, collation="C"), "postgresql")


class UtcDateTime(TypeDecorator[datetime]):
    """An instant: aware in Python, UTC in the database."""

    impl = DateTime(timezone=True)
    cache_ok = True

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Refuse naive times: they mean another instant on another machine."""
        if value is None:
            return None
        if value.tzinfo is None:
            raise ValueError("a time without a time zone cannot be stored")
        return value.astimezone(UTC)

    def process_result_value(self, value: datetime | None, dialect: Dialect) -> datetime | None:
        """Return what was stored as UTC."""
        if value is None:
            return None
        return value.replace(tzinfo=UTC) if value.tzinfo is None else value.astimezone(UTC)


class ScopeMissing(RuntimeError):
    """A scoped table was read by a session that nobody gave an area scope: a programming error."""


@dataclass(frozen=True)
class AreaScope:
    """The areas, children included, that a session may see. No codes: nothing at all."""

    codes: tuple[str, ...] = ()
    whole: bool = False

    def covers(self, area_code: str) -> bool:
        """Whether `area_code` is one of the areas or lies in one of them."""
        return self.whole or any(
            area_code == code or area_code.startswith(code + ".") for code in self.codes
        )


EVERYWHERE = AreaScope(whole=True)


class Scoped:
    """Mixin of tables whose rows belong to an area."""

    area_code: Mapped[str] = mapped_column(AREA_CODE, index=True)


class ScopedBelow(Scoped):
    """Mixin of tables whose rows hold for an area and all below: a decree of the province.

    Whoever works in a part of the area sees the row too; what hangs on it is narrowed by itself.
    """


def within(column: ColumnElement[str] | Any, codes: Sequence[str]) -> ColumnElement[bool]:
    """Return the condition that `column` holds one of the areas or a child of one of them.

    "." is followed by "/" and all digits in ASCII, so `75.01` and its children are one range, from
    `75.01` until before `75.01/`; split in two it would cost SQLite the order of the index.
    """
    return or_(false(), *(_inside(column, code) for code in codes))


def _inside(column: ColumnElement[str] | Any, code: str) -> ColumnElement[bool]:
    if len(code) == AREA_CODE.length:  # a desa has no children
        return cast("ColumnElement[bool]", column == code)
    return and_(column >= code, column < code + "/")


@lru_cache(maxsize=512)
def _criteria(scope: AreaScope) -> tuple[ExecutableOption, ...]:
    tables = [
        mapper.class_ for mapper in Base.registry.mappers if issubclass(mapper.class_, Scoped)
    ]
    above = {part for code in scope.codes for part in _lineage(code)}
    return tuple(
        with_loader_criteria(
            table,
            or_(within(table.area_code, scope.codes), table.area_code.in_(above))
            if issubclass(table, ScopedBelow)
            else within(table.area_code, scope.codes),
            include_aliases=True,
        )
        for table in tables
    )


def _lineage(code: str) -> Iterator[str]:
    """Yield an area and the areas that hold it: `75.01.01`, `75.01`, `75`."""
    while code:
        yield code
        code = code.rpartition(".")[0]


@event.listens_for(Session, "do_orm_execute")
def _narrow(state: ORMExecuteState) -> None:
    if state.is_insert or state.is_column_load or state.is_relationship_load:
        return
    scope = cast(AreaScope | None, state.session.info.get("scope"))
    if scope is EVERYWHERE:
        return
    if scope is None:
        if any(issubclass(mapper.class_, Scoped) for mapper in state.all_mappers):
            raise ScopeMissing("this session has no area scope")
        scope = AreaScope()
    state.statement = state.statement.options(*_criteria(scope))


def set_scope(session: Session, scope: AreaScope | None) -> None:
    """Let `session` see the areas of `scope` from now on; None means that nothing was decided."""
    session.info["scope"] = scope


def scope_of(session: Session) -> AreaScope:
    """Return the areas that `session` may see; ScopeMissing when nothing was decided."""
    scope = cast(AreaScope | None, session.info.get("scope"))
    if scope is None:
        raise ScopeMissing("this session has no area scope")
    return scope


@contextmanager
def scoped_to(session: Session, scope: AreaScope) -> Iterator[None]:
    """Let `session` see the areas of `scope` inside the block, and what it saw before after it."""
    before = session.info.get("scope")
    set_scope(session, scope)
    try:
        yield
    finally:
        set_scope(session, before)


def everywhere(session: Session) -> Any:
    """Let `session` see all areas inside the block: commands, jobs and look-ups that mask."""
    return scoped_to(session, EVERYWHERE)


_reading: ContextVar[bool] = ContextVar("reading", default=False)


@contextmanager
def reading() -> Iterator[None]:
    """Let transactions begun inside the block be readers, which never wait for a writer."""
    token = _reading.set(True)
    try:
        yield
    finally:
        _reading.reset(token)


def set_reading(value: bool) -> None:
    """Say for this context (a request) whether the transactions to come only read."""
    _reading.set(value)


_TURN = Lock()


def writers_turn(session: Session) -> AbstractContextManager[object]:
    """Let short writers of this process queue; for the time of one transaction, begun inside.

    SQLite lets each try, sleep up to a tenth of a second and try again, while whoever writes one
    transaction after another always gets there first. PostgreSQL locks rows and needs no turns.
    """
    is_sqlite = session.get_bind().dialect.name == "sqlite"
    return _TURN if is_sqlite else nullcontext()


def engine_options(url: str) -> dict[str, Any]:
    """Return the options of `create_engine` for `url`."""
    # Errors must not quote what people typed.
    common: dict[str, Any] = {"hide_parameters": True, "json_serializer": dump}
    if make_url(url).get_backend_name() != "sqlite":
        return common | {"pool_pre_ping": True}
    waiting = {"timeout": BUSY_TIMEOUT / 1000}
    return common | {"module": sqlite_driver, "connect_args": waiting}


def drive_sqlite(engine: Engine) -> None:
    """Set SQLite up for many readers and one writer that never fails half-way.

    Writers take the write lock when they begin (`BEGIN IMMEDIATE`): a reader that turns into a
    writer would fail with "database is locked" whatever the timeout.
    """
    if engine.dialect.name != "sqlite":
        return

    @event.listens_for(engine, "connect")
    def _connect(connection: Any, _record: object) -> None:
        connection.isolation_level = None
        for pragma in (
            "journal_mode=WAL",
            "synchronous=FULL",
            "foreign_keys=ON",
            f"busy_timeout={BUSY_TIMEOUT}",
            "temp_store=MEMORY",
        ):
            connection.execute(f"PRAGMA {pragma}")

    @event.listens_for(engine, "begin")
    def _begin(connection: Connection) -> None:
        connection.exec_driver_sql("BEGIN" if _reading.get() else "BEGIN IMMEDIATE")


def locked_row(session: Session, model: type[Stored], key: uuid.UUID) -> Stored:
    """Return the row of `model` with this id as it is now, or raise `NotFound`.

    Nobody else changes it until the end of the transaction (PostgreSQL; SQLite has one writer).
    """
    query = select(model).where(inspect(model).primary_key[0] == key).with_for_update()
    found = session.scalars(query.execution_options(populate_existing=True)).one_or_none()
    if found is None:
        raise NotFound()
    return found


def chunks(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    """Yield `rows` in slices of at most `size`."""
    for start in range(0, len(rows), size):
        yield rows[start : start + size]
