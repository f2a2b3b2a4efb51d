"""What was planned to be given, what was given, and what the bank or the post says of it."""
