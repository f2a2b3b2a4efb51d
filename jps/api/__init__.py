"""The REST interface: OpenAPI 3.1, ETags, problem+json."""

from flask import Flask
from flask_smorest import Api
from flask_wtf.csrf import CSRFProtect

from jps.api import (
    analysis,
    changes,
    conflicts,
    docs,
    features,
    households,
    identity,
    phone,
    phone_index,
    phone_photos,
    signing,
    workflow,
)

RESOURCES = (
    households.blp,
    workflow.blp,
    conflicts.blp,
    identity.blp,
    phone.blp,
    phone_index.blp,
    phone_photos.blp,
    changes.blp,
    analysis.blp,
    features.blp,
)


class _Api(Api):
    """flask-smorest without its own answers to errors: `jps.http` gives them."""

    def _register_error_handlers(self) -> None:
        return None


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add every resource to `app`."""
    app.extensions[docs.API] = api = _Api(app)
    signing.init_app(app)
    for blueprint in RESOURCES:
        csrf.exempt(blueprint)  # `signing.guard_forgery` decides by how the request was signed in
        api.register_blueprint(blueprint)
    app.register_blueprint(docs.bp)
