"""How commands end: 0 ok, 1 problems in the data, 2 wrong use, 3 the system failed."""

import sys
from collections.abc import Callable
from functools import wraps
from typing import ParamSpec, TypeVar

import click
from sqlalchemy.exc import SQLAlchemyError

from jps.db import db
from jps.errors import InvalidData, JpsError
from jps.migrations import is_up_to_date

P = ParamSpec("P")
R = TypeVar("R")

PROBLEMS, USAGE, SYSTEM_FAILED = 1, 2, 3  # exit codes besides 0


class NotSetUp(click.ClickException):
    """The database lacks tables or columns of this version."""

    exit_code = SYSTEM_FAILED

    def __init__(self) -> None:
        super().__init__(
            "This office's database is not set up, or was made by another version of JPS. "
            "Bring it up to date with: flask db upgrade (flask serve does it too)"
        )


def fail_on_problems(command: Callable[P, R]) -> Callable[P, R]:
    """Let `command` end with exit code 1 and its message when the data is at fault, 3 when not."""

    @wraps(command)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> R:
        try:
            return command(*args, **kwargs)
        except JpsError as error:
            db.session.rollback()
            click.echo(str(error), err=True)
            if isinstance(error, InvalidData):
                for path, messages in error.problems.items():
                    click.echo(f"  {path}: {' '.join(messages)}", err=True)
            sys.exit(PROBLEMS)
        except (OSError, SQLAlchemyError) as error:
            db.session.rollback()
            if isinstance(error, SQLAlchemyError) and _is_old():
                raise NotSetUp from error
            click.echo(f"System: {type(error).__name__}: {_first_line(error)}", err=True)
            sys.exit(SYSTEM_FAILED)

    return wrapper


def _is_old() -> bool:
    """Whether the database answers, and lacks tables or columns of this version."""
    try:
        return not is_up_to_date()
    except SQLAlchemyError:
        return False


def _first_line(error: Exception) -> str:
    """Return what the driver says, without the statement's values."""
    original = getattr(error, "orig", None)
    return str(original or error).splitlines()[0] if str(original or error) else ""
