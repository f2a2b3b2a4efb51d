"""Village meetings (musdes, muskel): who is agreed to be proposed, and under which minutes."""
