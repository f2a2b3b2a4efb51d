"""Frames of an office: whose areas, what they hold, what is recorded, and snapshots of them."""

from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path

import geopandas as gpd
import pandas as pd
import pyarrow.parquet as pq
import pytest
from flask import Flask
from sqlalchemy import select

from jps.access.rules import Role
from jps.access.services import find_user
from jps.access.tokens import list_api_tokens, revoke_api_token
from jps.analysis import Frame, Office, connect, open_office, open_snapshot
from jps.analysis.opening import LocalSource
from jps.analysis.remote import OfficeRefused
from jps.audit.models import AuditEvent
from jps.config import Settings
from jps.db import db, everywhere
from jps.errors import Conflict, InvalidData, InvalidFile, NotAllowed, NotFound
from jps.households.models import Household
from jps.households.rules import State
from jps.programmes.models import Benefit
from jps.programmes.rules import BenefitState
from tests.analysis.conftest import NewOffice, NewToken
from tests.conftest import PASSWORD
from tests.households_examples import household_document
from tests.offices import NewHousehold
from tests.programmes_examples import add_decree, add_programme, add_recipients
from tests.serving import serving

PRIVATE = ("nik", "kk", "name", "mother_name", "birth_place", "address")


@pytest.fixture
def two(household: NewHousehold) -> None:
    """A household in each kabupaten, and a draft that does not count."""
    household("ani")
    household("citra", area_code="75.02.01.2001")
    household("ani", sent=False)


def events(app: Flask) -> list[AuditEvent]:
    """Return the reads that were recorded, in their order."""
    with app.app_context():
        found = db.session.scalars(
            select(AuditEvent).where(AuditEvent.action == "frame-read").order_by(AuditEvent.seq)
        ).all()
        db.session.expunge_all()
        return list(found)


@pytest.mark.usefixtures("two")
def test_every_frame_opens_and_joins(opened: NewOffice) -> None:
    office = opened("ina", "75")
    frames = {frame: office.frame(frame) for frame in office.frames()}
    assert set(frames) == set(Frame)
    households, members = frames[Frame.HOUSEHOLDS], frames[Frame.MEMBERS]
    assert sorted(households["area"]) == ["75.01.01.2001", "75.02.01.2001"]
    assert set(members["household"]) == set(households["household"])
    counted = members[members["presence"].isin(["1", "5"])].groupby("household").size()
    assert counted.to_dict() == households.set_index("household")["persons"].to_dict()
    assert households["floor_area"].dtype.kind in "if"


@pytest.mark.usefixtures("two")
def test_areas_come_from_the_account_alone(opened: NewOffice) -> None:
    office = opened("ina", "75.01")
    assert set(office.households()["area"]) == {"75.01.01.2001"}
    assert set(office.members()["area"]) == {"75.01.01.2001"}
    assert "75.02" not in set(office.areas()["code"])
    assert office.households(area="75.01.01.2002").empty
    with pytest.raises(NotAllowed):
        office.households(area="75.02")
    with pytest.raises(NotFound):
        office.households(area="75.99")


@pytest.mark.usefixtures("two")
def test_nobody_is_in_the_frames_of_an_analyst(opened: NewOffice) -> None:
    office = opened("ina", "75")
    document = household_document()
    people = [document, *document["members"]]
    private = {str(one[name]) for one in people for name in PRIVATE if one.get(name)}
    assert len(private) > 5
    for frame in (Frame.HOUSEHOLDS, Frame.MEMBERS, Frame.LINKS):
        cells = {str(cell) for cell in office.frame(frame).to_numpy().ravel()}
        assert not cells & private
    with pytest.raises(NotAllowed):
        office.members(identified=True)


@pytest.mark.usefixtures("two")
def test_who_may_see_households_gets_names_when_asked_and_masked_numbers(
    opened: NewOffice,
) -> None:
    office = opened("rahma", "75.01", role=Role.MANAGER)
    assert "name" not in office.members()
    found = office.members(identified=True)
    document = household_document()["members"]
    assert set(found["name"]) == {one["name"] for one in document}
    assert set(found["nik"].dropna()).isdisjoint(one.get("nik") for one in document)
    assert found["nik"].dropna().str.contains("*", regex=False).all()


