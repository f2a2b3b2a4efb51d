"""Who should receive: rules over facts, quotas, simulation, and lists that anyone can reproduce."""
