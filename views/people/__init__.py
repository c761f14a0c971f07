"""Grids of applicants and their credentials."""
