"""What a layout asks of the areas; `jps.registry.places.AreaBook` answers it."""

from typing import Protocol


class Place(Protocol):
    """An area found ("" for none), what was wrong on the way, and what may be meant."""

    @property
    def code(self) -> str: ...
    @property
    def reason(self) -> str: ...
    @property
    def suggestion(self) -> str: ...


class Places(Protocol):
    """Areas by code and by the names of province, kabupaten, kecamatan and desa."""

    def by_code(self, text: str) -> Place:
        """Return the area of a Kemendagri code, with or without dots."""

    def by_names(self, names: tuple[str, ...]) -> Place:
        """Return the area of four names; an empty one may be told by those below it."""
