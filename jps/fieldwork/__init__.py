"""How the field work goes: interviews beside those of colleagues, and back-checks."""
