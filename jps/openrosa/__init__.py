"""ODK Collect as it is: form list, form, lists, submissions, after the OpenRosa interfaces.

A phone speaks for the person whose device token is part of its server address. Every answer, errors
included, is OpenRosa XML: a page would make Collect say that the network wants a log-in.
"""

from importlib import import_module

from flask import Flask
from flask_wtf.csrf import CSRFProtect

from jps.openrosa.answers import language as language
from jps.openrosa.doors import bp

# Modules whose routes and handlers belong to the interface.
PARTS = ("jps.openrosa.forms", "jps.openrosa.submissions", "jps.openrosa.faults")


def register(app: Flask, csrf: CSRFProtect) -> None:
    """Add the interface to `app`. No cookie signs in here, so there is no forgery to guard."""
    for part in PARTS:
        import_module(part)
    csrf.exempt(bp)
    app.register_blueprint(bp)
