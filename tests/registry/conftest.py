"""Fixtures of the registry tests."""

from tests.offices import areas
from tests.registries import home, import_file

__all__ = ["areas", "home", "import_file"]
