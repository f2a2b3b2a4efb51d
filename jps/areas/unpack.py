"""A file of unknown content, judged by its first bytes and unpacked within limits."""

import tempfile
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path, PurePosixPath

from jps.errors import InvalidFile
from jps.text import N_

MAX_BYTES = 512 * 2**20  # of a file, and of what a zip unpacks to
MAX_MEMBERS = 200  # files in a zip
_SHAPE_PARTS = (".shp", ".shx", ".dbf", ".prj", ".cpg")
_READABLE = (".geojson", ".json", ".gpkg", ".shp")
_MAGIC = {b"SQLite format 3\0": ".gpkg", b"\0\0\x27\x0a": ".shp", b"PK\x03\x04": ".zip"}


class _TooLarge(InvalidFile):
    """More than this machine should unpack."""

    def __init__(self) -> None:
        super().__init__(
            N_("Berkas terlalu besar: paling besar {mb} MB dan {files} berkas dalam zip."),
            mb=MAX_BYTES // 2**20,
            files=MAX_MEMBERS,
        )


@contextmanager
def readable(path: Path) -> Iterator[Path]:
    """Yield the GeoJSON, GeoPackage or Shapefile that `path` is or, zipped, holds.

    Raises InvalidFile when it is missing, empty, too large, of another kind, a broken zip, or a
    zip with none or several of them.
    """
    kind = _kind(path)
    if kind == ".shp" and not (_beside(path, ".shx") and _beside(path, ".dbf")):
        raise InvalidFile(
            N_("Shapefile memerlukan berkas .shx dan .dbf di sampingnya; kirim semuanya dalam zip.")
        )
    if kind != ".zip":
        yield path
        return
    with tempfile.TemporaryDirectory(prefix="jps-") as folder:
        yield _unzip(path, Path(folder))


def _kind(path: Path) -> str:
    if not path.is_file():
        raise InvalidFile(N_("Berkas {name} tidak ada."), name=path.name)
    if path.stat().st_size > MAX_BYTES:
        raise _TooLarge
    with path.open("rb") as file:
        start = file.read(64)
    if not start:
        raise InvalidFile(N_("Berkas {name} kosong."), name=path.name)
    for magic, kind in _MAGIC.items():
        if start.startswith(magic):
            return kind
    if start.removeprefix(b"\xef\xbb\xbf").lstrip()[:1] == b"{":
        return ".geojson"
    raise InvalidFile(
        N_("{name} bukan GeoJSON, GeoPackage, Shapefile, atau zip berisi salah satunya."),
        name=path.name,
    )


def _beside(path: Path, suffix: str) -> bool:
    return any(path.with_suffix(form).is_file() for form in (suffix, suffix.upper()))


def _unzip(path: Path, folder: Path) -> Path:
    """Unpack the readable members of a zip under plain names; return the one to read."""
    try:
        with zipfile.ZipFile(path) as archive:
            members = [m for m in archive.infolist() if not m.is_dir()]
            if len(members) > MAX_MEMBERS or sum(m.file_size for m in members) > MAX_BYTES:
                raise _TooLarge
            found = [_extract(archive, member, folder) for member in members]
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, EOFError) as error:
        raise InvalidFile(
            N_("Zip {name} rusak atau terkunci kata sandi."), name=path.name
        ) from error
    main = [file for file in found if file is not None and file.suffix in _READABLE]
    if len(main) != 1:
        raise InvalidFile(
            N_("Zip harus berisi tepat satu GeoJSON, GeoPackage, atau Shapefile; ada {count}."),
            count=len(main),
        )
    return main[0]


def _extract(archive: zipfile.ZipFile, member: zipfile.ZipInfo, folder: Path) -> Path | None:
    """Write a member under its bare name; None when it is of no use or a system's own file."""
    inside = PurePosixPath(member.filename.replace("\\", "/"))
    suffix = inside.suffix.lower()
    if suffix not in (*_READABLE, *_SHAPE_PARTS) or inside.name.startswith("."):
        return None
    target = folder / (inside.stem + suffix)
    left = MAX_BYTES
    with archive.open(member) as source, target.open("wb") as file:
        while block := source.read(2**20):  # the size in the directory may lie
            left -= len(block)
            if left < 0:
                raise _TooLarge
            file.write(block)
    return target
