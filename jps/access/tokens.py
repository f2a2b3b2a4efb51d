"""Personal API tokens: `jps_<prefix>_<secret>`, shown once, kept as a hash, with an end."""

import hashlib
import hmac
import secrets
import uuid
from collections.abc import Sequence
from datetime import datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.access.models import ApiToken, User
from jps.audit.services import Event, record
from jps.errors import InvalidData, NotFound
from jps.text import N_, one_line

MARK = "jps_"
MAX_DAYS = 366
USE_NOTED_EVERY = timedelta(hours=1)  # a write per request would make every reader a writer


def create_api_token(
    session: Session, user: User, *, name: str, days: int, by: str, at: datetime
) -> str:
    """Make a token for `user` that works for `days` and return it: it cannot be shown again.

    Raises `InvalidData` when the name is missing or the time is not 1 to 366 days.
    """
    name = one_line(name)
    problems: dict[str, list[str]] = {}
    if not 1 <= len(name) <= 80:
        problems["name"] = [N_("Beri nama token, paling banyak 80 karakter.")]
    if not 1 <= days <= MAX_DAYS:
        problems["days"] = [N_("Token berlaku 1 sampai 366 hari.")]
    if problems:
        raise InvalidData(N_("Token belum dibuat: periksa isian yang ditandai."), problems)
    prefix, secret = secrets.token_hex(4), secrets.token_urlsafe(32)
    text = f"{MARK}{prefix}_{secret}"
    token = ApiToken(
        id=uuid.uuid4(),
        user_id=user.id,
        name=name,
        prefix=prefix,
        sha256=_digest(text),
        created_at=at,
        expires_at=at + timedelta(days=days),
    )
    session.add(token)
    session.flush()
    event = Event("token-created", "user", str(user.id), details={"token": prefix, "days": days})
    record(session, event, by=by, at=at)
    return text


def find_api_token(session: Session, text: str, *, at: datetime) -> ApiToken | None:
    """Return the token if it is known, not revoked, not over, and its person still active."""
    parts = text.split("_", 2)
    if len(parts) != 3 or not text.startswith(MARK):
        return None
    token = session.scalars(select(ApiToken).where(ApiToken.prefix == parts[1][:16])).one_or_none()
    if token is None or not hmac.compare_digest(token.sha256, _digest(text)):
        return None
    if token.revoked_at is not None or token.expires_at <= at or not token.user.active:
        return None
    return token


def needs_note(token: ApiToken, *, at: datetime) -> bool:
    """Whether the use of a token is to be noted again."""
    return token.last_used_at is None or token.last_used_at + USE_NOTED_EVERY <= at


def list_api_tokens(session: Session, user: User) -> Sequence[ApiToken]:
    """Return a person's tokens, newest first."""
    query = select(ApiToken).where(ApiToken.user_id == user.id)
    return session.scalars(query.order_by(ApiToken.created_at.desc())).all()


def revoke_api_token(session: Session, user: User, prefix: str, *, by: str, at: datetime) -> None:
    """End a token of `user` at once; `NotFound` when the person has none of this prefix."""
    token = session.scalars(
        select(ApiToken).where(ApiToken.user_id == user.id, ApiToken.prefix == prefix)
    ).one_or_none()
    if token is None:
        raise NotFound(N_("Token ini tidak ada."))
    if token.revoked_at is None:
        token.revoked_at = at
        session.flush()
        event = Event("token-revoked", "user", str(user.id), details={"token": prefix})
        record(session, event, by=by, at=at)


def _digest(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "replace")).hexdigest()
