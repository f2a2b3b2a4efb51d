"""Files by content: whole or not at all, once, under names that lead nowhere else."""

import hashlib
import subprocess
import sys
from pathlib import Path

import pytest

from jps.filestore import keep, path_of

KEEP_LIMITED = """
import resource, signal, sys
from pathlib import Path
from jps.filestore import keep
signal.signal(signal.SIGXFSZ, signal.SIG_IGN)
resource.setrlimit(resource.RLIMIT_FSIZE, (1000, 1000))
try:
    keep(Path(sys.argv[1]), b"x" * 5000)
except OSError as error:
    print(error.errno)
"""


def test_the_same_content_is_kept_once(tmp_path: Path) -> None:
    digest = keep(tmp_path, b"one")
    assert digest == hashlib.sha256(b"one").hexdigest()
    assert path_of(tmp_path, digest).read_bytes() == b"one"
    made = path_of(tmp_path, digest).stat().st_mtime_ns
    assert keep(tmp_path, b"one") == digest
    assert path_of(tmp_path, digest).stat().st_mtime_ns == made
    assert keep(tmp_path, b"two") != digest
    assert len([path for path in tmp_path.rglob("*") if path.is_file()]) == 2


def test_a_file_cut_short_is_written_again(tmp_path: Path) -> None:
    digest = keep(tmp_path, b"whole")
    path_of(tmp_path, digest).write_bytes(b"wh")
    assert keep(tmp_path, b"whole") == digest
    assert path_of(tmp_path, digest).read_bytes() == b"whole"


def test_only_the_office_reads_it(tmp_path: Path) -> None:
    path = path_of(tmp_path, keep(tmp_path, b"one"))
    assert path.stat().st_mode & 0o077 == 0


def test_a_full_disk_leaves_nothing(tmp_path: Path) -> None:
    """The limit on a file's size fails a write in the same place as a full disk."""
    command = [sys.executable, "-c", KEEP_LIMITED, str(tmp_path)]
    run = subprocess.run(command, capture_output=True, text=True, check=True)
    assert run.stdout.strip() == "27"  # EFBIG
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "a" * 63, "a" * 63 + "/"])
def test_no_name_leads_elsewhere(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="SHA-256"):
        path_of(tmp_path, name)
