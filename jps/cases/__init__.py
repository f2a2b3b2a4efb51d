"""Fairness to people: steps on findings, strikes with notice and replacement, letters, appeals."""
