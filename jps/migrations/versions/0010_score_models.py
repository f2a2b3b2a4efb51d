"""Score models that are trained here, what they say of households, lists by any score.

Revision 0010, after 0009; 2026-11-26.
"""

from collections.abc import Callable
from typing import Any

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


# Columns are added and dropped one by one: SQLite would else make the tables anew, which lists and
# scores refer to.
ADDED: tuple[tuple[str, Callable[[], sa.Column[Any]]], ...] = (
    ("score_model", lambda: sa.Column("kind", sa.String(8), nullable=False, server_default="ppi")),
    (
        "score_model",
        lambda: sa.Column("state", sa.String(12), nullable=False, server_default="approved"),
    ),
    ("score_model", lambda: sa.Column("made_by", sa.String(64), nullable=False, server_default="")),
    (
        "score_model",
        lambda: sa.Column("state_by", sa.String(64), nullable=False, server_default=""),
    ),
    ("score_model", lambda: sa.Column("state_at", jps.db.UtcDateTime(timezone=True))),
    ("score_model", lambda: sa.Column("state_reason", sa.Text, nullable=False, server_default="")),
    ("score_model", lambda: sa.Column("content", sa.JSON)),
    ("score_model", lambda: sa.Column("card", sa.JSON)),
    ("target_snapshot", lambda: sa.Column("pmt_model_id", sa.Integer)),
    (
        "target_list",
        lambda: sa.Column("score", sa.String(12), nullable=False, server_default="npl100"),
    ),
    ("target_list", lambda: sa.Column("weights", sa.JSON)),
)


def upgrade() -> None:
    """Apply."""
    for table, column in ADDED:
        op.add_column(table, column())
    op.create_index(op.f("ix_score_model_kind"), "score_model", ["kind"], unique=False)
    op.create_table(
        "consumption",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("household_version", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("log", sa.Double(), nullable=True),
        sa.Column("sigma", sa.Double(), nullable=True),
        sa.Column("line", sa.Double(), nullable=True),
        sa.Column("p0", sa.Double(), nullable=True),
        sa.Column("p1", sa.Double(), nullable=True),
        sa.Column("p2", sa.Double(), nullable=True),
        sa.Column("missing", sa.JSON(), nullable=False),
        sa.Column("assessed_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_consumption_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["score_model.id"], name=op.f("fk_consumption_model_id_score_model")
        ),
        sa.PrimaryKeyConstraint("household_id", "model_id", name=op.f("pk_consumption")),
    )
    with op.batch_alter_table("consumption", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_consumption_area_code"), ["area_code"], unique=False)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("consumption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consumption_area_code"))

    op.drop_table("consumption")
    op.drop_index(op.f("ix_score_model_kind"), "score_model")
    for table, column in reversed(ADDED):
        op.drop_column(table, str(column().name))
