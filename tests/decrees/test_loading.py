"""A decree's list: nothing of it is lost, everybody is looked up, and the report is right."""

import uuid
from datetime import date

import pytest
from sqlalchemy import func, select, text, true
from sqlalchemy.orm import Session

from jps.audit.models import AuditEvent
from jps.audit.services import verify_chain
from jps.decrees import services, work
from jps.decrees.money import money
from jps.decrees.report import Answer, area_counts, condition, counted
from jps.decrees.sheets import Sheet, lines, sheet_counts
from jps.errors import Conflict, InvalidData
from jps.identity.rules import LinkState
from jps.intake.models import IntakeProblem, IntakeRow
from jps.jobs.rules import JobState
from jps.programmes.case_models import Finding
from jps.programmes.models import Recipient
from jps.programmes.queries import terms_of_decree
from jps.programmes.receiving import receiving
from jps.programmes.rules import DecreeState, Registered
from tests.conftest import NOW
from tests.decrees.conftest import HASAN, ROWS, TODAY, Office


def test_every_row_is_a_recipient_who_is_looked_up(filled: Office) -> None:
    key = filled.bring()
    job = filled.look_up(key)
    assert job.state == JobState.DONE
    one = filled.recipients(key)
    assert len(one) == len(ROWS)
    assert filled.session.scalar(select(func.count()).select_from(IntakeRow)) == len(ROWS)

    hasan, fatma, again, dead, elsewhere, nobody = one.values()
    assert (hasan.link_state, hasan.registered) == (LinkState.PADAN, Registered.YES)
    assert fatma.registered is not None
    assert Registered(fatma.registered) is Registered.YES  # without a NIK, by name and KK
    assert fatma.household_id == hasan.household_id
    assert (again.same_as, hasan.same_as) == (hasan.id, None)
    assert dead.link_state == LinkState.MENINGGAL
    assert dead.registered == Registered.NO
    assert elsewhere.nik == "75020117"  # as given
    assert elsewhere.link_state == LinkState.PADAN_SEBAGIAN  # by name and birth
    assert nobody.registered == Registered.NO
    assert [r.amount for r in one.values()] == [200_000, None, 200_000, None, 200_000, 200_000]

    assert again.area_code == "75"  # no village: the decree's area
    assert nobody.area_code == "75.01.01.2002"
    assert set(nobody.problems) >= {"nik-missing", "name-missing"}
    assert "amount-unreadable" in dead.problems
    assert "nik-format" in elsewhere.problems
    told = filled.session.scalars(select(IntakeProblem.column)).all()
    assert {"NIK", "Kode Desa", "Jumlah (Rp)"} <= set(told)


def test_figures_equal_an_independent_query(filled: Office) -> None:
    key = filled.load()
    session = filled.session
    counts = counted(session, key)
    plain = """
        SELECT count(*), sum(CASE WHEN registered = 'yes' THEN 1 ELSE 0 END),
               sum(CASE WHEN link_state = 'meninggal' THEN 1 ELSE 0 END),
               sum(CASE WHEN same_as IS NOT NULL THEN 1 ELSE 0 END),
               sum(CASE WHEN amount IS NULL THEN 300000 ELSE amount END)
        FROM recipient"""
    total, registered, dead, twice, rupiah = session.execute(text(plain)).one()
    assert counts[Answer.ALL] == total == 6
    assert counts[Answer.REGISTERED] == registered == 3
    assert counts[Answer.DEAD] == dead == 1
    assert counts[Answer.TWICE] == twice == 1
    decree = filled.decree(key)
    assert decree.counts == {str(one): number for one, number in counts.items()}
    terms = terms_of_decree(session, decree)
    stake = money(session, terms, Recipient.decree_id == key, condition(Answer.ALL))
    assert (stake.delivery, stake.unknown) == (rupiah, 0)
    assert stake.year == 12 * rupiah

    below = area_counts(session, decree, "", Answer.DEAD, terms)
    by_area = {one.code: (one.recipients, one.found, one.delivery) for one in below}
    grouped = "SELECT substr(area_code, 1, 5), count(*) FROM recipient GROUP BY 1"
    assert {code: n for code, (n, _, _) in by_area.items()} == dict(
        session.execute(text(grouped)).all()
    )
    assert by_area["75.02"] == (1, 1, 300_000)
    inner = counted(session, key, "75.01")
    assert (inner[Answer.ALL], inner[Answer.DEAD]) == (3, 0)


