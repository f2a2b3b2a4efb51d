"""Accounts."""

import uuid
from datetime import datetime

from sqlalchemy import JSON, ForeignKey, String, Text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from jps.access.rules import Can, Role, is_allowed, narrowed
from jps.db import AREA_CODE, AreaScope, Base, UtcDateTime


class User(Base):
    """A person with an account. `role` says what they may do, `areas` where.

    The properties at the end are what Flask-Login asks of a user.
    """

    __tablename__ = "user_account"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    username: Mapped[str] = mapped_column(String(64), unique=True)
    full_name: Mapped[str] = mapped_column(String(120))
    password: Mapped[str] = mapped_column(Text)
    role: Mapped[Role] = mapped_column(String(20))
    active: Mapped[bool] = mapped_column(default=True)
    fs_uniquifier: Mapped[str] = mapped_column(String(64), unique=True)
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    areas: Mapped[list["UserArea"]] = relationship(lazy="selectin", cascade="all, delete-orphan")

    @property
    def scope(self) -> AreaScope:
        """The areas this person may see."""
        return AreaScope(codes=tuple(sorted(area.area_code for area in self.areas)))

    def can(self, permission: Can) -> bool:
        """Whether this person's role and the size of their areas allow `permission`."""
        areas = (area.area_code for area in self.areas)
        return is_allowed(Role(self.role), permission, areas=areas)

    @property
    def is_active(self) -> bool:
        """Whether the account is switched on."""
        return self.active

    @property
    def is_authenticated(self) -> bool:
        """Whether a session with this account counts as signed in."""
        return self.active

    @property
    def is_anonymous(self) -> bool:
        """Never: this is a person with an account."""
        return False

    def get_id(self) -> str:
        """Return what the session cookie holds; changing it ends all sessions."""
        return self.fs_uniquifier


class UserArea(Base):
    """One area, children included, that a person may see."""

    __tablename__ = "user_area"

    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, primary_key=True)


class SignInFailure(Base):
    """Wrong passwords of late, per name; the name rests when there were too many.

    Only SHA-256 of the name is kept: people type passwords and NIKs into the wrong field.
    """

    __tablename__ = "sign_in_failure"

    name_hash: Mapped[str] = mapped_column(String(64), primary_key=True)
    count: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[datetime | None] = mapped_column(UtcDateTime)


class ApiToken(Base):
    """A key with which a program works in a person's name. Only its hash is kept.

    `prefix` finds it; the secret behind it is shown once.
    """

    __tablename__ = "api_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # to the hour
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)


class DeviceToken(Base):
    """What a phone with ODK Collect carries in its server address: one person, one phone.

    Only its hash is kept; `prefix` finds it. `areas` narrow the person's own.
    """

    __tablename__ = "device_token"

    id: Mapped[uuid.UUID] = mapped_column(primary_key=True, default=uuid.uuid4)
    user_id: Mapped[uuid.UUID] = mapped_column(ForeignKey("user_account.id"), index=True)
    name: Mapped[str] = mapped_column(String(80))
    prefix: Mapped[str] = mapped_column(String(16), unique=True)
    sha256: Mapped[str] = mapped_column(String(64))
    areas: Mapped[list[str]] = mapped_column(JSON)
    created_by: Mapped[str] = mapped_column(String(64))
    created_at: Mapped[datetime] = mapped_column(UtcDateTime)
    expires_at: Mapped[datetime] = mapped_column(UtcDateTime)
    last_used_at: Mapped[datetime | None] = mapped_column(UtcDateTime)  # to the hour
    device_id: Mapped[str] = mapped_column(String(120), default="")  # as the phone last said
    revoked_at: Mapped[datetime | None] = mapped_column(UtcDateTime)
    revoked_by: Mapped[str | None] = mapped_column(String(64))
    user: Mapped[User] = relationship(lazy="joined", innerjoin=True)

    @property
    def scope(self) -> AreaScope:
        """The areas for which the phone works now: the token's that are still the person's."""
        return AreaScope(codes=narrowed(self.areas, self.user.scope.codes))
