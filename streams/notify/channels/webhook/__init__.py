"""As signed JSON to a URL."""
