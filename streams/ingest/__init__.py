"""From a network to a clean post: sources, the poller that drives them, normalising, language and brands."""
