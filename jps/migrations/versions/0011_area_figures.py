"""Figures of areas, frozen per period.

Revision 0011, after 0010; 2026-11-27.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0011"
down_revision = "0010"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "figure_period",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("on", sa.Date(), nullable=False),
        sa.Column("line", sa.String(length=20), nullable=False),
        sa.Column("model", sa.String(length=60), nullable=False),
        sa.Column("programmes", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_figure_period")),
    )
    op.create_table(
        "area_figure",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("period_id", sa.Integer(), nullable=False),
        sa.Column("sums", sa.JSON(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["period_id"], ["figure_period.id"], name=op.f("fk_area_figure_period_id_figure_period")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_figure")),
        sa.UniqueConstraint(
            "period_id", "area_code", name=op.f("uq_area_figure_period_id_area_code")
        ),
    )
    with op.batch_alter_table("area_figure", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_area_figure_area_code"), ["area_code"], unique=False)


def downgrade() -> None:
    """Undo."""
    op.drop_table("area_figure")
    op.drop_table("figure_period")
