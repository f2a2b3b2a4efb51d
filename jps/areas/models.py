"""Tables of areas, their dated population and their boundaries."""

from datetime import date, datetime

from sqlalchemy import Date, ForeignKey, LargeBinary, String, Text, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from jps.areas.rules import CodeSystem, Level
from jps.db import AREA_CODE, Base, UtcDateTime


class Area(Base):
    """An official area, from the province down to desa. The key is its Kemendagri code."""

    __tablename__ = "area"

    code: Mapped[str] = mapped_column(AREA_CODE, primary_key=True)
    level: Mapped[Level] = mapped_column(String(10), index=True)
    name: Mapped[str] = mapped_column(String(120))
    type: Mapped[str] = mapped_column(String(20))  # kabupaten, kota, desa, kelurahan, ...
    parent_code: Mapped[str | None] = mapped_column(AREA_CODE, ForeignKey("area.code"), index=True)
    bps_code: Mapped[str | None] = mapped_column(String(10), index=True)
    km2: Mapped[float | None]
    km2_source: Mapped[str] = mapped_column(String(60), default="")
    lat: Mapped[float | None]  # degrees of WGS84, a point inside the area
    lon: Mapped[float | None]
    aliases: Mapped[str] = mapped_column(Text, default="")  # other known spellings, `|` between
    valid_from: Mapped[date | None] = mapped_column(Date)  # since when the code is in use
    valid_to: Mapped[date | None] = mapped_column(Date)
    successor_code: Mapped[str | None] = mapped_column(AREA_CODE)
    source: Mapped[str] = mapped_column(String(60), default="")

    @property
    def names(self) -> tuple[str, ...]:
        """The official name first, then the other known spellings."""
        return (self.name, *(alias for alias in self.aliases.split("|") if alias))


class AreaPopulation(Base):
    """How many people an area has according to one source on one day.

    Registered (Dukcapil) and survey (BPS) populations differ by -15 to +16 % in Gorontalo: figures
    of two sources are never mixed in one rate.
    """

    __tablename__ = "area_population"
    __table_args__ = (UniqueConstraint("area_code", "as_of", "source"),)

    id: Mapped[int] = mapped_column(primary_key=True)
    area_code: Mapped[str] = mapped_column(AREA_CODE, ForeignKey("area.code"))
    as_of: Mapped[date] = mapped_column(Date)
    source: Mapped[str] = mapped_column(String(60))
    persons: Mapped[int]
    male: Mapped[int | None]
    female: Mapped[int | None]


class BoundarySet(Base):
    """The boundaries of one level from one origin. The newest set of a level is in force."""

    __tablename__ = "boundary_set"

    id: Mapped[int] = mapped_column(primary_key=True)
    level: Mapped[Level] = mapped_column(String(10), index=True)
    schematic: Mapped[bool]
    dissolved: Mapped[bool]  # made from the level below rather than read from a file
    source: Mapped[str] = mapped_column(Text)
    licence: Mapped[str] = mapped_column(Text, default="")
    code_system: Mapped[CodeSystem | None] = mapped_column(String(12))
    version: Mapped[str] = mapped_column(String(64))  # SHA-256 of codes and geometries
    imported_at: Mapped[datetime] = mapped_column(UtcDateTime)
    imported_by: Mapped[str] = mapped_column(String(64))


class Boundary(Base):
    """The outline of one area: polygons in degrees of WGS84 as WKB, in full detail."""

    __tablename__ = "boundary"

    set_id: Mapped[int] = mapped_column(
        ForeignKey("boundary_set.id", ondelete="CASCADE"), primary_key=True
    )
    area_code: Mapped[str] = mapped_column(
        AREA_CODE, ForeignKey("area.code"), primary_key=True, index=True
    )
    geometry: Mapped[bytes] = mapped_column(LargeBinary)
    km2: Mapped[float]  # on an equal-area plane
