"""initial tables.

Revision 0001, the first; 2026-11-23.
"""

import sqlalchemy as sa
from alembic import op

import jps.db

revision = "0001"
down_revision = None
branch_labels = None
depends_on = None

GENESIS = "0" * 64
FIRST_HEAD = f"INSERT INTO audit_head (id, seq, hash) VALUES (1, 0, '{GENESIS}')"
REFUSAL = "audit events are append-only"
APPEND_ONLY = {
    "sqlite": tuple(
        f"CREATE TRIGGER audit_event_no_{verb} BEFORE {verb} ON audit_event "
        f"BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END"
        for verb in ("UPDATE", "DELETE")
    ),
    "postgresql": (
        "CREATE FUNCTION audit_event_refuse() RETURNS trigger LANGUAGE plpgsql AS "
        f"$$ BEGIN RAISE EXCEPTION '{REFUSAL}'; END $$",
        "CREATE TRIGGER audit_event_no_change BEFORE UPDATE OR DELETE ON audit_event "
        "FOR EACH ROW EXECUTE FUNCTION audit_event_refuse()",
        "CREATE TRIGGER audit_event_no_truncate BEFORE TRUNCATE ON audit_event "
        "FOR EACH STATEMENT EXECUTE FUNCTION audit_event_refuse()",
    ),
}


