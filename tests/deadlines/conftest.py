"""The villages and the gate of the household tests."""

from tests.households.conftest import read, schema, session

__all__ = ["read", "schema", "session"]
