"""Who gets it: roster, rules and assignment, and the step that writes the case book."""
