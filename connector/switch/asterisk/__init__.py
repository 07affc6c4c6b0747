"""Asterisk 22 through its REST interface (ARI)."""
