"""Posts from JSONL and CSV files, packed or not, and from standard input."""
