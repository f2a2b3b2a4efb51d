"""When each step of the field work opens and closes, by area, and who extended it why."""
