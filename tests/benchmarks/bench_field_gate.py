"""Time full validation and storing: `python -m tests.benchmarks.bench_field_gate [households]`.

Prints households per second of the gate alone, of storing alone (SQLite, with history, words and
audit, committed), and of both: the gate in two processes and one writer, as an import runs.
"""

import gc
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter, process_time

from jps.app import create_app
from jps.commands.demo_office import document_of, invent, load_reference
from jps.config import DATA, Settings
from jps.db import EVERYWHERE, chunks, db, everywhere
from jps.households.bulk import register_many
from jps.households.forms import HouseholdForm
from jps.households.queries import gate
from jps.households.rules import Source
from jps.households.saving import Author
from jps.households.schemas import HouseholdSchema
from jps.migrations import bring_up_to_date
from jps.questionnaire import load_form
from jps.worker import utc_now

Documents = Sequence[dict[str, object]]
AUTHOR = Author("bench", EVERYWHERE, Source.SAMPLE)
CHUNK = 200  # households per transaction, and per message to a process
SCHEMAS: list[HouseholdSchema] = []  # of a process of the pool


def main(households: int) -> None:
    """Invent so many households twice and send them through."""
    with tempfile.TemporaryDirectory() as folder:
        app = create_app(Settings(home=Path(folder), log_level="ERROR"))
        with app.app_context(), everywhere(db.session()):
            bring_up_to_date()
            load_reference(db.session())
            schema, first = _sample(households, seed=5)
            _, second = _sample(households, seed=6)
            gc.freeze()  # what the benchmark holds is not what an import holds
            forms = _gate(schema, first)
            _store(forms)
            _both(schema, second)
            db.engine.dispose()


def _sample(households: int, *, seed: int) -> tuple[HouseholdSchema, Documents]:
    sample = invent(db.session(), households, seed)
    schema = gate(db.session(), load_form(DATA / "questionnaire"), today=sample.on)
    db.session.rollback()
    return schema, [document_of(household) for household in sample.households()]


def _gate(schema: HouseholdSchema, documents: Documents) -> list[HouseholdForm]:
    begun, used = perf_counter(), process_time()
    forms = [schema.load(document) for document in documents]
    members = sum(len(form.members) for form in forms) / len(forms)
    say(f"gate ({members:.1f} members each)", len(forms), begun, used)
    return forms


def _store(forms: Sequence[HouseholdForm]) -> None:
    begun, used = perf_counter(), process_time()
    _write(chunks(forms, CHUNK))
    say("store", len(forms), begun, used)


def _both(schema: HouseholdSchema, documents: Documents) -> None:
    context = get_context("spawn")
    with ProcessPoolExecutor(2, context, initializer=_begin, initargs=(schema,)) as pool:
        list(pool.map(_load, [[], []]))  # the processes have started
        begun, used = perf_counter(), process_time()
        _write(pool.map(_load, chunks(documents, CHUNK)))
        say("gate in two processes, one writer", len(documents), begun, used)


def _begin(schema: HouseholdSchema) -> None:
    SCHEMAS.append(schema)


def _load(documents: Documents) -> list[HouseholdForm]:
    return [SCHEMAS[0].load(document) for document in documents]


def _write(parts: Iterable[Sequence[HouseholdForm]]) -> None:
    session = db.session()
    for part in parts:
        tally = register_many(session, part, by=AUTHOR, at=utc_now())
        if tally.refused:
            raise tally.refused[0][1]
        session.commit()


def say(what: str, households: int, begun: float, used: float) -> None:
    """Print one line of the table; processor is this process's own."""
    wall, busy = perf_counter() - begun, process_time() - used
    sys.stdout.write(f"{what:<36}{households / wall:>8.0f} /s {busy / households * 1e6:>8.0f} us\n")
    sys.stdout.flush()


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 3000)
