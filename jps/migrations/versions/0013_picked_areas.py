"""Lists of several areas, the model of a frozen period, when consumption was last told.

Revision 0013, after 0012; 2026-11-27.
"""

import sqlalchemy as sa
from alembic import op

revision = "0013"
down_revision = "0012"
branch_labels = None
depends_on = None


def upgrade() -> None:
    """Apply."""
    op.add_column("target_list", sa.Column("areas", sa.JSON(none_as_null=True), nullable=True))
    op.add_column(
        "figure_period",
        sa.Column("trained", sa.String(length=120), server_default="", nullable=False),
    )
    op.create_index(op.f("ix_consumption_assessed_at"), "consumption", ["assessed_at"])


def downgrade() -> None:
    """Undo."""
    op.drop_index(op.f("ix_consumption_assessed_at"), table_name="consumption")
    op.drop_column("figure_period", "trained")
    op.drop_column("target_list", "areas")
