"""The one place that chooses real things and ties them to the walk."""