def test_lists_to_take_away_say_why(filled: Office) -> None:
    key = filled.load()
    decree = filled.decree(key)
    strike = list(lines(filled.session, decree, Sheet.STRIKE, "", true()))
    said = {line.recipient.name: [why.reason for why in line.reasons] for line in strike}
    assert len(strike) == 2
    assert said["Hasan Contoh"] == ["Orang yang sama dengan baris {row}"]
    assert strike[0].reasons[0].params == {"row": filled.recipients(key)[1].row}
    check = list(lines(filled.session, decree, Sheet.CHECK, "", true()))
    assert len(check) == sheet_counts(filled.session, decree, "")[Sheet.CHECK]
    assert all(line.reasons for line in [*strike, *check])


@pytest.mark.parametrize("at_once", [1_000, 2])
def test_looking_up_again_changes_nothing(
    filled: Office, at_once: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    key = filled.load()
    monkeypatch.setattr(work, "ROWS_AT_ONCE", at_once)  # again, and in other pieces
    before = {one.row: (one.id, one.person_id, one.member_id) for one in _all(filled, key)}
    findings = select(Finding.id, Finding.state).order_by(Finding.id)
    found = filled.session.execute(findings).all()
    assert found
    assert filled.look_up(key).state == JobState.DONE
    assert filled.session.execute(findings).all() == found
    assert {one.row: (one.id, one.person_id, one.member_id) for one in _all(filled, key)} == before
    assert filled.decree(key).state == DecreeState.LOADED


def test_a_decree_counts_while_it_is_in_force(filled: Office) -> None:
    key = filled.load()
    session = filled.session
    assert _receiving(session) == []
    filled.in_force(key)
    assert len(_receiving(session)) == 2  # Hasan once, and Fatma
    assert _receiving(session, date(2027, 1, 1)) == []
    with pytest.raises(Conflict):
        filled.ask(key)  # who receives does not change unseen
    session.rollback()
    decree = filled.decree(key)
    with pytest.raises(InvalidData):
        services.move_decree(
            session, decree, DecreeState.WITHDRAWN, " ", by="mira", at=NOW, today=TODAY
        )
    services.move_decree(
        session, decree, DecreeState.WITHDRAWN, "Salah", by="mira", at=NOW, today=TODAY
    )
    session.commit()
    assert _receiving(session) == []
    assert len(filled.recipients(key)) == len(ROWS)
    events = session.scalars(select(AuditEvent.action).order_by(AuditEvent.seq)).all()
    found = [name for name in events if name.startswith("decree")]
    assert found == ["decree-loaded", "decree-in-force", "decree-withdrawn"]
    assert verify_chain(session).broken_at is None


def test_a_longer_list_is_followed_by_a_job(
    filled: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(services, "FOLLOWED_AT_ONCE", 1)
    key = filled.load()
    session = filled.session
    standing = select(func.count()).where(Finding.decree_id == key, Finding.gone_at.is_(None))
    before = session.scalar(standing)
    assert before
    job = filled.in_force(key)
    assert job is not None
    assert filled.run(job).state == JobState.DONE
    assert session.scalar(standing) == before
    decree = filled.decree(key)
    job = services.move_decree(
        session, decree, DecreeState.WITHDRAWN, "Salah", by="mira", at=NOW, today=TODAY
    )
    session.commit()
    assert session.scalar(standing) == before  # they stand until the job ran
    assert job is not None
    filled.run(job)
    assert session.scalar(standing) == 0


def test_without_a_registry_rows_are_kept(brought: Office) -> None:
    key = brought.load([HASAN])
    one = brought.recipients(key)[1]
    assert (one.link_state, one.registered) == (None, Registered.NO)


def _all(office: Office, key: uuid.UUID) -> list[Recipient]:
    return list(office.recipients(key).values())


def _receiving(session: Session, on: date = TODAY) -> list[uuid.UUID]:
    query = receiving(on).with_only_columns(Recipient.id)
    return list(session.scalars(query))
