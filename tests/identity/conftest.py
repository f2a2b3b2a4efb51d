"""Fixtures of the identity tests: an office with areas, households and a registry."""

from tests.offices import areas, household, stored
from tests.registries import home, import_file, match_all

__all__ = ["areas", "home", "household", "import_file", "match_all", "stored"]
