"""What we collected: households, their families and members, with history and states."""
