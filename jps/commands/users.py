"""`flask users`: accounts on the command line."""

import secrets

import click
from flask.cli import AppGroup
from flask_security import hash_password
from rich.console import Console
from rich.table import Table
from sqlalchemy import select

from jps.access.models import User
from jps.access.rules import ROLE_NAMES, Role
from jps.access.services import create_user, find_user, list_users, reset_password, set_active
from jps.access.tokens import create_api_token
from jps.areas.models import Area
from jps.audit.services import SYSTEM
from jps.commands.answers import fail_on_problems
from jps.db import db
from jps.errors import InvalidData, NotFound
from jps.text import N_
from jps.worker import utc_now

users_cli = AppGroup("users", help="Accounts: create, list, new password, switch on and off.")


@users_cli.command("create")
@click.argument("username")
@click.option("--name", "full_name", required=True, help="Full name.")
@click.option(
    "--role", type=click.Choice([role.value for role in Role]), required=True, help="What they do."
)
@click.option("--area", "areas", multiple=True, required=True, help="Kemendagri code; repeatable.")
@click.option("--password", default="", help="Asked for when missing; '-' makes a random one.")
@fail_on_problems
def create(username: str, full_name: str, role: str, areas: tuple[str, ...], password: str) -> None:
    """Create the account USERNAME that may work in the given areas, children included."""
    _check_areas(areas)
    made = password == "-"
    if made:
        password = secrets.token_urlsafe(12)
    elif not password:
        password = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    create_user(
        db.session(),
        username=username,
        full_name=full_name,
        password=password,
        role=Role(role),
        areas=areas,
        hash_password=hash_password,
        by=SYSTEM,
        at=utc_now(),
    )
    db.session.commit()
    click.echo(f"Created {username.strip().lower()}." + (f" Password: {password}" if made else ""))


@users_cli.command("list")
@fail_on_problems
def show() -> None:
    """List all accounts with role and areas."""
    table = Table("Username", "Name", "Role", "Areas", "Active")
    for user in list_users(db.session()):
        areas = ", ".join(user.scope.codes)
        role = ROLE_NAMES[Role(user.role)]
        table.add_row(user.username, user.full_name, role, areas, "yes" if user.active else "no")
    Console().print(table)


@users_cli.command("password")
@click.argument("username")
@fail_on_problems
def password(username: str) -> None:
    """Give USERNAME a random password, print it, and end all sessions of the account."""
    made = reset_password(
        db.session(), _find(username), hash_password=hash_password, by=SYSTEM, at=utc_now()
    )
    db.session.commit()
    click.echo(f"Password: {made}")


@users_cli.command("switch")
@click.argument("username")
@click.argument("state", type=click.Choice(["on", "off"]))
@fail_on_problems
def switch(username: str, state: str) -> None:
    """Switch the account USERNAME on or off, as STATE says; off ends its sessions at once."""
    set_active(db.session(), _find(username), active=state == "on", by=SYSTEM, at=utc_now())
    db.session.commit()
    click.echo(f"{username} is {state}.")


def _find(username: str) -> User:
    user = find_user(db.session(), username)
    if user is None:
        raise NotFound(N_("Akun {username} tidak ada."), username=username)
    return user


def _check_areas(codes: tuple[str, ...]) -> None:
    known = set(db.session.scalars(select(Area.code).where(Area.code.in_(codes))))
    if unknown := [code for code in codes if code not in known]:
        message = N_("Wilayah {codes} tidak dikenal. Muat dahulu daftar wilayah: flask areas load.")
        raise InvalidData(message, codes=", ".join(unknown))


@users_cli.command("token")
@click.argument("username")
@click.option("--name", required=True, help="What the token is for.")
@click.option("--days", default=90, show_default=True, help="Days until it ends, at most 366.")
@fail_on_problems
def token(username: str, name: str, days: int) -> None:
    """Make an API token with which a program works in the name of USERNAME; shown once."""
    user = _find(username)
    made = create_api_token(db.session(), user, name=name, days=days, by=SYSTEM, at=utc_now())
    db.session.commit()
    click.echo(made)
