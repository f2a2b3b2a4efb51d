"""Forms that came too late for their session: handed back to be sent again, so nothing is lost.

Only to pages of our own (by `Origin`): another site's form must not become one of ours by a click.
"""

from flask import make_response, render_template, request
from flask.typing import ResponseReturnValue

MAX_BYTES = 1_000_000  # of a form that is handed back
_KEPT_BACK = frozenset({"csrf_token", "password", "old", "new"})


def held_form(message: str, status: int, *, sign_in: str = "") -> ResponseReturnValue | None:
    """Return the page that says `message` and sends the same form again, None when there is none.

    `sign_in` is the address at which to sign in first. Passwords and files are not handed back.
    """
    fields = [] if _is_foreign() else _fields()
    if not fields:
        return None
    action = request.full_path if request.query_string else request.path
    page = render_template(
        "held.html", message=message, fields=fields, action=action, sign_in=sign_in
    )
    return make_response(page, status)


def _is_foreign() -> bool:
    """Whether the request is none of a browser that shows a page of this office."""
    host = request.headers.get("Origin", "").partition("://")[2]
    return request.method != "POST" or host != request.host


def _fields() -> list[tuple[str, str]]:
    if (request.content_length or MAX_BYTES) >= MAX_BYTES or request.files:
        return []
    return [item for item in request.form.items(multi=True) if item[0] not in _KEPT_BACK]
