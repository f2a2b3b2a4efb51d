"""Tests of decrees: their lists, who the recipients are, what the report answers."""