@pytest.mark.usefixtures("two")
def test_keys_hold_for_a_project_and_join_with_no_other(opened: NewOffice) -> None:
    first = set(opened("ina", "75").members()["member"])
    renewed = set(opened("ina", "75").members()["member"])
    other = set(opened("ina", "75", project="another").members()["member"])
    colleague = set(opened("eka", "75").members()["member"])
    assert first == renewed
    assert first.isdisjoint(other | colleague)
    assert other.isdisjoint(colleague)


@pytest.mark.usefixtures("two")
def test_every_read_is_recorded_with_rows_columns_and_area(app: Flask, opened: NewOffice) -> None:
    office = opened("ina", "75.01")
    office.households(columns=["area", "npl100"], area="75.01.01")
    office.members()
    first, second = events(app)
    assert (first.actor, first.subject_id, first.area_code) == ("ina", "households", "75.01.01")
    assert first.details["columns"] == ["area", "npl100"]
    assert (first.details["rows"], first.details["project"]) == (1, "map")
    assert (second.subject_id, second.details["area"]) == ("members", "75.01")
    with pytest.raises(InvalidData, match="umur"):
        office.members(columns=["umur"])
    assert len(events(app)) == 2


def test_who_may_not_is_refused(office: Settings, token: NewToken, areas: None) -> None:
    for made in ("", "jps_x_y", token(Role.ENUMERATOR, "75.01", username="ani")):
        with pytest.raises(NotAllowed):
            LocalSource(office, made).frames()
    with pytest.raises(NotFound):
        open_office("jps_x_y", office.home / "elsewhere")


def test_a_revoked_token_reads_nothing(app: Flask, opened: NewOffice) -> None:
    office = opened("ina", "75")
    office.households()
    with app.app_context():
        user = find_user(db.session(), "ina")
        assert user is not None
        for one in list_api_tokens(db.session(), user):
            revoke_api_token(db.session(), user, one.prefix, by="ina", at=datetime.now(UTC))
        db.session.commit()
    with pytest.raises(NotAllowed):
        office.households()


@pytest.mark.usefixtures("two")
def test_a_snapshot_reads_back_equal_and_notices_changes(
    app: Flask, opened: NewOffice, tmp_path: Path
) -> None:
    office = opened("ina", "75")
    folder = office.snapshot(tmp_path / "snapshot")
    assert {one.details["purpose"] for one in events(app)} == {"snapshot"}
    again = open_snapshot(folder)
    for frame in Frame:
        pd.testing.assert_frame_equal(again.frame(frame), office.frame(frame))
    assert set(again.members(columns=["area", "age"], area="75.01")["area"]) == {"75.01.01.2001"}
    assert gpd.read_parquet(folder / "areas.parquet")["code"].tolist() == list(
        office.areas()["code"]
    )
    with pytest.raises(NotAllowed):
        again.members(identified=True)
    file = folder / "members.parquet"
    file.write_bytes(file.read_bytes()[:-1])
    with pytest.raises(InvalidFile):
        again.members()
    office.snapshot(folder)
    assert not open_snapshot(folder).members().empty


def test_a_snapshot_never_overwrites_something_else(opened: NewOffice, tmp_path: Path) -> None:
    (tmp_path / "letter.txt").write_text("mine")
    with pytest.raises(Conflict):
        opened("ina", "75").snapshot(tmp_path)
    with pytest.raises(NotFound):
        open_snapshot(tmp_path)


