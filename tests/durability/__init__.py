"""Experiments that are killed, hindered and kept waiting."""
