"""Households and members as files: the template to fill in, and what is stored in its shape."""
