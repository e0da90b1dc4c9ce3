"""Ways to be told, one folder each: `channel.py` holds the `Channel`, `message.py` what it says if that takes work."""
