"""Workflow after the operator: remarks, meetings, deadlines, bulk actions.

Revision 0003, after 0002; 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0003"
down_revision = "0002"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "meeting",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("held_on", sa.Date(), nullable=False),
        sa.Column("place", sa.String(length=120), nullable=False),
        sa.Column("chair", sa.String(length=120), nullable=False),
        sa.Column("participants", sa.Integer(), nullable=True),
        sa.Column("number", sa.String(length=120), nullable=False),
        sa.Column("minutes_sha256", sa.String(length=64), nullable=True),
        sa.Column("minutes_type", sa.String(length=40), nullable=True),
        sa.Column("minutes_by", sa.String(length=64), nullable=True),
        sa.Column("minutes_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("opened_by", sa.String(length=64), nullable=False),
        sa.Column("opened_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reopened_by", sa.String(length=64), nullable=True),
        sa.Column("reopened_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reopened_reason", sa.Text(), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting")),
    )
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            "uq_meeting_open",
            ["area_code"],
            unique=True,
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )

    op.create_table(
        "batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act", sa.String(length=12), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("letter", sa.String(length=120), nullable=False),
        sa.Column("asked_by", sa.String(length=64), nullable=False),
        sa.Column("asked_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("total", sa.Integer(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("undo_of", sa.Uuid(), nullable=True),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.ForeignKeyConstraint(["job_id"], ["job.id"], name=op.f("fk_batch_job_id_job")),
        sa.ForeignKeyConstraint(["undo_of"], ["batch.id"], name=op.f("fk_batch_undo_of_batch")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_batch")),
        sa.UniqueConstraint("undo_of", name=op.f("uq_batch_undo_of")),
    )
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_batch_asked_by_batch_asked_at"), ["asked_by", "asked_at"], unique=False
        )

    op.create_table(
        "deadline",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("stage", sa.String(length=16), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("opens_on", sa.Date(), nullable=True),
        sa.Column("closes_on", sa.Date(), nullable=False),
        sa.Column("opens_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("closes_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("set_by", sa.String(length=64), nullable=False),
        sa.Column("set_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("ended_by", sa.String(length=64), nullable=True),
        sa.Column("ended_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_deadline_area_code_area")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_deadline")),
    )
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.create_index(
            "uq_deadline_in_force",
            ["stage", "area_code"],
            unique=True,
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.create_table(
        "meeting_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("meeting_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("decision", sa.String(length=10), nullable=True),
        sa.Column("reason", sa.String(length=12), nullable=True),
        sa.Column("reason_text", sa.Text(), nullable=False),
        sa.Column("decided_by", sa.String(length=64), nullable=True),
        sa.Column("decided_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("proposed_by", sa.String(length=64), nullable=False),
        sa.Column("applied_version", sa.Integer(), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_meeting_item_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["meeting_id"], ["meeting.id"], name=op.f("fk_meeting_item_meeting_id_meeting")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_meeting_item")),
        sa.UniqueConstraint(
            "meeting_id", "household_id", name=op.f("uq_meeting_item_meeting_id_household_id")
        ),
    )
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_meeting_item_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_meeting_item_household_id"), ["household_id"], unique=False
        )

    op.create_table(
        "remark",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=True),
        sa.Column("field", sa.String(length=64), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("closed_by", sa.String(length=64), nullable=True),
        sa.Column("closed_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answered", sa.Boolean(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("after", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_remark_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_remark")),
    )
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_remark_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_remark_household_id"), ["household_id"], unique=False)

    op.create_table(
        "batch_item",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=8), nullable=False),
        sa.Column("version_after", sa.Integer(), nullable=True),
        sa.Column("message", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["batch.id"], name=op.f("fk_batch_item_batch_id_batch")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_batch_item_household_id_household")
        ),
        sa.PrimaryKeyConstraint("batch_id", "place", name=op.f("pk_batch_item")),
    )
    with op.batch_alter_table("batch_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_batch_item_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_batch_item_batch_id_batch_item_outcome_batch_item_place"),
            ["batch_id", "outcome", "place"],
            unique=False,
        )

    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_household_edited_at_household_area_code"),
            ["edited_at", "area_code"],
            unique=False,
        )
        batch_op.create_index(
            "ix_household_progress",
            ["area_code", "state", "entered_by", "household_size", "changed_at"],
            unique=False,
        )

    with op.batch_alter_table("household_history", schema=None) as batch_op:
        batch_op.add_column(sa.Column("letter", sa.String(length=120), nullable=True))


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("household_history", schema=None) as batch_op:
        batch_op.drop_column("letter")

    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.drop_index("ix_household_progress")
        batch_op.drop_index(batch_op.f("ix_household_edited_at_household_area_code"))

    with op.batch_alter_table("batch_item", schema=None) as batch_op:
        batch_op.drop_index(
            batch_op.f("ix_batch_item_batch_id_batch_item_outcome_batch_item_place")
        )
        batch_op.drop_index(batch_op.f("ix_batch_item_area_code"))

    op.drop_table("batch_item")
    with op.batch_alter_table("remark", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_remark_household_id"))
        batch_op.drop_index(batch_op.f("ix_remark_area_code"))

    op.drop_table("remark")
    with op.batch_alter_table("meeting_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_meeting_item_household_id"))
        batch_op.drop_index(batch_op.f("ix_meeting_item_area_code"))

    op.drop_table("meeting_item")
    with op.batch_alter_table("deadline", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_deadline_in_force",
            sqlite_where=sa.text("ended_at IS NULL"),
            postgresql_where=sa.text("ended_at IS NULL"),
        )

    op.drop_table("deadline")
    with op.batch_alter_table("batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_batch_asked_by_batch_asked_at"))

    op.drop_table("batch")
    with op.batch_alter_table("meeting", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_meeting_open",
            sqlite_where=sa.text("closed_at IS NULL"),
            postgresql_where=sa.text("closed_at IS NULL"),
        )
        batch_op.drop_index(batch_op.f("ix_meeting_area_code"))

    op.drop_table("meeting")
