"""What we do about it: the case, its commands and events, triage and deadlines. Pure."""