def upgrade() -> None:
    """Apply."""
    op.create_table(
        "area",
        sa.Column(
            "code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("type", sa.String(length=20), nullable=False),
        sa.Column(
            "parent_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("bps_code", sa.String(length=10), nullable=True),
        sa.Column("km2", sa.Double(), nullable=True),
        sa.Column("km2_source", sa.String(length=60), nullable=False),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("aliases", sa.Text(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=True),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "successor_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.ForeignKeyConstraint(
            ["parent_code"], ["area.code"], name=op.f("fk_area_parent_code_area")
        ),
        sa.PrimaryKeyConstraint("code", name=op.f("pk_area")),
    )
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_area_bps_code"), ["bps_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_area_level"), ["level"], unique=False)
        batch_op.create_index(batch_op.f("ix_area_parent_code"), ["parent_code"], unique=False)

    op.create_table(
        "audit_event",
        sa.Column("seq", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("actor", sa.String(length=64), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("subject_type", sa.String(length=40), nullable=False),
        sa.Column("subject_id", sa.String(length=64), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=True,
        ),
        sa.Column("details", sa.JSON(), nullable=False),
        sa.Column("previous_hash", sa.String(length=64), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("seq", name=op.f("pk_audit_event")),
    )
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_audit_event_action"), ["action"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_actor"), ["actor"], unique=False)
        batch_op.create_index(batch_op.f("ix_audit_event_subject_id"), ["subject_id"], unique=False)

    op.create_table(
        "audit_head",
        sa.Column("id", sa.Integer(), autoincrement=False, nullable=False),
        sa.Column("seq", sa.Integer(), nullable=False),
        sa.Column("hash", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_audit_head")),
    )
    op.create_table(
        "boundary_set",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("level", sa.String(length=10), nullable=False),
        sa.Column("schematic", sa.Boolean(), nullable=False),
        sa.Column("dissolved", sa.Boolean(), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("licence", sa.Text(), nullable=False),
        sa.Column("code_system", sa.String(length=12), nullable=True),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("imported_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("imported_by", sa.String(length=64), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_boundary_set")),
    )
    with op.batch_alter_table("boundary_set", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_boundary_set_level"), ["level"], unique=False)

    op.create_table(
        "household",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("state", sa.String(length=12), nullable=False),
        sa.Column("state_reason", sa.Text(), nullable=True),
        sa.Column("state_by", sa.String(length=64), nullable=False),
        sa.Column("state_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("questionnaire_version", sa.String(length=80), nullable=True),
        sa.Column("content_hash", sa.String(length=64), nullable=True),
        sa.Column("draft_by", sa.String(length=64), nullable=True),
        sa.Column("address", sa.String(), nullable=False),
        sa.Column("head_name", sa.String(), nullable=False),
        sa.Column("household_size", sa.Integer(), nullable=True),
        sa.Column("interview_date", sa.Date(), nullable=True),
        sa.Column("visit_result", sa.String(), nullable=True),
        sa.Column("lat", sa.Double(), nullable=True),
        sa.Column("lon", sa.Double(), nullable=True),
        sa.Column("entered_by", sa.String(length=64), nullable=False),
        sa.Column("entered_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("edited_by", sa.String(length=64), nullable=True),
        sa.Column("edited_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("changed_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("words", sa.Text(), nullable=False),
        sa.Column("warnings", sa.JSON(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("calculated", sa.JSON(), nullable=False),
        sa.Column("draft", sa.JSON(none_as_null=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household")),
    )
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_household_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_household_changed_at_household_id"), ["changed_at", "id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_household_entered_by"), ["entered_by"], unique=False)
        batch_op.create_index(
            "ix_household_figures",
            ["area_code", "state", "visit_result", "interview_date", "household_size", "id"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_household_state_household_area_code"),
            ["state", "area_code"],
            unique=False,
        )
        batch_op.create_index(
            batch_op.f("ix_household_state_household_changed_at_household_id"),
            ["state", "changed_at", "id"],
            unique=False,
        )

    op.create_table(
        "job",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=40), nullable=False),
        sa.Column("params", sa.JSON(), nullable=False),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("cursor", sa.JSON(), nullable=False),
        sa.Column("done", sa.Integer(), nullable=False),
        sa.Column("total", sa.Integer(), nullable=True),
        sa.Column("done_before", sa.Integer(), nullable=False),
        sa.Column("result", sa.JSON(), nullable=False),
        sa.Column("message", sa.Text(), nullable=True),
        sa.Column("message_params", sa.JSON(), nullable=False),
        sa.Column("problem_file", sa.Text(), nullable=True),
        sa.Column("cancel_asked", sa.Boolean(), nullable=False),
        sa.Column("attempts", sa.Integer(), nullable=False),
        sa.Column("started_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("started_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("heartbeat_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("ended_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_job")),
    )
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_job_kind"), ["kind"], unique=False)
        batch_op.create_index(batch_op.f("ix_job_state"), ["state"], unique=False)

    op.create_table(
        "registry_key",
        sa.Column(
            "id",
            sa.BigInteger().with_variant(sa.Integer(), "sqlite"),
            autoincrement=False,
            nullable=False,
        ),
        sa.Column("entries", sa.LargeBinary(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_key")),
    )
    op.create_table(
        "registry_snapshot",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("format", sa.String(length=10), nullable=False),
        sa.Column("fingerprint", sa.String(length=64), nullable=False),
        sa.Column("state", sa.String(length=10), nullable=False),
        sa.Column("rows", sa.Integer(), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("refused", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("created_by", sa.String(length=64), nullable=False),
        sa.Column("created_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("current_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("base_id", sa.Integer(), nullable=True),
        sa.Column("normaliser", sa.String(length=40), nullable=True),
        sa.ForeignKeyConstraint(
            ["base_id"],
            ["registry_snapshot.id"],
            name=op.f("fk_registry_snapshot_base_id_registry_snapshot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_snapshot")),
    )
    with op.batch_alter_table("registry_snapshot", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_registry_snapshot_fingerprint"), ["fingerprint"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_registry_snapshot_job_id"), ["job_id"], unique=False)
        batch_op.create_index(
            "uq_registry_snapshot_current",
            ["state"],
            unique=True,
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )

    op.create_table(
        "score_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=60), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("source", sa.Text(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("first_used_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_score_model")),
        sa.UniqueConstraint("content_hash", name=op.f("uq_score_model_content_hash")),
    )
    op.create_table(
        "sign_in_failure",
        sa.Column("name_hash", sa.String(length=64), nullable=False),
        sa.Column("count", sa.Integer(), nullable=False),
        sa.Column("locked_until", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("name_hash", name=op.f("pk_sign_in_failure")),
    )
    op.create_table(
        "user_account",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("username", sa.String(length=64), nullable=False),
        sa.Column("full_name", sa.String(length=120), nullable=False),
        sa.Column("password", sa.Text(), nullable=False),
        sa.Column("role", sa.String(length=20), nullable=False),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("fs_uniquifier", sa.String(length=64), nullable=False),
        sa.Column("created_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_user_account")),
        sa.UniqueConstraint("fs_uniquifier", name=op.f("uq_user_account_fs_uniquifier")),
        sa.UniqueConstraint("username", name=op.f("uq_user_account_username")),
    )
    op.create_table(
        "api_token",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column("name", sa.String(length=80), nullable=False),
        sa.Column("prefix", sa.String(length=16), nullable=False),
        sa.Column("sha256", sa.String(length=64), nullable=False),
        sa.Column("created_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("expires_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("last_used_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("revoked_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_api_token_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_api_token")),
        sa.UniqueConstraint("prefix", name=op.f("uq_api_token_prefix")),
    )
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_api_token_user_id"), ["user_id"], unique=False)

    op.create_table(
        "area_population",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("as_of", sa.Date(), nullable=False),
        sa.Column("source", sa.String(length=60), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=False),
        sa.Column("male", sa.Integer(), nullable=True),
        sa.Column("female", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_area_population_area_code_area")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_area_population")),
        sa.UniqueConstraint(
            "area_code", "as_of", "source", name=op.f("uq_area_population_area_code_as_of_source")
        ),
    )
    op.create_table(
        "assessment",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("household_version", sa.Integer(), nullable=False),
        sa.Column("outcome", sa.String(length=20), nullable=False),
        sa.Column("persons", sa.Integer(), nullable=True),
        sa.Column("npl100", sa.Double(), nullable=True),
        sa.Column("ppp2017_365", sa.Double(), nullable=True),
        sa.Column("ppp2017_685", sa.Double(), nullable=True),
        sa.Column("ppp2011_320", sa.Double(), nullable=True),
        sa.Column("ppp2011_550", sa.Double(), nullable=True),
        sa.Column("bottom20", sa.Double(), nullable=True),
        sa.Column("bottom40", sa.Double(), nullable=True),
        sa.Column("bottom60", sa.Double(), nullable=True),
        sa.Column("bottom80", sa.Double(), nullable=True),
        sa.Column("assessed_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("responses", sa.JSON(), nullable=False),
        sa.Column("scores", sa.JSON(), nullable=False),
        sa.Column("problems", sa.JSON(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_assessment_household_id_household")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["score_model.id"], name=op.f("fk_assessment_model_id_score_model")
        ),
        sa.PrimaryKeyConstraint("household_id", "model_id", name=op.f("pk_assessment")),
    )
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_assessment_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_assessment_assessed_at"), ["assessed_at"], unique=False
        )

    op.create_table(
        "boundary",
        sa.Column("set_id", sa.Integer(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("geometry", sa.LargeBinary(), nullable=False),
        sa.Column("km2", sa.Double(), nullable=False),
        sa.ForeignKeyConstraint(
            ["area_code"], ["area.code"], name=op.f("fk_boundary_area_code_area")
        ),
        sa.ForeignKeyConstraint(
            ["set_id"],
            ["boundary_set.id"],
            name=op.f("fk_boundary_set_id_boundary_set"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("set_id", "area_code", name=op.f("pk_boundary")),
    )
    with op.batch_alter_table("boundary", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_boundary_area_code"), ["area_code"], unique=False)

    op.create_table(
        "family",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("kk", sa.String(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_family_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_family")),
    )
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_family_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_family_kk"), ["kk"], unique=False)

    op.create_table(
        "household_conflict",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("base_version", sa.Integer(), nullable=True),
        sa.Column("found_version", sa.Integer(), nullable=False),
        sa.Column("document", sa.JSON(), nullable=False),
        sa.Column("content_hash", sa.String(length=64), nullable=False),
        sa.Column("refused_by", sa.String(length=64), nullable=False),
        sa.Column("refused_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("resolved_by", sa.String(length=64), nullable=True),
        sa.Column("resolved_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("choices", sa.JSON(none_as_null=True), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_household_conflict_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_conflict")),
    )
    with op.batch_alter_table("household_conflict", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_household_conflict_area_code"), ["area_code"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_household_conflict_household_id"), ["household_id"], unique=False
        )

    op.create_table(
        "household_history",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("version", sa.Integer(), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("source", sa.String(length=12), nullable=False),
        sa.Column("action", sa.String(length=40), nullable=False),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.Column("document", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("changes", sa.JSON(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_household_history_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_household_history")),
        sa.UniqueConstraint(
            "household_id", "version", name=op.f("uq_household_history_household_id_version")
        ),
    )
    with op.batch_alter_table("household_history", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_household_history_area_code"), ["area_code"], unique=False
        )

    op.create_table(
        "household_word",
        sa.Column(
            "word",
            sa.String(length=40).with_variant(sa.String(length=40, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_household_word_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("word", "household_id", name=op.f("pk_household_word")),
        sqlite_with_rowid=False,
    )
    op.create_table(
        "match_model",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("version", sa.String(length=64), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.Column("trained_by", sa.String(length=64), nullable=False),
        sa.Column("trained_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("current", sa.Boolean(), nullable=False),
        sa.Column("again", sa.Double(), nullable=False),
        sa.Column("content", sa.Text(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["registry_snapshot.id"],
            name=op.f("fk_match_model_snapshot_id_registry_snapshot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_model")),
        sa.UniqueConstraint("version", name=op.f("uq_match_model_version")),
    )
    with op.batch_alter_table("match_model", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_model_current"), ["current"], unique=False)

    op.create_table(
        "registry_person",
        sa.Column("id", sa.BigInteger().with_variant(sa.Integer(), "sqlite"), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("row", sa.Integer(), nullable=False),
        sa.Column("nik", sa.String(length=16), nullable=False),
        sa.Column("kk", sa.String(length=16), nullable=False),
        sa.Column("name", sa.String(length=120), nullable=False),
        sa.Column("sex", sa.String(length=1), nullable=False),
        sa.Column("birth_date", sa.String(length=10), nullable=False),
        sa.Column("birth_place", sa.String(length=120), nullable=False),
        sa.Column("mother_name", sa.String(length=120), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("address", sa.String(length=300), nullable=False),
        sa.Column("status", sa.String(length=10), nullable=False),
        sa.Column("nik_shared", sa.Boolean(), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["registry_snapshot.id"],
            name=op.f("fk_registry_person_snapshot_id_registry_snapshot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_registry_person")),
        sqlite_autoincrement=True,
    )
    op.create_table(
        "user_area",
        sa.Column("user_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["user_id"], ["user_account.id"], name=op.f("fk_user_area_user_id_user_account")
        ),
        sa.PrimaryKeyConstraint("user_id", "area_code", name=op.f("pk_user_area")),
    )
    op.create_table(
        "member",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("family_id", sa.Uuid(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("presence", sa.String(), nullable=False),
        sa.Column("name", sa.String(), nullable=False),
        sa.Column("kk", sa.String(), nullable=False),
        sa.Column("nik", sa.String(), nullable=False),
        sa.Column("nik_state", sa.String(), nullable=False),
        sa.Column("nik_reason", sa.String(), nullable=False),
        sa.Column("sex", sa.String(), nullable=False),
        sa.Column("birth_date", sa.String(), nullable=False),
        sa.Column("birth_precision", sa.String(), nullable=False),
        sa.Column("birth_place", sa.String(), nullable=False),
        sa.Column("mother_name", sa.String(), nullable=False),
        sa.Column("relation", sa.String(), nullable=False),
        sa.Column("marital_status", sa.String(), nullable=False),
        sa.Column("answers", sa.JSON(), nullable=False),
        sa.Column("calculated", sa.JSON(), nullable=False),
        sa.Column("valid_from", sa.Date(), nullable=False),
        sa.Column("valid_to", sa.Date(), nullable=True),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["family_id"], ["family.id"], name=op.f("fk_member_family_id_family")
        ),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_member_household_id_household")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_member")),
    )
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_member_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_family_id"), ["family_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_household_id"), ["household_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_member_nik"), ["nik"], unique=False)

    op.create_table(
        "decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=True),
        sa.Column("person_nik", sa.String(length=16), nullable=True),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("answers", sa.Uuid(), nullable=True),
        sa.Column("person", sa.JSON(none_as_null=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["answers"], ["decision.id"], name=op.f("fk_decision_answers_decision")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_decision_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["member.id"], name=op.f("fk_decision_other_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_decision")),
    )
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_decision_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_member_id"), ["member_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_other_id"), ["other_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_decision_person_nik"), ["person_nik"], unique=False)
        batch_op.create_index("ix_decision_by_time", ["at", "id"], unique=False)

    op.create_table(
        "review_case",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("step", sa.String(length=12), nullable=False),
        sa.Column("opened_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("rank", sa.Double(), nullable=False),
        sa.Column("doubt", sa.Double(), nullable=False),
        sa.Column("poverty", sa.Double(), nullable=True),
        sa.Column("household_size", sa.Integer(), nullable=False),
        sa.Column("programmes", sa.Integer(), nullable=False),
        sa.Column("first_by", sa.String(length=64), nullable=True),
        sa.Column("second_by", sa.String(length=64), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_review_case_member_id_member")
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_review_case")),
    )
    with op.batch_alter_table("review_case", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_review_case_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            "ix_review_case_by_rank",
            ["step", "rank", "member_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_review_case_by_age",
            ["step", "opened_at", "member_id"],
            unique=False,
        )
        batch_op.create_index(
            "ix_review_case_by_area",
            ["step", "area_code", "member_id"],
            unique=False,
        )

    op.create_table(
        "stake",
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("poverty", sa.Double(), nullable=True),
        sa.Column("programmes", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["household_id"], ["household.id"], name=op.f("fk_stake_household_id_household")
        ),
        sa.PrimaryKeyConstraint("household_id", name=op.f("pk_stake")),
    )

    op.create_table(
        "merge",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("act_id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column("record_id", sa.Uuid(), nullable=False),
        sa.Column("kept_id", sa.Uuid(), nullable=False),
        sa.Column("household_id", sa.Uuid(), nullable=False),
        sa.Column("kept_household_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "kept_area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("active", sa.Boolean(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["household_id"],
            ["household.id"],
            name=op.f("fk_merge_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["kept_household_id"],
            ["household.id"],
            name=op.f("fk_merge_kept_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_merge")),
    )
    with op.batch_alter_table("merge", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_merge_act_id"), ["act_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merge_kept_id"), ["kept_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merge_household_id"), ["household_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_merge_kept_household_id"), ["kept_household_id"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_merge_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_merge_kept_area_code"), ["kept_area_code"], unique=False
        )
        batch_op.create_index("ix_merge_by_time", ["at", "act_id"], unique=False)
        batch_op.create_index(batch_op.f("ix_merge_undone_at"), ["undone_at"], unique=False)
        batch_op.create_index(
            "uq_merge_record_id",
            ["record_id"],
            unique=True,
            sqlite_where=sa.text("undone_at IS NULL"),
            postgresql_where=sa.text("undone_at IS NULL"),
        )
        batch_op.create_index(
            "ix_merge_active",
            ["kind", "record_id"],
            unique=False,
            sqlite_where=sa.text("active = 1"),
            postgresql_where=sa.text("active"),
        )

    op.create_table(
        "group_pair",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column(
            "other_area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("first_household_id", sa.Uuid(), nullable=False),
        sa.Column("other_household_id", sa.Uuid(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("found_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["first_household_id"],
            ["household.id"],
            name=op.f("fk_group_pair_first_household_id_household"),
        ),
        sa.ForeignKeyConstraint(
            ["other_household_id"],
            ["household.id"],
            name=op.f("fk_group_pair_other_household_id_household"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_pair")),
        sa.UniqueConstraint("first_id", "other_id", name=op.f("uq_group_pair_first_id_other_id")),
    )
    with op.batch_alter_table("group_pair", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_group_pair_area_code"), ["area_code"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_group_pair_other_area_code"), ["other_area_code"], unique=False
        )
        batch_op.create_index(batch_op.f("ix_group_pair_other_id"), ["other_id"], unique=False)
        batch_op.create_index(
            batch_op.f("ix_group_pair_first_household_id"), ["first_household_id"], unique=False
        )
        batch_op.create_index(
            batch_op.f("ix_group_pair_other_household_id"), ["other_household_id"], unique=False
        )
        batch_op.create_index("ix_group_pair_by_weight", ["kind", "weight", "id"], unique=False)

    op.create_table(
        "group_decision",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("kind", sa.String(length=10), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("first_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undone_by", sa.String(length=64), nullable=True),
        sa.Column("undone_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_group_decision")),
    )
    with op.batch_alter_table("group_decision", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_group_decision_area_code"), ["area_code"], unique=False
        )
        batch_op.create_index(
            "ix_group_decision_pair",
            ["first_id", "other_id"],
            unique=False,
        )

    op.create_table(
        "duplicate",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("other_id", sa.Uuid(), nullable=False),
        sa.Column(
            "other_area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("weight", sa.Double(), nullable=False),
        sa.Column("verdict", sa.String(length=10), nullable=True),
        sa.Column("found_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_duplicate_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["other_id"], ["member.id"], name=op.f("fk_duplicate_other_id_member")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_duplicate")),
        sa.UniqueConstraint("member_id", "other_id", name=op.f("uq_duplicate_member_id_other_id")),
    )
    with op.batch_alter_table("duplicate", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_duplicate_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_duplicate_other_id"), ["other_id"], unique=False)

    op.create_table(
        "member_key",
        sa.Column("k", sa.BigInteger(), autoincrement=False, nullable=False),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.PrimaryKeyConstraint("k", "member_id", name=op.f("pk_member_key")),
        sqlite_with_rowid=False,
    )

    op.create_table(
        "link",
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("state", sa.String(length=20), nullable=False),
        sa.Column("person_id", sa.BigInteger(), nullable=True),
        sa.Column("candidate_id", sa.BigInteger(), nullable=True),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("probability", sa.Double(), nullable=False),
        sa.Column("second_id", sa.BigInteger(), nullable=True),
        sa.Column("margin", sa.Double(), nullable=True),
        sa.Column("shared", sa.Boolean(), nullable=False),
        sa.Column("decision_id", sa.Uuid(), nullable=True),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("linked_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("evidence", sa.JSON(), nullable=False),
        sa.Column("digest", sa.BigInteger(), nullable=True),
        sa.ForeignKeyConstraint(
            ["decision_id"], ["decision.id"], name=op.f("fk_link_decision_id_decision")
        ),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_link_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["match_model.id"], name=op.f("fk_link_model_id_match_model")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["registry_snapshot.id"],
            name=op.f("fk_link_snapshot_id_registry_snapshot"),
        ),
        sa.PrimaryKeyConstraint("member_id", name=op.f("pk_link")),
    )
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_link_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_link_person_id"), ["person_id"], unique=False)
        batch_op.create_index(
            "ix_link_by_area",
            ["state", "area_code", "member_id"],
            unique=False,
        )
    op.create_table(
        "match_threshold",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("link", sa.Double(), nullable=False),
        sa.Column("sure", sa.Double(), nullable=False),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("undoes", sa.Integer(), nullable=True),
        sa.ForeignKeyConstraint(
            ["undoes"],
            ["match_threshold.id"],
            name=op.f("fk_match_threshold_undoes_match_threshold"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_threshold")),
    )
    op.create_table(
        "model_choice",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=True),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("reason", sa.Text(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["before_id"], ["match_model.id"], name=op.f("fk_model_choice_before_id_match_model")
        ),
        sa.ForeignKeyConstraint(
            ["model_id"], ["match_model.id"], name=op.f("fk_model_choice_model_id_match_model")
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_model_choice")),
    )
    op.create_table(
        "match_run",
        sa.Column("id", sa.Integer(), nullable=False),
        sa.Column("job_id", sa.Uuid(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("model_id", sa.Integer(), nullable=False),
        sa.Column("link", sa.Double(), nullable=False),
        sa.Column("sure", sa.Double(), nullable=False),
        sa.Column("by", sa.String(length=64), nullable=False),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("facts", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["model_id"], ["match_model.id"], name=op.f("fk_match_run_model_id_match_model")
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["registry_snapshot.id"],
            name=op.f("fk_match_run_snapshot_id_registry_snapshot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_match_run")),
        sa.UniqueConstraint("job_id", name=op.f("uq_match_run_job_id")),
    )
    with op.batch_alter_table("match_run", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_match_run_at"), ["at"], unique=False)

    op.create_table(
        "match_run_area",
        sa.Column("run_id", sa.Integer(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("members", sa.Integer(), nullable=False),
        sa.Column("linked", sa.Integer(), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("linked_chance", sa.Double(), nullable=False),
        sa.Column("states", sa.JSON(), nullable=False),
        sa.Column("cells", sa.JSON(), nullable=False),
        sa.ForeignKeyConstraint(
            ["run_id"], ["match_run.id"], name=op.f("fk_match_run_area_run_id_match_run")
        ),
        sa.PrimaryKeyConstraint("run_id", "area_code", name=op.f("pk_match_run_area")),
    )
    with op.batch_alter_table("match_run_area", schema=None) as batch_op:
        batch_op.create_index(
            batch_op.f("ix_match_run_area_area_code"), ["area_code"], unique=False
        )

    op.create_table(
        "snapshot_check",
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("before_id", sa.Integer(), nullable=True),
        sa.Column("profile", sa.JSON(), nullable=False),
        sa.Column("findings", sa.JSON(), nullable=False),
        sa.Column("held", sa.Boolean(), nullable=False),
        sa.Column("checked_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.Column("accepted_by", sa.String(length=64), nullable=True),
        sa.Column("accepted_at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.Column("reason", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["before_id"],
            ["registry_snapshot.id"],
            name=op.f("fk_snapshot_check_before_id_registry_snapshot"),
        ),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["registry_snapshot.id"],
            name=op.f("fk_snapshot_check_snapshot_id_registry_snapshot"),
        ),
        sa.PrimaryKeyConstraint("snapshot_id", name=op.f("pk_snapshot_check")),
    )
    op.create_table(
        "quality_sample",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("seed", sa.Integer(), nullable=False),
        sa.Column("size", sa.Integer(), nullable=False),
        sa.Column("strata", sa.JSON(), nullable=False),
        sa.Column("snapshot_id", sa.Integer(), nullable=False),
        sa.Column("link", sa.Double(), nullable=False),
        sa.Column("sure", sa.Double(), nullable=False),
        sa.Column("made_by", sa.String(length=64), nullable=False),
        sa.Column("made_at", jps.db.UtcDateTime(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["snapshot_id"],
            ["registry_snapshot.id"],
            name=op.f("fk_quality_sample_snapshot_id_registry_snapshot"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_quality_sample")),
    )
    with op.batch_alter_table("quality_sample", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_quality_sample_made_at"), ["made_at"], unique=False)

    op.create_table(
        "sample_item",
        sa.Column("id", sa.Uuid(), nullable=False),
        sa.Column("sample_id", sa.Uuid(), nullable=False),
        sa.Column(
            "area_code",
            sa.String(length=13).with_variant(sa.String(length=13, collation="C"), "postgresql"),
            nullable=False,
        ),
        sa.Column("member_id", sa.Uuid(), nullable=False),
        sa.Column("stratum", sa.String(length=20), nullable=False),
        sa.Column("chance", sa.Double(), nullable=False),
        sa.Column("weight", sa.Double(), nullable=True),
        sa.Column("linked", sa.Boolean(), nullable=False),
        sa.Column("person", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("answer", sa.String(length=10), nullable=True),
        sa.Column("found", sa.JSON(none_as_null=True), nullable=True),
        sa.Column("reached", sa.Boolean(), nullable=True),
        sa.Column("by", sa.String(length=64), nullable=True),
        sa.Column("at", jps.db.UtcDateTime(timezone=True), nullable=True),
        sa.ForeignKeyConstraint(
            ["member_id"], ["member.id"], name=op.f("fk_sample_item_member_id_member")
        ),
        sa.ForeignKeyConstraint(
            ["sample_id"],
            ["quality_sample.id"],
            name=op.f("fk_sample_item_sample_id_quality_sample"),
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_sample_item")),
        sa.UniqueConstraint(
            "sample_id", "member_id", name=op.f("uq_sample_item_sample_id_member_id")
        ),
    )
    with op.batch_alter_table("sample_item", schema=None) as batch_op:
        batch_op.create_index(batch_op.f("ix_sample_item_area_code"), ["area_code"], unique=False)
        batch_op.create_index(batch_op.f("ix_sample_item_member_id"), ["member_id"], unique=False)
        batch_op.create_index(
            "ix_sample_item_by_answer", ["sample_id", "answer", "area_code"], unique=False
        )

    for statement in (*APPEND_ONLY[op.get_bind().dialect.name], FIRST_HEAD):
        op.execute(statement)


def downgrade() -> None:
    """Take back."""
    with op.batch_alter_table("sample_item", schema=None) as batch_op:
        batch_op.drop_index("ix_sample_item_by_answer")
        batch_op.drop_index(batch_op.f("ix_sample_item_member_id"))
        batch_op.drop_index(batch_op.f("ix_sample_item_area_code"))

    op.drop_table("sample_item")
    with op.batch_alter_table("quality_sample", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_quality_sample_made_at"))

    op.drop_table("quality_sample")
    op.drop_table("snapshot_check")
    with op.batch_alter_table("match_run_area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_run_area_area_code"))

    op.drop_table("match_run_area")
    with op.batch_alter_table("match_run", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_run_at"))

    op.drop_table("match_run")
    op.drop_table("model_choice")
    op.drop_table("match_threshold")
    with op.batch_alter_table("link", schema=None) as batch_op:
        batch_op.drop_index("ix_link_by_area")
        batch_op.drop_index(batch_op.f("ix_link_person_id"))
        batch_op.drop_index(batch_op.f("ix_link_area_code"))

    op.drop_table("link")

    op.drop_table("group_decision")
    op.drop_table("group_pair")
    op.drop_table("merge")
    op.drop_table("member_key")
    with op.batch_alter_table("duplicate", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_duplicate_other_id"))
        batch_op.drop_index(batch_op.f("ix_duplicate_area_code"))

    op.drop_table("duplicate")
    op.drop_table("stake")
    with op.batch_alter_table("review_case", schema=None) as batch_op:
        batch_op.drop_index("ix_review_case_by_area")
        batch_op.drop_index("ix_review_case_by_age")
        batch_op.drop_index("ix_review_case_by_rank")
        batch_op.drop_index(batch_op.f("ix_review_case_area_code"))

    op.drop_table("review_case")
    with op.batch_alter_table("decision", schema=None) as batch_op:
        batch_op.drop_index("ix_decision_by_time")
        batch_op.drop_index(batch_op.f("ix_decision_person_nik"))
        batch_op.drop_index(batch_op.f("ix_decision_other_id"))
        batch_op.drop_index(batch_op.f("ix_decision_member_id"))
        batch_op.drop_index(batch_op.f("ix_decision_area_code"))

    op.drop_table("decision")
    with op.batch_alter_table("member", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_member_nik"))
        batch_op.drop_index(batch_op.f("ix_member_household_id"))
        batch_op.drop_index(batch_op.f("ix_member_family_id"))
        batch_op.drop_index(batch_op.f("ix_member_area_code"))

    op.drop_table("member")
    op.drop_table("user_area")
    op.drop_table("registry_person")
    with op.batch_alter_table("match_model", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_match_model_current"))

    op.drop_table("match_model")
    op.drop_table("household_word")
    with op.batch_alter_table("household_history", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_household_history_area_code"))

    op.drop_table("household_history")
    with op.batch_alter_table("household_conflict", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_household_conflict_household_id"))
        batch_op.drop_index(batch_op.f("ix_household_conflict_area_code"))

    op.drop_table("household_conflict")
    with op.batch_alter_table("family", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_family_kk"))
        batch_op.drop_index(batch_op.f("ix_family_household_id"))
        batch_op.drop_index(batch_op.f("ix_family_area_code"))

    op.drop_table("family")
    with op.batch_alter_table("boundary", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_boundary_area_code"))

    op.drop_table("boundary")
    with op.batch_alter_table("assessment", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_assessment_assessed_at"))
        batch_op.drop_index(batch_op.f("ix_assessment_area_code"))

    op.drop_table("assessment")
    op.drop_table("area_population")
    with op.batch_alter_table("api_token", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_api_token_user_id"))

    op.drop_table("api_token")
    op.drop_table("user_account")
    op.drop_table("sign_in_failure")
    op.drop_table("score_model")
    with op.batch_alter_table("registry_snapshot", schema=None) as batch_op:
        batch_op.drop_index(
            "uq_registry_snapshot_current",
            sqlite_where=sa.text("state = 'current'"),
            postgresql_where=sa.text("state = 'current'"),
        )
        batch_op.drop_index(batch_op.f("ix_registry_snapshot_job_id"))
        batch_op.drop_index(batch_op.f("ix_registry_snapshot_fingerprint"))

    op.drop_table("registry_snapshot")
    op.drop_table("registry_key")
    with op.batch_alter_table("job", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_job_state"))
        batch_op.drop_index(batch_op.f("ix_job_kind"))

    op.drop_table("job")
    with op.batch_alter_table("household", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_household_state_household_changed_at_household_id"))
        batch_op.drop_index(batch_op.f("ix_household_state_household_area_code"))
        batch_op.drop_index("ix_household_figures")
        batch_op.drop_index(batch_op.f("ix_household_entered_by"))
        batch_op.drop_index(batch_op.f("ix_household_changed_at_household_id"))
        batch_op.drop_index(batch_op.f("ix_household_area_code"))

    op.drop_table("household")
    with op.batch_alter_table("boundary_set", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_boundary_set_level"))

    op.drop_table("boundary_set")
    op.drop_table("audit_head")
    with op.batch_alter_table("audit_event", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_audit_event_subject_id"))
        batch_op.drop_index(batch_op.f("ix_audit_event_actor"))
        batch_op.drop_index(batch_op.f("ix_audit_event_action"))

    op.drop_table("audit_event")
    with op.batch_alter_table("area", schema=None) as batch_op:
        batch_op.drop_index(batch_op.f("ix_area_parent_code"))
        batch_op.drop_index(batch_op.f("ix_area_level"))
        batch_op.drop_index(batch_op.f("ix_area_bps_code"))

    op.drop_table("area")
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION audit_event_refuse()")
