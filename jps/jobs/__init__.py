"""Long work: a table as the truth, resumable steps, progress and cancelling."""
