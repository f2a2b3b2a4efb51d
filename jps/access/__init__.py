"""Who may do what, and where: accounts, roles, area scope."""
