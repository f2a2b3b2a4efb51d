"""JPS: households, the population registry and all poverty programmes side by side."""
