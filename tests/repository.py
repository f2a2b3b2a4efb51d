"""What the repository holds, for tests about the code itself."""

import ast
import subprocess
from collections.abc import Iterator
from functools import cache
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
NOT_OURS = {"instance", "node_modules", "__pycache__", "build", "dist", "reports"}


@cache
def files() -> tuple[Path, ...]:
    """Return every file that is, or would be, committed; in an unpacked archive all files."""
    listing = ["git", "ls-files", "-z", "--cached", "--others", "--exclude-standard"]
    try:
        found = subprocess.run(listing, cwd=ROOT, check=True, capture_output=True).stdout.decode()
        paths = [ROOT / name for name in found.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [path for path in ROOT.rglob("*") if _is_ours(path)]
    return tuple(sorted(path for path in paths if path.is_file()))


def _is_ours(path: Path) -> bool:
    parts = path.relative_to(ROOT).parts
    return not any(part in NOT_OURS or part.startswith((".venv", ".git/")) for part in parts)


def texts(*folders: str, endings: tuple[str, ...] = ()) -> Iterator[tuple[str, str]]:
    """Yield name and content of the text files under `folders` (all of the repository if none)."""
    for path in files():
        name = path.relative_to(ROOT).as_posix()
        if folders and not name.startswith(tuple(f"{folder}/" for folder in folders)):
            continue
        if endings and path.suffix not in endings:
            continue
        try:
            yield name, path.read_text(encoding="utf-8")
        except (UnicodeDecodeError, FileNotFoundError):  # no text; deleted meanwhile
            continue


@cache
def modules() -> dict[str, ast.Module]:
    """Return the syntax tree of every module of the package, by path from the root."""
    return {name: ast.parse(text) for name, text in texts("jps", endings=(".py",))}
