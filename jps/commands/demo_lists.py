"""The demo's example of targeting: a rule, and a list drawn by it."""

from pathlib import Path
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from jps.areas.rules import Level
from jps.audit.services import SYSTEM
from jps.errors import InvalidData
from jps.targeting.models import TargetList
from jps.targeting.quotas import Method
from jps.targeting.rules import Definition
from jps.targeting.services import draw_list, save_rule
from jps.worker import utc_now

NAME = "JPS: miskin tanpa PKH"
AMOUNT = 178_150  # rupiah: one package of the provincial safety net of 2020
RULE: dict[str, Any] = {
    "all": [
        {"fact": "npl100", "is": ">=", "value": 0.15},
        {"fact": "aid_pkh", "is": "!=", "value": "1"},
    ]
}


def draw_example(session: Session, home: Path, households: int, province: str) -> None:
    """Draw a list of every twentieth household, unless the office has a list already."""
    if session.scalar(select(TargetList.id).limit(1)) is not None:
        return
    at = utc_now()
    rule = save_rule(session, NAME, RULE, note="Contoh", by=SYSTEM, at=at)
    total = max(1, households // 20)
    definition = Definition(
        rule.tree, province, Method.EXPECTED_POOR, Level.KECAMATAN, total, "1", {}
    )
    try:
        draw_list(session, home, rule, definition, name="Contoh", amount=AMOUNT, by=SYSTEM, at=at)
    except InvalidData:  # a very small sample may have nobody who is poor
        session.rollback()
        return
    session.commit()
