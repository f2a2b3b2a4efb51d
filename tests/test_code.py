"""Rules of the house that no linter knows: what the layers below the edge never do."""

import ast
import itertools
from collections.abc import Iterator

import pytest

from tests.repository import ROOT, modules, texts

EDGE = ("jps/web/", "jps/api/", "jps/openrosa/", "jps/commands/", "jps/migrations/")
EDGE_FILES = {
    *("jps/app.py", "jps/answers.py", "jps/held.py", "jps/http.py", "jps/worker.py"),
    "jps/analysis/opening.py",  # the edge of notebooks, which have no Flask
}
# They commit: the runner each step with its cursor; work ends its own long reads.
MAY_COMMIT = ("jps/jobs/runner.py", "/work.py")
# They speak to a database driver: the base, and the one way to write many rows.
MAY_SPEAK_SQL = {"jps/db.py", "jps/bulk.py"}
CLOCKS = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
WEB = {"flask", "flask_babel", "flask_security", "flask_wtf", "flask_smorest", "werkzeug"}
PROPERTIES = {"property", "cached_property"}
HOMELESS = {"utils", "util", "helpers", "helper", "common", "manager", "misc"}
LONGEST_FILE = {"jps": 350, "tests": 600}  # lines


def below() -> dict[str, ast.Module]:
    """Return the modules below the edge."""
    return {
        name: tree
        for name, tree in modules().items()
        if not name.startswith(EDGE) and name not in EDGE_FILES
    }


def dotted(node: ast.expr) -> str:
    """Return `a.b.c` for a chain of names, else an empty text for what is no name."""
    if isinstance(node, ast.Attribute):
        return f"{dotted(node.value)}.{node.attr}"
    return node.id if isinstance(node, ast.Name) else ""


def calls(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and name of everything that is called."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Call):
            yield node.lineno, dotted(node.func)


def imports(tree: ast.AST) -> Iterator[tuple[int, str]]:
    """Yield line and full name of everything that is imported."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((node.lineno, alias.name) for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            yield from ((node.lineno, f"{node.module}.{alias.name}") for alias in node.names)


def test_nothing_below_the_edge_commits() -> None:
    found = [
        f"{name}:{line}"
        for name, tree in below().items()
        if not name.endswith(MAY_COMMIT)
        for line, called in calls(tree)
        if called.endswith(".commit")
    ]
    assert not found, "\n".join(found)


def test_nothing_below_the_edge_knows_the_web() -> None:
    found = [
        f"{name}:{line} {imported}"
        for name, tree in below().items()
        for line, imported in imports(tree)
        if imported.split(".")[0] in WEB or imported.startswith("jps.http")
    ]
    assert not found, "\n".join(found)


def test_nothing_below_the_edge_reads_the_clock() -> None:
    found = [
        f"{name}:{line} {called}"
        for name, tree in below().items()
        for line, called in calls(tree)
        if any(called == clock or called.endswith(f".{clock}") for clock in CLOCKS)
    ]
    assert not found, "\n".join(found)


def test_capabilities_ask_through_the_models() -> None:
    """The area scope does not see `text()`, tables and driver statements (`jps.db`)."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in below().items()
        if name not in MAY_SPEAK_SQL and not name.endswith("/models.py")
        for node in ast.walk(tree)
        if (isinstance(node, ast.Attribute) and node.attr in {"__table__", "exec_driver_sql"})
        or (isinstance(node, ast.ImportFrom) and _imports_text(node))
    ]
    assert not found, "\n".join(found)


def _imports_text(node: ast.ImportFrom) -> bool:
    names = {alias.name for alias in node.names}
    return (node.module or "").startswith("sqlalchemy") and bool(names & {"text", "literal_column"})


def test_only_marked_texts_are_constants() -> None:
    """A catalogue can only hold what stands in the source as it is."""
    found = [
        f"{name}:{node.lineno}"
        for name, tree in modules().items()
        for node in ast.walk(tree)
        if isinstance(node, ast.Call) and dotted(node.func) == "N_"
        if not (node.args and isinstance(node.args[0], ast.Constant))
    ]
    assert not found, "\n".join(found)


def public(tree: ast.Module) -> Iterator[ast.ClassDef | ast.FunctionDef]:
    """Yield the public classes, functions and methods of a module; properties name themselves."""
    classes = [node for node in tree.body if isinstance(node, ast.ClassDef)]
    bodies = [tree.body, *(node.body for node in classes if not node.name.startswith("_"))]
    for node in itertools.chain.from_iterable(bodies):
        if not isinstance(node, ast.ClassDef | ast.FunctionDef):
            continue
        marks = {dotted(mark).rpartition(".")[2] for mark in node.decorator_list}
        if not node.name.startswith("_") and node.name != "Meta" and not marks & PROPERTIES:
            yield node


def test_everything_public_is_explained() -> None:
    found = [name for name, tree in modules().items() if tree.body and not ast.get_docstring(tree)]
    found += [
        f"{name}:{node.lineno} {node.name}"
        for name, tree in modules().items()
        for node in public(tree)
        if not ast.get_docstring(node)
    ]
    assert not found, "\n".join(found)


def test_flags_are_given_by_name() -> None:
    found = [
        f"{name}:{node.lineno} {node.name}({argument.arg})"
        for name, tree in modules().items()
        for node in public(tree)
        if not isinstance(node, ast.ClassDef) and not node.decorator_list
        if len(node.args.args) > 1  # a setter has nothing else to say
        for argument in node.args.args
        if argument.annotation is not None and dotted(argument.annotation) == "bool"
    ]
    assert not found, "\n".join(found)


def test_every_module_has_a_home() -> None:
    found = [name for name in modules() if HOMELESS & set(name[:-3].split("/"))]
    assert not found, "\n".join(found)


@pytest.mark.parametrize(("folder", "longest"), LONGEST_FILE.items())
def test_files_stay_readable(folder: str, longest: int) -> None:
    found = [
        f"{name}: {text.count(chr(10))} lines"
        for name, text in texts(folder, endings=(".py",))
        if text.count("\n") > longest and "/migrations/" not in name
    ]
    assert not found, "\n".join(found)


def test_requirements_are_pinned() -> None:
    for name in ("requirements.txt", "requirements-dev.txt", "requirements-analysis.txt"):
        for line in (ROOT / name).read_text().splitlines():
            assert not line or line.startswith(("#", "-r ")) or "==" in line, f"{name}: {line}"
