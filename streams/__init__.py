"""Hearout: hears public complaints and puts each in front of one person who can act."""

__version__ = "0.1.0"