@pytest.mark.usefixtures("two", "areas")
def test_another_machine_gets_the_same_frames(
    app: Flask, office: Settings, token: NewToken
) -> None:
    made = token(Role.ANALYST, "75.01", username="ina")
    with serving(app) as address:
        there = connect(address, made)
        here = Office(LocalSource(office, made))
        assert there.frames() == here.frames()
        for frame in (Frame.HOUSEHOLDS, Frame.MEMBERS, Frame.AREAS, Frame.LISTS):
            pd.testing.assert_frame_equal(there.frame(frame), here.frame(frame))
        with pytest.raises(OfficeRefused, match="403"):
            there.households(area="75.02")
        with pytest.raises(OfficeRefused, match="401"):
            connect(address, "jps_x_y")
    recorded = [one.details for one in events(app) if one.subject_id == "households"]
    assert recorded[0] == recorded[1]


def test_a_token_is_never_sent_in_the_clear() -> None:
    for address in ("http://kantor.example", "ftp://127.0.0.1", "kantor.example", ""):
        with pytest.raises(InvalidData):
            connect(address, "jps_x_y")


@pytest.mark.usefixtures("two")
def test_the_browser_downloads_with_keys_of_its_own(
    app: Flask, opened: NewOffice, office: Settings
) -> None:
    mine = set(opened("ina", "75").members()["member"])
    client = app.test_client()
    client.post("/login", data={"username": "ina", "password": PASSWORD})
    answer = client.get("/api/v1/analysis/members")
    assert answer.status_code == 200
    assert "members" in answer.headers["Content-Disposition"]
    found = pq.read_table(BytesIO(answer.data)).to_pandas()
    answer.close()
    assert len(found) == len(mine)
    assert mine.isdisjoint(found["member"])
    assert client.get("/api/v1/analysis/nothing").status_code == 404
    assert client.get("/api/v1/analysis/members?columns=umur").status_code == 422
    assert len(events(app)) == 2


@pytest.mark.usefixtures("two")
def test_junk_is_refused_with_words(app: Flask, token: NewToken) -> None:
    headers = {"Authorization": f"Bearer {token(Role.ANALYST, '75.01', username='ina')}"}
    for junk in ("\x00", "75.01\x00", "\ud800", "x" * 5_000, "75.1", "=1+1", "%"):
        for name, status in (("area", 404), ("columns", 422), ("purpose", 200)):
            asked = {name: junk.encode("utf-8", "replace")}
            answer = app.test_client().get(
                "/api/v1/analysis/lists", query_string=asked, headers=headers
            )
            answer.close()
            assert answer.status_code == status, (name, junk[:9])


@pytest.mark.usefixtures("two")
def test_who_receives_joins_with_households_of_ones_own_areas(
    app: Flask, opened: NewOffice
) -> None:
    with app.app_context(), everywhere(db.session()):
        session = db.session()
        kept = select(Household).where(Household.state != State.DRAFT)
        stored = session.scalars(kept.order_by(Household.area_code)).all()
        aid = add_decree(session, add_programme(session, "pkh"))
        over = add_decree(session, add_programme(session, "blt"), period_to=date(2020, 1, 1))
        listed = add_recipients(session, aid, stored)
        add_recipients(session, over, stored)
        planned = Benefit(
            area_code=listed[0].area_code,
            decree_id=aid.id,
            recipient_id=listed[0].id,
            instalment=1,
            due_on=date(2026, 3, 1),
            amount=300_000,
            state=BenefitState.PLANNED,
            state_by="tests",
            state_at=datetime.now(UTC),
        )
        session.add(planned)
        session.commit()
    office = opened("ina", "75.01")
    recipients = office.recipients()
    assert set(recipients["area"]) == {"75.01.01.2001"}
    receives = recipients.set_index("programme")["receives"].to_dict()
    assert receives == {"pkh": True, "blt": False}
    assert set(recipients["household"]) == set(office.households()["household"])
    whole = opened("ida", "75")
    assert set(whole.recipients()["decree"]) == set(whole.decrees()["decree"])
    benefits = whole.benefits()
    assert benefits["amount"].tolist() == [300_000]
    assert set(benefits["recipient"]) <= set(whole.recipients()["recipient"])
    assert set(office.programmes()["programme"]) == {"pkh", "blt"}
