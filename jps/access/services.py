"""Accounts: make and change them, and let names rest after wrong passwords."""

import hashlib
import secrets
import uuid
from collections.abc import Callable, Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jps.access.models import SignInFailure, User, UserArea
from jps.access.rules import Role, account_problems, password_problem, username_problem
from jps.audit.services import Event, record
from jps.errors import Conflict, InvalidData, NotFound
from jps.text import N_, one_line

UNKNOWN = "unknown"  # actor of a sign-in with a name that nobody has


class UsernameTaken(Conflict):
    """There is an account of this name already."""

    code = "username-taken"


def create_user(
    session: Session,
    *,
    username: str,
    full_name: str,
    password: str,
    role: Role,
    areas: Sequence[str],
    hash_password: Callable[[str], str],
    by: str,
    at: datetime,
) -> User:
    """Make an account that may work in `areas` (Kemendagri codes, children included).

    Raises `InvalidData` with the problem at its field, `UsernameTaken` when the name is in use.
    """
    username, full_name = username.strip().lower(), one_line(full_name)
    problems = account_problems(username, full_name, areas)
    if (weak := password_problem(password, username)) is not None:
        problems["password"] = [weak]
    if problems:
        raise InvalidData(N_("Akun belum dibuat: periksa isian yang ditandai."), problems)
    user = User(
        id=uuid.uuid4(),
        username=username,
        full_name=full_name,
        password=hash_password(password),
        role=role,
        fs_uniquifier=secrets.token_hex(32),
        created_at=at,
        areas=_areas(areas),
    )
    _add(session, user)
    _record(session, user, "user-created", by=by, at=at)
    return user


def change_user(
    session: Session,
    user: User,
    *,
    full_name: str,
    role: Role,
    areas: Sequence[str],
    by: str,
    at: datetime,
) -> None:
    """Change name, role and areas of an account; they count from its next request on.

    Raises `InvalidData` with the problem at its field, `Conflict` when somebody would take the
    administration away from themselves.
    """
    full_name = one_line(full_name)
    if problems := account_problems(user.username, full_name, areas):
        raise InvalidData(N_("Akun belum diubah: periksa isian yang ditandai."), problems)
    if user.username == by and role != user.role:
        raise Conflict(N_("Anda tidak dapat mengubah peran Anda sendiri."))
    user.full_name, user.role, user.areas = full_name, role, _kept(user, areas)
    session.flush()
    _record(session, user, "user-changed", by=by, at=at)


def find_user(session: Session, username: str) -> User | None:
    """Return the account of this sign-in name, whatever its case; None for what is no name."""
    name = username.strip().lower()
    if username_problem(name) is not None:  # it may hold what PostgreSQL cannot even compare
        return None
    return session.scalars(select(User).where(User.username == name)).one_or_none()


def get_user(session: Session, user_id: uuid.UUID) -> User:
    """Return the account; NotFound when there is none."""
    user = session.get(User, user_id)
    if user is None:
        raise NotFound(N_("Akun ini tidak ada."))
    return user


def list_users(session: Session) -> Sequence[User]:
    """Return all accounts by sign-in name, the active ones first."""
    return session.scalars(select(User).order_by(User.active.desc(), User.username)).all()


def is_resting(session: Session, username: str, *, at: datetime) -> bool:
    """Whether too many wrong passwords were given for this name of late."""
    failure = session.get(SignInFailure, _name_hash(username))
    return failure is not None and failure.locked_until is not None and failure.locked_until > at


def note_wrong_password(
    session: Session, username: str, *, at: datetime, allowed: int, rest: timedelta
) -> None:
    """Count a wrong password, for names that exist and names that do not alike."""
    failure = _failure(session, _name_hash(username))
    failure.count += 1
    if failure.count >= allowed:
        failure.count, failure.locked_until = 0, at + rest
        user = find_user(session, username)
        event = Event("sign-in-locked", "user", str(user.id) if user else UNKNOWN)
        record(session, event, by=user.username if user else UNKNOWN, at=at)
    session.flush()


def note_sign_in(session: Session, user: User, *, at: datetime) -> None:
    """Record a sign-in and forget earlier wrong passwords."""
    failure = session.get(SignInFailure, _name_hash(user.username))
    if failure is not None:
        session.delete(failure)
    record(session, Event("signed-in", "user", str(user.id)), by=user.username, at=at)


def set_active(session: Session, user: User, *, active: bool, by: str, at: datetime) -> None:
    """Switch an account on or off. Off ends its sessions at once; nobody switches off themselves.

    Raises `Conflict` when `user` is who acts.
    """
    if user.username == by:
        raise Conflict(N_("Anda tidak dapat menonaktifkan akun Anda sendiri."))
    user.active = active
    if not active:
        user.fs_uniquifier = secrets.token_hex(32)
    action = "user-activated" if active else "user-deactivated"
    record(session, Event(action, "user", str(user.id)), by=by, at=at)


def change_password(
    session: Session,
    user: User,
    password: str,
    *,
    hash_password: Callable[[str], str],
    at: datetime,
) -> None:
    """Set a new password and end all sessions. Raises `InvalidData` when it is too weak."""
    if (problem := password_problem(password, user.username)) is not None:
        raise InvalidData(N_("Kata sandi belum diganti."), {"new": [problem]})
    user.password, user.fs_uniquifier = hash_password(password), secrets.token_hex(32)
    record(session, Event("password-changed", "user", str(user.id)), by=user.username, at=at)


def reset_password(
    session: Session,
    user: User,
    *,
    hash_password: Callable[[str], str],
    by: str,
    at: datetime,
) -> str:
    """Give a forgetful person a random password, end their sessions and rest, and return it."""
    password = secrets.token_urlsafe(9)
    user.password, user.fs_uniquifier = hash_password(password), secrets.token_hex(32)
    failure = session.get(SignInFailure, _name_hash(user.username))
    if failure is not None:
        session.delete(failure)
    record(session, Event("password-reset", "user", str(user.id)), by=by, at=at)
    return password


def _add(session: Session, user: User) -> None:
    """Add an account, also when another request takes its name at this moment."""
    taken = UsernameTaken(N_("Nama pengguna {username} sudah dipakai."), username=user.username)
    if find_user(session, user.username) is not None:
        raise taken
    try:
        with session.begin_nested():
            session.add(user)
    except IntegrityError as error:
        raise taken from error


def _areas(codes: Sequence[str]) -> list[UserArea]:
    return [UserArea(area_code=code) for code in sorted(set(codes))]


def _kept(user: User, codes: Sequence[str]) -> list[UserArea]:
    """Return the rows of `codes`, those that exist already being kept."""
    rows = {area.area_code: area for area in user.areas}
    return [rows.get(code) or UserArea(area_code=code) for code in sorted(set(codes))]


def _record(session: Session, user: User, action: str, *, by: str, at: datetime) -> None:
    details = {"role": str(user.role), "areas": list(user.scope.codes)}
    record(session, Event(action, "user", str(user.id), details=details), by=by, at=at)


def _failure(session: Session, name_hash: str) -> SignInFailure:
    """Return the count of a name, made when missing, also when two requests make it at once."""
    failure = session.get(SignInFailure, name_hash)
    if failure is not None:
        return failure
    try:
        with session.begin_nested():
            failure = SignInFailure(name_hash=name_hash, count=0)
            session.add(failure)
        return failure
    except IntegrityError:
        return session.get_one(SignInFailure, name_hash)


def _name_hash(username: str) -> str:
    return hashlib.sha256(username.strip().lower().encode("utf-8", "replace")).hexdigest()
