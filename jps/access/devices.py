"""Tokens of phones with ODK Collect: `jpsd_<prefix>_<secret>`, part of the server's address.

A token is shown once, as a QR code. It speaks for one person in areas of theirs, ends by itself,
and stops at once when it is revoked or the person's account is switched off.
"""

import hmac
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta
from hashlib import sha256

from sqlalchemy import select
from sqlalchemy.orm import Session, joinedload

from jps.access.models import DeviceToken, User
from jps.access.rules import Can, narrowed
from jps.audit.services import Event, record
from jps.db import AreaScope
from jps.errors import InvalidData, NotAllowed, NotFound
from jps.text import N_, one_line

MARK = "jpsd_"
MAX_DAYS = 366
USE_NOTED_EVERY = timedelta(hours=1)  # a write per request would make every reader a writer
MAX_DEVICE = 120  # characters of what a phone says of itself

NOT_YOURS = N_("Anda hanya dapat mengatur HP pendata yang seluruh wilayahnya wilayah Anda.")


def create_device_token(
    session: Session,
    user: User,
    *,
    name: str,
    areas: Sequence[str],
    days: int,
    by: User,
    at: datetime,
) -> str:
    """Make a token with which a phone works for `user` and return it: it cannot be shown again.

    `areas` (codes) must lie in the person's own; none means all of them. Raises `InvalidData`,
    `NotAllowed` when `by` may not do this for `user`.
    """
    require_manages(by, user)
    name = one_line(name)
    own = user.scope.codes
    problems: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 80:
        problems["name"] = [N_("Beri nama HP ini, paling banyak 80 karakter.")]
    if not 1 <= days <= MAX_DAYS:
        problems["days"] = [N_("Token berlaku 1 sampai 366 hari.")]
    if not own or set(narrowed(areas, own)) != set(areas):
        problems["areas"] = [N_("Pilih wilayah kerja pendata ini, atau sebagian darinya.")]
    if not user.active or not user.can(Can.ENTER_HOUSEHOLDS):
        problems["user"] = [N_("Akun ini tidak dapat mendata.")]
    if problems:
        raise InvalidData(N_("HP belum dihubungkan: periksa isian yang ditandai."), problems)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(24)
    text = f"{MARK}{prefix}_{secret}"
    token = DeviceToken(
        id=uuid.uuid4(),
        user_id=user.id,
        name=name,
        prefix=prefix,
        sha256=_digest(text),
        areas=sorted(areas or own),
        created_by=by.username,
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    _record(session, token, "device-connected", {"days": days}, by=by.username, at=at)
    return text


def find_device_token(session: Session, text: str, *, at: datetime) -> DeviceToken | None:
    """Return the token if it is known, not revoked, not over, and its person may still enter."""
    parts = text.split("_", 2)
    if len(parts) != 3 or not text.startswith(MARK) or not parts[1].isalnum():
        return None
    whole = joinedload(DeviceToken.user).joinedload(User.areas)  # one question of each request
    query = select(DeviceToken).where(DeviceToken.prefix == parts[1][:16]).options(whole)
    token = session.scalars(query).unique().one_or_none()
    if token is None or not hmac.compare_digest(token.sha256, _digest(text)):
        return None
    if token.revoked_at is not None or token.expires_at <= at:
        return None
    may_enter = token.user.active and token.user.can(Can.ENTER_HOUSEHOLDS)
    return token if may_enter else None


def needs_note(token: DeviceToken, device_id: str, *, at: datetime) -> bool:
    """Whether the use of a token, or another phone, is to be noted again."""
    if device_id and device_id[:MAX_DEVICE] != token.device_id:
        return True
    return token.last_used_at is None or token.last_used_at + USE_NOTED_EVERY <= at


def note_use(session: Session, token_id: uuid.UUID, device_id: str, *, at: datetime) -> None:
    """Write down when a token was used and by which phone."""
    token = session.get(DeviceToken, token_id)
    if token is not None:
        token.last_used_at = at
        token.device_id = device_id[:MAX_DEVICE] or token.device_id
        session.flush()


def revoke_device_token(session: Session, token_id: uuid.UUID, *, by: User, at: datetime) -> None:
    """End a token at once; `NotFound` when there is none that `by` may manage."""
    token = session.get(DeviceToken, token_id)
    if token is None or not manages(by, token.user):
        raise NotFound(N_("HP ini tidak ada dalam daftar Anda."))
    if token.revoked_at is None:
        token.revoked_at, token.revoked_by = at, by.username
        session.flush()
        _record(session, token, "device-revoked", {}, by=by.username, at=at)


def list_device_tokens(session: Session, by: User) -> Sequence[DeviceToken]:
    """Return the tokens that `by` may manage, those in force first, then newest first."""
    query = select(DeviceToken).order_by(
        DeviceToken.revoked_at.is_not(None), DeviceToken.created_at.desc()
    )
    return [token for token in session.scalars(query) if manages(by, token.user)]


def list_carriers(session: Session, by: User) -> Sequence[User]:
    """Return the people for whom `by` may connect a phone, by full name."""
    query = select(User).where(User.active).order_by(User.full_name)
    return [
        user
        for user in session.scalars(query)
        if user.can(Can.ENTER_HOUSEHOLDS) and manages(by, user)
    ]


def manages(by: User, user: User) -> bool:
    """Whether `by` may connect and cut off phones of `user`.

    One's own; those of enumerators whose areas all lie in one's own, for who verifies households;
    everybody's, for who manages accounts.
    """
    if by.id == user.id or by.can(Can.MANAGE_USERS):
        return True
    if not by.can(Can.VERIFY_HOUSEHOLDS) or user.can(Can.VERIFY_HOUSEHOLDS):
        return False
    return bool(user.scope.codes) and all(by.scope.covers(code) for code in user.scope.codes)


def require_manages(by: User, user: User) -> None:
    """Raise `NotAllowed` unless `by` may manage phones of `user`."""
    if not manages(by, user):
        raise NotAllowed(NOT_YOURS)


def scope_now(user: User, areas: Sequence[str]) -> AreaScope:
    """Return what is left now of areas that were `user`'s once."""
    return AreaScope(codes=narrowed(areas, user.scope.codes))


def _record(
    session: Session,
    token: DeviceToken,
    action: str,
    details: dict[str, object],
    *,
    by: str,
    at: datetime,
) -> None:
    subject = {"token": token.prefix, **details}
    record(session, Event(action, "user", str(token.user_id), details=subject), by=by, at=at)


def _digest(text: str) -> str:
    return sha256(text.encode("utf-8", "replace")).hexdigest()
