"""Photos and papers of a household: kept by content, named as the answers name them.

A picture of a family card shows the numbers of a whole family. Only a picture that answers a
question which shows none (`photo_house`) is shown like any other answer; every other one asks for
the right to see numbers and a reason, as the numbers themselves do.
"""

import re
import uuid
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from jps.audit.services import Event, record
from jps.db import everywhere
from jps.errors import Conflict, InvalidData, NotFound
from jps.filestore import keep
from jps.households.models import Attachment, Household
from jps.text import N_

MAX_BYTES = 10 * 2**20  # of one file; a phone shrinks a photo to some 100 KB
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9_-]{0,79}\.(?:jpg|jpeg|png|pdf)", re.IGNORECASE)
# What may be kept, and how such a file begins.
BEGINNINGS: Mapping[str, bytes] = {
    "image/jpeg": b"\xff\xd8\xff",
    "image/png": b"\x89PNG\r\n\x1a\n",
    "application/pdf": b"%PDF-",
}
SHOWS_NO_NUMBERS = frozenset({"photo_house"})  # questions

BAD_NAME = N_("Nama berkas ini tidak dapat dipakai.")
BAD_TYPE = N_("Berkas ini bukan foto JPEG atau PNG, atau PDF.")
TOO_LARGE = N_("Berkas ini terlalu besar: paling banyak {limit} MB.")


class OtherContent(Conflict):
    """Another file is kept under this name."""

    code = "other-content"


class TooLarge(InvalidData):
    """More than one file may have."""

    status, code = 413, "file-too-large"


class WrongKind(InvalidData):
    """Not a picture or a paper that JPS keeps, whatever it claims to be."""

    status, code = 415, "wrong-kind-of-file"


@dataclass(frozen=True, slots=True)
class StoredAttachment:
    """An attachment, and whether it is new."""

    attachment: Attachment
    is_new: bool


def store_attachment(
    session: Session,
    home: Path,
    *,
    household_id: uuid.UUID,
    name: str,
    content: bytes,
    media_type: str,
    by: str,
    at: datetime,
) -> StoredAttachment:
    """Keep a file of a household under `name`; the same again changes nothing.

    `home` is the office's folder, `by` the sign-in name. Raises `NotFound` outside the session's
    areas, `OtherContent` when the name is taken, `TooLarge`, `WrongKind`, and OSError when the disk
    is full.
    """
    area = _area_of(session, household_id)
    _check(name, content, media_type)
    digest = keep(home, content)
    known = _known(session, household_id, name)
    if known is None:
        row = Attachment(
            id=uuid.uuid4(),
            household_id=household_id,
            area_code=area,
            name=name,
            sha256=digest,
            media_type=media_type,
            size=len(content),
            by=by,
            at=at,
        )
        try:
            with session.begin_nested():
                session.add(row)
        except IntegrityError:  # another request stored it just now
            known = _known(session, household_id, name)
        else:
            _audit(session, row, "attachment-stored", {"size": row.size}, by=by, at=at)
            return StoredAttachment(row, is_new=True)
    if known is None or known.sha256 != digest:
        raise OtherContent(N_("Dengan nama ini sudah tersimpan berkas yang lain."))
    return StoredAttachment(known, is_new=False)


def attachments_of(session: Session, household_id: uuid.UUID) -> Sequence[Attachment]:
    """Return the files of a household that the session may see, by time."""
    _area_of(session, household_id)
    query = (
        select(Attachment)
        .where(Attachment.household_id == household_id)
        .order_by(Attachment.at, Attachment.name)
    )
    with everywhere(session):  # a household that moved brings its files along
        return session.scalars(query).all()


def get_attachment(session: Session, household_id: uuid.UUID, name: str) -> Attachment:
    """Return one file of a household, or raise `NotFound`."""
    for found in attachments_of(session, household_id):
        if found.name == name:
            return found
    raise NotFound()


def shows_numbers(name: str, answers: Mapping[str, object]) -> bool:
    """Whether the file may show NIK or KK numbers: everything but answers known to show none."""
    return name not in {answers.get(question) for question in SHOWS_NO_NUMBERS}


def reveal_attachment(
    session: Session, attachment: Attachment, reason: str, *, by: str, at: datetime
) -> None:
    """Record that somebody looks at a file with numbers, and why."""
    _audit(session, attachment, "attachment-revealed", {"reason": reason}, by=by, at=at)


def _area_of(session: Session, household_id: uuid.UUID) -> str:
    area = session.scalar(select(Household.area_code).where(Household.id == household_id))
    if area is None:
        raise NotFound()
    return area


def _known(session: Session, household_id: uuid.UUID, name: str) -> Attachment | None:
    query = select(Attachment).where(
        Attachment.household_id == household_id, Attachment.name == name
    )
    with everywhere(session):
        return session.scalars(query).one_or_none()


def _check(name: str, content: bytes, media_type: str) -> None:
    if not NAME.fullmatch(name):
        raise InvalidData(BAD_NAME, {"name": [BAD_NAME]})
    if len(content) > MAX_BYTES:
        raise TooLarge(TOO_LARGE, limit=MAX_BYTES // 2**20)
    beginning = BEGINNINGS.get(media_type)
    if beginning is None or not content.startswith(beginning):
        raise WrongKind(BAD_TYPE)


def _audit(
    session: Session,
    row: Attachment,
    action: str,
    details: dict[str, object],
    *,
    by: str,
    at: datetime,
) -> None:
    subject = {"file": row.name, **details}
    event = Event(action, "household", str(row.household_id), row.area_code, subject)
    record(session, event, by=by, at=at)
