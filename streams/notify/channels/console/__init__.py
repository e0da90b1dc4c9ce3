"""On the terminal where Hearout runs."""
