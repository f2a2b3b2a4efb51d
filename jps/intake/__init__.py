"""Lists from outside: stage as given, try out, accept what is clean, undo."""
