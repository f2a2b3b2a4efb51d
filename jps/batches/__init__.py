"""One step for many households at once: each by its own rules, with a result for each."""
