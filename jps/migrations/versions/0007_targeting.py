"""Targeting: frozen populations, rules, lists and their entries.

Revision 0007, after 0006; 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0007"
down_revision = "0006"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "target_rule",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("tree", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_rule")),
        sa.UniqueConstraint("name", "version", name=op.f("uq_target_rule_name_version")),
    )
    op.create_table(
        "target_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("households", sa.Integer(), nullable=False),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("questionnaire_version", sa.String(length=80), nullable=False),
        sa.Column("score_model_id", sa.Integer(), nullable=False),
        sa.Column("data_changed_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("taken_by", sa.String(length=64), nullable=False),
        sa.Column("taken_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["score_model_id"],
            ["score_model.id"],
            name=op.f("fk_target_snapshot_score_model_id_score_model"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_snapshot")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_target_snapshot_content_hash")),
    )
    op.create_table(
        "target_list",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("programme", sa.String(length=120), nullable=False),
        sa.Column("rule_id", sa.Integer(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("method", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("amount", sa.Integer(), nullable=False),
        sa.Column("seed", sa.String(length=40), nullable=False),
        sa.Column("quotas", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("state_by", sa.String(length=64), nullable=False),
        sa.Column("state_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=False),
        sa.Column("drawn_by", sa.String(length=64), nullable=False),
        sa.Column("drawn_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("proposed_by", sa.String(length=64), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["rule_id"], ["target_rule.id"], name=op.f("fk_target_list_rule_id_target_rule")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["target_snapshot.id"],
            name=op.f("fk_target_list_snapshot_id_target_snapshot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_target_list")),
    )
    with op.batch_alter_table("target_list", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_target_list_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_target_list_rule_id"), ["rule_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_target_list_snapshot_id"), ["snapshot_id"], unique=False
        )

    op.create_table(
        "target_entry",
        sa.Column("list_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("standing", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.String(length=20), nullable=False),
        sa.Column("rank", sa.Integer(), nullable=False),
        sa.Column("score", sa.Double(), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_target_entry_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["list_id"], ["target_list.id"], name=op.f("fk_target_entry_list_id_target_list")
        ),
        sa.PrimaryKeyConstraint("list_id", "household_id", name=op.f("pk_target_entry")),
    )
    with op.batch_alter_table("target_entry", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_target_entry_household_id"), ["household_id"], unique=False
        )
        batch_op.create_index(
            "ix_target_entry_order", ["list_id", "standing", "area_code", "rank"], unique=False
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("target_entry", schema=None) as batch_op:
        batch_op.drop_index("ix_target_entry_order")
        batch_op.drop_index(batch_op.f("ix_target_entry_household_id"))

    op.drop_table("target_entry")
    with op.batch_alter_table("target_list", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_target_list_snapshot_id"))
        batch_op.drop_index(batch_op.f("ix_target_list_rule_id"))
        batch_op.drop_index(batch_op.f("ix_target_list_area_code"))

    op.drop_table("target_list")
    op.drop_table("target_snapshot")
    op.drop_table("target_rule")
