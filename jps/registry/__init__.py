"""What the population registry says: dated snapshots of persons, imported from files."""
