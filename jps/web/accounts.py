"""Accounts as people know them."""

from collections.abc import Iterable

from flask import g
from flask_babel import gettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.models import User
from jps.audit.services import SYSTEM
from jps.db import db


def full_names(session: Session, usernames: Iterable[str | None]) -> dict[str, str]:
    """Return the full name of each account by sign-in name."""
    asked = {name for name in usernames if name}
    rows = session.execute(select(User.username, User.full_name).where(User.username.in_(asked)))
    return {row.username: row.full_name for row in rows} | {SYSTEM: gettext("Sistem")}


def person(username: str | None) -> str:
    """Return the full name of an account on a page, asked once per request; else what was given."""
    known: dict[str, str] = g.setdefault("people_by_name", {})
    if username and username not in known:
        known[username] = full_names(db.session(), [username]).get(username, username)
    return known.get(username or "", "")


def accounts_of(session: Session, usernames: Iterable[str]) -> dict[str, User]:
    """Return the accounts of these sign-in names by their id as text, in order of full names."""
    query = select(User).where(User.username.in_(list(usernames))).order_by(User.full_name)
    return {str(user.id): user for user in session.scalars(query)}
