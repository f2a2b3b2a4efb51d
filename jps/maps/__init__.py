"""Figures per area, what of them may be shown, and the map that shows it."""
