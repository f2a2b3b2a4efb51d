"""Indexes for figures of a whole province.

Revision 0012, after 0011; 2026-11-26.
"""

from alembic import op

revision = "0012"
down_revision = "0011"
branch_labels = None
depends_on = None

_ADDED = (
    ("ix_decile_newest", "decile", (
        "family_id", "period", "id", "decile", "household_id", "area_code",
    )),
    ("ix_finding_changed_at", "finding", ("changed_at",)),
    ("ix_benefit_delivered", "benefit", (
        "state", "delivered_on", "area_code",
    )),
    ("ix_household_history_steps",
     "household_history", ("action", "at", "area_code")),
)  # fmt: skip


def upgrade() -> None:
    """Apply."""
    for name, table, columns in _ADDED:
        op.create_index(op.f(name), table, list(columns))
    op.drop_index(op.f("ix_decile_family_id_decile_period"), "decile")


def downgrade() -> None:
    """Take back."""
    op.create_index(op.f("ix_decile_family_id_decile_period"), "decile", ["family_id", "period"])
    for name, table, _columns in _ADDED:
        op.drop_index(op.f(name), table)
