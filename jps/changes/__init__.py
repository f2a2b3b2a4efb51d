"""What changes in a household after it was verified: asked for with evidence, approved, undone."""
