"""Photos and papers of a household: once by name, whole, seen in its areas alone."""

import uuid
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import pytest
from flask import Flask
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from jps.audit.services import verify_chain
from jps.db import EVERYWHERE, AreaScope, db, scoped_to, set_scope
from jps.errors import InvalidData, JpsError, NotFound
from jps.filestore import path_of
from jps.households import services
from jps.households.attachments import (
    MAX_BYTES,
    OtherContent,
    StoredAttachment,
    TooLarge,
    WrongKind,
    attachments_of,
    shows_numbers,
    store_attachment,
)
from jps.households.models import Attachment
from tests.households.conftest import ANI, AT
from tests.households_examples import household_document

JPEG = b"\xff\xd8\xff\xe0 example"


@pytest.fixture
def household(session: Session) -> uuid.UUID:
    """A draft in the first village."""
    return services.open_draft(session, household_document(), by=ANI, at=AT).id


def keep(
    session: Session,
    home: Path,
    household: uuid.UUID,
    name: str = "a.jpg",
    content: bytes = JPEG,
    kind: str = "image/jpeg",
) -> StoredAttachment:
    """Store one file."""
    return store_attachment(
        session,
        home,
        household_id=household,
        name=name,
        content=content,
        media_type=kind,
        by="ani",
        at=AT,
    )


def test_the_same_file_is_stored_once(
    session: Session, household: uuid.UUID, tmp_path: Path
) -> None:
    first, again = keep(session, tmp_path, household), keep(session, tmp_path, household)
    assert (first.is_new, again.is_new) == (True, False)
    (row,) = attachments_of(session, household)
    assert (row.by, row.size, row.area_code) == ("ani", len(JPEG), "75.01.01.2001")
    assert path_of(tmp_path, row.sha256).read_bytes() == JPEG
    session.commit()
    assert verify_chain(session).broken_at is None


def test_a_name_stands_for_one_content(
    session: Session, household: uuid.UUID, tmp_path: Path
) -> None:
    keep(session, tmp_path, household)
    with pytest.raises(OtherContent):
        keep(session, tmp_path, household, content=JPEG + b"other")
    assert [row.size for row in attachments_of(session, household)] == [len(JPEG)]


@pytest.mark.parametrize(
    ("name", "content", "kind", "refusal"),
    [
        ("../a.jpg", JPEG, "image/jpeg", InvalidData),
        ("a.jpg.exe", JPEG, "image/jpeg", InvalidData),
        ("a.jpg", b"<html>", "image/jpeg", WrongKind),
        ("a.jpg", b"<svg>", "image/svg+xml", WrongKind),
        ("a.jpg", JPEG + b"\0" * MAX_BYTES, "image/jpeg", TooLarge),
    ],
)
def test_what_is_no_photo_is_refused(
    session: Session,
    household: uuid.UUID,
    tmp_path: Path,
    name: str,
    content: bytes,
    kind: str,
    refusal: type[JpsError],
) -> None:
    with pytest.raises(refusal):
        keep(session, tmp_path, household, name, content, kind)
    assert list(attachments_of(session, household)) == []


def test_other_areas_are_not_reached(
    session: Session, household: uuid.UUID, tmp_path: Path
) -> None:
    keep(session, tmp_path, household)
    session.commit()
    session.expire_all()
    with scoped_to(session, AreaScope(codes=("75.02",))):
        with pytest.raises(NotFound):
            attachments_of(session, household)
        with pytest.raises(NotFound):
            keep(session, tmp_path, household, "b.jpg")


def test_the_same_file_sent_at_once_is_one(
    app: Flask, session: Session, household: uuid.UUID, tmp_path: Path
) -> None:
    session.commit()

    def send(_number: int) -> bool:
        with app.app_context():
            set_scope(db.session(), EVERYWHERE)
            found = keep(db.session(), tmp_path, household).is_new
            db.session.commit()
            db.session.remove()
            return found

    with ThreadPoolExecutor(4) as pool:
        assert sorted(pool.map(send, range(4))) == [False, False, False, True]
    assert session.scalar(select(func.count()).select_from(Attachment)) == 1


def test_only_known_pictures_are_open() -> None:
    answers = {"photo_house": "a.jpg", "photo_kk": "b.jpg"}
    assert not shows_numbers("a.jpg", answers)
    assert shows_numbers("b.jpg", answers)
    assert shows_numbers("old.jpg", answers)
