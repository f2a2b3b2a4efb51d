"""`flask demo`: the whole main job on an invented province, then serve it."""

import json
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from time import perf_counter

import click
from flask import current_app
from flask.cli import with_appcontext
from rich.console import Console

from jps.commands.answers import fail_on_problems
from jps.commands.demo_aid import bring_decrees
from jps.commands.demo_deciles import give_deciles
from jps.commands.demo_deliveries import deliver_example
from jps.commands.demo_lists import draw_example
from jps.commands.demo_models import train_example
from jps.commands.demo_office import (
    enter_households,
    import_registry,
    load_reference,
    refuse_real_office,
)
from jps.commands.demo_people import DEMO_PASSWORD, DEMO_USERS, make_users
from jps.commands.demo_quality import label_example
from jps.commands.demo_summary import Summary, print_summary, summarise
from jps.commands.progress import run_to_end
from jps.commands.serve import serve_forever
from jps.config import Settings
from jps.db import db, everywhere
from jps.migrations import bring_up_to_date
from jps.targeting.taking import SNAPSHOT_KIND
from jps.worker import this_app


@dataclass
class Stopwatch:
    """Seconds per step, in order."""

    seconds: dict[str, float] = field(default_factory=dict)

    @contextmanager
    def step(self, name: str) -> Iterator[None]:
        """Time the block under `name`."""
        start = perf_counter()
        yield
        self.seconds[name] = round(perf_counter() - start, 2)


@click.command("demo")
@click.option(
    "--households",
    default=6000,
    show_default=True,
    type=click.IntRange(1, 300_000),
    help="How many to invent.",
)
@click.option("--seed", default=75, show_default=True, help="Another seed, other invented people.")
@click.option("--no-serve", is_flag=True, help="End after the summary.")
@click.option("--json", "as_json", is_flag=True, help="Answer as JSON, without progress bars.")
@with_appcontext
@fail_on_problems
def demo(households: int, seed: int, no_serve: bool, as_json: bool) -> None:
    """Invent a province, enter it, match it, score it, map it; then serve it.

    Works again when run twice: what is there already is recognised. Refuses an office that holds
    households of its own.
    """
    settings: Settings = current_app.config["JPS"]
    watch = Stopwatch()
    with watch.step("database"):
        bring_up_to_date()
    with everywhere(db.session()):
        summary = _main_job(settings, households, seed, watch, quiet=as_json)
    db.session.remove()
    if as_json:
        click.echo(json.dumps(summary.as_json()))
    else:
        print_summary(Console(), summary)
    if not no_serve:
        serve_forever(this_app(), settings, say=lambda: _say_where(settings))


def _main_job(
    settings: Settings, households: int, seed: int, watch: Stopwatch, *, quiet: bool
) -> Summary:
    refuse_real_office(db.session())
    with watch.step("areas and boundaries"):
        load_reference(db.session())
    with watch.step("accounts"):
        make_users(db.session())
    with watch.step("households"):
        sample = enter_households(db.session(), settings.home, households, seed, quiet=quiet)
    with watch.step("registry"):
        import_registry(db.session(), settings.home, sample, quiet=quiet)
    steps: tuple[tuple[str, str, str, dict[str, str]], ...] = (
        ("matching", "match", "Matching", {}),
        ("scores", "assess", "Scoring", {}),
        ("interviews compared", "fieldwork", "Interviews", {"zone": settings.timezone}),
    )
    for name, kind, title, params in steps:
        with watch.step(name):
            run_to_end(kind, params, title=title, quiet=quiet)
    with watch.step("matching reviewed"):
        label_example(db.session(), settings.home)
    with watch.step("deciles"):
        give_deciles(db.session(), settings.home, seed, quiet=quiet)
    with watch.step("decrees"):
        bring_decrees(db.session(), settings.home, sample, settings.province, quiet=quiet)
    with watch.step("deliveries"):
        deliver_example(db.session(), quiet=quiet)
    with watch.step("score model"):
        train_example(db.session(), settings.home, sample, seed, quiet=quiet)
    with watch.step("data frozen"):
        run_to_end(SNAPSHOT_KIND, {"zone": settings.timezone}, title="Snapshot", quiet=quiet)
    with watch.step("list drawn"):
        draw_example(db.session(), settings.home, households, settings.province)
    return summarise(db.session(), settings.home, sample, watch.seconds)


def _say_where(settings: Settings) -> None:
    say: Callable[[str], None] = click.echo
    say(f"\nOpen http://{settings.host}:{settings.port} and sign in (password {DEMO_PASSWORD}):")
    for user in DEMO_USERS:
        say(f"  {user.username:<10} {user.purpose}")
    say("Ctrl-C stops the server.")
