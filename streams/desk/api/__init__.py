"""The desk for programs: the same reads and acts as JSON, with tokens instead of sessions."""
