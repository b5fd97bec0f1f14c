"""Graders, one kind a file."""
