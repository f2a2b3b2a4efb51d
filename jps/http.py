"""Between the web and the capabilities: who asks, may they, save once, errors into answers."""

import logging
import re
import secrets
import uuid
from collections.abc import Callable
from datetime import UTC, date, datetime
from enum import Enum
from functools import wraps
from http import HTTPStatus
from time import perf_counter
from typing import Any, ParamSpec, TypeVar, cast
from zoneinfo import ZoneInfo

from flask import Flask, Response, current_app, g, make_response, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from flask_security import current_user

from jps import answers
from jps.access.models import User
from jps.access.rules import Can

# Views take these from here, with all that they need of a request.
from jps.answers import error_text as error_text
from jps.answers import is_api as is_api
from jps.answers import is_fragment as is_fragment
from jps.answers import problem as problem
from jps.answers import told as told
from jps.config import Settings
from jps.db import db, set_reading, set_scope
from jps.errors import NotAllowed
from jps.held import held_form

log = logging.getLogger(__name__)

P = ParamSpec("P")
R = TypeVar("R")


class Door(Enum):
    """Who may pass besides people with a permission."""

    OPEN = "everybody"
    SIGNED_IN = "everybody with an account"


_ATTRIBUTE = "permission"  # of a view function
_READS = "only_reads"  # of a view function
# Routes of libraries, which cannot declare a permission themselves.
_LIBRARY_DOORS = {
    "static": Door.OPEN,
}
_SAFE_METHODS = frozenset({"GET", "HEAD", "OPTIONS"})
_OWN_PATH = re.compile(r"/(?![/\\])[\w\-.~%/]*")


def requires(permission: Can | Door) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Let only people whose role has `permission` call the view."""

    def declare(view: Callable[P, R]) -> Callable[P, R]:
        setattr(view, _ATTRIBUTE, permission)
        return view

    return declare


def saves(view: Callable[P, ResponseReturnValue]) -> Callable[P, Response]:
    """Commit when the view's answer is below 400; otherwise roll everything back."""

    @wraps(view)
    def wrapper(*args: P.args, **kwargs: P.kwargs) -> Response:
        answer = make_response(view(*args, **kwargs))
        if answer.status_code < HTTPStatus.BAD_REQUEST:
            db.session.commit()
        else:
            db.session.rollback()
        return answer

    return wrapper


def reads(view: Callable[P, R]) -> Callable[P, R]:
    """Say that the view only reads although it is asked by POST (searches by name)."""
    setattr(view, _READS, True)
    return view


def actor() -> User:
    """Return the person who asks; only for views behind a permission."""
    person = signed_in()
    if person is None:
        raise NotAllowed()
    return person


def signed_in() -> User | None:
    """Return the person who asks, or None when nobody signed in."""
    person = cast(Any, current_user)._get_current_object()
    return person if isinstance(person, User) and person.active else None


def now() -> datetime:
    """Return the time of the request: the same throughout it."""
    if "now" not in g:
        g.now = datetime.now(UTC)
    return cast(datetime, g.now)


def today() -> date:
    """Return the day of the request in the office's time zone."""
    return now().astimezone(ZoneInfo(settings().timezone)).date()


def settings() -> Settings:
    """Return the settings of the running application."""
    return cast(Settings, current_app.config["JPS"])


def own_path(path: str) -> str:
    """Return `path` when it is a page of ours, else the first page: nobody is sent elsewhere."""
    return path if _OWN_PATH.fullmatch(path) else "/"


def csp_nonce() -> str:
    """Return the nonce of this answer's scripts and styles."""
    if "csp_nonce" not in g:
        g.csp_nonce = secrets.token_urlsafe(16)
    return cast(str, g.csp_nonce)


def init_app(app: Flask) -> None:
    """Hook the guard, the answers to errors, and the headers into `app`."""
    app.before_request(_begin)
    app.before_request(_guard)
    app.after_request(_finish)
    answers.init_app(app)
    app.jinja_env.globals.update(csp_nonce=csp_nonce, Can=Can)


def permission_of(app: Flask, endpoint: str, method: str) -> Can | Door | None:
    """Return what the route demands, or None when it declares nothing (and is refused)."""
    if endpoint in _LIBRARY_DOORS:
        return _LIBRARY_DOORS[endpoint]
    view: Any = app.view_functions[endpoint]
    if (found := getattr(view, _ATTRIBUTE, None)) is not None:
        return cast("Can | Door", found)
    handlers = getattr(view, "view_class", None)
    name = "get" if method == "HEAD" else method.lower()
    return cast("Can | Door | None", getattr(getattr(handlers, name, None), _ATTRIBUTE, None))


def _begin() -> None:
    g.request_id = uuid.uuid4().hex[:12]
    g.started = perf_counter()
    view = current_app.view_functions.get(request.endpoint or "")
    set_reading(request.method in _SAFE_METHODS or getattr(view, _READS, False))


def _guard() -> ResponseReturnValue | None:
    if request.endpoint is None or request.method == "OPTIONS":
        return None
    permission = permission_of(current_app, request.endpoint, request.method)
    if permission is Door.OPEN:
        return None
    if signed_in() is None:
        return _ask_to_sign_in()
    if permission is None or (isinstance(permission, Can) and not actor().can(permission)):
        raise NotAllowed()
    g.user_id = str(actor().id)
    set_scope(db.session(), actor().scope)
    return None


def _ask_to_sign_in() -> ResponseReturnValue:
    if is_api():
        message = gettext("Masuk dahulu, atau kirim token yang berlaku.")
        return problem(HTTPStatus.UNAUTHORIZED, "sign-in-required", message)
    page = url_for("session.sign_in", next=request.path if request.method == "GET" else None)
    if is_fragment():  # htmx follows redirects silently into the fragment: say it instead
        return make_response("", HTTPStatus.UNAUTHORIZED, {"HX-Redirect": page})
    ended = gettext("Sesi Anda berakhir sebelum isian ini terkirim.")
    return held_form(ended, HTTPStatus.UNAUTHORIZED, sign_in=page) or redirect(page)


def _finish(answer: Response) -> Response:
    nonce = csp_nonce()
    answer.headers.setdefault(
        "Content-Security-Policy",
        "default-src 'self'; "
        f"script-src 'self' 'nonce-{nonce}'; style-src 'self' 'nonce-{nonce}'; "
        "style-src-attr 'unsafe-inline'; img-src 'self' data: blob:; connect-src 'self'; "
        "object-src 'none'; base-uri 'none'; form-action 'self'; frame-ancestors 'self'",
    )
    answer.headers.setdefault("X-Content-Type-Options", "nosniff")
    answer.headers.setdefault("Referrer-Policy", "same-origin")
    answer.headers.setdefault("Permissions-Policy", "geolocation=(self), camera=(self)")
    answer.headers["X-Request-Id"] = g.get("request_id", "")
    if settings().https:
        answer.headers.setdefault("Strict-Transport-Security", "max-age=31536000")
    if "Cache-Control" not in answer.headers:  # pages show people's data: keep no copy
        answer.headers["Cache-Control"] = "no-store"
    _log_request(answer)
    return answer


def _log_request(answer: Response) -> None:
    """Log the rule and not the address, which may carry what a person typed."""
    if request.endpoint in {"static", "vendor.asset"}:
        return
    took = round((perf_counter() - g.get("started", perf_counter())) * 1000, 1)
    log.info(
        "request",
        extra={
            "request": g.get("request_id", ""),
            "method": request.method,
            "rule": request.url_rule.rule if request.url_rule else None,
            "status": answer.status_code,
            "ms": took,
            "user": g.get("user_id"),
        },
    )
