"""Posts from Bluesky, through its public Jetstream."""
