"""Which registry person a member is, who is in our own list twice, and what people decided."""
