"""Programmes, decrees with their recipients, benefits, findings, appeals and letters."""
