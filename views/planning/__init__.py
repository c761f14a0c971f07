"""Grids of plans and the arrangements of sites."""
