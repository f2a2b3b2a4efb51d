"""Pages for people. Each module is a blueprint; `register` names them all."""

from importlib import import_module

from flask import Blueprint, Flask

from jps.web.compression import asset, compress_assets

# Module and the name of its blueprint.
BLUEPRINTS = (
    ("jps.web.home", "bp"),
    ("jps.web.sign_in", "bp"),
    ("jps.web.vendor", "bp"),
    ("jps.web.bundles", "bp"),
    ("jps.web.health", "bp"),
    ("jps.web.jobs", "bp"),
    ("jps.web.users", "bp"),
    ("jps.web.audit", "bp"),
    ("jps.web.codebook", "bp"),
    ("jps.web.maps", "bp"),
    ("jps.web.map_families", "bp"),
    ("jps.web.map_layers", "bp"),
    ("jps.web.public", "bp"),
    ("jps.web.registry", "bp"),
    ("jps.web.lists", "bp"),
    ("jps.web.list_mapping", "bp"),
    ("jps.web.list_problems", "bp"),
    ("jps.web.identity", "bp"),
    ("jps.web.ledger", "bp"),
    ("jps.web.doubles", "bp"),
    ("jps.web.groups", "bp"),
    ("jps.web.merges", "bp"),
    ("jps.web.quality", "bp"),
    ("jps.web.sample_review", "bp"),
    ("jps.web.match_models", "bp"),
    ("jps.web.programmes", "bp"),
    ("jps.web.programme_forms", "bp"),
    ("jps.web.overlaps", "bp"),
    ("jps.web.budget", "bp"),
    ("jps.web.deciles", "bp"),
    ("jps.web.targeting", "bp"),
    ("jps.web.target_rules", "bp"),
    ("jps.web.target_lists", "bp"),
    ("jps.web.target_files", "bp"),
    ("jps.web.target_compare", "bp"),
    ("jps.web.target_arithmetic", "bp"),
    ("jps.web.target_quotas", "bp"),
    ("jps.web.score_models", "bp"),
    ("jps.web.known", "bp"),
    ("jps.web.work", "bp"),
    ("jps.web.entry", "bp"),
    ("jps.web.phone", "bp"),
    ("jps.web.review", "bp"),
    ("jps.web.households", "bp"),
    ("jps.web.returning", "bp"),
    ("jps.web.conflicts", "bp"),
    ("jps.web.submissions", "bp"),
    ("jps.web.devices", "bp"),
    ("jps.web.changes", "bp"),
    ("jps.web.change_forms", "bp"),
    ("jps.web.timeline", "bp"),
    ("jps.web.batches", "bp"),
    ("jps.web.meetings", "bp"),
    ("jps.web.deadlines", "bp"),
    ("jps.web.progress", "bp"),
    ("jps.web.photos", "bp"),
    ("jps.web.exports", "bp"),
    ("jps.web.monitor", "bp"),
    ("jps.web.benefits", "bp"),
    ("jps.web.delivering", "bp"),
    ("jps.web.payments", "bp"),
    ("jps.web.realisation", "bp"),
    ("jps.web.dashboard", "bp"),
    ("jps.web.backcheck", "bp"),
    ("jps.web.findings", "bp"),
    ("jps.web.finding", "bp"),
    ("jps.web.strikes", "bp"),
    ("jps.web.letters", "bp"),
    ("jps.web.letter_check", "bp"),
    ("jps.web.appeals", "bp"),
    ("jps.web.appeal_desk", "bp"),
    ("jps.web.decrees", "bp"),
    ("jps.web.decree_columns", "bp"),
    ("jps.web.decree_files", "bp"),
    ("jps.web.recipients", "bp"),
    ("jps.web.memberships", "bp"),
    ("jps.web.tokens", "bp"),
    ("jps.web.data", "bp"),
)


def register(app: Flask) -> None:
    """Add every page to `app`."""
    app.after_request(compress_assets)
    app.jinja_env.globals["asset"] = asset
    for module, name in BLUEPRINTS:
        blueprint: Blueprint = getattr(import_module(module), name)
        app.register_blueprint(blueprint)
