"""Where people work: the web desk and its JSON API, over the case book."""
