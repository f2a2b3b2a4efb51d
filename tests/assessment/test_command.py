"""`flask assess` as typed."""

import json

from flask import Flask
from sqlalchemy.orm import Session

from tests.figures import add_household


def test_it_scores_and_counts(app: Flask, session: Session) -> None:
    add_household(session, "75.01.01.2001")
    add_household(session, "75.01.01.2001", answers={})
    session.commit()
    ran = app.test_cli_runner().invoke(args=["assess", "--json"])
    assert ran.exit_code == 0, ran.output
    answer = json.loads(ran.stdout)
    assert (answer["state"], answer["scored"], answer["not-answered"]) == ("done", 1, 1)
    again = app.test_cli_runner().invoke(args=["assess"])
    assert again.exit_code == 0, again.output
    assert "0 households scored" in again.stdout
