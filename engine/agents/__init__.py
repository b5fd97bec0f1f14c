"""Agents, one kind a file."""
