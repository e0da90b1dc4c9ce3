"""Posts and ratings that other systems send over HTTP."""
