"""Photos and papers of households; what phones sent; what is to be linked and scored after it.

Revision 0002, after 0001; 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0002"
down_revision = "0001"
branch_labels = None
depends_on = None

AREA_CODE = sa.String(13).with_variant(sa.String(13, collation="C"), "postgresql")


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "attachment",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=100), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("media_type", sa.String(length=40), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("area_code", AREA_CODE, nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_attachment_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_attachment")),
        sa.UniqueConstraint("household_id", "name", name=op.f("uq_attachment_household_id_name")),
    )
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_attachment_area_code"), ["area_code"], unique=False)

    op.create_table(
        "follow_up",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("since", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("tries", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_follow_up_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_follow_up")),
    )
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_follow_up_tries_follow_up_id"), ["tries", "id"], unique=False
        )

    op.create_table(
        "phone_save",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("device", sa.String(length=64), nullable=False),
        sa.Column("base", sa.Integer(), nullable=True),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("fate", sa.String(length=12), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("saved_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_phone_save_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_phone_save")),
    )
    with op.batch_alter_table("phone_save", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_phone_save_household_id"), ["household_id"], unique=False
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("phone_save", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_phone_save_household_id"))

    op.drop_table("phone_save")
    with op.batch_alter_table("follow_up", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_follow_up_tries_follow_up_id"))

    op.drop_table("follow_up")
    with op.batch_alter_table("attachment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_attachment_area_code"))

    op.drop_table("attachment")
