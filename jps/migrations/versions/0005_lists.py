"""Lists from outside.

Revision 0005, after 0004; 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0005"
down_revision = "0004"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "intake_batch",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("label", sa.String(length=120), nullable=False),
        sa.Column("file", sa.String(length=80), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("tables", sa.JSON(), nullable=False),
        sa.Column("partial", sa.Boolean(), nullable=False),
        sa.Column("areas", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=True),
        sa.Column("mapping", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("trial", sa.String(length=64), nullable=True),
        sa.Column("trial_on", sa.Date(), nullable=True),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=64), nullable=True),
        sa.Column("accepted_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_batch")),
    )
    with op.batch_alter_table("intake_batch", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_intake_batch_created_at"), ["created_at"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_intake_batch_digest"), ["digest"], unique=False)

    op.create_table(
        "intake_mapping",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("headers", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("mapping", sa.JSON(), nullable=False),
        sa.Column("saved_by", sa.String(length=64), nullable=False),
        sa.Column("saved_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_mapping")),
        sa.UniqueConstraint("name", name=op.f("uq_intake_mapping_name")),
    )
    with op.batch_alter_table("intake_mapping", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_mapping_headers"), ["headers"], unique=False)

    op.create_table(
        "intake_origin",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("source", sa.String(length=80), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["intake_batch.id"], name=op.f("fk_intake_origin_batch_id_intake_batch")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_intake_origin_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_origin")),
        sa.UniqueConstraint("kind", "source", "key", name=op.f("uq_intake_origin_kind_source_key")),
    )
    with op.batch_alter_table("intake_origin", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_origin_batch_id"), ["batch_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_intake_origin_household_id"), ["household_id"], unique=False
        )

    op.create_table(
        "intake_problem",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("record", sa.Integer(), nullable=True),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("column", sa.Text(), nullable=False),
        sa.Column("kind", sa.String(length=20), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("value", sa.Text(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("suggestion", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["intake_batch.id"], name=op.f("fk_intake_problem_batch_id_intake_batch")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_intake_problem")),
    )
    with op.batch_alter_table("intake_problem", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_intake_problem_batch_id_intake_problem_record"),
            ["batch_id", "record"],
            unique=False,
        )
        batch_op.create_index(
            "ix_intake_problem_level", ["batch_id", "level", "kind"], unique=False
        )

    op.create_table(
        "intake_record",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("key", sa.Text(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("fate", sa.String(length=10), nullable=False),
        sa.Column("warnings", sa.Integer(), nullable=False),
        sa.Column("digest", sa.String(length=64), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=True),
        sa.Column("expected", sa.Integer(), nullable=True),
        sa.Column("outcome", sa.String(length=10), nullable=True),
        sa.Column("version", sa.Integer(), nullable=True),
        sa.Column("note", sa.Text(), nullable=True),
        sa.Column("rows", sa.JSON(), nullable=False),
        sa.Column("double_count", sa.Integer(), nullable=False),
        sa.Column("doubles", sa.JSON(), nullable=False),
        sa.Column("form", sa.Text(), nullable=False),
        sa.Column("before", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["intake_batch.id"], name=op.f("fk_intake_record_batch_id_intake_batch")
        ),
        sa.PrimaryKeyConstraint("batch_id", "place", name=op.f("pk_intake_record")),
    )
    with op.batch_alter_table("intake_record", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_intake_record_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_intake_record_batch_id_intake_record_fate"),
            ["batch_id", "fate"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_intake_record_batch_id_intake_record_key"),
            ["batch_id", "key"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_intake_record_household_id"), ["household_id"], unique=False
        )

    op.create_table(
        "intake_row",
        sa.Column("batch_id", sa.Uuid(), nullable=False),
        sa.Column("place", sa.Integer(), nullable=False),
        sa.Column("number", sa.Integer(), nullable=False),
        sa.Column("cells", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["batch_id"], ["intake_batch.id"], name=op.f("fk_intake_row_batch_id_intake_batch")
        ),
        sa.PrimaryKeyConstraint("batch_id", "place", "number", name=op.f("pk_intake_row")),
        sqlite_with_rowid=False,
    )


def downgrade() -> None:
    """Take back."""
    op.drop_table("intake_row")
    with op.batch_alter_table("intake_record", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_record_household_id"))
        batch_op.drop_index(batch_op.f("ix_intake_record_batch_id_intake_record_key"))
        batch_op.drop_index(batch_op.f("ix_intake_record_batch_id_intake_record_fate"))
        batch_op.drop_index(batch_op.f("ix_intake_record_area_code"))

    op.drop_table("intake_record")
    with op.batch_alter_table("intake_problem", schema=None) as batch_op:
        batch_op.drop_index("ix_intake_problem_level")
        batch_op.drop_index(batch_op.f("ix_intake_problem_batch_id_intake_problem_record"))

    op.drop_table("intake_problem")
    with op.batch_alter_table("intake_origin", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_origin_household_id"))
        batch_op.drop_index(batch_op.f("ix_intake_origin_batch_id"))

    op.drop_table("intake_origin")
    with op.batch_alter_table("intake_mapping", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_mapping_headers"))

    op.drop_table("intake_mapping")
    with op.batch_alter_table("intake_batch", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_intake_batch_digest"))
        batch_op.drop_index(batch_op.f("ix_intake_batch_created_at"))

    op.drop_table("intake_batch")
