"""How the tables came to be: each step in `versions/`, run by `schema.migrate`."""
