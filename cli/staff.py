"""`shopkeeper staff`: the accounts of the shop's own people."""

import secrets
import sys
from typing import Annotated, cast

import typer
from rich.table import Table
from sqlalchemy.orm import Session, sessionmaker

from cli.screen import screen
from common.errors import BadRequest
from common.settings import Settings, load_settings
from db.engine import make_engine, session_factory
from db.migrate import upgrade
from db.tables.staff import ROLES
from shop.staff import (
    Role,
    add_member,
    check_password,
    disable_member,
    find_member,
    list_members,
    note_act,
)

app = typer.Typer(help="Accounts for the console.", no_args_is_help=True)

DEMO_EMAIL = "demo@example.com"
DEMO_KEY = "demo_staff"
_PASSWORD_BYTES = 12


@app.command()
def add(
    email: Annotated[str, typer.Argument(help="They sign in with it.")],
    *,
    name: Annotated[str, typer.Option(help="What shoppers read beside what they say.")],
    role: Annotated[str, typer.Option(help=f"One of {', '.join(ROLES)}.")] = "agent",
    password_stdin: Annotated[
        bool, typer.Option(help="Read the password from standard input instead of making one.")
    ] = False,
) -> None:
    """Make an account. Without a password of your own, one is made and printed once."""
    if role not in ROLES:
        raise BadRequest(f"{role!r} is no role: choose one of {', '.join(ROLES)}.")
    made = None if password_stdin else secrets.token_urlsafe(_PASSWORD_BYTES)
    password = made or sys.stdin.readline().rstrip("\n")
    with _open(load_settings()).begin() as session:
        member = add_member(
            session, email=email, name=name, role=cast(Role, role), password=password
        )
        note_act(session, "staff_added", by=None, staff=member.id, role=role)
    typer.echo(f"{member.email} may sign in as {role}.")
    if made:
        typer.echo(f"Password: {made}")


@app.command("list")
def list_all() -> None:
    """Every account, with its role."""
    with _open(load_settings())() as session:
        members = list_members(session)
    table = Table(box=None, pad_edge=False)
    for heading in ("E-mail", "Name", "Role", "State"):
        table.add_column(heading)
    for member in members:
        state = "disabled" if member.disabled_at else "active"
        table.add_row(member.email, member.name, member.role, state)
    screen().print(table)


@app.command()
def disable(email: Annotated[str, typer.Argument(help="Whose account.")]) -> None:
    """Let nobody in with this account any more; who is signed in is signed out."""
    with _open(load_settings()).begin() as session:
        member = find_member(session, email=email)
        disable_member(session, member)
        note_act(session, "staff_disabled", by=None, staff=member.id)
    typer.echo(f"{member.email} is disabled.")


def ensure_demo_login(settings: Settings) -> tuple[str, str] | None:
    """Make the demo shop's login on its first run.

    Returns:
        Its address and password; None where they are no good any more, or were never made.
    """
    sessions = session_factory(make_engine(settings.database_url))
    kept = settings.home / "keys" / DEMO_KEY
    with sessions.begin() as session:
        if not list_members(session) and not kept.exists():
            password = secrets.token_urlsafe(_PASSWORD_BYTES)
            add_member(session, email=DEMO_EMAIL, name="Demo", role="admin", password=password)
            kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            kept.touch(mode=0o600)
            kept.write_text(password)
            return DEMO_EMAIL, password
        known = kept.exists() and check_password(
            session, email=DEMO_EMAIL, password=kept.read_text().strip()
        )
        return (DEMO_EMAIL, kept.read_text().strip()) if known else None


def _open(settings: Settings) -> sessionmaker[Session]:
    settings.home.mkdir(parents=True, exist_ok=True)
    upgrade(settings.database_url)
    return session_factory(make_engine(settings.database_url))
