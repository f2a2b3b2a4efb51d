"""Poverty measures: scorecards and estimates from them. Pure."""
