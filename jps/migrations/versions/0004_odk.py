"""Phones with ODK Collect, what they send, and its files.

Revision 0004, after 0003; 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0004"
down_revision = "0003"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "device_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("device_id", sa.String(length=120), nullable=False),
        sa.Column("revoked_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_device_token_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_device_token")),
        sa.UniqueConstraint("prefix", name=op.f("uq_device_token_prefix")),
    )
    with op.batch_alter_table("device_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_device_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "odk_submission",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("instance_id", sa.String(length=260), nullable=False),
        sa.Column("form_id", sa.String(length=200), nullable=False),
        sa.Column("form_version", sa.String(length=200), nullable=False),
        sa.Column("deprecated_id", sa.String(length=200), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("token_id", sa.Uuid(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("device_id", sa.String(length=120), nullable=False),
        sa.Column("received_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("due", sa.String(length=8), nullable=True),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("reason_params", sa.JSON(), nullable=False),
        sa.Column("processed_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("household_version", sa.Integer(), nullable=True),
        sa.Column("branch_id", sa.String(length=40), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column("xml", sa.LargeBinary(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_odk_submission_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["token_id"], ["device_token.id"], name=op.f("fk_odk_submission_token_id_device_token")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odk_submission")),
        sa.UniqueConstraint("instance_id", name=op.f("uq_odk_submission_instance_id")),
    )
    with op.batch_alter_table("odk_submission", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_odk_submission_area_code"), ["area_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_odk_submission_deprecated_id"), ["deprecated_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_odk_submission_due_odk_submission_received_at"),
            ["due", "received_at"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_odk_submission_household_id"), ["household_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_odk_submission_received_at"), ["received_at"], unique=False
        )

    op.create_table(
        "odk_file",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("submission_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("received_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("attached", sa.Boolean(), nullable=False),
        sa.Column("note", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["submission_id"],
            ["odk_submission.id"],
            name=op.f("fk_odk_file_submission_id_odk_submission"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_odk_file")),
        sa.UniqueConstraint(
            "submission_id", "name", "sha256", name=op.f("uq_odk_file_submission_id_name_sha256")
        ),
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("odk_file")
    with op.batch_alter_table("odk_submission", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_odk_submission_received_at"))
        batch_op.drop_index(batch_op.f("ix_odk_submission_household_id"))
        batch_op.drop_index(batch_op.f("ix_odk_submission_due_odk_submission_received_at"))
        batch_op.drop_index(batch_op.f("ix_odk_submission_deprecated_id"))
        batch_op.drop_index(batch_op.f("ix_odk_submission_area_code"))

    op.drop_table("odk_submission")
    with op.batch_alter_table("device_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_device_token_user_id"))

    op.drop_table("device_token")
