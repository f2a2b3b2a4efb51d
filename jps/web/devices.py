"""Phones with ODK Collect: connect one by a QR code that is shown once, and cut one off."""

import base64
import json
import uuid
import zlib
from dataclasses import dataclass

import segno
from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext
from markupsafe import Markup

from jps.access.devices import (
    create_device_token,
    list_carriers,
    list_device_tokens,
    revoke_device_token,
)
from jps.access.models import User
from jps.access.rules import Can
from jps.areas.queries import areas_at
from jps.areas.rules import Level
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.http import actor, now, requires, saves
from jps.web.area_choice import area_labels
from jps.web.places import FEW

bp = Blueprint("devices", __name__, url_prefix="/devices")

DAYS = 90  # that a token works unless somebody says otherwise
PERIODS = (7, 30, 90, 180, 366)  # days to choose from

Problems = dict[str, list[str]]


@dataclass(frozen=True)
class DeviceForm:
    """What stands in the form."""

    name: str = ""
    days: int = DAYS
    areas: tuple[str, ...] = ()


@bp.get("/")
@requires(Can.CONNECT_DEVICES)
def index() -> ResponseReturnValue:
    """List the phones that the reader may manage."""
    tokens = list_device_tokens(db.session(), actor())
    codes = {code for token in tokens for code in token.areas}
    return render_template(
        "odk/devices.html",
        tokens=tokens,
        labels=area_labels(db.session(), codes),
        carriers=list_carriers(db.session(), actor()),
        now=now(),
    )


@bp.get("/new")
@requires(Can.CONNECT_DEVICES)
def new() -> ResponseReturnValue:
    """Ask for the phone's name, its time, and whether it works in a part of the areas only."""
    return _form_page(_carrier(request.args.get("user", "")), DeviceForm(), {})


@bp.post("/")
@requires(Can.CONNECT_DEVICES)
@saves
def create() -> ResponseReturnValue:
    """Connect a phone: show the QR code, which cannot be shown again."""
    user = _carrier(request.form.get("user", ""))
    form = DeviceForm(
        name=request.form.get("name", ""),
        days=request.form.get("days", 0, type=int),
        areas=tuple(request.form.getlist("areas")),
    )
    try:
        token = create_device_token(
            db.session(),
            user,
            name=form.name,
            areas=form.areas,
            days=form.days,
            by=actor(),
            at=now(),
        )
    except InvalidData as error:
        return _form_page(user, form, error.problems), error.status
    server = url_for("openrosa.nowhere", _external=True) + token
    return render_template("odk/qr.html", user=user, server=server, code=qr_code(server))


@bp.post("/<uuid:token_id>/revoke")
@requires(Can.CONNECT_DEVICES)
@saves
def revoke(token_id: uuid.UUID) -> ResponseReturnValue:
    """Cut a phone off at once."""
    revoke_device_token(db.session(), token_id, by=actor(), at=now())
    flash(gettext("HP diputuskan. Isian yang belum terkirim tetap ada di HP itu."), "success")
    return redirect(url_for(".index"), 303)


def settings_text(server: str) -> str:
    """Return what the QR code says: Collect's settings as JSON, compressed, in base 64."""
    settings = {
        "general": {
            "protocol": "odk_default",
            "server_url": server,
            "form_update_mode": "match_exactly",
            "autosend": "wifi_and_cellular",
        },
        "admin": {},
        "project": {"name": "JPS", "icon": "J", "color": "#084543"},
    }
    packed = zlib.compress(json.dumps(settings, separators=(",", ":")).encode(), 9)
    return base64.b64encode(packed).decode()


def qr_code(server: str) -> Markup:
    """Return the QR code of the settings as SVG."""
    code = segno.make(settings_text(server), error="l", micro=False)
    return Markup(
        code.svg_inline(scale=5, border=4, dark="#000", light="#fff", svgclass="qr", omitsize=True)
    )


def _carrier(user_id: str) -> User:
    """Return for whom a phone is connected; oneself unless somebody is named."""
    carriers = {str(user.id): user for user in list_carriers(db.session(), actor())}
    found = carriers.get(user_id or str(actor().id)) or next(iter(carriers.values()), None)
    if found is None or (user_id and user_id not in carriers):
        raise NotFound()
    return found


def _form_page(user: User, form: DeviceForm, problems: Problems) -> str:
    codes = list(user.scope.codes)
    villages = areas_at(db.session(), Level.DESA, inside=codes)
    if len(villages) <= FEW:
        codes = sorted({*codes, *(area.code for area in villages)})
    return render_template(
        "odk/device.html",
        user=user,
        form=form,
        problems={name: [gettext(text) for text in texts] for name, texts in problems.items()},
        periods=PERIODS,
        labels=area_labels(db.session(), codes),
    )
