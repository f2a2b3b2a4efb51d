"""Decrees with their lists: loaded, compared with the registry and our households, reported on."""
