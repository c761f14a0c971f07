"""Grids of certification: applications, what belongs to them, certificates."""
