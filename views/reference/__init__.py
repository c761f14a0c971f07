"""Grids of the reference data and the organisations."""
