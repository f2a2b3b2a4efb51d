"""The application: settings in, Flask application out."""

from collections.abc import Mapping
from datetime import timedelta
from hashlib import sha256
from importlib import import_module
from importlib.util import find_spec
from typing import Any, cast

from flask import Flask, request
from flask_babel import Babel, get_locale
from flask_migrate import Migrate
from flask_security import Security, SQLAlchemySessionUserDatastore
from flask_wtf.csrf import CSRFProtect
from werkzeug.middleware.proxy_fix import ProxyFix

from jps import api, commands, http, openrosa, web
from jps.access.models import User
from jps.access.rules import Role
from jps.config import Settings, read_key, read_settings
from jps.db import db, drive_sqlite, engine_options
from jps.logs import set_up_logs
from jps.migrations import FOLDER
from jps.translations import LANGUAGES, compile_catalogues
from jps.web.accounts import person
from jps.web.countdown import countdown
from jps.web.formats import FILTERS
from jps.web.menu import menu, role_name

csrf = CSRFProtect()

# Every module with tables: migrations compare them, whoever imports what.
MODELS = (
    "jps.access.models",
    "jps.areas.models",
    "jps.assessment.models",
    "jps.audit.models",
    "jps.benefits.models",
    "jps.changes.models",
    "jps.fieldwork.models",
    "jps.batches.models",
    "jps.deadlines.models",
    "jps.households.models",
    "jps.identity.group_models",
    "jps.identity.models",
    "jps.identity.quality_models",
    "jps.intake.models",
    "jps.jobs.models",
    "jps.maps.models",
    "jps.odk.models",
    "jps.meetings.models",
    "jps.registry.models",
    "jps.programmes.case_models",
    "jps.programmes.models",
    "jps.targeting.models",
)


def create_app(
    settings: Settings | None = None, config: Mapping[str, object] | None = None
) -> Flask:
    """Return the application of the office in `settings.home` (default: from the environment).

    `config` overrides what JPS tells Flask and its extensions; tests use it.
    """
    settings = settings or read_settings()
    settings.folder(".")
    set_up_logs(settings.log_level)
    app = Flask("jps")
    app.config.from_mapping(flask_config(settings) | dict(config or {}))
    if settings.proxies:
        hops = settings.proxies
        trusted = ProxyFix(app.wsgi_app, x_for=hops, x_proto=hops, x_host=hops)
        app.__dict__["wsgi_app"] = trusted
    connect_database(app)
    http.init_app(app)  # before the forgery check: a session that ended leads to the sign-in page
    _init_people(app)
    _register(app)
    return app


def flask_config(settings: Settings) -> dict[str, Any]:
    """Return what Flask and its extensions are told in the office of `settings`."""
    return {
        "JPS": settings,
        "SECRET_KEY": read_key(settings, "session"),
        "MAX_CONTENT_LENGTH": settings.upload_mb * 2**20,
        "MAX_FORM_MEMORY_SIZE": 8 * 2**20,
        "MAX_FORM_PARTS": 20_000,
        "SQLALCHEMY_DATABASE_URI": settings.url,
        "SQLALCHEMY_ENGINE_OPTIONS": engine_options(settings.url),
        "SESSION_COOKIE_NAME": _cookie_name(settings),
        "SESSION_COOKIE_SECURE": settings.https,
        "SESSION_COOKIE_HTTPONLY": True,
        "SESSION_COOKIE_SAMESITE": "Lax",
        "PERMANENT_SESSION_LIFETIME": timedelta(minutes=settings.idle_minutes),
        "SECURITY_PASSWORD_SALT": read_key(settings, "password"),
        "SECURITY_PASSWORD_HASH": "argon2",
        "SECURITY_JOIN_USER_ROLES": False,
        "SECURITY_CLI_USERS_NAME": False,  # `flask users` is ours, and roles are a table to read
        "SECURITY_CLI_ROLES_NAME": False,
        "SECURITY_USER_IDENTITY_ATTRIBUTES": [{"username": {"mapper": str}}],
        "BABEL_DEFAULT_LOCALE": LANGUAGES[0],
        "BABEL_DEFAULT_TIMEZONE": settings.timezone,
        "BABEL_TRANSLATION_DIRECTORIES": str(settings.folder("translations")),
        "WTF_CSRF_TIME_LIMIT": None,  # as long as the session: a phone may wait for signal
        "BOOTSTRAP_SERVE_LOCAL": True,
        "API_TITLE": "JPS",
        "API_VERSION": "v1",
        "OPENAPI_VERSION": "3.1.0",
    }


def _cookie_name(settings: Settings) -> str:
    """Return a name of this office's own: browsers share cookies between ports of a machine."""
    office = sha256(read_key(settings, "session").encode()).hexdigest()[:8]
    return f"__Host-jps-{office}" if settings.https else f"jps-{office}"


def connect_database(app: Flask) -> None:
    """Let `app` use the database that its configuration names."""
    for module in MODELS:
        if find_spec(module.rpartition(".")[0]) and find_spec(module):
            import_module(module)
    db.init_app(app)
    with app.app_context():
        drive_sqlite(db.engine)
    Migrate(app, db, directory=str(FOLDER), render_as_batch=True)


def _init_people(app: Flask) -> None:
    csrf.init_app(app)
    Babel(app, locale_selector=_language)
    compile_catalogues(app.config["JPS"])
    store = SQLAlchemySessionUserDatastore(db.session, cast(Any, User), cast(Any, Role))
    Security(app, store, register_blueprint=False)


def _language() -> str:
    if request.blueprint == "openrosa":  # a phone has no page to choose it on
        return openrosa.language()
    chosen = request.cookies.get("language", "")
    return chosen if chosen in LANGUAGES else LANGUAGES[0]


def _register(app: Flask) -> None:
    app.jinja_env.filters.update(FILTERS, person=person)
    app.jinja_env.globals.update(
        countdown=countdown, menu=menu, role_name=role_name, get_locale=get_locale
    )
    web.register(app)
    api.register(app, csrf)
    openrosa.register(app, csrf)
    commands.register(app)
