"""Strict doubles of the APIs that the engine speaks to, over HTTP on loopback."""
