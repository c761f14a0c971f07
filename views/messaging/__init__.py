"""Grids of notices and messages."""
