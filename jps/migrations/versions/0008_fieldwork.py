"""Quality of the field work, and back-checks.

Revision 0008, after 0007; 2026-11-26.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0008"
down_revision = "0007"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "back_check",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("share", sa.Double(), nullable=False),
        sa.Column("least", sa.Integer(), nullable=False),
        sa.Column("questions", sa.JSON(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_back_check")),
    )
    with op.batch_alter_table("back_check", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_back_check_area_code"), ["area_code"], unique=False)

    op.create_table(
        "field_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("interviews", sa.Integer(), nullable=False),
        sa.Column("boundaries", sa.String(length=64), nullable=False),
        sa.Column("schematic", sa.Boolean(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_run")),
    )
    op.create_table(
        "field_summary",
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("interviews", sa.Integer(), nullable=False),
        sa.Column("days", sa.Integer(), nullable=False),
        sa.Column("minutes", sa.Double(), nullable=True),
        sa.Column("variety", sa.Double(), nullable=True),
        sa.PrimaryKeyConstraint("entered_by", name=op.f("pk_field_summary")),
    )
    op.create_table(
        "field_tally",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("indicator", sa.String(length=16), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_field_tally")),
        sa.UniqueConstraint(
            "area_code",
            "entered_by",
            "indicator",
            name=op.f("uq_field_tally_area_code_entered_by_indicator"),
        ),
    )
    with op.batch_alter_table("field_tally", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_field_tally_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_field_tally_entered_by"), ["entered_by"], unique=False)

    op.create_table(
        "field_verdict",
        sa.Column("kind", sa.String(length=12), nullable=False),
        sa.Column("unit", sa.String(length=64), nullable=False),
        sa.Column("indicator", sa.String(length=16), nullable=False),
        sa.Column("of", sa.Integer(), nullable=False),
        sa.Column("hits", sa.Integer(), nullable=False),
        sa.Column("expected", sa.Double(), nullable=True),
        sa.Column("chance", sa.Double(), nullable=True),
        sa.Column("flagged", sa.Boolean(), nullable=False),
        sa.Column("grey", sa.String(length=8), nullable=True),
        sa.PrimaryKeyConstraint("kind", "unit", "indicator", name=op.f("pk_field_verdict")),
    )
    with op.batch_alter_table("field_verdict", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_field_verdict_flagged"), ["flagged"], unique=False)

    op.create_table(
        "back_check_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("back_check_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("enumerator", sa.String(length=64), nullable=False),
        sa.Column("assigned_to", sa.String(length=64), nullable=True),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("first", sa.JSON(), nullable=False),
        sa.Column("second", sa.JSON(), nullable=False),
        sa.Column("kinds", sa.JSON(), nullable=False),
        sa.Column("note", sa.Text(), nullable=False),
        sa.Column("answered_by", sa.String(length=64), nullable=True),
        sa.Column("answered_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("returned_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["back_check_id"],
            ["back_check.id"],
            name=op.f("fk_back_check_item_back_check_id_back_check"),
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_back_check_item_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_back_check_item")),
        sa.UniqueConstraint(
            "back_check_id",
            "household_id",
            name=op.f("uq_back_check_item_back_check_id_household_id"),
        ),
    )
    with op.batch_alter_table("back_check_item", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_back_check_item_area_code"), ["area_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_back_check_item_assigned_to"), ["assigned_to"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_back_check_item_enumerator"), ["enumerator"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_back_check_item_household_id"), ["household_id"], unique=False
        )

    op.create_table(
        "field_fact",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("day", sa.Date(), nullable=True),
        sa.Column("size", sa.Integer(), nullable=True),
        sa.Column("complete", sa.Boolean(), nullable=False),
        sa.Column("minutes", sa.Double(), nullable=True),
        sa.Column("night", sa.Boolean(), nullable=False),
        sa.Column("spot", sa.String(length=24), nullable=True),
        sa.Column("accuracy", sa.Double(), nullable=True),
        sa.Column("outside", sa.Double(), nullable=True),
        sa.Column("pattern", sa.String(length=16), nullable=True),
        sa.Column("counts", sa.JSON(), nullable=False),
        sa.Column("returned", sa.Boolean(), nullable=False),
        sa.Column("flags", sa.Integer(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_field_fact_household_id_household")
        ),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_field_fact")),
    )
    with op.batch_alter_table("field_fact", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_field_fact_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_field_fact_entered_by_field_fact_area_code"),
            ["entered_by", "area_code"],
            unique=False,
        )


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("field_fact", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_field_fact_entered_by_field_fact_area_code"))
        batch_op.drop_index(batch_op.f("ix_field_fact_area_code"))

    op.drop_table("field_fact")
    with op.batch_alter_table("back_check_item", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_back_check_item_household_id"))
        batch_op.drop_index(batch_op.f("ix_back_check_item_enumerator"))
        batch_op.drop_index(batch_op.f("ix_back_check_item_assigned_to"))
        batch_op.drop_index(batch_op.f("ix_back_check_item_area_code"))

    op.drop_table("back_check_item")
    with op.batch_alter_table("field_verdict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_field_verdict_flagged"))

    op.drop_table("field_verdict")
    with op.batch_alter_table("field_tally", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_field_tally_entered_by"))
        batch_op.drop_index(batch_op.f("ix_field_tally_area_code"))

    op.drop_table("field_tally")
    op.drop_table("field_summary")
    op.drop_table("field_run")
    with op.batch_alter_table("back_check", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_back_check_area_code"))

    op.drop_table("back_check")
