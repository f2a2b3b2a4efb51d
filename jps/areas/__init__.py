"""Where: the official areas, their names and population, and their boundaries."""
