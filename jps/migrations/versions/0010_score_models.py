"""Score models that are trained here, what they say of households, lists by any score.

Revision 0010, after 0009; 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0010"
down_revision = "0009"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    with op.batch_alter_table("score_model", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("kind", sa.String(length=8), nullable=False, server_default="ppi")
        )
        batch_op.add_column(
            sa.Column("state", sa.String(length=12), nullable=False, server_default="approved")
        )
        batch_op.add_column(
            sa.Column("made_by", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(
            sa.Column("state_by", sa.String(length=64), nullable=False, server_default="")
        )
        batch_op.add_column(sa.Column("state_at", jps.db.UtcDateTime(timezone=True), nullable=True))
        batch_op.add_column(sa.Column("state_reason", sa.Text(), nullable=False, server_default=""))
        batch_op.add_column(sa.Column("content", sa.JSON(), nullable=True))
        batch_op.add_column(sa.Column("card", sa.JSON(), nullable=True))
        batch_op.create_index(batch_op.f("ix_score_model_kind"), ["kind"], unique=False)

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

    with op.batch_alter_table("target_snapshot", schema=None) as batch_op:
        batch_op.add_column(sa.Column("pmt_model_id", sa.Integer(), nullable=True))
        batch_op.create_foreign_key(
            batch_op.f("fk_target_snapshot_pmt_model_id_score_model"),
            "score_model",
            ["pmt_model_id"],
            ["id"],
        )

    with op.batch_alter_table("target_list", schema=None) as batch_op:
        batch_op.add_column(
            sa.Column("score", sa.String(length=12), nullable=False, server_default="npl100")
        )
        batch_op.add_column(sa.Column("weights", sa.JSON(), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("target_list", schema=None) as batch_op:
        batch_op.drop_column("weights")
        batch_op.drop_column("score")

    with op.batch_alter_table("target_snapshot", schema=None) as batch_op:
        batch_op.drop_constraint(
            batch_op.f("fk_target_snapshot_pmt_model_id_score_model"), type_="foreignkey"
        )
        batch_op.drop_column("pmt_model_id")

    with op.batch_alter_table("consumption", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_consumption_area_code"))

    op.drop_table("consumption")
    with op.batch_alter_table("score_model", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_score_model_kind"))
        for name in (
            "card",
            "content",
            "state_reason",
            "state_at",
            "state_by",
            "made_by",
            "state",
            "kind",
        ):
            batch_op.drop_column(name)
