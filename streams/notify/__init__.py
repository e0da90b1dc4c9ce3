"""Who hears about it: alerts made from case events, and the channels they leave through."""
